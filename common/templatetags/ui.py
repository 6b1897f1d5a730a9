"""Small words of the templates: icons, values as people read them, the navigation."""

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common import tables
from common.navigation import Group, navigation_for

register = template.Library()

_TONES = {"success": "ok", "error": "bad", "warning": "warn", "debug": "info"}
# tone or sign → (symbol of ui/sprite.html, class)
_ICONS = {
    "yes": ("yes", "ok"),
    "ok": ("yes", "ok"),
    "no": ("no", "bad"),
    "bad": ("warn", "bad"),
    "warn": ("warn", "warn"),
    "dash": ("dash", "muted"),
    "info": ("info", ""),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign from the sprite; it only repeats what the words beside it say."""
    symbol, css = _ICONS[name]
    return format_html(
        '<svg class="i {}" aria-hidden="true"><use href="#i-{}"/></svg>', css, symbol
    )


@register.filter
def tone(level_tag: str) -> str:
    """The tone of a Django message level."""
    return _TONES.get(level_tag, "info")


@register.filter
def display(value: Any) -> str:
    """A value as it stands in tables: 58,271 · 2026-11-20 · 是 · — for nothing."""
    return tables.display(value)


@register.filter
def day(value: date | None) -> str:
    """A day inside a sentence: 2026年11月20日."""
    if tables.display(value) == tables.EMPTY or value is None:
        return tables.EMPTY
    return f"{value.year}年{value.month}月{value.day}日"


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[Group]:
    """What the user may open; nothing on pages without a user."""
    request = context.get("request")
    if request is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return []
    return navigation_for(request)
