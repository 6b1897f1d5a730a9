"""Addresses of the lists behind figures: one page, /figures/, opens them all.

Every figure anywhere (page, PDF, xlsx) takes its link from here, so that its list is made by the
same definition with the same day, area and cell.
"""

from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from areas.models import Area
from common.periods import Span
from reports.figures import Where

MET, UNMET, ALL = "met", "unmet", "all"
FROM, TO = "from", "to"  # the period of a flow


def rows_url(
    key: str,
    part: str,
    day: date,
    area: Area | None = None,
    where: Where | None = None,
    span: Span | None = None,
) -> str:
    """The list of an indicator: its met, unmet or all rows; of a flow those of ``span``."""
    period = {FROM: span.first.isoformat(), TO: span.last.isoformat()} if span else {}
    return _url("reports:rows", [key], day, area, where, part=part, **period)


def state_url(state: str, day: date, area: Area | None = None, where: Where | None = None) -> str:
    """The entities in one coverage state."""
    return _url("reports:state_rows", [state], day, area, where)


def change_url(
    cause: str,
    part: str,
    start: date,
    end: date,
    area: Area | None = None,
    where: Where | None = None,
) -> str:
    """The entities that a cause adds to numerator (met) or denominator (all) between two days."""
    return _url(
        "reports:change_rows", [cause], end, area, where, part=part, start=start.isoformat()
    )


def due_url(what: str, day: date, area: Area | None = None) -> str:
    """What is due on a day: elections, instructors."""
    return _url("reports:due_rows", [what], day, area, None)


def absolute(path: str) -> str:
    """An address for files that leave the portal."""
    return f"{settings.PUBLIC_URL}{path}"


def _url(
    name: str, args: list[str], day: date, area: Area | None, where: Where | None, **more: str
) -> str:
    query = {"as_of": day.isoformat(), **more, **(where or {})}
    if area is not None:
        query["area"] = area.code
    return f"{reverse(name, args=args)}?{urlencode(query)}"
