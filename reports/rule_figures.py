"""Values of rules (规则参数) as figures: what a district has set, with the rows that say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.db.models import Aggregate, Max, Model, QuerySet, Value

from common import parameters
from common.dated import holding
from common.filters import ScopedFilterSet
from common.lists import Sort
from common.models import Parameter
from common.parameters import Kind, declared
from common.tables import Column
from reports.extent import Extent
from reports.figures import Figure, Indicator, Number, Population
from reports.sheet import Sheet

PREFIX = "rule."


@dataclass(frozen=True, kw_only=True)
class ParameterIndicator(Indicator):
    """The value of a setting on a day; its rows are those that somebody has set."""

    kind: ClassVar[str] = "parameter"
    setting: str

    def measures(self, when: date) -> dict[str, Aggregate]:
        value = parameters.value(self.setting, on=when)
        return {"value": Max(Value(value), default=Value(value))}

    def read(self, counted: Mapping[str, Any]) -> Figure:
        return Number(counted["value"])


def _rows_of(key: str):
    def rows(_extent: Extent, day: date) -> QuerySet[Model]:
        return Parameter.objects.filter(holding(day), key=key)

    return rows


RULES: tuple[Indicator, ...] = tuple(
    ParameterIndicator(
        key=f"{PREFIX}{key}", label=setting.label, unit=setting.unit, setting=key,
        population=Population(_rows_of(key), {}),
        basis=f"规则参数“{setting.label}”在时点的值，没有设过的是默认值",
    )
    for key, setting in declared().items()
    if setting.kind in (Kind.INTEGER, Kind.DECIMAL) and setting.readers == "read_rules"
)


class RuleSearch(ScopedFilterSet):
    search_fields = ("key__contains",)
    search_hint = "参数"


def _prepare(rows: list[Any], _scope: Any, _day: Any) -> None:
    for row in rows:
        row.opens = False


RULE_SHEET = Sheet(
    Parameter, "参数", "项", RuleSearch,
    (
        Column("key", "参数", fixed=True, value=lambda row: declared()[row.key].label),
        Column("value", "值", value=lambda row: str(row.value)),
        Column("since", "生效日期", value="starts_on", kind="date"),
    ),
    (Sort("key", "按参数", "key"),),
    _prepare,
)
