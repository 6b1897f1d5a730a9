"""What waits for people in visits and needs (common/inbox.py)."""

from datetime import date

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.scope import RIGHTS
from activities.choices import NeedState
from activities.models import Need
from activities.visits import Care, assigned_to, in_care
from common.inbox import SHOWN, Box, Line, Matter, waiting
from enterprises.models import Entity
from organizations.models import Instructor

_INSTRUCTORS = frozenset({Role.INSTRUCTOR})
_RAISERS = RIGHTS["raise_needs"]


@waiting(Box.DUE, order=40, roles=_INSTRUCTORS)
def visits_due(request: HttpRequest) -> Matter | None:
    """该走访了: entities assigned that nobody assigned to them has visited for long."""
    today = timezone.localdate()
    scope = request.scope.only(_INSTRUCTORS)
    own = list(Instructor.objects.within(scope).serving(today)[:2])
    if len(own) != 1:
        return None  # an account of several instructors is nobody in particular
    (instructor,) = own
    due = Entity.objects.within(scope).at(today).filter(in_care(Care.DUE, today))
    rows = assigned_to(instructor, today).filter(entity__in=due.values("pk"))
    found = sorted(
        rows.select_related("entity"),
        key=lambda one: (one.last_visit or date.min, one.entity.name),
    )
    create = reverse("activities:visit_create")
    lines = [
        Line(
            str(one.entity), f"{create}?entity={one.entity_id}",
            f"上次走访 {one.last_visit}" if one.last_visit else "还没有走访过",
            when=f"{(today - one.last_visit).days} 天没走访" if one.last_visit else "",
            tone="warn", verb="记走访",
        )
        for one in found[:SHOWN]
    ]
    url = f"{reverse('enterprises:entity_list')}?instructor={instructor.pk}&care={Care.DUE}"
    return Matter("该走访的主体", len(found), "家", lines, url=url)


def _needs(request: HttpRequest, roles: frozenset[str], **conditions) -> QuerySet[Need]:
    rows = Need.objects.within(request.scope.only(roles)).filter(**conditions)
    return rows.select_related("entity", "organization", "raised_by").order_by("raised_on", "pk")


def _matter(
    label: str, rows: QuerySet[Need], verb: str, query: str = "", tone: str = ""
) -> Matter:
    today = timezone.localdate()
    lines = [
        Line(
            str(need), need.get_absolute_url(), f"{need.whom}　{need.raised_on} 提出",
            when=f"已等 {(today - need.raised_on).days} 天" if tone else "", tone=tone, verb=verb,
        )
        for need in rows[:SHOWN]
    ]
    url = f"{reverse('activities:need_list')}?{query}" if query else ""
    return Matter(label, rows.count(), "件", lines, url=url)


@waiting(Box.TODO, order=70, roles={Role.TOWN})
def needs_to_answer(request: HttpRequest) -> Matter:
    """待回复 in the town."""
    rows = _needs(request, frozenset({Role.TOWN}), state=NeedState.OPEN)
    return _matter("企业需求待回复", rows, "答复", f"state={NeedState.OPEN}", tone="warn")


@waiting(Box.TODO, order=80, roles=_RAISERS)
def answers_to_read(request: HttpRequest) -> Matter:
    """Own needs that were answered and whose answer was not opened yet."""
    rows = _needs(
        request, _RAISERS, raised_by=request.user, state=NeedState.ANSWERED,
        answer_seen_at__isnull=True,
    )
    return _matter("需求有了答复", rows, "看答复")


@waiting(Box.MINE, order=40, roles=_RAISERS)
def needs_raised(request: HttpRequest) -> Matter:
    """Own needs that nobody has answered yet."""
    rows = _needs(request, _RAISERS, raised_by=request.user, state=NeedState.OPEN)
    return _matter("提出的需求等答复", rows, "查看", f"state={NeedState.OPEN}&mine=yes")
