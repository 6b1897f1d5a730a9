"""What figures call for, as matters of the dashboard and of the home page (common/inbox.py)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet, Window

from common.inbox import SHOWN, Line, Matter
from common.templatetags.ui import day as in_words
from reports import due
from reports.counted import Lists
from reports.drill import UNMET
from reports.figures import Extent
from reports.indicators import INDICATORS
from reports.opening import address, opening

ELIGIBLE, ON_TIME, FILLED = "eligible_organized", "election_on_time", "secretary_filled"


def eligible(extent: Extent, lists: Lists, unit: str) -> Matter:
    """应建未建: entities with enough full members and no organization of their own."""
    rows = INDICATORS[ELIGIBLE].unmet_rows(extent, lists.day, lists.where)
    url = lists.rows(ELIGIBLE, UNMET)
    return _matter("应建未建", unit, url, _placed(rows), ("name",), extent, _at_town)


def elections_overdue(extent: Extent, lists: Lists) -> Matter:
    """换届已逾期."""
    rows, url = _placed(due.elections_overdue(extent, lists.day)), lists.rows(ON_TIME, UNMET)
    line = _due(lists.day, "bad")
    return _matter("换届已逾期", "个党组织", url, rows, ("due_on", "name"), extent, line)


def elections_soon(extent: Extent, lists: Lists) -> Matter:
    """换届将到."""
    rows = _placed(due.elections_soon(extent, lists.day))
    label = f"{due.reminder_months(lists.day)} 个月内换届"
    line = _due(lists.day, "warn")
    return _matter(
        label, "个党组织", lists.due("elections"), rows, ("due_on", "name"), extent, line
    )


def posts_vacant(extent: Extent, lists: Lists) -> Matter:
    """书记空缺."""
    rows, url = _placed(due.posts_vacant(extent, lists.day)), lists.rows(FILLED, UNMET)
    return _matter("书记空缺", "个党组织", url, rows, ("name",), extent, _at_town)


def instructors_ending(extent: Extent, lists: Lists) -> Matter:
    """指导员聘期将满."""

    def line(row: Any, url: str) -> Line:
        last = row.term_ends_on - timedelta(days=1)
        note = f"聘期至 {in_words(last)}"
        return Line(row.name, url, note, _left(last, lists.day), "warn", "续聘")

    rows = due.instructors_ending(extent, lists.day)
    order = ("term_ends_on", "name")
    return _matter("指导员聘期将满", "名", lists.due("instructors"), rows, order, extent, line)


def _matter(
    label: str, unit: str, url: str, rows: QuerySet, order: tuple[str, ...], extent: Extent,
    line: Callable[[Any, str], Line],
) -> Matter:
    """The first of ``rows`` and how many there are, in one query."""
    opens = opening(rows.model, extent.scope)
    found = rows.annotate(opens=opens, in_all=Window(Count("pk")))
    shown = list(found.order_by(*order, "pk")[:SHOWN])
    lines = [line(row, address(row)) for row in shown]
    return Matter(label, shown[0].in_all if shown else 0, unit, lines, url)


def _placed(rows: QuerySet) -> QuerySet:
    """Rows whose ``state`` is joined, with the name of their town."""
    return rows.annotate(town_name=F("state__town__name"))


def _at_town(row: Any, url: str) -> Line:
    return Line(row.name, url, row.town_name or "", verb="查看")


def _due(day: date, tone: str) -> Callable[[Any, str], Line]:
    """A line that says when a term ends."""

    def line(row: Any, url: str) -> Line:
        place = f"{row.town_name}　" if row.town_name else ""
        note = f"{place}本届 {in_words(row.due_on)}届满"
        return Line(row.name, url, note, _left(row.due_on, day), tone, "换届")

    return line


def _left(until: date, day: date) -> str:
    """剩 15 天 · 超期 20 天 · 今天到期."""
    days = (until - day).days
    if not days:
        return "今天到期"
    return f"剩 {days} 天" if days > 0 else f"超期 {-days} 天"
