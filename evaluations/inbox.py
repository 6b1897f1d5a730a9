"""What of the ratings waits for whom (common/inbox.py), and the count beside 星级评定."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.scope import RIGHTS, Scope
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from common.models import FlowStep
from evaluations import boards
from evaluations.choices import CycleState, GrantLevel, ReviewState
from evaluations.models import RatingCycle, Review

_SELF, _TOWN, _DISTRICT = RIGHTS["rate_self"], RIGHTS["rate_town"], RIGHTS["rate_district"]
# right → state that waits for it, words, verb, the field of the cycle with the last day.
_TURNS = (
    ("rate_self", ReviewState.SELF, "星级自评", "自评", "self_by"),
    ("rate_town", ReviewState.TOWN, "星级评定待初评", "初评", "town_by"),
    ("rate_district", ReviewState.DISTRICT, "星级评定待复评", "复评", "district_by"),
    ("rate_district", ReviewState.CITY, "待登记市评结果", "登记", "district_by"),
)


@dataclass(frozen=True)
class Waiting:
    """Rows of a cycle that wait for a user: the list has exactly ``count``."""

    label: str
    count: int
    url: str


def waits_for(scope: Scope, cycle: RatingCycle) -> Iterator[Waiting]:
    """What of a cycle waits for a user."""
    if cycle.state == CycleState.CLOSED:
        return
    for right, state, label, _verb, _by in _TURNS:
        if scope.may(right):
            count = _rows(scope, right, state).filter(cycle=cycle).count()
            yield Waiting(label, count, boards.list_url(cycle, state=state))
    if scope.may("judge_vetoes"):
        rows = boards.to_judge(scope.only(RIGHTS["judge_vetoes"]), cycle=cycle)
        yield Waiting("否决情形待核实", rows.count(), boards.list_url(cycle, matter="judge"))
    yield from _conclusions(scope, cycle)


def _conclusions(scope: Scope, cycle: RatingCycle) -> Iterator[Waiting]:
    """Objections, then what each level grants."""
    if scope.may("rate_district"):
        rows = Review.objects.within(scope.only(_DISTRICT)).filter(cycle=cycle)
        objected = rows.filter(state=ReviewState.OBJECTED).count()
        yield Waiting(
            "异议待核查", objected, boards.list_url(cycle, state=ReviewState.OBJECTED)
        )
    yield from _to_grant(scope, cycle)


def _to_grant(scope: Scope, cycle: RatingCycle) -> Iterator[Waiting]:
    """Once publication is over: what each level of the user grants."""
    if cycle.published_until is None or timezone.localdate() <= cycle.published_until:
        return
    for right, levels in (
        ("rate_town", [GrantLevel.TOWN]), ("rate_district", [GrantLevel.DISTRICT, GrantLevel.CITY])
    ):
        if not scope.may(right):
            continue
        rows = Review.objects.within(scope.only(RIGHTS[right])).filter(
            cycle=cycle, state=ReviewState.PUBLISHED
        )
        for level in levels:
            yield Waiting(
                f"待登记{level.label}级授星", rows.filter(band__granted_by=level).count(),
                boards.list_url(cycle, state=ReviewState.PUBLISHED, granted_by=level),
            )


def _rows(scope: Scope, right: str, state: str) -> QuerySet[Review]:
    rows = Review.objects.within(scope.only(RIGHTS[right])).filter(state=state)
    return rows.exclude(cycle__state=CycleState.CLOSED)


# --- The home page --------------------------------------------------------------------------------


def _turn(person: Asker, at: int) -> Matter:
    """Reviews whose turn is the user's; the list is that of the cycle that ends first."""
    right, state, label, verb, last_day = _TURNS[at]
    rows = _rows(person.scope, right, state).select_related(
        "cycle", "organization", "town", "department"
    ).order_by(f"cycle__{last_day}", "organization__name", "pk")
    if state == ReviewState.SELF:
        rows = rows.exclude(pk__in=_handed_back())
    shown = list(rows[:SHOWN])
    lines = [
        _line(review, getattr(review.cycle, last_day), verb, right == "rate_self")
        for review in shown
    ]
    cycles = {review.cycle_id: review.cycle for review in shown}
    count = rows.count()
    url = ""
    if len(cycles) == 1 and count > len(lines):
        [cycle] = cycles.values()
        if not rows.exclude(cycle=cycle).exists():
            url = boards.list_url(cycle, state=state)
    return Matter(label, count, "份", lines, url, mailed=True)


