"""What the rating sheet sends: three fields a line, by the number of the criterion."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from common.tables import display
from evaluations.scoring import Given
from evaluations.sheet import Sheet, Typed

_NO_NUMBER = "请填数字，如 1.5。"
_LONGEST = 12


@dataclass(frozen=True)
class Sent:
    """``given``: what was changed, by criterion; ``problems``: what cannot be read; ``typed``: all
    fields as they came."""

    given: Mapping[UUID, Given]
    problems: Mapping[UUID, str]
    typed: Mapping[int, Typed]


def sent_from(posted: Mapping[str, str], sheet: Sheet) -> Sent:
    """Read the fields of the sheet; a line that is as it was shown is left out."""
    given: dict[UUID, Given] = {}
    problems: dict[UUID, str] = {}
    typed: dict[int, Typed] = {}
    for criterion, number in _numbers(sheet):
        text = posted.get(f"score-{number}")
        if text is None:
            continue
        text = unicodedata.normalize("NFKC", text).strip()
        reason = posted.get(f"reason-{number}", "").strip()
        revision, value, said = _seen(posted.get(f"seen-{number}", ""))
        typed[number] = Typed(text, reason)
        try:
            score = _score(text)
        except ValueError:
            problems[criterion] = _NO_NUMBER
            continue
        shown = "" if score is None else display(score)
        if (shown, reason) != (value, said):
            given[criterion] = Given(score, reason, revision)
    return Sent(given, problems, typed)


def _numbers(sheet: Sheet) -> Iterator[tuple[UUID, int]]:
    for line in sheet.lines:
        yield line.criterion.pk, line.criterion.number


def _seen(text: str) -> tuple[int, str, str]:
    """Revision, score and reason that the page was made from; of a page that does not say it, none
    that ever was."""
    revision, _, rest = text.partition("|")
    value, _, reason = rest.partition("|")
    known = revision.isdecimal() and len(revision) < 10
    return int(revision) if known else -1, value, reason


def _score(text: str) -> Decimal | None:
    if not text:
        return None
    if len(text) > _LONGEST:
        raise ValueError(text)
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not value.is_finite():
        raise ValueError(text)
    return value
