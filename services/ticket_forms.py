"""Forms of tickets: raising one, and one form for each step that needs more than a press."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Department
from accounts.scope import RIGHTS
from activities.visit_actions import Whom
from activities.whom import WhomForm, key_of
from common.cells import CellError, phone
from common.forms import ScopedForm
from common.refusals import Refused
from enterprises.models import Entity
from organizations.models import PartyOrganization
from services import actions
from services.choices import (
    LEVELS,
    TicketCard,
    TicketChannel,
    TicketGrade,
    TicketKind,
    TicketOutcome,
    TicketSatisfaction,
)
from services.models import ServiceItem, Ticket, TicketCategory

# A secretary of more firms finds them by name.
_MOST = 40
LONG = 2000


def area(rows: int = 4) -> forms.Textarea:
    """A field for a few sentences."""
    return forms.Textarea(attrs={"rows": rows})


class PhoneField(forms.CharField):
    """A phone number as the ledgers take it."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return phone(text) if text else ""
        except CellError as error:
            raise ValidationError(error.sentence) from error


def category_choices() -> list[tuple[str, Any]]:
    """The tree of categories that may be chosen, as groups; one query."""
    rows = list(TicketCategory.objects.filter(is_used=True).order_by("order"))
    groups: dict[Any, list[TicketCategory]] = {}
    for row in rows:
        groups.setdefault(row.parent_id, []).append(row)
    found: list[tuple[str, Any]] = [("", "请选择")]
    for top in groups.get(None, []):
        below = groups.get(top.pk, [])
        own = [(str(top.pk), top.name)]
        found.append(
            (top.name, own + [(str(one.pk), one.name) for one in below]) if below else own[0]
        )
    return found


