"""Pinyin initials, for search: 宏达五金 → hdwj."""

import os


def _initial(character: str) -> str:
    # The phrase dictionary costs a second at every start; single characters do not need it.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- slow to load, and only writers need it

    return pinyin(character, style=Style.FIRST_LETTER, strict=False)[0][0][:1].lower()


class _Initials(dict[int, str]):
    """Code point → what stands for it, for str.translate; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = _initial(character) if character.isalnum() else ""
        return self[code]


_INITIALS = _Initials()


def initials(text: str) -> str:
    """The first letters of the characters of ``text``; letters and digits stay, signs go."""
    return text.translate(_INITIALS)[:200]
