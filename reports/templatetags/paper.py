"""Words of the printed report: numbers that open their list, rates, signed differences."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports.drill import absolute

register = template.Library()
MINUS = "−"


@register.filter
def thousands(value: Any) -> str:
    """58271 → 58,271."""
    return f"{int(value):,}"


@register.simple_tag
def cite(value: int | None, url: str = "") -> SafeString | str:
    """A number that opens its list; figures of earlier versions have no address."""
    if not url:
        return thousands(value or 0)
    value = value or 0
    return format_html('<a href="{}">{}</a>', absolute(url), f"{int(value):,}")


@register.simple_tag
def signed(value: int, url: str) -> SafeString | str:
    """A difference that opens its list: +9, −4; 0 without a link."""
    if not value:
        return "0"
    text = f"+{value:,}" if value > 0 else f"{MINUS}{-value:,}"
    return format_html('<a href="{}">{}</a>', absolute(url), text)


@register.filter
def rate(share: dict[str, Any]) -> str:
    """23.7%, or — without a denominator."""
    return "—" if share["percent"] is None else f"{share['percent']}%"


@register.filter
def points(text: str) -> str:
    """提高1.2个百分点."""
    value = Decimal(text)
    if not value:
        return "持平"
    return f"{'提高' if value > 0 else '下降'}{abs(value)}个百分点"


@register.filter
def month(day: str) -> str:
    """2024年11月 of an ISO date."""
    found = date.fromisoformat(day)
    return f"{found.year}年{found.month}月"


@register.filter
def iso_day(text: str) -> date:
    """The date of "2026-11-22"."""
    return date.fromisoformat(text)


@register.filter(name="absolute")
def absolute_address(path: str) -> str:
    """An address of ours, for paper."""
    return absolute(path)


@register.filter
def day_of(moment: str) -> date:
    """The date of "2026-11-22 09:12"."""
    return date.fromisoformat(moment[:10])
