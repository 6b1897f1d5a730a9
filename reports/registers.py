"""Small ledgers and help given as figures (domain.md §8): what stands on a day, what happened in a
span. The conditions (类别, 级别, 兼任 …) are dimensions and filters, so that a definition serves
whatever a district asks for.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, Model, Q, QuerySet

from accounts.scope import Scope
from common.filters import ScopedFilterSet
from common.ledgers import listing
from common.ledgers.declared import DeclaredLedger
from common.lists import Sort
from common.periods import Span
from common.tables import Column
from enterprises.models import Entity
from organizations.models import PartyOrganization
from organizations.reach import own_organizations
from registers import models as small
from registers import resources
from reports.extent import Extent
from reports.figures import Dimension, Filter, Indicator, Population
from reports.kinds import DistinctIndicator, RowsIndicator, SumIndicator
from reports.opening import address, opening
from reports.populations import TOWN
from reports.sheet import Sheet
from services.help_models import Help, HelpBeneficiary
from services.help_resources import Helps

# --- Populations --------------------------------------------------------------------------------


def _placed(scope: Scope, day: date, town: str, organization: str) -> Q:
    """The condition "this row counts in ``scope``": by its town; by its organization where it names
    no town, or where that is one of a committee's or a secretary's own. So a row that names
    somebody of another town counts once."""
    if scope.everything:
        return Q()
    seen = PartyOrganization.objects.within(scope, day).values("pk")
    by_organization = Q(**{f"{organization}__in": seen}) if organization else Q(pk__in=[])
    if not town:
        return by_organization
    condition = scope.in_areas("town", prefix=town.removesuffix("town")) or Q(pk__in=[])
    condition |= Q(**{f"{town}__isnull": True}) & by_organization
    own = own_organizations(scope, day) if organization else set()
    return condition | Q(**{f"{organization}__in": own}) if own else condition


def _limited(rows: QuerySet, extent: Extent, day: date, town: str, organization: str) -> QuerySet:
    for scope in (extent.scope, extent.area):
        if scope is not None:
            rows = rows.filter(_placed(scope, day, town, organization))
    return rows


def _happened(
    model: type[Model], column: str, *, town: str = "town", organization: str = "organization"
) -> Callable[[Extent, Span], QuerySet]:
    """Rows whose day lies in the span."""

    def rows(extent: Extent, span: Span) -> QuerySet:
        found = model._default_manager.filter(**{f"{column}__range": (span.first, span.last)})
        return _limited(found, extent, span.last, town, organization)

    return rows


def _standing(
    model: type[Model], first: str, last: str, *, organization: str = "organization"
) -> Callable[[Extent, date], QuerySet]:
    """Rows that have begun and not ended on the day; without a day they always have begun."""

    def rows(extent: Extent, day: date) -> QuerySet:
        begun = Q(**{f"{first}__lte": day}) | Q(**{f"{first}__isnull": True})
        stays = Q(**{f"{last}__gt": day}) | Q(**{f"{last}__isnull": True})
        found = model._default_manager.filter(begun & stays)
        return _limited(found, extent, day, "town", organization)

    return rows


def _funds(extent: Extent, span: Span) -> QuerySet:
    """Money given in the span to whoever is in the extent: an organization, a firm, a town."""
    rows = small.Fund.objects.filter(granted_on__range=(span.first, span.last))
    return extent.limit(rows, span.last)


def _years(extent: Extent, span: Span) -> QuerySet:
    """Data of the years that the span touches."""
    years = (span.first.year, span.last.year)
    return extent.limit(small.EnterpriseYear.objects.filter(year__range=years), span.last)


def _town(path: str = "town") -> dict[str, Dimension]:
    return {TOWN: Dimension(TOWN, "镇街", f"{path}__code", "未填镇街", name=f"{path}__name")}


def _field(model: type[Model], path: str) -> Field:
    *steps, name = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    return model._meta.get_field(name)


def _by(model: type[Model], **paths: str) -> dict[str, Dimension]:
    """Divisions by fields with choices: key → path."""
    found = {}
    for key, path in paths.items():
        field = _field(model, path)
        words = {value: (str(label), str(label)) for value, label in field.flatchoices}
        title = str(field.verbose_name)
        found[key] = Dimension(key, title, path, f"未填{title}", words=words)
    return found


def _having(model: type[Model], name: str) -> Filter:
    """One of several values of a field."""
    field: ArrayField = model._meta.get_field(name)
    values = {str(label): value for value, label in field.base_field.flatchoices}

    def has(label: str, _when: Any) -> Q:
        return Q(**{f"{name}__contains": [values[label]]}) if label in values else Q(pk__in=[])

    return Filter(str(field.verbose_name), has)


def _category(path: str) -> dict[str, Dimension]:
    return {"category": Dimension("category", "类别", f"{path}__name", "未分类别")}


_HOST = "host_organization"
HELPS = Population(
    _happened(Help, "happened_on", organization=_HOST), _town() | _category("category")
)
HELPED = Population(
    _happened(
        HelpBeneficiary, "help__happened_on", town="help__town", organization=f"help__{_HOST}"
    ),
    _town("help__town") | _category("help__category"),
)
MASS = Population(
    _standing(small.MassOrganization, "founded_on", "dissolved_on"),
    _town() | _by(small.MassOrganization, mass_kind="kind"),
)
SITES = Population(
    _standing(small.Site, "opened_on", "closed_on"), _town() | _by(small.Site, site_kind="kind")
)
ALLIANCES = Population(
    _standing(small.Alliance, "starts_on", "ends_on"),
    _town() | _by(small.Alliance, alliance_kind="kind"),
)
CONTACTS = Population(
    _standing(small.ContactGroup, "starts_on", "ends_on", organization=""),
    _town() | _by(small.ContactGroup, contact_kind="kind"),
)
POSTS = Population(
    _standing(small.ModelPost, "starts_on", "ends_on"),
    _town() | _by(small.ModelPost, post_kind="kind"),
)
REPORTED = Population(
    _happened(small.NewEmployment, "reported_on"),
    _town() | _by(small.NewEmployment, occupation="occupation"),
    {"duty": _having(small.NewEmployment, "duties")},
)
TRAININGS = Population(
    _happened(small.Training, "starts_on", organization=_HOST),
    _town() | _by(small.Training, training_kind="kind", level="level"),
)
TRAINED = Population(
    _happened(small.Attendance, "training__starts_on", town=""),
    _by(small.Attendance, role="role", level="training__level"),
)
FUNDS = Population(_funds, _town() | _by(small.Fund, fund_kind="kind"))
MEETINGS = Population(
    _happened(small.Meeting, "held_on", organization=_HOST),
    _town() | _by(small.Meeting, meeting_kind="kind")
)
YEARS = Population(
    _years, {},
    {
        "title": _having(small.EnterpriseYear, "titles"),
        "new_title": _having(small.EnterpriseYear, "new_titles"),
    },
)

# --- The family ---------------------------------------------------------------------------------

_FLOW = {"period": "year", "by_day": True}
REGISTERS: tuple[Indicator, ...] = (
    RowsIndicator(
        key="help_given", label="帮扶成果", unit="件", population=HELPS, **_FLOW,
        basis="日期在期间内的帮扶成果",
    ),
    SumIndicator(
        key="help_quantity", label="帮扶数量", unit="", population=HELPS, **_FLOW, places=2,
        column="quantity_1", column_title="数量",
        basis="日期在期间内的帮扶成果的数量之和，按类别看才有意义，单位见类别",
    ),
    SumIndicator(
        key="help_second_quantity", label="帮扶第二数量", unit="", population=HELPS, **_FLOW,
        places=2, column="quantity_2", column_title="第二数量",
        basis="日期在期间内的帮扶成果的第二数量之和，按类别看才有意义，单位见类别",
    ),
    SumIndicator(
        key="help_amount", label="帮扶金额", unit="万元", population=HELPS, **_FLOW, places=2,
        column="amount", column_title="金额（万元）", basis="日期在期间内的帮扶成果的金额之和",
    ),
    DistinctIndicator(
        key="help_enterprises", label="受益主体", unit="家", population=HELPED, **_FLOW,
        of="entity", listed=Entity,
        basis="日期在期间内的帮扶成果写明的受益主体，一家只算一次",
    ),
    RowsIndicator(
        key="mass_organizations", label="群团组织", unit="个", population=MASS,
        basis="时点已成立、未撤销的群团组织，没写成立日期的也算",
    ),
    RowsIndicator(
        key="sites", label="阵地驿站", unit="处", population=SITES,
        basis="时点已启用、未停用的阵地驿站，没写启用日期的也算",
    ),
    RowsIndicator(
        key="alliances", label="党建联盟和结对", unit="个", population=ALLIANCES,
        basis="时点已成立、未结束的联盟和结对",
    ),
    RowsIndicator(
        key="contact_groups", label="联系组和联系点", unit="个", population=CONTACTS,
        basis="时点已开始、未结束的联系组和联系点",
    ),
    RowsIndicator(
        key="model_posts", label="示范岗和责任区", unit="个", population=POSTS,
        basis="时点已挂牌、未摘牌的示范岗和责任区",
    ),
    RowsIndicator(
        key="new_employment_reported", label="新就业群体报到", unit="人", population=REPORTED,
        **_FLOW, basis="报到日期在期间内的新就业人员",
    ),
    RowsIndicator(
        key="trainings", label="培训", unit="期", population=TRAININGS, **_FLOW,
        basis="开始日期在期间内的培训",
    ),
    SumIndicator(
        key="training_people", label="参训人次", unit="人次", population=TRAININGS, **_FLOW,
        column="people", column_title="参训人次", basis="开始日期在期间内的培训填报的参训人次",
    ),
    RowsIndicator(
        key="training_attendances", label="参训记录", unit="人次", population=TRAINED, **_FLOW,
        basis="培训开始日期在期间内的参训记录",
    ),
    SumIndicator(
        key="funds", label="下拨经费", unit="元", population=FUNDS, **_FLOW, places=2,
        column="amount", column_title="金额（元）", basis="下拨日期在期间内的经费之和",
    ),
    RowsIndicator(
        key="meetings", label="联席会议和党代表联系", unit="次", population=MEETINGS, **_FLOW,
        basis="日期在期间内的会商联系",
    ),
    DistinctIndicator(
        key="titled_enterprises", label="有资质的企业", unit="家", population=YEARS, **_FLOW,
        of="entity", listed=Entity, among=lambda _span: ~Q(titles=[]),
        basis="期间所在年度的年度数据写有资质的企业，一家只算一次",
    ),
    SumIndicator(
        key="enterprise_revenue", label="营业收入", unit="万元", population=YEARS, **_FLOW,
        places=2, column="revenue", column_title="营业收入（万元）",
        basis="期间所在年度的年度数据的营业收入之和",
    ),
    SumIndicator(
        key="enterprise_profit", label="利润", unit="万元", population=YEARS, **_FLOW, places=2,
        column="profit", column_title="利润（万元）", basis="期间所在年度的年度数据的利润之和",
    ),
)

# --- The lists behind them ----------------------------------------------------------------------


def _sheet(ledger: type[DeclaredLedger]) -> Sheet:
    """The list of a declared ledger; what its columns show is read for a page of rows at once."""

    def prepare(rows: list[Any], scope: Any, _day: date) -> None:
        found = ledger.model._default_manager.filter(pk__in=[row.pk for row in rows])
        found = listing.listed(ledger, found).annotate(opens=opening(ledger.model, scope))
        known = {row.pk: row for row in found}
        for row in rows:
            row.twin = known[row.pk]
            row.opens = bool(row.twin.opens)

    def column(own: Column, at: int) -> Column:
        more = {"fixed": True, "link": address} if at == 0 else {"wide": own.wide}
        return Column(
            own.key, own.label, value=lambda row: own.raw(row.twin), kind=own.kind,
            tones=own.tones, **more,
        )

    search = type(
        f"{ledger.__name__}Search", (ScopedFilterSet,),
        {"search_fields": listing.filters_of(ledger).search_fields, "search_hint": "名称"},
    )
    shown = [own for own in listing.columns_of(ledger) if own.shown]
    sorts = (Sort("row", "按登记先后", "pk"),)
    if ledger.day:
        sorts = (Sort("-day", "日期近的在前", f"-{ledger.day}"),
                 Sort("day", "日期早的在前", ledger.day))
    return Sheet(
        ledger.model, ledger.noun or ledger.title, ledger.unit, search,
        tuple(column(own, at) for at, own in enumerate(shown)), sorts, prepare,
    )


REGISTER_SHEETS = tuple(map(_sheet, (
    Helps, resources.MassOrganizations, resources.Sites, resources.Alliances, resources.Contacts,
    resources.ModelPosts, resources.NewEmployment, resources.Trainings, resources.Attendances,
    resources.Funds, resources.Meetings, resources.EnterpriseYears,
)))
