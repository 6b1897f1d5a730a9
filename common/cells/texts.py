"""Text, codes, names and lists in a cell."""

import math
import re
import string
import unicodedata
from datetime import date, datetime, time
from decimal import Decimal

from common.cells.errors import MANGLED, BrokenCell, CellError, Masked, Raw

LONGEST_TEXT = 2000
LONGEST_SHORT_TEXT = 200
# Excel keeps 15 significant digits: a longer whole number is not what was typed.
EXACT_NUMBERS = 10**15

_NONCHARACTERS = "".join(
    chr(plane * 0x10000 + low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_FORBIDDEN = re.compile(f"[{_CONTROLS}\ud800-\udfff\ufdd0-\ufdef\ufffd{_NONCHARACTERS}]")
# Zero-width and direction marks cannot be seen: dropped, or names that look equal would differ.
_INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
# An error that was copied as text, or saved into a .csv.
_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
_SPACES = re.compile(r"\s+")
_PLAIN = re.compile("[0-9A-Za-z\u4e00-\u9fff（）()·，。、-]+")
_UPPER_CASE = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_NUMBER_AS_TEXT = re.compile(r"\d\.\d+E\+?\d+|\d+E\+\d+|\d+\.0+", re.ASCII)
_MASK = re.compile(r"[*•●∗⁎]")
# Named once: `int | float` in a function makes a new type with every call.
_NUMBERS, _MOMENTS = (int, float, Decimal), (date, time)


def text(value: Raw | BrokenCell, max_length: int = LONGEST_TEXT) -> str:
    """Return the cell as one line of NFC text; numbers and dates as a person would write them.

    Line breaks and odd spaces become one space, invisible marks are dropped; control characters,
    broken characters and texts longer than `max_length` characters are refused.
    """
    if not isinstance(value, str):
        return _one_line(_written(value), max_length)
    # Nearly all texts of a ledger: Chinese and ASCII signs, which are NFC as they are.
    if _PLAIN.fullmatch(value) and len(value) <= max_length:
        return value
    return _one_line(value, max_length)


def _one_line(value: str, max_length: int) -> str:
    if value.isprintable() and "\ufffd" not in value and "  " not in value:
        line = value.strip()
    elif _FORBIDDEN.search(value):
        raise CellError("含有乱码或看不见的控制字符，请删掉这一格的内容后重新录入。")
    else:
        line = _SPACES.sub(" ", _INVISIBLE.sub("", value)).strip()
    if line[:1] == "#" and line in _ERRORS:
        raise CellError(BrokenCell(line).sentence)
    # Before normalising: that is quadratic in the length of a run of combining marks.
    if len(line) > 2 * max_length:
        raise CellError(f"内容太长，最多 {max_length} 个字。")
    if not unicodedata.is_normalized("NFC", line):
        line = unicodedata.normalize("NFC", line)
    if len(line) > max_length:
        raise CellError(f"内容太长，最多 {max_length} 个字。")
    return line


def _written(value: Raw | BrokenCell) -> str:
    """Return a cell that is not text as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, BrokenCell):
        raise CellError(value.sentence)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, _NUMBERS):
        return written_number(value)
    if isinstance(value, datetime):
        day_only = value.time() == time.min
        return value.strftime("%Y-%m-%d" if day_only else "%Y-%m-%d %H:%M")
    if isinstance(value, _MOMENTS):
        return value.isoformat()
    raise CellError("这一格是时长，请改成文字。")


def written_number(value: float | Decimal) -> str:
    """Return a number as a person would write it, without an exponent."""
    # A Decimal may be a signaling NaN, an int too large for a float.
    is_finite = value.is_finite() if isinstance(value, Decimal) else abs(value) != math.inf
    if not is_finite or value != value:
        raise CellError("这一格不是有效的数字，请核对后重填。")
    if not -EXACT_NUMBERS < value < EXACT_NUMBERS:
        raise CellError(MANGLED)
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(value)) if isinstance(value, float) else value, "f")


def half_width(value: str, max_length: int = LONGEST_SHORT_TEXT) -> str:
    """Return text() with full-width forms made half-width: ２０２４／７ becomes 2024/7."""
    line = _one_line(value, max_length)
    return line if line.isascii() else unicodedata.normalize("NFKC", line).strip()


def code_text(value: Raw | BrokenCell, max_length: int = 64, *, exact_digits: int = 0) -> str:
    """Return an identity code: half-width, upper-case, without spaces or a leading apostrophe.

    Numeric cells are refused, because Excel has cut them to 15 digits or dropped leading zeros,
    except whole numbers of at most `exact_digits` digits (area codes). Raises Masked.
    """
    if not isinstance(value, str):
        return _code_of_number(value, exact_digits)
    if value.isascii() and value.isalnum() and len(value) <= max_length:
        return value.upper()  # as nearly all codes are written
    packed = "".join(half_width(value).split()).lstrip("'’‘`")
    # Marks may have come together where a space stood; a code read again must stay the same.
    code = unicodedata.normalize("NFC", packed.translate(_UPPER_CASE))
    if is_masked(code):
        raise Masked
    if _NUMBER_AS_TEXT.fullmatch(code):
        raise CellError(MANGLED)
    if len(code) > max_length:
        raise CellError(f"内容太长，最多 {max_length} 个字符。")
    return code


def is_masked(code: str) -> bool:
    """Whether a number or code hides some of its characters."""
    return bool(_MASK.search(code))


def _code_of_number(value: Raw | BrokenCell, exact_digits: int) -> str:
    if value is None:
        return ""
    if isinstance(value, BrokenCell):
        raise CellError(value.sentence)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    written = text(value) if is_number else ""
    if written.isdecimal() and len(written) <= exact_digits:
        return written
    raise CellError(MANGLED)


_NAME_FORMS = str.maketrans("〔【〖［[{〕】〗］]}•‧・･‥", "(" * 6 + ")" * 6 + "·" * 5)


def name_key(value: str) -> str:
    """Return a name in the form in which names are compared, never shown.

    Full-width and half-width forms, brackets of any kind, letter case, spaces, invisible marks
    and the dots of minority names do not make two names different.
    """
    seen = value if value.isprintable() else _INVISIBLE.sub("", value)
    key = unicodedata.normalize("NFKC", seen[:LONGEST_TEXT])
    if not key.isalnum():
        key = "".join(key.translate(_NAME_FORMS).split())
    return key.casefold()


_SEPARATORS = "、，,;；\n\r"
_OPENING, _CLOSING = "（(【[〔《", "）)】]〕》"


def many(value: Raw | BrokenCell, max_length: int = LONGEST_SHORT_TEXT) -> tuple[str, ...]:
    """Return the values of a cell that holds several, in order, without repeats.

    They are separated by 、 ， , ; ； or a line break; separators inside brackets do not count,
    unless the brackets do not match.
    """
    if not isinstance(value, str):
        return tuple(filter(None, [text(value, max_length)]))
    parts = (text(part, max_length) for part in _split(value))
    return tuple(dict.fromkeys(part for part in parts if part))


def _split(value: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for position, character in enumerate(value):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(depth - 1, 0)
        elif character in _SEPARATORS and not depth:
            parts.append(value[start:position])
            start = position + 1
    if depth:
        return re.split(f"[{_SEPARATORS}]", value)
    return [*parts, value[start:]]
