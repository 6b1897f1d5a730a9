"""What members add to the pages of entities: how many work there, and who."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from common.additions import RECORD, ListPart, add_to_list, panel
from common.tables import Column
from enterprises.models import Entity
from members.choices import MemberCategory
from members.models import Affiliation, Member
from organizations.coverage import valid_links
from organizations.entity_pages import address_of, visible_ids

ENTITY = "enterprises.Entity"
_SHOWN = 20


def with_member_counts(entities: QuerySet, day: date) -> QuerySet:
    """Annotate ``member_count``: members that count on the day and work there, seen or not."""
    working = Member.objects.counting(day).filter(state__workplace=OuterRef("pk"))
    number = working.order_by().values("state__workplace").annotate(n=Count("pk")).values("n")
    return entities.annotate(member_count=Coalesce(Subquery(number), 0))


add_to_list(
    ENTITY,
    ListPart(
        order=10,
        columns=(Column("member_count", "党员", kind="number"),),
        annotate=with_member_counts,
    ),
)


@panel(ENTITY, slot=RECORD, order=40, template="members/of_entity.html")
def members(request: HttpRequest, entity: Entity, day: date) -> Mapping[str, Any]:
    """党员: who works there and may be seen; the others are a number."""
    working = Member.objects.counting(day).filter(state__workplace=entity)
    total = working.count()
    visible = working.within(request.scope)
    seen = visible.count() if total else 0
    rows = (
        list(visible.annotate(category=F("state__category")).order_by("name", "pk")[:_SHOWN])
        if seen
        else []
    )
    places = Affiliation.objects.at(day).filter(member__in=rows).select_related("organization")
    affiliated = {place.member_id: place.organization for place in places}
    own = set(valid_links(day).filter(entity=entity).values_list("organization", flat=True))
    reachable = visible_ids(affiliated.values(), request.scope)
    for row in rows:
        row.url = address_of(row)
        row.category_label = MemberCategory(row.category).label
        row.organization = affiliated.get(row.pk)
        row.is_here = bool(row.organization and row.organization.pk in own)
        row.organization_url = (
            address_of(row.organization)
            if row.organization and row.organization.pk in reachable
            else ""
        )
    list_url = f"{reverse('members:member_list')}?entity={entity.pk}&status=normal&as_of={day}"
    may_open = request.scope.may("read_members")
    return {
        "list_url": list_url if seen and may_open else "",
        "rows": rows,
        "total": total,
        "unseen": total - seen,
        "more": seen - len(rows),
    }
