"""Whom the coverage family counts (ledgers.md §3): rows of a day, ways to divide them, and the
conditions that need knowledge of members and terms. Coverage itself: organizations/coverage.py."""

from collections.abc import Callable
from datetime import date

from django.db.models import (
    Count,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
)
from django.db.models.functions import Coalesce, ExtractDay, ExtractMonth, ExtractYear

from common.dated import BEGINNING, holding
from enterprises.choices import EntityKind, Stage
from enterprises.industries import SECTIONS
from enterprises.models import Entity, EntityState, counts_on
from evaluations.choices import GrantLevel
from evaluations.models import StarGrant
from members.choices import MemberCategory, Mobility, Sex
from members.models import Member
from organizations.choices import OrganizationCategory, SetUpMode
from organizations.coverage import valid_links
from organizations.models import OrganizationState, PartyOrganization, Post, Term
from reports.figures import Dimension, Extent, Filter, Population, Where, flag

# Outside the portal a kind is known by its word (ledgers.md §2: by.key is the 主体类型).
_KINDS = {kind.value: (kind.label, kind.label) for kind in EntityKind}
_STORED_KIND = {label: value for value, label in EntityKind.choices}
_SECTIONS = {letter: (letter, name) for letter, (name, _divisions) in SECTIONS.items()}

TOWN, KIND, INDUSTRY, CHAIN, PARK, GRID = "town", "kind", "industry", "chain", "park", "grid"
DIMENSIONS = (TOWN, KIND, INDUSTRY, CHAIN, PARK, GRID)
YES = "是"
COMMUNITY = "community"  # divides a town on screen; the contract (ledgers.md §3) does not name it


def _by_area(key: str, title: str, missing: str) -> Dimension:
    return Dimension(
        key, title, f"state__{key}__code", missing, name=f"state__{key}__name"
    )


def _keyed(*dimensions: Dimension) -> dict[str, Dimension]:
    return {dimension.key: dimension for dimension in dimensions}


def by_choice(key: str, title: str, column: str, choices: type[TextChoices]) -> Dimension:
    """A dimension whose cells are the values of a set, known by their labels."""
    words = {value: (label, label) for value, label in choices.choices}
    return Dimension(key, title, column, f"未填{title}", words=words)


# --- Entities -----------------------------------------------------------------------------------


def _entities(extent: Extent, day: date) -> QuerySet:
    return extent.limit(Entity.objects.counting(day), day)


def _with_tag(tag: str, _day: date) -> Q:
    return Q(state__tags__contains=[tag])


def _is_member_run(value: str, _day: date) -> Q:
    return Q(is_member_run=value == YES)


def _covered_by(name: str, day: date) -> Q:
    """Entities with a valid link to the organization of this name."""
    links = valid_links(day).filter(organization__in=_named(name))
    return Q(pk__in=links.values("entity"))


ENTITIES = Population(
    _entities,
    _keyed(
        _by_area(TOWN, "镇街", "未填镇街"),
        Dimension(KIND, "主体类型", "kind", "未填主体类型", words=_KINDS),
        Dimension(INDUSTRY, "行业", "state__section", "未填行业", words=_SECTIONS),
        Dimension(CHAIN, "产业链", "chain", "未填产业链"),
        _by_area(PARK, "园区", "不在园区"),
        _by_area(GRID, "网格", "未落网格"),
        _by_area(COMMUNITY, "村社区", "未填村社区"),
        by_choice("stage", "发展阶段", "state__stage", Stage),
    ),
    filters={
        "tag": Filter("资质标签", _with_tag),
        "member_run": Filter("三亮经营户", _is_member_run),
        "covered_by": Filter("覆盖党组织", _covered_by),
    },
)


def entity_counts(extent: Extent, day: date, where: Where, state: str) -> Q:
    """ENTITIES as a condition for one entity, its state of ``day`` joined as ``state``: where one
    query looks at several days."""
    condition = counts_on(day, f"{state}__") & extent.takes(Entity, day)
    for key, value in where.items():
        condition &= ENTITIES.dimensions[key].under(state).matches(value, day)
    return condition


