"""What waits for a person in figures and reports (common/inbox.py)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.choices import Role
from accounts.scope import RIGHTS
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from common.models import ReadEntry
from reports import matters
from reports.choices import RunState
from reports.counted import Lists
from reports.figures import Extent
from reports.models import ReportRun

_READERS = RIGHTS["read_figures"]
_OF_BRANCHES = _READERS | {Role.SECRETARY}
_BUILDERS = RIGHTS["build_reports"]
_DAYS = 14  # a report is news


def _asked(
    person: Asker, roles: frozenset[str], make: Callable[[Extent, Lists], Matter]
) -> Matter:
    """A matter as of today, in the part of the scope that these roles make. The lists of figures
    open for their readers only; others see the lines."""
    scope = person.scope.only(roles)
    matter = make(Extent.of(scope), Lists(timezone.localdate(), None, {}))
    return matter if scope.may("read_figures") else replace(matter, url="")


@waiting(Box.TODO, order=30, roles=_READERS)
def eligible(person: Asker) -> Matter:
    """应建未建."""
    return _asked(
        person, _READERS, lambda extent, lists: matters.eligible(extent, lists, "家")
    )


@waiting(Box.TODO, order=40, roles=_OF_BRANCHES)
def posts_vacant(person: Asker) -> Matter:
    """书记空缺."""
    return _asked(person, _OF_BRANCHES, matters.posts_vacant)


@waiting(Box.TODO, order=50, roles=_OF_BRANCHES)
def elections_overdue(person: Asker) -> Matter:
    """换届已逾期."""
    return _asked(person, _OF_BRANCHES, matters.elections_overdue)


@waiting(Box.DUE, order=10, roles=_OF_BRANCHES)
def elections_soon(person: Asker) -> Matter:
    """换届将到."""
    return _asked(person, _OF_BRANCHES, matters.elections_soon)


@waiting(Box.DUE, order=20, roles=_READERS | {Role.INSTRUCTOR})
def instructors_ending(person: Asker) -> Matter:
    """指导员聘期将满."""
    return _asked(person, _READERS | {Role.INSTRUCTOR}, matters.instructors_ending)


# --- Reports ------------------------------------------------------------------------------------


def _own(person: Asker, **conditions) -> QuerySet[ReportRun]:
    runs = ReportRun.objects.within(person.scope).filter(asked_by=person.user, **conditions)
    return runs.select_related("area", "cycle", "bulletin").defer("payload").order_by("-asked_at")


def _matter(label: str, runs: QuerySet[ReportRun], note: str, verb: str) -> Matter:
    lines = [
        Line(f"{run.area}{run.title}　{run.as_of:%Y-%m-%d}", run.get_absolute_url(),
             run.message or f"{run.number}　{note}", verb=verb)
        for run in runs[:SHOWN]
    ]
    return Matter(label, runs.count(), "份", lines)


@waiting(Box.TODO, order=20, roles=_BUILDERS)
def reports_ready(person: Asker) -> Matter:
    """Own reports that are finished and that nobody has opened for the asker yet."""
    since = timezone.now() - timedelta(days=_DAYS)
    opened = ReadEntry.objects.filter(
        actor=person.user.pk, table=ReportRun._meta.db_table, at__gte=since
    )
    seen = {pk for rows in opened.values_list("rows", flat=True) for pk in rows}
    runs = _own(person, state=RunState.DONE, finished_at__gte=since).exclude(pk__in=seen)
    return _matter("报告已生成", runs, "还没有打开过", "打开")


@waiting(Box.RETURNED, order=30, roles=_BUILDERS)
def reports_failed(person: Asker) -> Matter:
    """Own reports that were not made."""
    since = timezone.now() - timedelta(days=_DAYS)
    return _matter(
        "报告没有生成", _own(person, state=RunState.FAILED, asked_at__gte=since), "", "查看"
    )


@waiting(Box.MINE, order=20, roles=_BUILDERS)
def reports_under_way(person: Asker) -> Matter:
    """Own reports that are being made."""
    return _matter("正在生成报告", _own(person, state=RunState.QUEUED), "排队或正在生成", "查看")
