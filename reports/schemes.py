"""Rating schemes as figures: the criteria of the versions in force, and the stars and grades that
organizations hold (五星, 堡垒指数 A). How many stars of each kind: reports/ratings.py."""

from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from accounts.scope import Scope
from common.filters import ScopedFilterSet
from common.lists import Sort
from common.tables import Column
from evaluations.choices import GrantLevel, VersionState
from evaluations.models import StarGrant
from evaluations.models_schemes import Criterion, SchemeVersion
from organizations.models import OrganizationState, PartyOrganization
from reports.extent import Extent
from reports.figures import Dimension, Indicator, Population, flag
from reports.kinds import RowsIndicator, VarietyIndicator
from reports.opening import address, opening
from reports.populations import TOWN, by_choice
from reports.sheet import Sheet, take_over

# --- Criteria -----------------------------------------------------------------------------------


def _criteria(_extent: Extent, _day: date) -> QuerySet:
    """Of each scheme those of the newest version that was put to use, of a scheme that never was
    those of the newest. Schemes are the district's: they are the same for every scope. Versions
    have no dates, so these are the ones of today."""
    newest = SchemeVersion.objects.alias(used=flag(Q(state=VersionState.FROZEN))).order_by(
        "scheme_id", "-used", "-number"
    )
    versions = newest.distinct("scheme_id").values("pk")
    return Criterion.objects.filter(version__in=versions, is_bonus=False)


_SCHEME = "评定方案"
CRITERIA = Population(
    _criteria,
    {
        "scheme": Dimension("scheme", _SCHEME, "version__scheme__name", "没有方案"),
        "category": Dimension("category", "类别", "category", "未填类别"),
    },
)

# --- Stars and grades ---------------------------------------------------------------------------


def _held(extent: Extent, day: date) -> QuerySet:
    """What organizations in use hold on the day, with the town of the organization."""
    in_use = extent.limit(PartyOrganization.objects.at(day).active(day), day)
    place = OrganizationState.objects.at(day).filter(organization=OuterRef("organization"))
    return StarGrant.objects.at(day).filter(organization__in=in_use.values("pk")).annotate(
        town_code=Subquery(place.values("town__code")),
        town_name=Subquery(place.values("town__name")),
    )


GRADES = Population(
    _held,
    {
        TOWN: Dimension(TOWN, "镇街", "town_code", "未填镇街", name="town_name"),
        "scheme": Dimension("scheme", _SCHEME, "scheme__name", "没有方案"),
        "band": Dimension("band", "星级", "label", "未填星级"),
        "granted_by": by_choice("granted_by", "审定层级", "granted_by", GrantLevel),
    },
)

# --- The family ---------------------------------------------------------------------------------

_IN_FORCE = "评定方案最近启用的版本（没有启用过的取最新一版）的评定指标，不含加分项"

SCHEMES: tuple[Indicator, ...] = (
    RowsIndicator(
        key="rating_criteria", label="评定指标", unit="项", population=CRITERIA, basis=_IN_FORCE,
    ),
    VarietyIndicator(
        key="rating_categories", label="评定指标类别", unit="类", population=CRITERIA,
        column="category", column_title="类别", basis=f"{_IN_FORCE}有几种类别",
    ),
    RowsIndicator(
        key="grades_held", label="持有的星级和等次", unit="个", population=GRADES,
        basis="在用党组织时点持有的星级和等次，一个方案一个",
    ),
)

# --- The lists behind them ----------------------------------------------------------------------


class CriterionSearch(ScopedFilterSet):
    search_fields = ("name__contains", "category__contains")
    search_hint = "指标或类别"


class StarSearch(ScopedFilterSet):
    search_fields = ("organization__name_key__contains", "document__contains")
    search_hint = "党组织名称或文号"


def _prepare_criteria(rows: list[Any], scope: Scope, _day: date) -> None:
    known = Criterion.objects.filter(pk__in=[row.pk for row in rows])
    known = known.select_related("version__scheme")
    versions = {row.pk: row.version for row in known}
    for row in rows:
        row.version = versions[row.pk]
        row.opens = scope.may("read_ratings")


def _prepare_stars(rows: list[Any], scope: Scope, _day: date) -> None:
    known = StarGrant.objects.filter(pk__in=[row.pk for row in rows]).annotate(
        organization_name=F("organization__name"), scheme_name=F("scheme__name"),
        opens=opening(StarGrant, scope),
    )
    names = ("organization_name", "scheme_name", "opens")
    take_over(rows, {row.pk: row for row in known}, names)


def _version_page(row: Any) -> str:
    return row.version.get_absolute_url() if row.opens else ""


CRITERION_SHEET = Sheet(
    Criterion, "评定指标", "项", CriterionSearch,
    (
        Column("name", "指标", fixed=True, link=_version_page),
        Column("category", "类别"),
        Column("number", "序号", kind="number"),
        Column("points", "分值", kind="number"),
        Column("method", "计分方式", value="get_method_display"),
        Column("version", "方案版本", value=lambda row: str(row.version), shown=False),
    ),
    (Sort("number", "按序号", "version__scheme__name", "number"),),
    _prepare_criteria,
)
STAR_SHEET = Sheet(
    StarGrant, "星级和等次", "个", StarSearch,
    (
        Column("organization", "党组织", value="organization_name", fixed=True, link=address),
        Column("label", "星级", whole=True, sub=Column("scheme", _SCHEME, value="scheme_name")),
        Column("town", "所属镇街", value="town_name", short="镇街"),
        Column("granted_by", "审定层级", value="get_granted_by_display", short="审定"),
        Column("document", "文号"),
        Column("since", "授予日期", value="starts_on", kind="date", wide=True),
    ),
    (
        Sort("name", "按党组织", "organization__name"),
        Sort("-rank", "星级高的在前", "-rank", "organization__name"),
        Sort("rank", "星级低的在前", "rank", "organization__name"),
    ),
    _prepare_stars,
)
