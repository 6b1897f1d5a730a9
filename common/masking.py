"""How identity numbers are shown to those who may not see them whole."""

import re

_HIDDEN = "*"
_DIGITS = re.compile(r"\d", re.ASCII)


def mask_id_number(number: str) -> str:
    """Return 990101********0019: the area and the last four characters stay readable.

    A shorter text (a passport, a damaged value) keeps at most its last two characters.
    """
    if len(number) >= 15:
        return number[:6] + _HIDDEN * (len(number) - 10) + number[-4:]
    return _mask_all_but(number, 2)


def mask_phone(phone: str) -> str:
    """Return 138****0000 for a mobile, 0731-****6666 for a landline."""
    if len(phone) == 11 and phone.isdecimal():
        return phone[:3] + _HIDDEN * 4 + phone[-4:]
    area, dash, number = phone.partition("-")
    if dash:
        number, dash_again, extension = number.partition("-")
        hidden = _DIGITS.sub(_HIDDEN, extension)
        return f"{area}-{_mask_all_but(number, 4)}{dash_again}{hidden}"
    return _mask_all_but(phone, 4)


def _mask_all_but(value: str, shown: int) -> str:
    kept = min(shown, len(value) // 2)
    return _HIDDEN * (len(value) - kept) + value[len(value) - kept :]
