"""Filters of the list of accounts."""

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Grant
from accounts.queries import NO_PASSWORD
from common.filters import ScopedFilterSet

STANDINGS = (("active", "在用"), ("unset", "待设密码"), ("disabled", "停用"))
GRANTED = (("some", "有效"), ("none", "没有有效授权"))


class AccountFilter(ScopedFilterSet):
    """By role, by state, and by whether any grant counts today."""

    search_fields = ("username__icontains", "name__contains", "name__startswith")
    search_hint = "账号或姓名"

    role = django_filters.ChoiceFilter(
        label="角色", choices=Role, method="filter_role", empty_label="全部角色"
    )
    standing = django_filters.ChoiceFilter(
        label="状态", choices=STANDINGS, method="filter_standing", empty_label="全部状态"
    )
    granted = django_filters.ChoiceFilter(
        label="授权", choices=GRANTED, method="filter_granted", empty_label="不限授权"
    )

    def filter_role(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(Exists(_counting().filter(role=value)))

    def filter_standing(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == "disabled":
            return queryset.filter(is_active=False)
        active = queryset.filter(is_active=True)
        return active.filter(NO_PASSWORD) if value == "unset" else active.exclude(NO_PASSWORD)

    def filter_granted(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        has = Exists(_counting())
        return queryset.filter(has if value == "some" else ~has)


def _counting() -> QuerySet:
    """Grants of the row that count today."""
    return Grant.objects.filter(user=OuterRef("pk")).counting(timezone.localdate())
