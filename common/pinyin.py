"""Pinyin initials, for search: 宏达五金 → hdwj."""

from functools import lru_cache

from pypinyin import Style, pinyin


@lru_cache(maxsize=20_000)
def _initial(character: str) -> str:
    return pinyin(character, style=Style.FIRST_LETTER, strict=False)[0][0][:1].lower()


def initials(text: str) -> str:
    """The first letters of the characters of ``text``; letters and digits stay, signs go."""
    return "".join(_initial(c) for c in text if c.isalnum())[:200]
