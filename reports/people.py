"""Who works and what came about: organizations founded, members developed, secretaries,
instructors and their visits, grids, activities. What is of a day beside what happened in a span.

The conditions of a figure (来源 机关干部, 主体类型 小微企业) are dimensions and filters of its
population, so that one definition serves whatever a district asks for.
"""

from collections.abc import Callable
from datetime import date

from django.db.models import (
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from activities.choices import ActivityType
from activities.models import Activity, Visit
from areas.choices import AreaLevel, GridType
from areas.models import Area
from common.periods import Span
from enterprises.choices import EntityKind
from enterprises.models import Entity
from members.choices import PositionLevel
from organizations.choices import Commitment, InstructorSource, OrganizationCategory, SetUpMode
from organizations.models import (
    Appointment,
    Instructor,
    OrganizationState,
    PartyOrganization,
    Post,
    active_on,
)
from organizations.queries import instructors_listed
from reports.extent import Extent
from reports.figures import Dimension, Filter, Indicator, Population
from reports.hosting import hosted_by
from reports.kinds import (
    DistinctIndicator,
    GreatestIndicator,
    LeastIndicator,
    RowsIndicator,
    ShareIndicator,
    SumIndicator,
)
from reports.populations import (
    ENTITIES,
    MEMBER_FILTERS,
    ORGANIZATION_FILTERS,
    TOWN,
    by_choice,
    members_of,
)

_SENIOR = (PositionLevel.INVESTOR, PositionLevel.MANAGEMENT)


def by_town(column: str = "state__town") -> dict[str, Dimension]:
    """The division by town of rows that name one."""
    return {TOWN: Dimension(TOWN, "镇街", f"{column}__code", "未填镇街", name=f"{column}__name")}


# --- Organizations founded ----------------------------------------------------------------------


def _founded(extent: Extent, span: Span) -> QuerySet:
    rows = PartyOrganization.objects.at(span.last).active(span.last)
    rows = rows.filter(founded_on__range=(span.first, span.last))
    return extent.limit(rows, span.last)


def _on_last(condition: Callable[[str, date], Q]) -> Callable[[str, Span], Q]:
    """A condition of a day, asked of the last day of a span."""
    return lambda value, span: condition(value, span.last)


def _of_span(filters: dict[str, Filter]) -> dict[str, Filter]:
    return {key: Filter(each.title, _on_last(each.matches)) for key, each in filters.items()}


_CATEGORY = by_choice("category", "类别", "state__category", OrganizationCategory)
_MODE = by_choice("mode", "组建方式", "state__mode", SetUpMode)
FOUNDED = Population(
    _founded, by_town() | {"category": _CATEGORY, "mode": _MODE}, _of_span(ORGANIZATION_FILTERS)
)

# --- Members developed --------------------------------------------------------------------------


def _joined(extent: Extent, span: Span) -> QuerySet:
    return members_of(extent, span.last).filter(joined_on__range=(span.first, span.last))


def _converted(extent: Extent, span: Span) -> QuerySet:
    return members_of(extent, span.last).filter(full_member_on__range=(span.first, span.last))


_MEMBER_TOWN = {TOWN: Dimension(TOWN, "镇街", "town_code", "未填镇街", name="town_name")}
_LEVEL = {"level": by_choice("level", "岗位层级", "state__position_level", PositionLevel)}
JOINED = Population(_joined, _MEMBER_TOWN | _LEVEL, _of_span(MEMBER_FILTERS))
CONVERTED = Population(_converted, _MEMBER_TOWN | _LEVEL, _of_span(MEMBER_FILTERS))


def _is_senior(_span: Span) -> Q:
    return Q(state__position_level__in=_SENIOR)


# --- Secretaries --------------------------------------------------------------------------------


def _secretaries(extent: Extent, day: date) -> QuerySet:
    """Secretaries in post of active organizations, with their age and the town of the
    organization."""
    place = OrganizationState.objects.at(day).filter(organization=OuterRef("organization"))
    rows = Post.objects.at(day).filter(active_on(day, "organization__"))
    return extent.limit(rows, day).annotate(
        age=Func(
            Value(day, DateField()), F("born_on"), output_field=IntegerField(),
            template="date_part('year', age(%(expressions)s))::int",
        ),
        town_code=Subquery(place.values("town__code")),
        town_name=Subquery(place.values("town__name")),
    )


def _aged(value: str, _day: date) -> Q:
    """30-40 · 51- · -29: from and to, both included. Anything else has no rows."""
    low, dash, high = value.partition("-")
    if not dash or not (low or high) or not (low + high).isdecimal():
        return Q(pk__in=[])
    condition = Q(age__gte=int(low)) if low else Q(age__isnull=False)
    return condition & Q(age__lte=int(high)) if high else condition


SECRETARIES = Population(_secretaries, _MEMBER_TOWN, {"age": Filter("年龄（岁）", _aged)})
_AGE = {"unit": "岁", "population": SECRETARIES, "column": "age", "column_title": "年龄"}

# --- Instructors and grids ----------------------------------------------------------------------


def _instructors(extent: Extent, day: date) -> QuerySet:
    place = Appointment.objects.at(day).filter(instructor=OuterRef("pk"))
    serving = extent.limit(Instructor.objects.serving(day), day)
    return instructors_listed(serving, day).annotate(
        town_code=Subquery(place.values("town__code")[:1]),
        town_name=Subquery(place.values("town__name")[:1]),
    )


INSTRUCTORS = Population(
    _instructors,
    _MEMBER_TOWN | {
        "source": by_choice("source", "来源", "source", InstructorSource),
        "commitment": by_choice("commitment", "专职兼职", "commitment", Commitment),
    },
)


def _grids(extent: Extent, day: date) -> QuerySet:
    return extent.limit(Area.objects.filter(level=AreaLevel.GRID).in_use(day), day)


GRIDS = Population(_grids, {"grid_type": by_choice("grid_type", "网格类型", "grid_type", GridType)})

# --- Visits and activities ----------------------------------------------------------------------


def _visits(extent: Extent, span: Span) -> QuerySet:
    return extent.limit(
        Visit.objects.filter(visited_on__range=(span.first, span.last)), span.last
    )


VISITS = Population(
    _visits,
    {
        "kind": by_choice("kind", "主体类型", "entity__kind", EntityKind),
        "source": by_choice("source", "来源", "instructor__source", InstructorSource),
    },
)


def _activities(extent: Extent, span: Span) -> QuerySet:
    held = Activity.objects.counting().filter(held_on__range=(span.first, span.last))
    return extent.limit(held, span.last)


_TYPES = {label: value for value, label in ActivityType.choices}
_FLAGS = {
    "微党课": "has_micro_lecture", "教育片": "has_film", "实践活动": "has_practice",
    "书记讲党课": "by_secretary",
}


def _of_type(value: str, _span: Span) -> Q:
    """An activity may be of several types."""
    return Q(types__contains=[_TYPES.get(value, "")])


def _on_topic(value: str, _span: Span) -> Q:
    return Q(topic__contains=value)


def _with_part(value: str, _span: Span) -> Q:
    return Q(**{_FLAGS[value]: True}) if value in _FLAGS else Q(pk__in=[])


ACTIVITIES = Population(
    _activities, {},
    {
        "type": Filter("活动类型", _of_type), "part_of": Filter("含有", _with_part),
        "host": Filter("主办单位", hosted_by), "topic": Filter("主题含", _on_topic),
    },
)

# --- The family ---------------------------------------------------------------------------------


PEOPLE: tuple[Indicator, ...] = (
    SumIndicator(
        key="employees", label="从业人员", unit="人", population=ENTITIES,
        column="state__employees", column_title="从业人员数",
        basis="正常经营的主体填报的从业人员数",
    ),
    RowsIndicator(
        key="organizations_founded", label="新成立党组织", unit="个", population=FOUNDED,
        period="year", by_day=True,
        basis="成立日期在期间内、期末未撤销的党组织",
    ),
    RowsIndicator(
        key="members_joined", label="新发展党员", unit="名", population=JOINED, period="year",
        by_day=True, basis="加入党组织日期在期间内、期末党籍状态为正常的党员",
    ),
    ShareIndicator(
        key="members_joined_senior", label="新发展党员中管理层以上占比", unit="名",
        population=JOINED, met=_is_senior, period="year", by_day=True,
        basis="岗位层级为出资人、管理层的新发展党员 ÷ 新发展党员",
    ),
    RowsIndicator(
        key="members_converted", label="按期转正党员", unit="名", population=CONVERTED,
        period="year", by_day=True,
        basis="转正日期在期间内、期末党籍状态为正常的党员",
    ),
    RowsIndicator(
        key="secretaries", label="在任书记", unit="名", population=SECRETARIES,
        basis="在用党组织的在任书记",
    ),
    LeastIndicator(
        key="secretary_youngest", label="最年轻的书记", **_AGE,
        basis="在任书记的周岁年龄，未填出生日期的不算",
    ),
    GreatestIndicator(
        key="secretary_oldest", label="最年长的书记", **_AGE,
        basis="在任书记的周岁年龄，未填出生日期的不算",
    ),
    RowsIndicator(
        key="instructors", label="党建指导员", unit="名", population=INSTRUCTORS,
        basis="聘期起、止之间的指导员",
    ),
    RowsIndicator(
        key="grids", label="网格", unit="个", population=GRIDS, basis="时点在用的网格",
    ),
    RowsIndicator(
        key="visits", label="走访", unit="次", population=VISITS, period="month", by_day=True,
        basis="走访日期在期间内的走访，一人一天到一处算一次",
    ),
    DistinctIndicator(
        key="visited_entities", label="走访到的主体", unit="家", population=VISITS,
        of="entity", listed=Entity, period="month", by_day=True,
        basis="期间内有指导员走访的主体，一家只算一次",
    ),
    RowsIndicator(
        key="activities", label="活动", unit="场", population=ACTIVITIES, period="month",
        by_day=True, basis="活动日期在期间内、日志已报送或台账已登记的活动",
    ),
)
