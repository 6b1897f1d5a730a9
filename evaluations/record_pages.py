"""What stars, commitments and honours add to the pages of organizations and entities."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from accounts.scope import RIGHTS
from common.additions import CONTEXT, panel
from common.ledgers.related import Relation, relate
from evaluations.commitment_lists import TONES, with_items
from evaluations.models import Commitment, Honour, StarGrant

_SHOWN = 3
_TEMPLATE = "commitments/of_record.html"
for _label, _field in (
    ("organizations.PartyOrganization", "organization"), ("enterprises.Entity", "entity"),
):
    for _title, _unit, _model, _right, _list in (
        ("双向承诺", "份", Commitment, "read_commitments", "commitments:commitment_list"),
        ("荣誉", "项", Honour, "read_honours", "honours:honour_list"),
    ):
        relate(_label, Relation(
            _title, _unit, _model, RIGHTS[_right],
            lambda record, field=_field: Q(**{field: record}), _list, _field,
        ))


@panel("organizations.PartyOrganization", slot=CONTEXT, order=30, template=_TEMPLATE)
def of_organization(
    request: HttpRequest, organization: Any, day: date
) -> Mapping[str, Any] | None:
    """星级、承诺和荣誉 of an organization."""
    stars: QuerySet = StarGrant.objects.none()
    if request.scope.may("read_ratings"):
        stars = StarGrant.objects.within(request.scope).at(day).filter(organization=organization)
    return _of_record(request, "organization", organization, day, stars)


@panel("enterprises.Entity", slot=CONTEXT, order=30, template=_TEMPLATE)
def of_entity(request: HttpRequest, entity: Any, day: date) -> Mapping[str, Any] | None:
    """承诺和荣誉 of an entity."""
    return _of_record(request, "entity", entity, day, StarGrant.objects.none())


def _of_record(
    request: HttpRequest, name: str, record: Any, day: date, stars: QuerySet
) -> Mapping[str, Any] | None:
    """What is held, promised for the year of ``day``, honoured by then; None when nothing is."""
    scope = request.scope
    if not scope.may("read_commitments"):
        return None
    commitments = Commitment.objects.within(scope).filter(**{name: record}, year=day.year)
    shown = with_items(commitments.select_related("organization", "entity"))
    honours = Honour.objects.within(scope).filter(**{name: record}, year__lte=day.year)
    found = {
        "stars": list(stars.select_related("scheme").order_by("-scheme__has_stars", "-rank")),
        "commitments": [
            {"row": row, "other": row.entity if name == "organization" else row.organization,
             "tone": TONES[row.state]}
            for row in shown.order_by("state", "pk")[:_SHOWN]
        ],
        "honours": list(honours.order_by(F("granted_on").desc(nulls_last=True), "pk")[:_SHOWN]),
    }
    if not any(found.values()):
        return None
    return found | {"title": "星级、承诺和荣誉" if name == "organization" else "承诺和荣誉"}
