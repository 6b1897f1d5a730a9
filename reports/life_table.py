"""组织生活 by town: what the dashboard and the coverage report show of logs and 三会一课."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from activities.rules import deadlines
from areas.models import Area
from common import parameters
from common.periods import Span, in_words
from reports.figures import Extent, Figure, Share, cells, figures
from reports.kinds import ShareIndicator
from reports.life import LIFE
from reports.linked import number, share
from reports.populations import TOWN

SHARES = tuple(one for one in LIFE if isinstance(one, ShareIndicator))
MEETINGS = "three_meetings_complete"
_NOBODY = Share(0, 0)


def life(extent: Extent, area: Area | None, day: date) -> dict[str, Any] | None:
    """The shares of the last full month and quarter, in whole and by town, each with its lists;
    None where no log was owed and no branch has met its duty."""
    whole = figures(LIFE, extent, day)
    if not whole["log_submitted"].total and not whole[MEETINGS].met:
        return None
    by_town = cells(SHARES, TOWN, extent, day)
    towns = {cell.key: cell.label for one in SHARES for cell in by_town[one.key]}
    found = {key: {cell.key: cell.figure for cell in row} for key, row in by_town.items()}
    spans = {one.key: one.span(day) for one in LIFE}

    def line(key: str, label: str, parts: Mapping[str, Figure], where=None) -> dict[str, Any]:
        shares = [
            _column(one, day)
            | share(parts.get(one.key, _NOBODY), one.key, day, area, where, spans[one.key])
            for one in SHARES
        ]
        return {"key": key, "label": label, "shares": shares}

    return {
        "month": _period(spans["log_submitted"]),
        "quarter": _period(spans[MEETINGS]),
        "due": _due(spans["log_submitted"]).isoformat(),
        "bases": [_basis(one, day) for one in SHARES],
        "rows": [
            line(key, towns[key], {name: row[key] for name, row in found.items() if key in row},
                 {TOWN: key})
            for key in sorted(towns, key=lambda key: (not key, key))
        ],
        "total": line("", "合计", whole),
        **{
            key: number(whole[key].value, key, day, area, None, spans[key])
            for key in ("log_zero", "log_exempt")
        },
    }


def _column(indicator: ShareIndicator, day: date) -> dict[str, str]:
    return {"label": indicator.label_on(day), "unit": indicator.unit}


def _basis(indicator: ShareIndicator, day: date) -> dict[str, str]:
    return {
        "label": indicator.label_on(day), "basis": indicator.basis_on(day),
        "period": in_words(indicator.span(day)),
    }


def _period(span: Span) -> dict[str, str]:
    return {
        "from": span.first.isoformat(), "to": span.last.isoformat(), "words": in_words(span),
    }


def _due(month: Span) -> date:
    """The last day of filing the month's logs on time."""
    settings = (parameters.value(f"log.{name}_day", on=month.first) for name in ("due", "lock"))
    return deadlines(month.first, *settings).due_on
