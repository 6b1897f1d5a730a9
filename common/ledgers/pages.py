"""The pages of all declared ledgers: index, list, record, form, history, a number in full.

Which ledger is meant stands in the address (``<kind>``); what a page shows follows from its
declaration (common/ledgers/declared.py, listing.py).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Count, ForeignKey, Model, QuerySet, Sum, TextField, Value
from django.http import Http404, HttpRequest
from django.urls import reverse

from common.access import having
from common.additions import panels_of
from common.history import history_of
from common.ledgers import listing
from common.ledgers.declared import DeclaredLedger, declared_ledgers
from common.ledgers.forms import LedgerForm
from common.ledgers.ledger import ledger_of
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.lists import Head
from common.reveal import RevealView
from common.secrets import SecretField
from common.tables import Table, display
from common.trace import record_read
from common.views import PageView, ScopedDetailView

READERS, EDITORS = having("read_ledgers"), having("edit_ledgers")
SHOWN = 20  # rows of a panel


def list_url(ledger: type[DeclaredLedger]) -> str:
    """The address of a ledger's list."""
    return reverse("ledgers:record_list", args=[ledger.kind])


class DeclaredMixin:
    """A page of the ledger that the address names: model, words and roles are the ledger's."""

    right: ClassVar[str] = "read_right"
    ledger: type[DeclaredLedger]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        try:
            self.ledger = ledger_of(kwargs["kind"])
        except KeyError as error:
            raise Http404 from error
        if not issubclass(self.ledger, DeclaredLedger):
            raise Http404
        self.model = self.ledger.model
        self.noun = self.ledger.noun or self.ledger.title
        self.roles = having(getattr(self.ledger, self.right))
        self.list_url, self.list_title = list_url(self.ledger), self.ledger.title
        self.prepare_page()

    def prepare_page(self) -> None:
        """Set what the page takes from the ledger."""

    def record_view(self, action: str, ids: Sequence[Any]) -> None:
        """Write who saw which people, where rows are people."""
        if self.ledger.is_roster and ids:
            record_read(
                by=self.request.user, action=action, rows=list(ids), model=self.model,
                fields="遮挡的号码",
            )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "ledger": self.ledger, "list_url": self.list_url, "list_title": self.list_title,
            "index_url": reverse("ledgers:index"),
        }


# --- Index --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A ledger on the index page."""

    title: str
    url: str
    count: int
    unit: str
    create_url: str


class Index(PageView):
    """其他台账: every declared ledger with the number of its rows in scope."""

    roles = READERS
    template_name = "ledgers/index.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = self.request.scope
        ledgers = [one for one in declared_ledgers() if having(one.read_right) & scope.roles]
        counts = self._counts(ledgers)
        groups: dict[str, list[Line]] = {}
        for at, one in enumerate(ledgers):
            may_edit = bool(having(one.edit_right) & scope.roles)
            create = reverse("ledgers:record_create", args=[one.kind]) if may_edit else ""
            line = Line(one.title, list_url(one), counts.get(at, 0), one.unit, create)
            groups.setdefault(one.heading, []).append(line)
        return super().get_context_data(title="其他台账", groups=groups, **kwargs)

    def _counts(self, ledgers: Sequence[type[DeclaredLedger]]) -> dict[int, int]:
        """Rows in scope by the place of their ledger, in one query."""
        parts = [
            one.model._default_manager.within(self.request.scope.only(having(one.read_right)))
            .order_by().annotate(at=Value(at)).values("at").annotate(n=Count("pk"))
            .values_list("at", "n")
            for at, one in enumerate(ledgers)
        ]
        if not parts:
            return {}
        first, *others = parts
        return dict(first.union(*others, all=True) if others else first)


def totals_of(ledger: type[DeclaredLedger], rows: QuerySet) -> list[tuple[str, Any]]:
    """(Label, total) of the ledger's numbers over rows of it, and to how many records they are
    linked, each counted once."""
    rows, totals = rows.order_by(), {}
    if ledger.sums:
        found = rows.aggregate(**{f"total_{name}": Sum(name) for name in ledger.sums})
        totals = {name: found[f"total_{name}"] for name in ledger.sums}
    for name in ledger.distinct:
        model, owner, target = ledger.links[name]
        links = model._default_manager.filter(**{f"{owner}__in": rows.values("pk")})
        totals[name] = links.aggregate(n=Count(target, distinct=True))["n"]
    found = [(listing.label_of(ledger, name), n or 0) for name, n in totals.items()]
    return [*found, *ledger.more_totals(rows)]


