"""Celery tasks of tickets: thin doors to services/reminding.py."""

from celery import shared_task

from services import reminding


@shared_task(name="services.look_after")
def look_after() -> None:
    """Push what is overdue, close what nobody rates (beat)."""
    reminding.look_after()
