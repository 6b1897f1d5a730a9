"""Pinyin: initials for search (宏达五金 → hdwj), whole names for passwords and account names."""

import os
from functools import lru_cache


def _pinyin(character: str, style: str) -> str:
    # The phrase dictionary costs a second at every start; single characters do not need it.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- slow to load, and only writers need it

    return pinyin(character, style=Style[style], strict=False)[0][0].lower()


class _Initials(dict[int, str]):
    """Code point → what stands for it, for str.translate; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = _pinyin(character, "FIRST_LETTER")[:1] if character.isalnum() else ""
        return self[code]


_INITIALS = _Initials()


def initials(text: str) -> str:
    """The first letters of the characters of ``text``; letters and digits stay, signs go."""
    return text.translate(_INITIALS)[:200]


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    return _pinyin(character, "NORMAL")


def spelled(text: str) -> str:
    """王建平 → wangjianping; letters and digits stay, signs and what has no pinyin go."""
    syllables = (_syllable(c) for c in text if c.isalnum())
    return "".join(s for s in syllables if s.isascii())[:200]