# --- List ---------------------------------------------------------------------------------------


class RecordList(DeclaredMixin, LedgerListView):
    """The rows of a ledger, with the totals of its numbers."""

    roles = READERS
    template_name = "ledgers/record_list.html"

    def prepare_page(self) -> None:
        self.ledger_kind, self.title = self.ledger.kind, self.ledger.title
        self.unit = self.ledger.unit
        self.filterset_class = listing.filters_of(self.ledger)
        self.columns, self.sorts = listing.columns_of(self.ledger), listing.sorts_of(self.ledger)
        self.export_roles = having("export") & self.roles
        self.create_url = reverse("ledgers:record_create", args=[self.ledger.kind])
        self.create_label = f"登记{self.noun}"

    def listed(self, rows: QuerySet) -> QuerySet:
        return listing.listed(self.ledger, rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            totals=totals_of(self.ledger, self.filtered().qs), **kwargs
        )
        self.record_view("list", [row.pk for row in context["page"].rows])
        return context

    def record_export(self, asked: Mapping[str, Any], ids: list[Any]) -> None:
        super().record_export(asked, ids)
        if not asked["identity"]:  # the other is recorded with its reason
            self.record_view("export", ids)


# --- Record -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """A line of a record's page; ``secret``: the token of a number that is masked."""

    label: str
    text: str = ""
    url: str = ""
    secret: str = ""
    is_secret: bool = False


@dataclass(frozen=True)
class Below:
    """Rows of another ledger that belong to the record, the first of them."""

    ledger: type[DeclaredLedger]
    number: int
    table: Table
    heads: Sequence[Head]
    url: str
    create_url: str
    totals: Sequence[tuple[str, Any]]


class RecordDetail(DeclaredMixin, ScopedDetailView):
    """One row of a ledger, with what belongs to it."""

    roles = READERS
    model = Model
    template_name = "ledgers/record_detail.html"

    def get_queryset(self) -> QuerySet:
        return listing.listed(self.ledger, super().get_queryset())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.object
        self.record_view("view", [one.pk])
        names = [name for name in self.ledger.field_names() if name not in self.ledger.links]
        prose = [name for name in names if self._is_prose(name) and getattr(one, name)]
        return super().get_context_data(
            title=str(one),
            prose=[(listing.label_of(self.ledger, name), getattr(one, name)) for name in prose],
            facts=[self._fact(name) for name in names if not self._is_prose(name)],
            linked=[self._linked(name) for name in self.ledger.links],
            below=list(self._below()),
            history=history_of(one, self.scope, size=5),
            may_edit=bool(having(self.ledger.edit_right) & self.request.scope.roles),
            is_roster=self.ledger.is_roster,
            panels=panels_of(self.request, one, self.day),
            **kwargs,
        )

    def _is_prose(self, name: str) -> bool:
        if name in getattr(self.model, "either", {}):
            return False
        field = self.model._meta.get_field(name)
        return isinstance(field, TextField) and not isinstance(field, SecretField)

    def _fact(self, name: str) -> Fact:
        label = listing.label_of(self.ledger, name)
        if name in getattr(self.model, "either", {}):
            text = display(listing.text_of(self.object, name))
            return Fact(label, text, url=self._url(getattr(self.object, name)))
        field = self.model._meta.get_field(name)
        value = getattr(self.object, name)
        if isinstance(field, SecretField):
            url = reverse("ledgers:record_secret", args=[self.ledger.kind, self.object.pk, name])
            return Fact(label, secret=value, url=url if value else "", is_secret=True)
        text = display(listing.text_of(self.object, name))
        return Fact(label, text, url=self._url(value) if isinstance(field, ForeignKey) else "")

    def _url(self, record: Any) -> str:
        """The page of a named record that the user may open."""
        if record is None or not hasattr(record, "get_absolute_url"):
            return ""
        seen = type(record)._default_manager.within(self.scope).filter(pk=record.pk)
        return record.get_absolute_url() if seen.exists() else ""

    def _linked(self, name: str) -> tuple[str, int, list[Any], int]:
        """(Header, number of all, the first that the user may see, number of the others)."""
        model, owner, target = self.ledger.links[name]
        related = model._meta.get_field(target).related_model
        links = model._default_manager.filter(**{owner: self.object})
        number = links.count()
        seen = related._default_manager.within(self.scope).filter(pk__in=links.values(target))
        rows = list(seen[: SHOWN + 1])
        hidden = number - len(rows) if len(rows) <= SHOWN else number - SHOWN
        return listing.label_of(self.ledger, name), number, rows[:SHOWN], hidden

    def _below(self) -> Sequence[Below]:
        for ledger in declared_ledgers():
            for field in ledger.model._meta.concrete_fields:
                is_part = field.name in ledger.names_parents
                may_read = having(ledger.read_right) & self.request.scope.roles
                if is_part and field.related_model is self.model and may_read:
                    yield self._rows_of(ledger, field.name)

    def _rows_of(self, ledger: type[DeclaredLedger], name: str) -> Below:
        scope = self.request.scope
        rows = ledger.model._default_manager.within(scope.only(having(ledger.read_right)))
        rows = listing.listed(ledger, rows.filter(**{name: self.object}))
        columns = [c for c in listing.columns_of(ledger) if c.shown and c.key != name]
        url = f"{name}={self.object.pk}"
        may_edit = bool(having(ledger.edit_right) & scope.roles)
        return Below(
            ledger, rows.count(), Table(columns, rows[:SHOWN]), [Head(c) for c in columns],
            f"{list_url(ledger)}?{url}",
            f"{reverse('ledgers:record_create', args=[ledger.kind])}?{url}" if may_edit else "",
            totals_of(ledger, rows),
        )