def _line(review: Review, last_day: date, verb: str, is_first: bool) -> Line:
    left = (last_day - timezone.localdate()).days
    when = f"{last_day.month}月{last_day.day}日截止" if left >= 0 else "已过截止日"
    return Line(
        str(review.subject), review.get_absolute_url(), str(review.cycle), when=when,
        tone="bad" if left < 0 else "warn" if left < 7 else "", verb=verb, is_first=is_first,
    )


@waiting(Box.TODO, order=70, roles=_SELF)
def to_assess(person: Asker) -> Matter:
    """自评, for the secretary; what came back is in its own box."""
    return _turn(person, 0)


@waiting(Box.TODO, order=71, roles=_TOWN)
def to_review(person: Asker) -> Matter:
    """待初评, for the town."""
    return _turn(person, 1)


@waiting(Box.TODO, order=72, roles=_DISTRICT)
def to_finish(person: Asker) -> Matter:
    """待复评, for the district."""
    return _turn(person, 2)


@waiting(Box.TODO, order=73, roles=_DISTRICT)
def to_record(person: Asker) -> Matter:
    """The city's result is to be entered."""
    return _turn(person, 3)


@waiting(Box.TODO, order=74, roles=RIGHTS["judge_vetoes"])
def to_judge(person: Asker) -> Matter:
    """Vetoes that the records show and nobody has judged."""
    rows = boards.to_judge(person.scope.only(RIGHTS["judge_vetoes"])).select_related(
        "cycle", "organization", "town", "department"
    ).order_by("cycle__self_by", "organization__name", "pk")
    lines = [
        Line(str(one.subject), one.get_absolute_url(), str(one.cycle), verb="核实")
        for one in rows[:SHOWN]
    ]
    cycles = set(rows.order_by().values_list("cycle", flat=True))
    url = ""
    if len(cycles) == 1:
        url = boards.list_url(RatingCycle(pk=cycles.pop()), matter="judge")
    return Matter("否决情形待核实", rows.count(), "份", lines, url, mailed=True)


@waiting(Box.TODO, order=75, roles=_TOWN | _DISTRICT)
def to_conclude(person: Asker) -> Matter:
    """Objections to look into, and stars to grant once publication is over: a line for each."""
    published = boards.cycles().filter(state=CycleState.PUBLISHED)
    found = [
        (cycle, one) for cycle in published for one in _conclusions(person.scope, cycle)
        if one.count
    ]
    lines = [
        Line(f"{cycle}：{one.label} {one.count} 份", one.url) for cycle, one in found[:SHOWN]
    ]
    return Matter("星级评定收尾", len(found), "件", lines, mailed=True)


@waiting(Box.RETURNED, order=70, roles=_SELF)
def returned(person: Asker) -> Matter:
    """退回 by the town: the last step says so."""
    rows = _rows(person.scope, "rate_self", ReviewState.SELF).filter(pk__in=_handed_back())
    rows = rows.select_related("cycle", "organization", "town", "department")
    lines = [_line(one, one.cycle.self_by, "修改", True) for one in rows[:SHOWN]]
    return Matter("退回的星级评定", rows.count(), "份", lines, mailed=True)


def _handed_back() -> QuerySet:
    """Reviews that were handed back to the branch, and have not been handed on since."""
    steps = FlowStep.objects.filter(table=Review._meta.db_table)
    newest = steps.order_by("row", "-id").distinct("row").values("pk")
    return steps.filter(pk__in=newest, verb="return_self").values("row")


# --- The navigation -----------------------------------------------------------------------------


def waiting_reviews(request: HttpRequest) -> QuerySet | int:
    """Reviews whose turn is the user's, beside 星级评定."""
    condition = Q()
    for right, state, _label, _verb, _by in _TURNS:
        if request.scope.may(right):
            reached = Review.objects.within(request.scope.only(RIGHTS[right]))
            condition |= Q(state=state, pk__in=reached.values("pk"))
    if not condition:
        return 0
    return Review.objects.filter(condition).exclude(cycle__state=CycleState.CLOSED)
