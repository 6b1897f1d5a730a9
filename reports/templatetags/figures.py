"""Words of the pages of figures."""

from calendar import monthrange
from collections.abc import Container
from datetime import date
from typing import Any

from django import template

from reports.counted import MINUS

register = template.Library()


@register.filter
def signed(value: int) -> str:
    """+9 · −4 · 0."""
    if value < 0:
        return f"{MINUS}{-value:,}"
    return f"+{value:,}" if value else "0"


@register.filter
def since(day: date, other: date) -> str:
    """A day as seen from another: 7月末 · 8月15日, with the year when that differs."""
    year = "" if day.year == other.year else f"{day.year}年"
    if day.day == monthrange(day.year, day.month)[1]:
        return f"{year}{day.month}月末"
    return f"{year}{day.month}月{day.day}日"


@register.filter
def has(container: Container[Any], key: Any) -> bool:
    """Whether ``key`` is in the container."""
    return key in container
