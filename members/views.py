"""Pages of members (党员). Whoever opens one is written down: common.trace.record_read."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from common.additions import panels_of, tracks_of
from common.history import history_of
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.lists import Sort
from common.reveal import RevealView
from common.timelines import draw
from common.trace import record_read
from common.views import ScopedDetailView
from members import details
from members.filters import MemberFilter
from members.forms import MemberForm
from members.models import Member
from members.queries import listed, may_edit, status_words
from members.rules import dues_words
from members.tables import COLUMNS, STATUS_TONES

LIST = reverse_lazy("members:member_list")
SHOWN_MASKED = "遮挡的号码"


def record_view(request: HttpRequest, action: str, members: Iterable[Any]) -> None:
    """Write who saw which members; an empty list shows nobody."""
    ids = [getattr(member, "pk", member) for member in members]
    if ids:
        record_read(
            by=request.user, action=action, rows=ids, model=Member, fields=SHOWN_MASKED
        )


class MemberList(LedgerListView):
    """党员名单."""

    roles = RIGHTS["read_members"]
    export_roles = RIGHTS["export"]
    model = Member
    ledger_kind = "members"
    template_name = "members/member_list.html"
    title, noun, unit, crumbs = "党员", "党员", "名", "台账"
    filterset_class = MemberFilter
    columns = COLUMNS
    create_url, create_label = reverse_lazy("members:member_create"), "登记党员"
    is_dated = True
    sorts = (
        Sort("name", "按姓名", "name"),
        Sort("-name", "按姓名倒序", "-name"),
        Sort("-joined", "新加入的在前", "-joined_on"),
        Sort("joined", "早加入的在前", "joined_on"),
        Sort("dues", "党费交得早的在前", "dues_paid_until"),
        Sort("-dues", "党费交得晚的在前", "-dues_paid_until"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return listed(rows, self.day)

    def prepare(self, rows: list[Any]) -> None:
        for row in rows:
            row.status_words = status_words(row.status, row.joined_on, self.day)
            row.dues_words = dues_words(row.dues_paid_until, self.day)
        super().prepare(rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        record_view(self.request, "list", context["page"].rows)
        return context

    def record_export(self, asked: Mapping[str, Any], ids: list[Any]) -> None:
        super().record_export(asked, ids)
        if not asked["identity"]:  # the other is recorded with its reason
            record_view(self.request, "export", ids)


class ReadMixin:
    """Opening the page writes one entry."""

    request: HttpRequest
    object: Member

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().get(request, *args, **kwargs)
        record_view(request, "view", [self.object])
        return answer


class MemberDetail(ReadMixin, ScopedDetailView):
    """One member: who it is, where the membership lies, where the member takes part and works."""

    roles = RIGHTS["read_members"]
    model = Member
    template_name = "members/member_detail.html"

    def get_queryset(self) -> QuerySet:
        return listed(super().get_queryset(), self.day)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        member, day, scope = self.object, self.day, self.scope
        tracks = tracks_of(self.request, member)
        status = status_words(member.status, member.joined_on, day)
        return super().get_context_data(
            status=status,
            status_tone=STATUS_TONES.get(status, ""),
            places=details.places(member, scope, day),
            dues=dues_words(member.dues_paid_until, day),
            panels=panels_of(self.request, member, day),
            tracks=tracks,
            drawings=draw(tracks, day, timezone.localdate()),
            history=history_of(member, scope, size=5),
            may_edit=may_edit(member, self.request.scope, timezone.localdate()),
            is_past=day != timezone.localdate(),
            **kwargs,
        )


class MemberCreate(LedgerCreateView):
    """登记党员."""

    roles = RIGHTS["edit_members"]
    form_class = MemberForm
    title = "登记党员"
    list_url, list_title = LIST, "党员"


class MemberEdit(ReadMixin, LedgerUpdateView):
    """修改党员: where the member takes part, not by who merely has the membership on the roll."""

    roles = RIGHTS["edit_members"]
    model = Member
    form_class = MemberForm
    title = "修改党员"
    list_url, list_title = LIST, "党员"

    def may(self, obj: Member) -> bool:
        return may_edit(obj, self.request.scope, timezone.localdate())


class MemberHistory(ReadMixin, RecordHistoryView):
    """变更记录 of a member."""

    roles = RIGHTS["read_members"]
    model = Member


class MemberPhone(RevealView):
    """手机 in full."""

    roles = RIGHTS["see_identity"]
    model, field, label = Member, "phone", "手机"


class MemberIdNumber(RevealView):
    """公民身份号码 in full."""

    roles = RIGHTS["see_identity"]
    model, field, label = Member, "id_number", "公民身份号码"
