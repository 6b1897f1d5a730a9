"""How long the town may take to review a log: working days after it was last submitted.

Nothing is stored: another calendar or another setting gives other days at once.
"""

from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from activities.choices import LogState
from activities.models import LogRound
from common import parameters, workdays


def overdue_before(today: date) -> date | None:
    """What was submitted before this day should have been reviewed by yesterday; None: there is no
    limit. The day of submission does not count."""
    days = parameters.value("log.review_days", on=today)
    return workdays.add_working_days(today, -days) if days else None


def with_last_day(logs: QuerySet) -> QuerySet:
    """``handed_in_on``: the day on which a log was last submitted."""
    rounds = LogRound.objects.filter(log=OuterRef("pk")).order_by("-number")
    last = Coalesce(Subquery(rounds.values("submitted_at")[:1]), "submitted_at")
    zone = timezone.get_current_timezone()
    return logs.annotate(handed_in_on=TruncDate(last, tzinfo=zone))


def overdue(logs: QuerySet, today: date) -> QuerySet:
    """Logs that wait for the town longer than allowed."""
    limit = overdue_before(today)
    if limit is None:
        return logs.none()
    return with_last_day(logs).filter(state=LogState.SUBMITTED, handed_in_on__lt=limit)


def is_overdue(log: object, limit: date | None) -> bool:
    """The same of one log of :func:`with_last_day`; ``limit``: of :func:`overdue_before`."""
    if limit is None or log.state != LogState.SUBMITTED:
        return False
    return log.handed_in_on is not None and log.handed_in_on < limit
