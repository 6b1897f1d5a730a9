"""The secretary's page as a browser without scripts sends it."""

from typing import Any

from django.http import HttpResponse
from django.test import Client

from activities.models import ActivityLog

FILLED = {
    "types": ["theme_day"], "held_on": "2026-10-18", "topic": "安全生产党员先行", "expected": "7",
    "attended": "6", "absentees": "罗小梅，出差", "content": "检查五家企业的用电和消防通道。",
}


def fields(*activities: dict[str, Any], **whole: Any) -> dict[str, Any]:
    """What the form sends: these activities (default: one that is right) and the rest."""
    sent = {"count": len(activities or (FILLED,)), "rounds": 0, "revision": 0, **whole}
    for at, activity in enumerate(activities or (FILLED,)):
        sent |= {f"activities.{at}.{name}": value for name, value in activity.items()}
    return sent


def press(client: Client, log: ActivityLog, verb: str, sent: dict[str, Any]) -> HttpResponse:
    """Press a button of the page."""
    return client.post(f"/logs/{log.pk}/edit/", {"verb": verb, **sent})


def saved(client: Client, log: ActivityLog, sent: dict[str, Any]) -> HttpResponse:
    """What draft.js asks while somebody types."""
    return client.post(f"/logs/{log.pk}/draft/", sent)
