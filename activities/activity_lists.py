"""What the list of activities shows, and by what it is narrowed."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from activities.choices import ActivityType
from activities.models import Activity
from common.filters import ScopedFilterSet, scoped
from common.lists import Sort
from common.tables import Column
from organizations.models import PartyOrganization
from registers.hosts import Hosted

LEDGER, LOG = "ledger", "log"
SOURCES = ((LEDGER, "活动台账"), (LOG, "月度日志"))


class ActivityFilter(ScopedFilterSet):
    search_fields = ("topic__contains", "organization__name_key__contains",
                     "organization__initials__istartswith")
    search_hint = "主题，或党组织名称、拼音首字母"
    folded = ("source", "hosted", "held_on")

    organization = django_filters.ModelChoiceFilter(
        label="党组织", queryset=scoped(PartyOrganization)
    )
    type = django_filters.ChoiceFilter(
        label="活动类型", choices=ActivityType, method="filter_type"
    )
    held_on = django_filters.DateFromToRangeFilter(
        label="日期", widget=django_filters.widgets.RangeWidget(attrs={"type": "date"})
    )
    source = django_filters.ChoiceFilter(label="来源", choices=SOURCES, method="filter_source")

    hosted = django_filters.ChoiceFilter(
        label="主办", choices=tuple(Hosted.words.items()), method="filter_hosted"
    )

    def filter_hosted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(**{f"{value}__isnull": False})

    def filter_type(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(types__contains=[value])

    def filter_source(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(log__isnull=value == LEDGER)


def type_words(row: Activity) -> str:
    """The types, separated by 、."""
    return "、".join(row.type_labels)


def attendance(row: Activity) -> str:
    """实到 of 应到: 7/8; "" when neither is known."""
    if row.attended is None and row.expected is None:
        return ""
    return "/".join("—" if n is None else str(n) for n in (row.attended, row.expected))


def source_words(row: Any) -> str:
    """活动台账, or the month of the log it came with."""
    return f"{row.log.month.year}年{row.log.month.month}月日志" if row.log_id else "活动台账"


COLUMNS = (
    Column("topic", "主题", link=lambda row: row.get_absolute_url(), fixed=True,
           sub=Column("organization", "党组织", value=lambda row: str(row.organization))),
    Column("types", "活动类型", value=type_words, short="类型"),
    Column("held", "日期", value="held_on", kind="date", sort=("-held", "held")),
    Column("attendance", "实到/应到", value=attendance, short="到会"),
    Column("place", "地点", wide=True),
    Column("hosted_by", "主办单位", shown=False),
    Column("host", "主持人", shown=False),
    Column("source", "来源", value=source_words, wide=True),
)
SORTS = (
    Sort("-held", "日期近的在前", "-held_on"),
    Sort("held", "日期早的在前", "held_on"),
    Sort("organization", "按党组织", "organization__name", "-held_on"),
)
