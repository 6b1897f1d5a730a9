"""What is due on a day, as rows for lists: elections, posts, instructors' terms."""

from datetime import date

from django.db.models import QuerySet, Subquery

from common import parameters
from organizations.models import Instructor
from organizations.queries import (
    ENDING,
    instructors_listed,
    latest_term,
    of_serving,
    of_stage,
)
from reports.figures import Extent
from reports.indicators import INDICATORS
from reports.populations import ORGANIZATIONS


def elections_overdue(extent: Extent, day: date) -> QuerySet:
    """换届已逾期: the rows that 按期换届率 does not meet, with ``due_on``."""
    return _with_due(INDICATORS["election_on_time"].unmet_rows(extent, day), day)


def elections_soon(extent: Extent, day: date) -> QuerySet:
    """换届将到: active organizations within the longest reminder before the end of their term,
    with ``due_on``."""
    rows = _with_due(ORGANIZATIONS.rows(extent, day), day)
    return of_stage(rows, f"{reminder_months(day)}", day)


def reminder_months(day: date) -> int:
    """How many months before an election the first reminder comes."""
    return max(parameters.value("election.reminder_months", on=day))


def _with_due(rows: QuerySet, day: date) -> QuerySet:
    return rows.annotate(due_on=Subquery(latest_term(day).values("due_on")[:1]))


def posts_vacant(extent: Extent, day: date) -> QuerySet:
    """书记空缺: the rows that 书记配备率 does not meet."""
    return INDICATORS["secretary_filled"].unmet_rows(extent, day)


def instructors_ending(extent: Extent, day: date) -> QuerySet:
    """聘期将满: instructors who serve and soon do not, with ``term_ends_on`` (the day after)."""
    rows = extent.limit(Instructor.objects.all(), day)
    return of_serving(instructors_listed(rows, day), ENDING, day)
