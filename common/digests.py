"""Reminders: at most one a person and working day, and only when something is due.

What a reminder says comes from the person's inbox (common/inbox.py), so it is written once. It is
told on the home page, and by e-mail to those who have an address. An e-mail says how many of what,
and titles only of matters that name nobody (``Matter.mailed``).

    digests.send(user=user, by=None)         # None: there was one today, or nothing is due
"""

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.utils import timezone

from common import parameters, workdays
from common.inbox import Box, Matter, Person, boxes_for
from common.models import Digest
from common.refusals import Refused
from common.scoping import scope_of

BOXES = (Box.TODO, Box.RETURNED, Box.DUE)
_PRESSING = frozenset({"warn", "bad"})
# A reminder that nobody has opened is no news after a week.
_DAYS_SHOWN = 7
_LOG = logging.getLogger(__name__)


class NotToday(Refused):
    """Today is no working day."""


def refuse_days_off(today: date) -> None:
    """Raise NotToday unless today is worked."""
    if not workdays.is_working(today):
        following = workdays.add_working_days(today, 1)
        raise NotToday(
            f"今天不上班，不发提醒。下一个工作日是 {following.month}月{following.day}日。"
        )


def send(*, user: models.Model, by: models.Model | None = None) -> Digest | None:
    """Remind ``user`` today of what waits. ``by``: who asks for it; nobody does in the daily job,
    which tells only those for whom something is pressing, and does not say the same again too soon.

    None when there was a reminder today, or there is nothing to say. Raises NotToday.
    """
    today = timezone.localdate()
    refuse_days_off(today)
    if Digest.objects.filter(user=user, day=today).exists():
        return None
    lines = content_for(user, pressing_only=by is None)
    if not lines or (by is None and _said_lately(user, lines, today)):
        return None
    digest, is_new = Digest.objects.get_or_create(
        user=user, day=today, defaults={"lines": lines, "asked_by": by}
    )
    return digest if is_new else None


def send_daily() -> int:
    """The daily job: remind everybody for whom something is due; how many there were."""
    if not workdays.is_working(timezone.localdate()):
        return 0
    people = get_user_model().objects.filter(is_active=True).order_by("pk")
    return sum(send(user=user) is not None for user in people)


def content_for(user: models.Model, *, pressing_only: bool = False) -> list[dict[str, Any]]:
    """What waits for a user: box, label, count, unit, titles. ``pressing_only``: nothing unless
    something was returned or has a time limit that is near or over."""
    boxes = [box for box in boxes_for(Person(user, scope_of(user))) if box.box in BOXES]
    found = [(one.box, matter) for one in boxes for matter in one.matters]
    if pressing_only and not any(_is_pressing(box, matter) for box, matter in found):
        return []
    return [
        {
            "box": box.label, "label": matter.label, "count": matter.count, "unit": matter.unit,
            "titles": [line.title for line in matter.lines] if matter.mailed else [],
        }
        for box, matter in found
    ]


def _is_pressing(box: Box, matter: Matter) -> bool:
    return box == Box.RETURNED or any(line.tone in _PRESSING for line in matter.lines)


def _said_lately(user: models.Model, lines: Sequence[dict], today: date) -> bool:
    """Whether the latest reminder said the same, and not long ago."""
    last = Digest.objects.filter(user=user).order_by("-day").first()
    if last is None or last.lines != lines:
        return False
    days = parameters.value("digest.repeat_days")
    return workdays.working_days_between(last.day, today) < days


# --- On the home page ---------------------------------------------------------------------------


def opened_by(user: models.Model) -> Digest | None:
    """The latest reminder that the user has not seen, and now has; None when there is none."""
    since = timezone.localdate() - timedelta(days=_DAYS_SHOWN)
    unseen = Digest.objects.filter(user=user.pk, opened_at=None, day__gte=since)
    latest = unseen.select_related("asked_by").order_by("-day").first()
    if latest is not None:
        unseen.update(opened_at=timezone.now())
    return latest


# --- By e-mail ----------------------------------------------------------------------------------


def is_mail_on() -> bool:
    """Whether this installation sends e-mail (EMAIL_URL)."""
    return not settings.EMAIL_BACKEND.endswith("dummy.EmailBackend")


def mail_today() -> int:
    """Send today's reminders that have not gone out, to those who have an address; how many.

    A server that cannot be reached ends the round; the next one (beat) goes on with the rest.
    """
    sent = 0
    while is_mail_on():
        try:
            if not _mail_one(timezone.localdate()):
                break
        except (OSError, SMTPException) as error:
            # Without its text, which may quote an address.
            _LOG.warning("a reminder could not be mailed: %s", type(error).__name__)
            break
        sent += 1
    return sent


@transaction.atomic
def _mail_one(today: date) -> bool:
    """Send one reminder; it is marked in the same transaction, and two rounds never take one."""
    waiting = Digest.objects.filter(day=today, mailed_at=None, user__is_active=True)
    digest = (
        waiting.exclude(user__email="").select_related("user")
        .select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
    )
    if digest is None:
        return False
    digest.mailed_at = timezone.now()
    digest.save(update_fields=["mailed_at"])
    EmailMessage(subject_of(digest), body_of(digest), to=[digest.user.email]).send()
    return True


def subject_of(digest: Digest) -> str:
    """11月23日有 3 项要办."""
    total = sum(line["count"] for line in digest.lines)
    return f"{digest.day.month}月{digest.day.day}日有 {total} 项要办"


def body_of(digest: Digest) -> str:
    """The e-mail: counts, titles of matters that name nobody, the address of the home page."""
    lines = []
    for line in digest.lines:
        lines.append(f"{line['box']}　{line['label']} {line['count']} {line['unit']}")
        lines += [f"　　{title}" for title in line["titles"]]
    lines += ["", f"请登录办理：{settings.PUBLIC_URL}/", "同一天不会重复提醒。"]
    return "\n".join(lines)
