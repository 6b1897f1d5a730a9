"""Pages of tickets: the list, one ticket, raising one, a page for each step."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from activities.whom import record_of
from common.history import history_of
from common.ledgers.views import LedgerListView
from common.lists import Sort
from common.refusals import Refused
from common.reveal import RevealView
from common.trace import record_read
from common.transitions import Transition
from common.views import ActionView, ScopedDetailView, ScopedFormView, ScopedUpdateView
from organizations.entity_pages import address_of, visible_ids
from services import actions
from services.choices import TicketState
from services.clock_bar import face_of, left_words
from services.filters import TicketFilter
from services.flow import TICKET_FLOW
from services.help_models import Help
from services.models import ServiceItem, Ticket
from services.photos import may_add
from services.queries import waits_for
from services.ticket_forms import FORMS, PRESSED, TicketForm
from services.ticket_rights import Standing, available, may_step
from services.ticket_tables import TICKET_COLUMNS
from services.ticket_words import CARD_TONES, STAGES, STATE_TONES, stage_of

# A step of another name does what these say; they have no page of their own.
_HIDDEN = frozenset({"redo"})
# What is offered first where it can be done: the way on.
_MAIN = ("accept", "assign", "sign", "answer", "resume", "resubmit", "rate")
# Offered beside what was recorded, not among the steps.
_BESIDE = "drop_help"


class TicketList(LedgerListView):
    """企业诉求."""

    roles = RIGHTS["read_tickets"]
    export_roles = RIGHTS["export"]
    model = Ticket
    ledger_kind = "tickets"
    template_name = "services/ticket_list.html"
    title, noun, unit, crumbs = "企业诉求", "诉求", "件", "评定与服务"
    filterset_class = TicketFilter
    columns = TICKET_COLUMNS
    create_url = reverse_lazy("services:ticket_create")
    create_label = "提诉求"
    sorts = (
        Sort("-day", "最近的在前", "-registered_at"),
        Sort("day", "最早的在前", "registered_at"),
        Sort("due", "先到期的在前", "due_on"),
        Sort("-due", "后到期的在前", "-due_on"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return rows.select_related(
            "entity", "organization", "town", "department", "category", "raised_by"
        )

    def prepare(self, rows: list[Any]) -> None:
        left_words(rows)
        for row in rows:
            row.waits_for = waits_for(row)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_raise=self.request.scope.may("raise_tickets"), **kwargs
        )


class TicketDetail(ScopedDetailView):
    """One ticket: where it stands, who has to act, what was done, what one can do."""

    roles = RIGHTS["read_tickets"]
    model = Ticket
    template_name = "services/ticket_detail.html"

    def get_queryset(self) -> QuerySet:
        related = (
            "entity", "organization", "town", "department", "category", "raised_by", "item",
            "log", "visit",
        )
        rows = super().get_queryset().select_related(*related)
        helps = Prefetch("helps", Help.objects.select_related("category"))
        return rows.prefetch_related("supports__department", "photos__added_by", helps)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ticket, user, scope = self.object, self.request.user, self.request.scope
        record_read(by=user, action="view", rows=[ticket.pk], model=Ticket)
        offered = available(ticket, user, scope)
        steps = [one for one in offered if one.verb not in {*_HIDDEN, _BESIDE}]
        steps.sort(key=lambda one: one.verb not in _MAIN)
        source = ticket.visit or ticket.log
        whom = [one for one in (ticket.entity, ticket.organization, source) if one]
        seen = visible_ids(whom, scope)
        return super().get_context_data(
            stages=[label for label, _states in STAGES], stage=stage_of(ticket),
            tone=STATE_TONES[ticket.get_state_display()],
            card_tone=CARD_TONES.get(ticket.get_card_display(), ""),
            clock=face_of(ticket), waits_for=waits_for(ticket), next_words=next_words(ticket),
            acts=[_act(one, ticket, is_first=at == 0) for at, one in enumerate(steps)],
            steps=steps_of(ticket), entity_url=_url(ticket.entity, seen),
            organization_url=_url(ticket.organization, seen), source_url=_url(source, seen),
            may_add=may_add(ticket, user, scope),
            is_office=Standing(ticket, user, scope).is_office, helps=_helps(ticket, scope),
            may_drop_help=any(one.verb == _BESIDE for one in offered),
            **kwargs,
        )


def _helps(ticket: Ticket, scope: Any) -> list[tuple[Any, str]]:
    """(What the ticket was recorded as, its page for those who may open it)."""
    helps = list(ticket.helps.all())
    mine = scope.only(RIGHTS["read_ledgers"])
    may = mine.may("read_ledgers") and helps
    rows = Help.objects.within(mine).filter(ticket=ticket) if may else Help.objects.none()
    seen = set(rows.values_list("pk", flat=True))
    return [(one, one.get_absolute_url() if one.pk in seen else "") for one in helps]


def _url(record: Any, seen: set) -> str:
    return address_of(record) if record is not None and record.pk in seen else ""


def _act(step: Transition, ticket: Ticket, *, is_first: bool) -> dict[str, Any]:
    return {
        "label": step.label, "is_pressed": step.verb in PRESSED,
        "is_main": is_first and step.verb in _MAIN,
        "url": reverse(f"services:ticket_{step.verb}", args=[ticket.pk]),
    }


_NEXT = {
    TicketState.REGISTERED: "受理，或退回企业补正。",
    TicketState.RETURNED: "企业补正后再交。",
    TicketState.ACCEPTED: "交办给主办部门，或自行办理。",
    TicketState.ASSIGNED: "签收，不归本部门办的提出异议。",
    TicketState.DISPUTED: "改派给别的部门，或维持原来的交办。",
    TicketState.WORKING: "反馈办理结果。反馈后由企业评价，不满意则重办。",
    TicketState.SUSPENDED: "企业补充后恢复办理，计时接着走。",
    TicketState.ANSWERED: "企业评价。不满意要写明原因，重新办理。",
}


def next_words(ticket: Ticket) -> str:
    """What is to be done next; "" when nothing is."""
    return _NEXT.get(TicketState(ticket.state), "")


def steps_of(ticket: Ticket) -> list[dict[str, Any]]:
    """办理经过, newest first, down to the registration."""
    told = [
        {"title": TICKET_FLOW.label(step.verb), "by": step.by, "at": step.at, "note": step.note}
        for step in TICKET_FLOW.steps(ticket).select_related("by")
    ]
    told.append({
        "title": "登记", "by": ticket.raised_by, "at": ticket.registered_at,
        "note": ticket.get_channel_display(),
    })
    told[0]["is_now"] = True
    return told


class TicketHistory(ScopedDetailView):
    """变更记录 of a ticket, for the office."""

    roles = RIGHTS["assign_tickets"]
    model = Ticket
    template_name = "ledgers/history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        before = self.request.GET.get("before", "")
        return super().get_context_data(
            title=f"{self.object}的变更记录", is_first=not before,
            history=history_of(self.object, self.request.scope, before=before), **kwargs,
        )


class TicketPhone(RevealView):
    """The number to call back, with a reason."""

    roles = RIGHTS["read_tickets"]
    model = Ticket
    field, label = "contact_phone", "联系电话"


# --- Raising ------------------------------------------------------------------------------------


class TicketCreate(ScopedFormView):
    """提诉求, for an enterprise or organization in scope; ``?item=``: applying for a service."""

    roles = RIGHTS["raise_tickets"]
    form_class = TicketForm
    template_name = "services/ticket_form.html"
    title, submit_label, success_message = "提诉求", "提交", "已登记，办到哪一步都能在这里看到。"

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = self.request.GET
        chosen = None
        for kind in ("entity", "organization"):
            if asked.get(kind):
                chosen = record_of(f"{kind}:{asked[kind]}", self.scope)
        return super().get_form_kwargs() | {"item": self.item, "chosen": chosen}

    @property
    def item(self) -> ServiceItem | None:
        """The service item that is applied for; 404 for one that is not offered."""
        asked = self.request.GET.get("item")
        if not asked:
            return None
        rows = ServiceItem.objects.within(self.scope).offered(timezone.localdate())
        try:
            return rows.get(pk=asked)
        except (ServiceItem.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def form_valid(self, form: TicketForm) -> HttpResponse:
        return saved_or_told(self, form, self.success_message)


def saved_or_told(view: Any, form: Any, message: str) -> HttpResponse:
    """Save the form and go to the ticket; a refusal is told on the form."""
    try:
        ticket = form.save()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return view.form_invalid(form)
    messages.success(view.request, message)
    seen = Ticket.objects.within(view.request.scope).filter(pk=ticket.pk).exists()
    return redirect(ticket.get_absolute_url() if seen else reverse("services:ticket_list"))


# --- Steps --------------------------------------------------------------------------------------


class StepMixin:
    """A step of the flow on one ticket: ``verb`` decides right and turn."""

    model = Ticket
    verb: ClassVar[str]

    def may(self, obj: Ticket) -> bool:
        return may_step(obj, self.verb, self.request.user, self.request.scope)


class PressedStep(StepMixin, ActionView):
    """A step by one press."""

    def act(self, obj: Ticket) -> None:
        act = getattr(actions, self.verb, None)
        values = {"ticket": obj, "by": self.request.user, "scope": self.request.scope}
        if act:
            act(**values)
        else:
            actions.step(verb=self.verb, **values)
        messages.success(self.request, f"已{TICKET_FLOW.label(self.verb)}。")

    def url_after(self, obj: Ticket) -> str:
        if self.verb == "record_help":  # numbers are filled in there
            made = [url for _one, url in _helps(obj, self.request.scope) if url]
            if made:
                return made[0]
        seen = Ticket.objects.within(self.request.scope).filter(pk=obj.pk).exists()
        return obj.get_absolute_url() if seen else reverse("services:ticket_list")


class FormStep(StepMixin, ScopedUpdateView):
    """A step with something to write."""

    template_name = "services/ticket_step.html"

    def get_form_class(self) -> type:
        return FORMS[self.verb]

    @property
    def label(self) -> str:
        return TICKET_FLOW.label(self.verb)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not TICKET_FLOW.can(self.object, self.verb, request.scope):
            words = self.object.get_state_display()
            messages.error(request, f"现在是“{words}”，不能{self.label}。")
            return redirect(self.object.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        return saved_or_told(self, form, f"已{self.label}。")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"scope": self.request.scope}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **({"title": self.label, "submit_label": self.label} | kwargs)
        )


def step_view(verb: str) -> Any:
    """The view of a step of the flow."""
    base = PressedStep if verb in PRESSED else FormStep
    roles = RIGHTS[TICKET_FLOW.transitions[verb].right]
    name = f"Ticket{verb.title().replace('_', '')}"
    return type(name, (base,), {"verb": verb, "roles": roles}).as_view()
