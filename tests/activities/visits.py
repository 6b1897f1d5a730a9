"""Visits for tests: what is told of one, one that is recorded, one that stands in the database."""

from datetime import date
from typing import Any

from accounts.models import User
from accounts.scope import scope_for
from activities.models import Visit
from activities.visit_actions import Account, record_visit
from common import parameters
from enterprises.models import Entity
from organizations.models import Instructor
from tests.factories import on

TODAY = date(2026, 11, 23)


def account(day: date | str = TODAY, **values: Any) -> Account:
    """A visit of today at which nothing was needed."""
    return Account(**{"visited_on": on(day), "met": "陈经理", "matters": "用工和订单", **values})


def visit(instructor: Instructor, whom: Any, day: date | str = TODAY, **values: Any) -> Visit:
    """A visit as an import brings it."""
    target = {"entity" if isinstance(whom, Entity) else "organization": whom}
    return Visit.objects.create(instructor=instructor, visited_on=on(day), **target, **values)


def record(by: User, instructor: Instructor, whom: Any, **values: Any) -> Visit:
    """``by`` records a visit."""
    return record_visit(
        instructor=instructor, whom=whom, account=account(**values), by=by, scope=scope_for(by)
    )


def ask_for_visits(days: int) -> None:
    """Work coverage asks for a visit within so many days, from ever on."""
    parameters.set_from(
        key="work_coverage.visit_days", value=days, on=date(1900, 1, 1), by=None
    )
