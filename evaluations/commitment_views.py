"""Pages of two-way commitments: list, one commitment with its items and appraisals, its steps."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import Count, Q, QuerySet
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from common.access import may_on
from common.forms import DayInput, speak_plainly
from common.history import history_of
from common.ledgers.forms import LedgerForm
from common.ledgers.rows import Options
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.refusals import Refused
from common.together import Together, TogetherMixin
from common.transitions import Transition
from common.views import ActionView, ScopedDetailView
from evaluations import commitment_actions as actions
from evaluations.choices import Appraised, Appraiser, CommitmentState, Side
from evaluations.commitment_actions import APPRAISES, RUNNING, Promised
from evaluations.commitment_lists import COLUMNS, SORTS, TONES, CommitmentFilter, with_items
from evaluations.flow import COMMITMENT_FLOW
from evaluations.models import Commitment, CommitmentAppraisal, CommitmentItem
from organizations.entity_pages import address_of, visible_ids
from organizations.finder import OrganizationFinder

LIST = reverse_lazy("commitments:commitment_list")
STAGES = ("提诺", "支部审", "镇街审", "区备案", "亮诺", "践诺", "评诺")
# State → the stage that is being worked on; STAGES are counted from 1.
_STAGE = {
    CommitmentState.PROPOSED: 1, CommitmentState.BRANCH: 3, CommitmentState.TOWN: 4,
    CommitmentState.REGISTERED: 5, CommitmentState.SHOWN: 6, CommitmentState.APPRAISED: 8,
    CommitmentState.HOLLOW: 0,
}
# Verbs that take something back or judge: they stand apart from the way forward.
_BACK = frozenset({"send_back", "return_town", "find_hollow", "clear"})
_GRADE_TONES = {Appraised.GOOD: "ok", Appraised.FAIRLY_GOOD: "ok", Appraised.FAIR: "warn",
                Appraised.POOR: "bad"}


class CommitmentForm(LedgerForm):
    """登记 and 修改 of 双向承诺; the steps and appraisals have their own places on its page."""

    kind: ClassVar[str] = "commitments"
    hidden: ClassVar[tuple[str, ...]] = (
        "state", *(f"{appraiser}_grade" for appraiser in Appraiser.values)
    )
    helps: ClassVar[dict[str, str]] = {
        "by_organization": "一行一项。责任人和时限写在后面，用｜隔开，也可以保存以后逐项补",
        "by_enterprise": "一行一项，写法相同",
    }
    groups = (
        ("承诺双方", ("organization", "entity", "year", "signed_on", "remarks")),
        ("承诺事项", ("by_organization", "by_enterprise")),
    )


class ItemForm(forms.Form):
    """One promise, typed on the page of its commitment."""

    side = forms.ChoiceField(label="承诺方", choices=Side, required=False)
    text = forms.CharField(label="承诺内容", max_length=300)
    owner = forms.CharField(label="责任人", max_length=60, required=False)
    due_on = forms.DateField(label="完成时限", required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speak_plainly(self)

    def said(self, side: str = "") -> Promised:
        """What was typed. Raises Refused, with the first thing that is wrong."""
        if not self.is_valid():
            raise Refused(next(iter(self.errors.values()))[0])
        typed = self.cleaned_data
        if not (side or typed["side"]):
            raise Refused("请选择承诺方。")
        return Promised(side or typed["side"], typed["text"], typed["owner"], typed["due_on"])


def _all_of(verb: str) -> Callable[..., list[Commitment]]:
    def decide(*, rows: list[Commitment], **who: Any) -> list[Commitment]:
        return actions.step_all(commitments=rows, verb=verb, **who)

    return decide


# Those of which all four have said what they think.
_JUDGED = (
    CommitmentAppraisal.objects.order_by().values("commitment")
    .annotate(n=Count("appraiser", distinct=True)).filter(n=len(Appraiser)).values("commitment")
)
_CHANGED = "要逐份看"
TOGETHER = {
    "town_approve": Together(
        "rate_town", CommitmentState.BRANCH, _all_of("town_approve"), "镇街审定", _CHANGED
    ),
    "register": Together(
        "rate_district", CommitmentState.TOWN, _all_of("register"), "备案", _CHANGED
    ),
    "appraise": Together(
        "rate_town", CommitmentState.SHOWN, _all_of("appraise"), "评诺", "四方还没有评完",
        Q(pk__in=_JUDGED),
    ),
}


class CommitmentList(TogetherMixin, LedgerListView):
    """双向承诺."""

    roles = RIGHTS["read_commitments"]
    export_roles = RIGHTS["export"]
    model = Commitment
    ledger_kind = "commitments"
    template_name = "commitments/commitment_list.html"
    title, noun, unit, crumbs = "双向承诺", "承诺书", "份", "评定与服务"
    filterset_class = CommitmentFilter
    columns, sorts = COLUMNS, SORTS
    steps_together, together_order = TOGETHER, ("signed_on", "pk")
    create_url, create_label = reverse_lazy("commitments:commitment_create"), "登记承诺书"

    def listed(self, rows: QuerySet) -> QuerySet:
        return with_items(rows.select_related("organization", "entity"))


class CommitmentDetail(ScopedDetailView):
    """One commitment: how far it is, the promises of both sides, what people thought."""

    roles = RIGHTS["read_commitments"]
    model = Commitment
    template_name = "commitments/commitment_detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization", "entity")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one, scope = self.object, self.request.scope
        items = list(one.items.all())
        may_edit = may_on(one, scope, "edit_commitments")
        is_draft = one.state == CommitmentState.PROPOSED
        steps = list(COMMITMENT_FLOW.steps(one).select_related("by"))
        verbs = self._verbs()
        return super().get_context_data(
            tone=TONES[CommitmentState(one.state)],
            stages=STAGES, current=_STAGE[CommitmentState(one.state)],
            sides=[(side, [item for item in items if item.side == side]) for side in Side],
            late=_late(items, timezone.localdate()), today=timezone.localdate(),
            done=sum(item.done_on is not None for item in items), promised=len(items),
            may_draft=may_edit and is_draft, is_draft=is_draft,
            may_fulfil=one.state in RUNNING and may_on(one, scope, "commit"),
            ahead=[verb for verb in verbs if verb.verb not in _BACK],
            back=[verb for verb in verbs if verb.verb in _BACK],
            returned=steps[0] if is_draft and steps and steps[0].note else None,
            steps=[_told(step) for step in steps], history=history_of(one, scope, size=5),
            entity_url=self._url(one.entity), organization_url=self._url(one.organization),
            **self._appraisals(), **kwargs,
        )

    def _verbs(self) -> list[Transition]:
        scope = self.request.scope
        return [
            one for one in COMMITMENT_FLOW.available(self.object, scope)
            if may_on(self.object, scope, one.right)
        ]

    def _appraisals(self) -> dict[str, Any]:
        one = self.object
        said = {row.appraiser: row for row in one.appraisals.all()}
        is_open = one.state == CommitmentState.SHOWN
        scope = self.request.scope
        return {
            "appraisals": [
                (appraiser, said.get(appraiser),
                 _GRADE_TONES[Appraised(said[appraiser].grade)] if appraiser in said else "",
                 is_open and may_on(one, scope, APPRAISES[appraiser]))
                for appraiser in Appraiser
            ],
            "has_appraisals": is_open or bool(said), "grades": Appraised,
        }

    def _url(self, record: Any) -> str:
        return address_of(record) if visible_ids([record], self.request.scope) else ""


def _late(items: Iterable[CommitmentItem], today: date) -> list[CommitmentItem]:
    return [item for item in items if not item.done_on and item.due_on and item.due_on < today]


def _told(step: Any) -> dict[str, Any]:
    return {
        "title": COMMITMENT_FLOW.label(step.verb), "by": step.by, "at": step.at, "note": step.note,
    }


class CommitmentCreate(LedgerCreateView):
    """登记承诺书."""

    roles = RIGHTS["edit_commitments"]
    form_class = CommitmentForm
    title = "登记双向承诺"
    list_url, list_title = LIST, "双向承诺"

    def get_initial(self) -> dict[str, Any]:
        """This year, and the secretary's own organization."""
        today, own = timezone.localdate(), {}
        if len(self.scope.organizations) == 1 and not self.scope.roots:
            options = Options(day=today, scope=self.scope)
            own["organization"] = OrganizationFinder(options).name(*self.scope.organizations)
        return super().get_initial() | {
            "year": today.year, "signed_on": today.isoformat(), **own,
        }


