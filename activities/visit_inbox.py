"""What waits for people in visits (common/inbox.py)."""

from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from activities.visits import Care, assigned_to, in_care
from common.inbox import SHOWN, Box, Line, Matter, waiting
from enterprises.models import Entity
from organizations.models import Instructor

_INSTRUCTORS = frozenset({Role.INSTRUCTOR})


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
