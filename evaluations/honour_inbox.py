"""What waits for people in the three-good selection (common/inbox.py)."""

from django.urls import reverse

from accounts.choices import Role
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from evaluations.choices import NominationState
from evaluations.models import Nomination


def _matter(person: Asker, role: str, state: str, label: str, verb: str) -> Matter:
    rows = Nomination.objects.within(person.scope.only({role})).filter(state=state)
    lines = [
        Line(str(one), one.get_absolute_url(), note=str(one.organization), verb=verb)
        for one in rows.select_related("organization")[:SHOWN]
    ]
    url = f"{reverse('honours:nomination_list')}?state={state}"
    return Matter(label, rows.count(), "个", lines, url=url)


@waiting(Box.TODO, order=95, roles={Role.TOWN})
def to_review(person: Asker) -> Matter:
    """Recommended; the town reviews."""
    return _matter(person, Role.TOWN, NominationState.NOMINATED, "三好推荐待审", "审核")


@waiting(Box.TODO, order=96, roles={Role.DISTRICT})
def to_honour(person: Asker) -> Matter:
    """Reviewed; the district decides."""
    return _matter(person, Role.DISTRICT, NominationState.REVIEWED, "三好推荐待表彰", "查看")
