"""Celery tasks of logs: thin doors to activities/opening.py."""

from celery import shared_task

from activities import opening


@shared_task(name="activities.open_months")
def open_months() -> None:
    """Open the month and look after the latest ones (beat)."""
    opening.open_due_months()