class CommitmentEdit(LedgerUpdateView):
    """修改承诺书, while it is a draft."""

    roles = RIGHTS["edit_commitments"]
    model = Commitment
    form_class = CommitmentForm
    title = "修改双向承诺"
    list_url, list_title = LIST, "双向承诺"

    def may(self, obj: Commitment) -> bool:
        return obj.state == CommitmentState.PROPOSED


class CommitmentHistory(RecordHistoryView):
    """变更记录 of a commitment."""

    roles = RIGHTS["read_commitments"]
    model = Commitment


# --- Steps and items ----------------------------------------------------------------------------


class CommitmentStep(ActionView):
    """A step of the flow; which are offered follows from the flow."""

    roles = RIGHTS["commit"] | RIGHTS["rate_district"]
    model = Commitment

    def act(self, obj: Commitment) -> None:
        transition = COMMITMENT_FLOW.transitions.get(self.request.POST.get("verb", ""))
        if transition is None:
            raise Refused("请从页面上的按钮办理。")
        if not may_on(obj, self.request.scope, transition.right):
            raise Refused(f"您没有“{transition.label}”的权限。")
        actions.step(
            commitment=obj, verb=transition.verb, by=self.request.user, scope=self.request.scope,
            note=self.request.POST.get("note", ""),
        )


