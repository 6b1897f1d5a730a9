"""Pages of visits (走访记录)."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from activities.models import Visit
from activities.visit_actions import Whom, may_change
from activities.visit_filters import VisitFilter
from activities.visit_forms import VisitForm
from activities.visit_pages import name_whom
from activities.visit_tables import VISIT_COLUMNS
from activities.visits import assigned_among, visited_entities
from activities.whom import key_of, record_of
from common.history import history_of
from common.ledgers.views import LedgerListView
from common.lists import Sort
from common.views import ScopedDetailView, ScopedFormView, ScopedUpdateView
from enterprises.models import Entity
from organizations.entity_pages import address_of, visible_ids
from organizations.models import Instructor, PartyOrganization

# Conditions of the list that the list of the visited entities has, too.
_SHARED = {"kind", "town", "days_after", "days_before"}
_ENTITIES = "enterprises:entity_list"
_PLACE = {"at", "sort", "per", "cols"}


class VisitList(LedgerListView):
    """走访记录, and how many entities were visited."""

    roles = RIGHTS["read_visits"]
    export_roles = RIGHTS["export"]
    model = Visit
    ledger_kind = "visits"
    template_name = "activities/visit_list.html"
    title, noun, unit, crumbs = "走访记录", "走访", "次", "日常工作"
    filterset_class = VisitFilter
    columns = VISIT_COLUMNS
    create_url = reverse_lazy("activities:visit_create")
    create_label = "记一次走访"
    sorts = (
        Sort("-day", "最近的在前", "-visited_on"),
        Sort("day", "最早的在前", "visited_on"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return rows.select_related(
            "instructor", "entity", "organization", "raised", "recorded_by"
        )

    def prepare(self, rows: list[Any]) -> None:
        visible = visible_ids({row.instructor for row in rows}, self.scope)
        name_whom(rows, self.scope)
        for row in rows:
            seen = row.instructor_id in visible
            row.instructor_url = address_of(row.instructor) if seen else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        visits = self.filtered().qs
        firms = Entity.objects.within(self.scope).filter(pk__in=visited_entities(visits)).count()
        named = visits.order_by().filter(entity=None).values("organization")
        branches = PartyOrganization.objects.within(self.scope).filter(pk__in=named).count()
        return super().get_context_data(
            firms=firms, firms_url=self._visited_url(_ENTITIES) if firms else "",
            branches=branches,
            branches_url=self._visited_url("organizations:organization_list"),
            may_record=self.request.scope.may("record_visits"), **kwargs,
        )

    def _visited_url(self, name: str) -> str:
        """The list of the visited entities or organizations; "" where it cannot say the same
        conditions."""
        asked = {key: value for key, value in self.request.GET.items() if value}
        if asked.keys() - _SHARED - _PLACE or ("kind" in asked and name != _ENTITIES):
            return ""
        query = {
            "kind": asked.get("kind"), "town": asked.get("town"),
            "visited_from": asked.get("days_after"),
            "visited_until": asked.get("days_before") or timezone.localdate().isoformat(),
        }
        kept = {key: value for key, value in query.items() if value}
        return f"{reverse(name)}?{urlencode(kept)}"


class VisitDetail(ScopedDetailView):
    """One visit: what was seen, and the need that it raised."""

    roles = RIGHTS["read_visits"]
    model = Visit
    template_name = "activities/visit_detail.html"

    def get_queryset(self) -> QuerySet:
        related = ("instructor", "entity", "organization", "raised", "recorded_by")
        return super().get_queryset().select_related(*related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        visit, scope = self.object, self.request.scope
        name_whom([visit], scope)
        seen = visible_ids([visit.instructor], scope) | visible_ids([visit.whom], scope)
        return super().get_context_data(
            instructor_url=address_of(visit.instructor) if visit.instructor_id in seen else "",
            whom_url=address_of(visit.whom) if visit.whom.pk in seen else "",
            need=getattr(visit, "raised", None),
            history=history_of(visit, scope, size=5),
            may_edit=may_change(visit, self.request.user, scope),
            **kwargs,
        )


def written(view: Any, form: VisitForm) -> HttpResponse:
    """Save the form and go to the visit; a refusal is told on the form."""
    visit = form.save()
    if visit is None:
        return view.form_invalid(form)
    messages.success(view.request, "已保存。")
    return HttpResponseRedirect(visit.get_absolute_url())


class VisitCreate(ScopedFormView):
    """记一次走访: by the instructor, or by the town for one of its instructors."""

    roles = RIGHTS["record_visits"]
    form_class = VisitForm
    template_name = "activities/visit_form.html"
    title, submit_label = "记一次走访", "保存"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check_access()
        self.chosen = self._chosen()
        self.instructor = self._instructor()
        if self.instructor is None:
            return self._ask_who()
        return super().dispatch(request, *args, **kwargs)

    def _instructors(self) -> QuerySet:
        """Those whose visits this user may record today."""
        return Instructor.objects.within(self.scope).serving(timezone.localdate())

    def _instructor(self) -> Instructor | None:
        """The one that is named; for instructors themselves, the only one there is."""
        wanted = self.request.GET.get("instructor", "")
        if not wanted:
            own = list(self._instructors().filter(pk__in=self.scope.instructors)[:2])
            return own[0] if len(own) == 1 else None
        try:
            return self._instructors().get(pk=wanted)
        except (Instructor.DoesNotExist, ValidationError) as error:
            raise Http404 from error

    def _chosen(self) -> Whom | None:
        """The entity or organization whose page led here; someone else's is 404."""
        for kind in ("entity", "organization"):
            if pk := self.request.GET.get(kind, ""):
                found = record_of(f"{kind}:{pk}", self.scope)
                if found is None:
                    raise Http404
                return found
        return None

    def _ask_who(self) -> HttpResponse:
        rows = list(self._instructors())
        assigned = assigned_among(rows, self.chosen, timezone.localdate()) if self.chosen else set()
        rows.sort(key=lambda one: (one.pk not in assigned, one.name))
        kind, _, pk = key_of(self.chosen).partition(":") if self.chosen else ("", "", "")
        return TemplateResponse(
            self.request, "activities/visit_who.html",
            {"title": self.title, "instructors": rows, "kind": kind, "pk": pk,
             "chosen": self.chosen, "assigned": assigned},
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instructor": self.instructor, "chosen": self.chosen}

    def form_valid(self, form: VisitForm) -> HttpResponse:
        return written(self, form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(instructor=self.instructor, **kwargs)


class VisitEdit(ScopedUpdateView):
    """修改走访: for some days by who recorded it, by the town of its instructor."""

    roles = RIGHTS["record_visits"]
    model = Visit
    form_class = VisitForm
    template_name = "activities/visit_form.html"
    title = "修改走访记录"

    def may(self, obj: Visit) -> bool:
        return may_change(obj, self.request.user, self.request.scope)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instructor": self.object.instructor}

    def form_valid(self, form: VisitForm) -> HttpResponse:
        return written(self, form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(instructor=self.object.instructor, **kwargs)
