"""The lists behind figures of secretaries, grids, visits and activities."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F, Model

from accounts.scope import Scope
from activities.models import Activity, Visit
from areas.models import Area
from common.filters import ScopedFilterSet
from common.lists import Sort
from common.tables import Column
from organizations.models import PartyOrganization, Post
from reports.opening import address, opening
from reports.sheet import Prepare, Sheet, take_over


def _preparing(model: type[Model], **columns: F) -> Prepare:
    """What reads further columns of a page of rows, and whether each opens."""

    def prepare(rows: list[Any], scope: Scope, _day: date) -> None:
        found = model._default_manager.filter(pk__in=[row.pk for row in rows])
        known = found.annotate(opens=opening(model, scope), **columns)
        take_over(rows, {row.pk: row for row in known}, (*columns, "opens"))

    return prepare


def _newest(column: str, word: str) -> Sequence[Sort]:
    return (
        Sort("-day", f"{word}近的在前", f"-{column}"),
        Sort("day", f"{word}早的在前", column),
    )


# --- Secretaries --------------------------------------------------------------------------------


class SecretarySearch(ScopedFilterSet):
    search_fields = ("person__contains", "organization__name_key__contains")
    search_hint = "书记姓名或党组织名称"


def _prepare_secretaries(rows: list[Any], scope: Scope, _day: date) -> None:
    """The page of a secretary is that of the organization."""
    asked = {row.organization_id for row in rows}
    found = PartyOrganization.objects.filter(pk__in=asked)
    known = {each.pk: each for each in found.annotate(opens=opening(PartyOrganization, scope))}
    for row in rows:
        row.of = known[row.organization_id]
        row.of.opens = bool(row.of.opens)
        row.opens = row.of.opens


SECRETARY_SHEET = Sheet(
    Post, "书记", "名", SecretarySearch,
    (
        Column("person", "书记", fixed=True, link=lambda row: address(row.of)),
        Column("organization", "党组织", value=lambda row: row.of.name),
        Column("town", "所属镇街", value="town_name", short="镇街"),
        Column("age", "年龄（岁）", kind="number", sort=("age", "-age")),
        Column("identity", "书记身份", value="get_identity_display"),
        Column("since", "任职起", value="starts_on", kind="date", wide=True),
    ),
    (
        Sort("name", "按党组织", "organization__name"),
        Sort("age", "年轻的在前", "age"),
        Sort("-age", "年长的在前", "-age"),
    ),
    _prepare_secretaries,
)

# --- Grids --------------------------------------------------------------------------------------


class GridSearch(ScopedFilterSet):
    search_fields = ("name__contains", "code__istartswith")
    search_hint = "网格名称或代码"


GRID_SHEET = Sheet(
    Area, "网格", "个", GridSearch,
    (
        Column("name", "网格", fixed=True, link=address, sort=("name", "-name"),
               sub=Column("code", "区划代码")),
        Column("parent", "上级", value="parent_name"),
        Column("grid_type", "网格类型", value="get_grid_type_display"),
        Column("opened", "启用日期", value="opened_on", kind="date", wide=True),
    ),
    (Sort("name", "按名称", "name"), Sort("-name", "按名称倒排", "-name")),
    _preparing(Area, parent_name=F("parent__name")),
)

# --- Visits -------------------------------------------------------------------------------------


class VisitSearch(ScopedFilterSet):
    search_fields = (
        "instructor__name__contains", "entity__name_key__contains",
        "organization__name_key__contains",
    )
    search_hint = "指导员、主体或党组织名称"


VISIT_SHEET = Sheet(
    Visit, "走访", "次", VisitSearch,
    (
        Column("whom", "走访对象", fixed=True, link=address,
               value=lambda row: row.entity_name or row.organization_name),
        Column("day", "日期", value="visited_on", kind="date", sort=("-day", "day")),
        Column("instructor", "指导员", value="instructor_name"),
        Column("way", "方式", value="get_way_display"),
    ),
    _newest("visited_on", "走访"),
    _preparing(
        Visit, entity_name=F("entity__name"), organization_name=F("organization__name"),
        instructor_name=F("instructor__name"),
    ),
)

# --- Activities ---------------------------------------------------------------------------------


class ActivitySearch(ScopedFilterSet):
    search_fields = ("topic__contains", "organization__name_key__contains")
    search_hint = "主题或党组织名称"


ACTIVITY_SHEET = Sheet(
    Activity, "活动", "场", ActivitySearch,
    (
        Column("topic", "主题", fixed=True, link=address),
        Column("organization", "党组织", value="organization_name"),
        Column("types", "活动类型", value=lambda row: "、".join(row.type_labels)),
        Column("day", "日期", value="held_on", kind="date", sort=("-day", "day")),
        Column("attended", "实到", kind="number"),
    ),
    _newest("held_on", "开展"),
    _preparing(Activity, organization_name=F("organization__name")),
)

EVENT_SHEETS = (SECRETARY_SHEET, GRID_SHEET, VISIT_SHEET, ACTIVITY_SHEET)