class AppraisalSave(ActionView):
    """评诺: what one kind of people thought."""

    roles = RIGHTS["commit"]
    model = Commitment

    def act(self, obj: Commitment) -> str:
        actions.appraise(
            commitment=obj, appraiser=self.request.POST.get("appraiser", ""),
            grade=self.request.POST.get("grade", ""), by=self.request.user, scope=self.scope,
        )
        return f"{obj.get_absolute_url()}#appraisals"


class ItemAdd(ActionView):
    """添加承诺事项."""

    roles = RIGHTS["edit_commitments"]
    model = Commitment

    def act(self, obj: Commitment) -> str:
        said = ItemForm(self.request.POST).said()
        actions.add_item(commitment=obj, said=said, by=self.request.user, scope=self.scope)
        return f"{obj.get_absolute_url()}#{said.side}"


class ItemAction(ActionView):
    """A verb on one item; afterwards the page of its commitment at that item."""

    model = CommitmentItem

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("commitment")

    def url_after(self, obj: CommitmentItem) -> str:
        return f"{obj.commitment.get_absolute_url()}#item-{obj.pk}"


class ItemChange(ItemAction):
    """修改 or 删去 an item of a draft."""

    roles = RIGHTS["edit_commitments"]

    def act(self, obj: CommitmentItem) -> str | None:
        by = {"by": self.request.user, "scope": self.scope}
        if self.request.POST.get("verb") == "drop":
            actions.drop_item(item=obj, **by)
            return f"{obj.commitment.get_absolute_url()}#{obj.side}"
        actions.change_item(item=obj, said=ItemForm(self.request.POST).said(obj.side), **by)
        return None


class ItemFulfil(ItemAction):
    """践诺销号, or taking it back."""

    roles = RIGHTS["commit"]

    def act(self, obj: CommitmentItem) -> None:
        by = {"by": self.request.user, "scope": self.scope}
        if self.request.POST.get("verb") == "reopen":
            actions.unfulfil(item=obj, **by)
            return
        try:
            done_on = date.fromisoformat(self.request.POST.get("done_on", ""))
        except ValueError as error:
            raise Refused("请填写完成日期，如 2026-06-30。") from error
        actions.fulfil(
            item=obj, done_on=done_on, evidence=self.request.POST.get("evidence", ""), **by
        )