class RecordHistory(DeclaredMixin, RecordHistoryView):
    """变更记录 of a row."""

    roles = READERS
    model = Model


class RecordSecret(DeclaredMixin, RevealView):
    """One encrypted number of a row in full."""

    roles = having("see_identity")
    model = Model

    def prepare_page(self) -> None:
        self.roles &= having("see_identity")
        self.field = self.kwargs["name"]
        if self.field not in self.ledger.field_names():
            raise Http404
        found = self.model._meta.get_field(self.field)
        if not isinstance(found, SecretField):
            raise Http404
        self.label = str(found.verbose_name)


# --- Form ---------------------------------------------------------------------------------------


@cache
def form_of(ledger: type[DeclaredLedger]) -> type[LedgerForm]:
    """The form of a ledger: its columns in order, long texts behind."""
    names = ledger.field_names()
    long = [
        name
        for name in names
        if name in ledger.links
        or (
            name not in getattr(ledger.model, "either", {})
            and isinstance(field := ledger.model._meta.get_field(name), TextField)
            and not isinstance(field, SecretField)
        )
    ]
    short = tuple(name for name in names if name not in long)
    groups = [(ledger.noun or ledger.title, short)]
    if long:
        groups.append(("名单和内容", tuple(long)))
    made = {"kind": ledger.kind, "groups": tuple(groups)}
    return type(f"{ledger.__name__}Form", (LedgerForm,), made)


class RecordCreate(DeclaredMixin, LedgerCreateView):
    """登记 a row."""

    right = "edit_right"
    roles = EDITORS

    def prepare_page(self) -> None:
        self.form_class, self.title = form_of(self.ledger), f"登记{self.noun}"

    def get_initial(self) -> dict[str, Any]:
        """What the page that led here is about: ``?training=<pk>``."""
        found = {}
        for name in self.ledger.names_parents:
            related = self.model._meta.get_field(name).related_model
            rows = related._default_manager.within(self.scope)
            with suppress(related.DoesNotExist, ValidationError):
                found[name] = str(rows.get(pk=self.request.GET.get(name)))
        return super().get_initial() | found


class RecordEdit(DeclaredMixin, LedgerUpdateView):
    """修改 a row."""

    right = "edit_right"
    roles = EDITORS
    model = Model

    def prepare_page(self) -> None:
        self.form_class, self.title = form_of(self.ledger), f"修改{self.noun}"
