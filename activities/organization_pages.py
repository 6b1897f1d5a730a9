"""What activities add to the pages of organizations: 三会一课 by month and quarter of the year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from activities.meetings import Check, Mark, Rule, checks, is_branch, missing
from common.additions import RECORD, panel
from common.periods import in_words, period_of
from organizations.models import PartyOrganization


@dataclass(frozen=True)
class Cell:
    """A period of a rule: how many months it takes, where it stands, in words."""

    width: int
    mark: Mark | None  # None: it has not begun
    words: str


@panel(
    "organizations.PartyOrganization", slot=RECORD, order=20, template="activities/meetings.html"
)
def meetings(
    request: HttpRequest, organization: PartyOrganization, day: date
) -> Mapping[str, Any] | None:
    """三会一课 of the year of ``day``; nothing for what is no branch, or not in use then."""
    if not request.scope.may("read_logs"):
        return None
    if not is_branch(organization, day):
        return None
    found = checks(organization, period_of("year", day))
    return {
        "year": day.year,
        "months": range(1, 13),
        "lines": [_line(rule, rows, day) for rule, rows in found.items()],
        "quarter": in_words(period_of("quarter", day)),
        "missing": [_sentence(one, day) for one in missing(found, day)],
        "marks": list(Mark),
    }


def _line(rule: Rule, rows: Sequence[Check], day: date) -> tuple[str, list[Cell]]:
    width = 3 if rule.period == "quarter" else 1
    cells = []
    for one in rows:
        has_begun = one.part.first <= day
        mark = one.mark(day) if has_begun else None
        words = f"{in_words(one.part)}：{_word(one, mark)}" if mark else ""
        cells.append(Cell(width, mark, words))
    return rule.label, cells


def _word(one: Check, mark: Mark) -> str:
    if mark in (Mark.MISSING, Mark.RUNNING):
        return f"{mark.word} {one.lacking} 次"
    return mark.word


def _sentence(one: Check, day: date) -> str:
    """10月支委会缺 1 次 · 本季度党课待开 1 次."""
    when = f"{one.part.first.month}月" if one.rule.period == "month" else "本季度"
    return f"{when}{one.rule.label}{_word(one, one.mark(day))}"