def lasting(where: Where) -> Q:
    """What of ``where`` does not change with time (the kind): it narrows a query that looks at
    several days before anything is joined."""
    condition = Q()
    for key, value in where.items():
        dimension = ENTITIES.dimensions[key]
        if not dimension.column.startswith("state__"):
            condition &= dimension.matches(value, date.max)
    return condition


def with_members(members: QuerySet, at_least: int) -> Q:
    """The condition "at least so many of ``members`` (with their state) work at this entity"."""
    workplaces = (
        members.order_by()
        .filter(state__workplace__isnull=False)
        .values("state__workplace")
        .annotate(n=Count("pk"))
        .filter(n__gte=at_least)
    )
    return Q(pk__in=workplaces.values("state__workplace"))


# --- Organizations ------------------------------------------------------------------------------


def _organizations(extent: Extent, day: date) -> QuerySet:
    return extent.limit(PartyOrganization.objects.at(day).active(day), day)


def _covers_kind(kind: str, day: date) -> Q:
    """Organizations that cover an entity of the kind which counts."""
    entities = Entity.objects.counting(day).filter(kind=_STORED_KIND.get(kind, ""))
    links = valid_links(day).filter(entity__in=entities.values("pk"))
    return Q(pk__in=links.values("organization"))


def _in_park(value: str, _day: date) -> Q:
    return Q(state__park__name=value)


def _of_industry(value: str, _day: date) -> Q:
    return Q(industry=value)


def _star_granted_by(value: str, day: date) -> Q:
    """Organizations that hold a star which this level (市, 区, 镇街) has granted."""
    levels = [level for level, label in GrantLevel.choices if label == value]
    held = StarGrant.objects.at(day).filter(
        organization__isnull=False, scheme__has_stars=True, granted_by__in=levels
    )
    return Q(pk__in=held.values("organization"))


SAME, DIFFERENT, NOBODY = "一致", "不一致", "没有"


def _affiliation(value: str, day: date) -> Q:
    """组织关系党员 beside 管理党员 (domain.md §4.4). 一致: there are some, and they are the same
    people; 不一致: somebody has the 组织关系 there, but they differ; 没有: nobody has."""
    members = with_organizations(Member.objects.counting(day), day).order_by()
    affiliated = members.filter(affiliated_with__isnull=False).values("affiliated_with")
    apart = members.alias(same=flag(is_affiliated_where_managed(day))).filter(same=False)
    has_some = Q(pk__in=affiliated)
    differs = Q(pk__in=apart.filter(managed_by__isnull=False).values("managed_by"))
    differs |= Q(pk__in=apart.filter(affiliated_with__isnull=False).values("affiliated_with"))
    return {
        SAME: has_some & ~differs, DIFFERENT: has_some & differs, NOBODY: ~has_some,
    }.get(value, Q(pk__in=[]))


ORGANIZATION_FILTERS = {
    "covers_kind": Filter("覆盖的主体类型", _covers_kind),
    "in_park": Filter("所属园区", _in_park),
    "of_industry": Filter("所属行业", _of_industry),
    "star_level": Filter("星级审定层级", _star_granted_by),
    "affiliation": Filter("组织关系党员与管理党员", _affiliation),
}
ORGANIZATIONS = Population(
    _organizations,
    _keyed(
        _by_area(TOWN, "镇街", "未填镇街"),
        by_choice("category", "类别", "state__category", OrganizationCategory),
        by_choice("mode", "组建方式", "state__mode", SetUpMode),
    ),
    filters=ORGANIZATION_FILTERS,
)


def has_secretary(day: date) -> Q:
    """A secretary is in post on ``day``."""
    return Q(pk__in=Post.objects.at(day).values("organization"))


def _latest_terms(day: date) -> QuerySet:
    """Of each organization the term whose known beginning is the latest up to ``day``, if its
    length is known."""
    begun = Term.objects.filter(starts_on__lte=day, starts_on__gt=BEGINNING)
    latest = begun.order_by("organization_id", "-starts_on").distinct("organization_id")
    return Term.objects.filter(pk__in=latest.values("pk"), years__isnull=False)


def has_known_term(day: date) -> Q:
    """The latest 本届 that has begun by ``day`` has a 任期年限."""
    return Q(pk__in=_latest_terms(day).values("organization"))


