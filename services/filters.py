"""Filters of the lists of tickets and of service items."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Department
from areas.choices import AreaLevel
from areas.filters import AreaFilter
from common.filters import ScopedFilterSet, scoped
from enterprises.models import Entity
from organizations.models import PartyOrganization
from services.choices import (
    PENDING,
    WITH_ENTERPRISE,
    ServiceKind,
    TicketChannel,
    TicketKind,
    TicketSatisfaction,
    TicketState,
)
from services.models import ServiceItem, TicketCategory
from services.queries import due_today, overdue

_DUE = (("overdue", "已超期"), ("today", "今天到期"), ("paused", "暂停计时"))
_WAITS = (
    ("office", "等受理或交办"), ("department", "等部门"), ("enterprise", "等企业"),
    ("nobody", "已结束"), ("anybody", "未办结"),
)
_LACKS = (("department", "没有主办部门"), ("town", "没有镇街"))
OF_DEPARTMENT = Q(state__in=(TicketState.ASSIGNED, TicketState.WORKING), department__isnull=False)


def waiting_for(whom: str) -> Q:
    """The condition "this ticket waits for …", by the key of the filter."""
    if whom == "department":
        return OF_DEPARTMENT
    if whom == "office":
        return Q(state__in=PENDING) & ~OF_DEPARTMENT
    if whom == "enterprise":
        return Q(state__in=WITH_ENTERPRISE)
    is_open = Q(state__in=PENDING | WITH_ENTERPRISE)
    return is_open if whom == "anybody" else ~is_open


def _departments(_request: object) -> QuerySet:
    return Department.objects.all()


def _categories(_request: object) -> QuerySet:
    return TicketCategory.objects.select_related("parent").order_by("order")


class TicketFilter(ScopedFilterSet):
    """Tickets by where they stand, whom they wait for, what they are about."""

    search_fields = (
        "entity__name_key__contains", "organization__name_key__contains", "title__contains",
        "number__istartswith",
    )
    search_hint = "标题、编号、企业或党组织"
    folded = ("channel", "kind", "days", "closed", "satisfaction", "department", "lacks")

    state = django_filters.ChoiceFilter(label="状态", choices=TicketState)
    due = django_filters.ChoiceFilter(label="时限", choices=_DUE, method="filter_due")
    waits = django_filters.ChoiceFilter(label="等谁办", choices=_WAITS, method="filter_waits")
    town = AreaFilter(AreaLevel.TOWN, field_name="town")
    category = django_filters.ModelChoiceFilter(
        label="类别", queryset=_categories, method="filter_category"
    )
    kind = django_filters.ChoiceFilter(label="类型", choices=TicketKind)
    channel = django_filters.ChoiceFilter(label="渠道", choices=TicketChannel)
    department = django_filters.ModelChoiceFilter(label="主办部门", queryset=_departments)
    lacks = django_filters.ChoiceFilter(
        label="缺项", choices=_LACKS, method="filter_lacks", empty_label="不限"
    )
    satisfaction = django_filters.ChoiceFilter(label="满意度", choices=TicketSatisfaction)
    days = django_filters.DateFromToRangeFilter(label="登记日期", field_name="registered_on")
    closed = django_filters.DateFromToRangeFilter(label="办结日期", field_name="closed_on")
    mine = django_filters.ChoiceFilter(
        label="登记人", choices=[("yes", "我提的")], method="filter_mine",
        empty_label="全部登记人",
    )
    entity = django_filters.ModelChoiceFilter(
        label="市场主体", queryset=scoped(Entity), widget=forms.HiddenInput
    )
    organization = django_filters.ModelChoiceFilter(
        label="党组织", queryset=scoped(PartyOrganization), widget=forms.HiddenInput
    )

    item = django_filters.ModelChoiceFilter(
        label="服务事项", queryset=scoped(ServiceItem), widget=forms.HiddenInput
    )

    def filter_due(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "paused":
            return queryset.filter(state=TicketState.SUSPENDED)
        return queryset.filter(overdue(today) if value == "overdue" else due_today(today))

    def filter_waits(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(waiting_for(value))

    def filter_lacks(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(**{f"{value}__isnull": True})

    def filter_category(self, queryset: QuerySet, name: str, value: TicketCategory) -> QuerySet:
        """With what stands below it."""
        return queryset.filter(Q(category=value) | Q(category__parent=value))

    def filter_mine(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(raised_by=self.request.user)


class ItemFilter(ScopedFilterSet):
    """Service items by kind and words; those that are over on request only."""

    search_fields = ("name__contains", "summary__contains")
    search_hint = "名称或说明"

    kind = django_filters.ChoiceFilter(label="类型", choices=ServiceKind)
    offered = django_filters.ChoiceFilter(
        label="能否申请", choices=[("yes", "现在可申请"), ("no", "已截止或未开始")],
        method="filter_offered",
    )

    def filter_offered(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        offered = ServiceItem.objects.offered(timezone.localdate())
        if value == "yes":
            return queryset.filter(pk__in=offered.values("pk"))
        return queryset.exclude(pk__in=offered.values("pk"))


class CategoryFilter(ScopedFilterSet):
    """Categories by name."""

    search_fields = ("name__contains",)
    search_hint = "类别名称"
