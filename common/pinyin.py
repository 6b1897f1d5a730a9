"""Pinyin: initials for search (宏达五金 → hdwj), whole names for passwords and account names."""

import os
from functools import lru_cache


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    # The phrase dictionary costs a second at every start; single characters do not need it.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- slow to load, and only writers need it

    return pinyin(character, style=Style.NORMAL, strict=False)[0][0].lower()


@lru_cache(maxsize=20_000)
def _initial(character: str) -> str:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- slow to load, and only writers need it

    return pinyin(character, style=Style.FIRST_LETTER, strict=False)[0][0][:1].lower()


def initials(text: str) -> str:
    """The first letters of the characters of ``text``; letters and digits stay, signs go."""
    return "".join(_initial(c) for c in text if c.isalnum())[:200]


def spelled(text: str) -> str:
    """王建平 → wangjianping; letters and digits stay, signs and what has no pinyin go."""
    syllables = (_syllable(c) for c in text if c.isalnum())
    return "".join(s for s in syllables if s.isascii())[:200]
