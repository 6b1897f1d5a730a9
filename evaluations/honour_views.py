"""Pages of honours, and of the three-good selection that ends in them."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from common.access import may_on
from common.forms import ScopedForm
from common.history import history_of
from common.ledgers.forms import LedgerForm
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.lists import ScopedListView
from common.refusals import Refused
from common.views import ActionView, PageView, ScopedDetailView, ScopedFormView
from evaluations import honour_actions as actions
from evaluations.choices import HonourLevel, NominationState
from evaluations.flow import NOMINATION_FLOW
from evaluations.honour_actions import Decision, Recommended
from evaluations.honour_lists import (
    COLUMNS,
    GOOD_CHOICES,
    NOMINATION_COLUMNS,
    NOMINATION_SORTS,
    SORTS,
    TONES,
    HonourFilter,
    NominationFilter,
)
from evaluations.models import Honour, Nomination
from organizations.entity_pages import address_of, visible_ids
from organizations.models import PartyOrganization

LIST = reverse_lazy("honours:honour_list")


# --- Honours ------------------------------------------------------------------------------------


class HonourForm(LedgerForm):
    """登记 and 修改 of 荣誉."""

    kind: ClassVar[str] = "honours"
    groups = (
        ("荣誉", ("category", "name", "level", "year", "granted_on", "granted_by", "document")),
        ("获得者", ("organization", "entity", "person", "remarks")),
    )


class HonourList(LedgerListView):
    """荣誉."""

    roles = RIGHTS["read_honours"]
    export_roles = RIGHTS["export"]
    model = Honour
    ledger_kind = "honours"
    template_name = "honours/honour_list.html"
    title, noun, unit, crumbs = "荣誉", "荣誉", "项", "台账"
    filterset_class = HonourFilter
    columns, sorts = COLUMNS, SORTS
    create_url, create_label = reverse_lazy("honours:honour_create"), "登记荣誉"

    def listed(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("organization", "entity")


class HonourDetail(ScopedDetailView):
    """One honour."""

    roles = RIGHTS["read_honours"]
    model = Honour
    template_name = "honours/honour_detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization", "entity", "nomination")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.object
        return super().get_context_data(
            history=history_of(one, self.request.scope, size=5),
            may_edit=may_on(one, self.request.scope, "edit_ledgers"),
            organization_url=self._url(one.organization), entity_url=self._url(one.entity),
            **kwargs,
        )

    def _url(self, record: Any) -> str:
        if record is None or not visible_ids([record], self.request.scope):
            return ""
        return address_of(record)


class HonourCreate(LedgerCreateView):
    """登记荣誉."""

    roles = RIGHTS["edit_ledgers"]
    form_class = HonourForm
    title = "登记荣誉"
    list_url, list_title = LIST, "荣誉"


class HonourEdit(LedgerUpdateView):
    """修改荣誉."""

    roles = RIGHTS["edit_ledgers"]
    model = Honour
    form_class = HonourForm
    title = "修改荣誉"
    list_url, list_title = LIST, "荣誉"


class HonourHistory(RecordHistoryView):
    """变更记录 of an honour."""

    roles = RIGHTS["read_honours"]
    model = Honour


# --- 三好评选 -----------------------------------------------------------------------------------


class NominationForm(ScopedForm):
    """推荐: one page on a phone."""

    kind = forms.ChoiceField(label="评选类别", choices=GOOD_CHOICES, widget=forms.RadioSelect)
    organization = forms.ModelChoiceField(
        label="党组织", queryset=PartyOrganization.objects.none(), empty_label="请选择"
    )
    person = forms.CharField(
        label="姓名", max_length=60, required=False, help_text="好支书、好党员填写；好支部不用填"
    )
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    deeds = forms.CharField(
        label="主要事迹", max_length=1000, widget=forms.Textarea, help_text="两三件实事，不用写长"
    )

    def narrow(self, scope: Any) -> None:
        self.fields["organization"].queryset = PartyOrganization.objects.within(scope).active(
            timezone.localdate()
        )
        self.fields["year"].initial = timezone.localdate().year

    def save(self) -> Nomination:
        """Raises Refused."""
        names = ("kind", "year", "organization", "person", "deeds")
        said = Recommended(**{name: self.cleaned_data[name] for name in names})
        return actions.nominate(said=said, by=self.user, scope=self.scope)


class NominationList(ScopedListView):
    """三好推荐, and for the district the decision on all that were reviewed."""

    roles = RIGHTS["read_honours"]
    export_roles = RIGHTS["export"]
    model = Nomination
    template_name = "honours/nomination_list.html"
    title, noun, unit, crumbs = "三好评选", "推荐", "个", "评定与服务"
    filterset_class = NominationFilter
    columns, sorts = NOMINATION_COLUMNS, NOMINATION_SORTS

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = self.request.scope
        reviewed = reviewed_in(scope).values_list("year", flat=True)
        return super().get_context_data(
            may_nominate=scope.may("nominate"),
            years=sorted(set(reviewed), reverse=True) if scope.may("rate_district") else [],
            levels=[level for level in HonourLevel if level != HonourLevel.TOWN],
            today=timezone.localdate(), **kwargs,
        )


def reviewed_in(scope: Any) -> QuerySet[Nomination]:
    """What the district can honour."""
    reached = scope.only(RIGHTS["rate_district"])
    return Nomination.objects.within(reached).filter(state=NominationState.REVIEWED)


class NominationDetail(ScopedDetailView):
    """One recommendation, what it says and how far it is."""

    roles = RIGHTS["read_honours"]
    model = Nomination
    template_name = "honours/nomination_detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization", "nominated_by", "honour")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one, scope = self.object, self.request.scope
        steps = NOMINATION_FLOW.steps(one).select_related("by")
        return super().get_context_data(
            tone=TONES[NominationState(one.state)],
            verbs=[
                verb for verb in NOMINATION_FLOW.available(one, scope)
                if verb.verb != "honour" and may_on(one, scope, verb.right)
            ],
            steps=[
                {"title": NOMINATION_FLOW.label(step.verb), "by": step.by, "at": step.at,
                 "note": step.note}
                for step in steps
            ],
            **kwargs,
        )


class NominationCreate(ScopedFormView):
    """推荐."""

    roles = RIGHTS["nominate"]
    form_class = NominationForm
    template_name = "honours/nomination_form.html"
    title, submit_label, success_message = "推荐三好", "推荐", "已推荐，等镇街审核。"

    def form_valid(self, form: NominationForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)


class NominationStep(ActionView):
    """审核 or 不通过."""

    roles = RIGHTS["nominate"] | RIGHTS["rate_district"]
    model = Nomination

    def act(self, obj: Nomination) -> None:
        transition = NOMINATION_FLOW.transitions.get(self.request.POST.get("verb", ""))
        if transition is None or transition.verb == "honour":
            raise Refused("请从页面上的按钮办理。")
        if not may_on(obj, self.request.scope, transition.right):
            raise Refused(f"您没有“{transition.label}”的权限。")
        actions.step(
            nomination=obj, verb=transition.verb, by=self.request.user, scope=self.request.scope,
            note=self.request.POST.get("note", ""),
        )


class NominationHonour(PageView):
    """表彰: all that were reviewed for a year, by one document."""

    roles = RIGHTS["rate_district"]
    http_method_names: ClassVar[list[str]] = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        typed = request.POST
        try:
            made = actions.honour(
                nominations=reviewed_in(self.scope).filter(year=_year_in(typed.get("year", ""))),
                decision=_decision_in(typed), by=request.user, scope=self.scope,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"已表彰 {len(made)} 个，记入荣誉台账。")
        return redirect("honours:nomination_list")


def _year_in(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise Refused("请选择年度。")
    return int(text)


def _decision_in(typed: Any) -> Decision:
    try:
        granted_on = date.fromisoformat(typed.get("granted_on", ""))
    except ValueError as error:
        raise Refused("请填写表彰日期，如 2026-06-30。") from error
    level = typed.get("level", "")
    if level not in HonourLevel:
        raise Refused("请选择级别。")
    return Decision(
        document=typed.get("document", "")[:60], granted_on=granted_on,
        granted_by=typed.get("granted_by", "")[:100], level=level,
    )
