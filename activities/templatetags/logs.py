"""Small words of the review page: the comment on a line, an id for its field."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(values: Mapping[str, Any], key: str) -> Any:
    """The value of a mapping, None where there is none."""
    return values.get(key)


@register.filter
def slug(path: str) -> str:
    """A path of a field as an id: activities-0-topic."""
    return path.replace(".", "-")