def is_within_term(day: date) -> Q:
    """``day`` < beginning + years. Year, month and day are compared as one number, so that a
    29 February without a counterpart is due on 1 March (the rule: organizations/rules.py)."""
    due = (
        (ExtractYear("starts_on") + F("years")) * 10_000
        + ExtractMonth("starts_on") * 100
        + ExtractDay("starts_on")
    )
    today = day.year * 10_000 + day.month * 100 + day.day
    terms = _latest_terms(day).alias(due=due).filter(due__gt=today)
    return Q(pk__in=terms.values("organization"))


# --- Members ------------------------------------------------------------------------------------


def with_organizations(members: QuerySet, day: date) -> QuerySet:
    """Members with ``affiliated_with`` and ``managed_by``: ids of organizations on the day."""
    return members.annotate(
        affiliation=FilteredRelation("affiliations", condition=holding(day, "affiliations__")),
        management=FilteredRelation("managements", condition=holding(day, "managements__")),
        affiliated_with=F("affiliation__organization"),
        managed_by=Coalesce("management__organization", "affiliation__organization"),
    )


def members_of(extent: Extent, day: date) -> QuerySet:
    """Members that count, with ``affiliated_with``, ``managed_by`` (ids of organizations) and the
    town of the managing organization."""
    members = with_organizations(Member.objects.counting(day), day)
    place = OrganizationState.objects.at(day).filter(organization=OuterRef("managed_by"))
    return extent.limit(
        members.annotate(
            town_code=Subquery(place.values("town__code")),
            town_name=Subquery(place.values("town__name")),
        ),
        day,
    )


def is_affiliated_where_managed(_day: date) -> Q:
    """组织关系 and 管理党组织 are the same organization."""
    return Q(affiliated_with=F("managed_by"))


def _works_at_kind(kind: str, day: date) -> Q:
    """Members whose 工作单位 is an entity of the kind which counts."""
    entities = Entity.objects.counting(day).filter(kind=_STORED_KIND.get(kind, ""))
    return Q(state__workplace__in=entities.values("pk"))


def _works_in_park(park: str, day: date) -> Q:
    """Members whose 工作单位 lies in a park: any of them ("是"), or the one of this name."""
    named = {} if park == YES else {"park__name": park}
    states = EntityState.objects.at(day).filter(park__isnull=False, **named)
    return Q(state__workplace__in=states.values("entity"))


def _managed_by(name: str, _day: date) -> Q:
    return Q(managed_by__in=_named(name))


def _affiliated_with(name: str, _day: date) -> Q:
    return Q(affiliated_with__in=_named(name))


def _managed_in_mode(value: str, day: date) -> Q:
    """Members whose 管理党组织 was set up like this (商圈组建)."""
    modes = [mode for mode, label in SetUpMode.choices if label == value]
    states = OrganizationState.objects.at(day).filter(mode__in=modes)
    return Q(managed_by__in=states.values("organization"))


def _named(name: str) -> QuerySet:
    """Organizations of this name or short name."""
    found = PartyOrganization.objects.filter(Q(name=name) | Q(short_name=name))
    return found.order_by().values("pk")


def _chosen(path: str, choices: type[TextChoices]) -> Callable[[str, date], Q]:
    """Rows with the value of this label."""
    stored = {label: value for value, label in choices.choices}
    return lambda label, _day: Q(**{path: stored[label]}) if label in stored else Q(pk__in=[])


MEMBER_FILTERS = {
    "member_category": Filter("党员类别", _chosen("state__category", MemberCategory)),
    "sex": Filter("性别", _chosen("sex", Sex)),
    "mobility": Filter("是否流动", _chosen("mobility", Mobility)),
    "works_at_kind": Filter("工作单位类型", _works_at_kind),
    "works_in_park": Filter("工作单位所在园区", _works_in_park),
    "managed_by": Filter("管理党组织", _managed_by),
    "managed_in_mode": Filter("管理党组织的组建方式", _managed_in_mode),
    "affiliated_with": Filter("组织关系所在党组织", _affiliated_with),
}
MEMBERS = Population(
    members_of,
    _keyed(Dimension(TOWN, "镇街", "town_code", "未填镇街", name="town_name")),
    filters=MEMBER_FILTERS,
)