class CategoryField(forms.ModelChoiceField):
    """类别, grouped by what stands above."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(TicketCategory.objects.filter(is_used=True), label="类别", **kwargs)

    def offer(self) -> None:
        """Fill the choices; when the form is made."""
        self.choices = category_choices()


class TicketForm(WhomForm):
    """提诉求, or applying for a service item."""

    whom_label, nobody = "哪家的", "您还没有覆盖或联系的企业，请联系镇街。"
    title = forms.CharField(label="一句话说清要办什么", max_length=100)
    text = forms.CharField(label="具体情况", required=False, max_length=LONG, widget=area())
    kind = forms.ChoiceField(
        label="类型", choices=TicketKind, initial=TicketKind.REQUEST, widget=forms.RadioSelect
    )
    category = CategoryField(required=False)
    channel = forms.ChoiceField(
        label="从哪里知道的", choices=TicketChannel, initial=TicketChannel.ENTERPRISE
    )
    contact = forms.CharField(label="联系人", required=False, max_length=60)
    phone = PhoneField(label="联系电话", required=False, max_length=20)

    def __init__(
        self, *args: Any, item: ServiceItem | None = None, chosen: Whom | None = None, **kwargs: Any
    ) -> None:
        self.item, self.chosen = item, chosen
        super().__init__(*args, **kwargs)

    def narrow(self, scope: Any) -> None:
        self.fields["category"].offer()
        choices = _own(scope) if not (scope.everything or scope.areas) else {}
        self.offer_whom(choices, scope, may_search=not choices)
        if not scope.only(RIGHTS["assign_tickets"]).may("assign_tickets"):
            del self.fields["channel"]
        if self.item:
            for name in ("category", "kind"):
                del self.fields[name]
            self.fields["title"].initial = f"申请：{self.item.name}"[:100]

    def save(self) -> Ticket:
        """Register it. Raises Refused."""
        if self.found is None:
            raise Refused(self.nobody)
        said, item = self.cleaned_data, self.item
        asked = actions.Asked(
            title=said["title"], text=said["text"], kind=said.get("kind") or TicketKind.REQUEST,
            channel=said.get("channel") or self._channel(),
            category=item.category if item else said["category"], contact=said["contact"],
            phone=said["phone"], item=item,
        )
        return actions.register(whom=self.found, asked=asked, by=self.user, scope=self.scope)

    def _channel(self) -> str:
        """Those of the enterprise speak for it; an instructor heard of it on the way."""
        is_visitor = bool(self.scope.instructors) and not self.scope.organizations
        return TicketChannel.VISIT if is_visitor else TicketChannel.ENTERPRISE


def _own(scope: Any) -> dict[str, str]:
    """What somebody of few enterprises chooses from; {} for more."""
    found: dict[str, str] = {}
    for model in (PartyOrganization, Entity):
        rows = list(model.objects.within(scope)[: _MOST + 1])
        found |= {key_of(one): str(one) for one in rows}
    return found if len(found) <= _MOST else {}


# --- Steps --------------------------------------------------------------------------------------


class StepForm(ScopedForm):
    """Base: a form that makes the step ``verb`` on its ticket."""

    verb: ClassVar[str]

    def initial_of(self, instance: Ticket) -> dict[str, Any]:
        return {}

    def save(self) -> Ticket:
        """Make the step. Raises Refused."""
        act = getattr(actions, self.verb, None)
        values = {**self.cleaned_data, "ticket": self.instance, "by": self.user}
        values.pop("seen_version", None)
        if act:
            act(scope=self.scope, **values)
        else:
            actions.step(verb=self.verb, scope=self.scope, **values)
        return self.instance


class AcceptForm(StepForm):
    verb = "accept"
    kind = forms.ChoiceField(label="类型", choices=TicketKind, widget=forms.RadioSelect)
    grade = forms.ChoiceField(
        label="难易", choices=TicketGrade, widget=forms.RadioSelect,
        help_text="办理时限按类型和难易定，见规则参数。",
    )
    category = CategoryField()

    def initial_of(self, instance: Ticket) -> dict[str, Any]:
        return {
            "kind": instance.kind, "grade": instance.grade, "category": instance.category,
        }

    def narrow(self, scope: Any) -> None:
        self.fields["category"].offer()


class AssignForm(StepForm):
    verb = "assign"
    department = forms.ModelChoiceField(Department.objects.all(), label="主办部门")
    supports = forms.ModelMultipleChoiceField(
        Department.objects.all(), label="协办部门", required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(label="交办要求", required=False, max_length=300, widget=area(3))


class ReplyForm(StepForm):
    verb = "reply"
    answer = forms.CharField(label="怎样答复", max_length=LONG, widget=area(5))


class AnswerForm(StepForm):
    verb = "answer"
    text = forms.CharField(
        label="办理结果", max_length=LONG, widget=area(5), help_text="企业看到后评价。"
    )
    saved_amount = forms.DecimalField(
        label="为企业节省（元）", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    saved_percent = forms.IntegerField(
        label="节省比例（%）", required=False, min_value=0, max_value=100
    )


class ExtensionForm(StepForm):
    verb = "ask_extension"
    days = forms.IntegerField(label="延长几个工作日", min_value=1, max_value=250)
    reason = forms.CharField(label="为什么", max_length=400, widget=area(3))


class RateForm(StepForm):
    verb = "rate"
    satisfaction = forms.ChoiceField(
        label="满意吗", choices=TicketSatisfaction, widget=forms.RadioSelect
    )
    outcome = forms.ChoiceField(
        label="解决了吗", choices=TicketOutcome, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="想说的", required=False, max_length=400, widget=area(3),
        help_text="不满意请写明原因，写明后重新办理。",
    )


class SuperviseForm(StepForm):
    verb = "supervise"
    card = forms.ChoiceField(
        label="亮什么牌", choices=[one for one in TicketCard.choices if one[0]],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="督办要求", max_length=400, widget=area(3))


class EscalateForm(StepForm):
    verb = "escalate"
    level = forms.ChoiceField(
        label="升级到", choices=[(one.value, one.label) for one in LEVELS[1:]],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="为什么", max_length=400, widget=area(3))


def note_form(verb: str, label: str, *, is_required: bool = True) -> type[StepForm]:
    """The form of a step that needs a sentence only."""
    field = forms.CharField(label=label, required=is_required, max_length=400, widget=area(3))
    return type(f"{verb.title()}Form", (StepForm,), {"verb": verb, "note": field})


FORMS: dict[str, type[StepForm]] = {
    form.verb: form
    for form in (
        AcceptForm, AssignForm, ReplyForm, AnswerForm, ExtensionForm, RateForm, SuperviseForm,
        EscalateForm,
        note_form("send_back", "要补正什么"),
        note_form("resubmit", "补正了什么"),
        note_form("dispute", "为什么不由本部门办，应由谁办"),
        note_form("progress", "办到哪一步了"),
        note_form("suspend", "等什么"),
        note_form("resume", "补充了什么", is_required=False),
        note_form("refuse_extension", "为什么不同意"),
        note_form("supplement", "补充什么"),
        note_form("conclude", "为什么终结"),
    )
}
# Steps that are made by one press.
PRESSED = ("take", "sign", "extend", "withdraw", "archive", "record_help", "drop_help")
