"""Lines of a member's time line."""

from collections.abc import Iterable

from django.http import HttpRequest

from common.additions import track
from common.timelines import Bar, Track
from members.choices import MembershipStatus
from members.models import Affiliation, Management, Member, MemberState

MEMBER = "members.Member"


@track(MEMBER, order=10)
def state_tracks(_request: HttpRequest, member: Member) -> list[Track]:
    """党籍 with 人员类别, and 工作单位, from 加入党组织日期 on."""
    rows = list(
        MemberState.objects.filter(member=member).select_related("workplace").order_by("starts_on")
    )
    standing = [
        (row, row.get_category_display() if row.status == MembershipStatus.NORMAL
         else row.get_status_display(), row.status != MembershipStatus.NORMAL)
        for row in rows
    ]
    work = [
        (row, str(row.workplace or row.workplace_text), False)
        for row in rows if row.workplace or row.workplace_text
    ]
    return [Track("党籍", _runs(standing, member)), Track("工作单位", _runs(work, member))]


def _runs(said: Iterable[tuple[MemberState, str, bool]], member: Member) -> list[Bar]:
    """Neighbours that say the same as one bar, since the member joined."""
    bars: list[Bar] = []
    for row, text, is_faint in said:
        starts_on = max(row.starts_on, member.joined_on)
        if starts_on >= row.ends_on:
            continue
        if bars and bars[-1].text == text and bars[-1].ends_on == starts_on:
            starts_on = bars.pop().starts_on
        bars.append(Bar(starts_on, row.ends_on, text, is_faint=is_faint))
    return bars


@track(MEMBER, order=20)
def affiliation_track(_request: HttpRequest, member: Member) -> Track:
    """组织关系."""
    return Track("组织关系", _links(Affiliation, member))


@track(MEMBER, order=30)
def management_track(_request: HttpRequest, member: Member) -> Track:
    """管理党组织, where it is another than the affiliation's."""
    return Track("参加活动", _links(Management, member))


def _links(model: type, member: Member) -> list[Bar]:
    links = model.objects.filter(member=member).select_related("organization")
    return [
        Bar(link.starts_on, link.ends_on, str(link.organization))
        for link in links.order_by("starts_on")
    ]
