"""Pages of Party organizations (党组织)."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse, reverse_lazy
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
from common.views import ScopedDetailView
from organizations import details
from organizations.filters import OrganizationFilter
from organizations.forms import OrganizationForm
from organizations.models import OrganizationState, PartyOrganization, Post
from organizations.queries import (
    entities_url,
    listed,
    set_computed,
    status_words,
    tree_on,
)
from organizations.tables import ORGANIZATION_COLUMNS, STATUS_TONES

LIST = reverse_lazy("organizations:organization_list")


class OrganizationList(LedgerListView):
    """党组织名单."""

    roles = RIGHTS["read_ledgers"]
    export_roles = RIGHTS["export"]
    model = PartyOrganization
    ledger_kind = "organizations"
    template_name = "organizations/organization_list.html"
    title, noun, unit, crumbs = "党组织", "党组织", "个", "台账"
    filterset_class = OrganizationFilter
    columns = ORGANIZATION_COLUMNS
    added_after = "covered"
    create_url = reverse_lazy("organizations:organization_create")
    create_label = "登记党组织"
    is_dated = True
    sorts = (
        Sort("name", "按名称", "name"),
        Sort("-name", "按名称倒序", "-name"),
        Sort("due", "先换届的在前", "due_on"),
        Sort("-due", "后换届的在前", "-due_on"),
        Sort("-founded", "新成立的在前", "-founded_on"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return listed(rows, self.day)

    def prepare(self, rows: list[Any]) -> None:
        set_computed(rows, self.scope, self.day)
        super().prepare(rows)


class OrganizationDetail(ScopedDetailView):
    """One organization: where it stands, whom it covers, who leads it and until when."""

    roles = RIGHTS["read_ledgers"]
    model = PartyOrganization
    template_name = "organizations/organization_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        organization, day, scope = self.object, self.day, self.scope
        state = (
            OrganizationState.objects.at(day)
            .select_related("town", "park")
            .get(organization=organization)
        )
        tracks = tracks_of(self.request, organization)
        status = status_words(organization, day)
        tree = tree_on(day)
        posts, terms = details.posts(organization, day), details.terms(organization, day)
        return super().get_context_data(
            state=state,
            status=status,
            status_tone=STATUS_TONES[status],
            tree=details.place_in_tree(organization, tree, scope),
            subordinates=details.subordinates(organization, tree, scope, day),
            coverage=details.covered_entities(organization, scope, day),
            entities_url=entities_url(day, organization=organization.pk),
            posts=posts,
            secretary=next((line for line in posts if line.is_current), None),
            terms=terms,
            term=next((line for line in terms if line.is_current), None),
            instructors=details.instructors(organization, scope, day),
            pending=list(organization.pending_units.values_list("text", flat=True)),
            panels=panels_of(self.request, organization, day),
            tracks=tracks,
            drawings=draw(tracks, day, timezone.localdate()),
            history=history_of(organization, scope, size=5),
            phone_url=_phone_url(organization, day),
            may_edit=details.may_edit(organization, self.request.scope),
            is_past=day != timezone.localdate(),
            **kwargs,
        )


def _phone_url(organization: PartyOrganization, day: date) -> str:
    """The phone of the secretary of that day."""
    url = reverse("organizations:secretary_phone", args=[organization.pk])
    return url if day == timezone.localdate() else f"{url}?as_of={day.isoformat()}"


class OrganizationCreate(LedgerCreateView):
    """登记党组织."""

    roles = RIGHTS["edit_ledgers"]
    form_class = OrganizationForm
    title = "登记党组织"
    list_url, list_title = LIST, "党组织"


class OrganizationEdit(LedgerUpdateView):
    """修改党组织."""

    roles = RIGHTS["edit_ledgers"]
    model = PartyOrganization
    form_class = OrganizationForm
    title = "修改党组织"
    list_url, list_title = LIST, "党组织"


class OrganizationHistory(RecordHistoryView):
    """变更记录 of an organization."""

    roles = RIGHTS["read_ledgers"]
    model = PartyOrganization


class SecretaryPhone(RevealView):
    """书记联系电话 in full: of who is secretary of the organization on the day of ``?as_of=``."""

    roles = RIGHTS["see_identity"]
    model, field, label = Post, "phone", "书记联系电话"

    def get_object(self, queryset: QuerySet | None = None) -> Post:
        posts = self.get_queryset().at(self.day).select_related("organization")
        post = posts.filter(organization=self.kwargs["pk"]).first()
        if post is None:
            raise Http404
        return post

    def url_after(self, obj: Post) -> str:
        return reverse("organizations:organization_detail", args=[obj.organization_id])
