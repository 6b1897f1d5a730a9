"""Writing visits: each verb is one transaction, recorded as its user's."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from accounts.scope import RIGHTS, Scope
from activities.choices import VisitWay
from activities.models import Visit
from activities.needs import keep_need
from activities.visit_rules import day_problem, is_editable
from common import parameters
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from enterprises.models import Entity
from organizations.models import Instructor, PartyOrganization

Whom = Entity | PartyOrganization

@dataclass(frozen=True)
class Account:
    """What is told of a visit. ``need``: what the firm needs help with, "" = nothing."""

    visited_on: date
    way: VisitWay = VisitWay.ON_SITE
    met: str = ""
    matters: str = ""
    need: str = ""


def record_visit(
    *, instructor: Instructor, whom: Whom, account: Account, by: User, scope: Scope
) -> Visit:
    """Record a visit of ``instructor``; the same one sent twice is one visit.

    Raises Refused for a day that cannot be, somebody outside the scope, or when another visit of
    that day is there already.
    """
    _check(instructor, whom, account, scope)
    with recording(by=by, via=Via.PAGE):
        _one_at_a_time(instructor)
        visit = _same_day(instructor, whom, account.visited_on)
        if visit and not _says(visit, account):
            raise Refused(f"{account.visited_on} 已有走访“{whom}”的记录，请打开那一条修改。")
        if visit is None:
            visit = Visit(instructor=instructor, recorded_by=by, **_target(whom))
            _write(visit, account)
        keep_need(visit=visit, text=account.need, by=by)
    return visit


def change_visit(
    *, visit: Visit, whom: Whom, account: Account, by: User, scope: Scope
) -> None:
    """Change what a visit says. Raises Refused when its time is over, and as record_visit()."""
    if not may_change(visit, by, scope):
        raise Refused("这条走访记录已不能修改，请联系镇街。")
    _check(visit.instructor, None if whom == visit.whom else whom, account, scope)
    with recording(by=by, via=Via.PAGE):
        _one_at_a_time(visit.instructor)
        fresh = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        same = _same_day(fresh.instructor, whom, account.visited_on)
        if same and same.pk != fresh.pk:
            raise Refused(f"{account.visited_on} 已有走访“{whom}”的记录，请打开那一条修改。")
        for name, value in _target(whom).items():
            setattr(fresh, name, value)
        _write(fresh, account)
        keep_need(visit=fresh, text=account.need, by=by)


def may_change(visit: Visit, user: User, scope: Scope) -> bool:
    """Whether the user may change the visit: who recorded it for some days (setting
    visit.edit_days), the town of its instructor always."""
    town = scope.only({Role.TOWN})
    if town.may("record_visits") and _reaches(visit.instructor_id, town):
        return True
    if visit.recorded_by_id != user.pk or not scope.may("record_visits"):
        return False
    days = parameters.value("visit.edit_days")
    return is_editable(timezone.localdate(visit.recorded_at), timezone.localdate(), days)


def _check(
    instructor: Instructor, whom: Whom | None, account: Account, scope: Scope
) -> None:
    """``whom``: None for somebody who was named before."""
    reached = scope.only(RIGHTS["record_visits"])
    if not reached.may("record_visits") or not _reaches(instructor.pk, reached):
        raise Refused("您不能记这名指导员的走访。")
    if whom and not type(whom).objects.within(reached).filter(pk=whom.pk).exists():
        raise Refused(f"“{whom}”不在您的管理范围内。")
    if problem := day_problem(account.visited_on, timezone.localdate()):
        raise Refused(problem)


def _one_at_a_time(instructor: Instructor) -> None:
    """Two presses of a button wait for one another."""
    Instructor.objects.select_for_update(no_key=True).get(pk=instructor.pk)


def _reaches(instructor, scope: Scope) -> bool:
    return Instructor.objects.within(scope).filter(pk=instructor).exists()


def _target(whom: Whom) -> dict[str, Whom | None]:
    is_entity = isinstance(whom, Entity)
    return {"entity": whom if is_entity else None, "organization": None if is_entity else whom}


def _same_day(instructor: Instructor, whom: Whom, day: date) -> Visit | None:
    rows = Visit.objects.filter(instructor=instructor, visited_on=day)
    if isinstance(whom, Entity):
        return rows.filter(entity=whom).first()
    return rows.filter(entity=None, organization=whom).first()


def _says(visit: Visit, account: Account) -> bool:
    """Whether the visit says exactly this."""
    said = (visit.way, visit.met, visit.matters)
    return said == (account.way, account.met.strip(), account.matters.strip())


def _write(visit: Visit, account: Account) -> None:
    visit.visited_on, visit.way = account.visited_on, account.way
    visit.met, visit.matters = account.met.strip(), account.matters.strip()
    visit.save()
