"""Writing the service menu and the tree of categories."""

from typing import Any

from django.db import models

from accounts.models import User
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from services.models import ServiceItem, TicketCategory


def save_item(*, item: ServiceItem | None, values: dict[str, Any], by: User) -> ServiceItem:
    """Add or change a service item. Raises Refused for a name that is taken."""
    return _saved(item or ServiceItem(), values, by)


def save_category(
    *, category: TicketCategory | None, values: dict[str, Any], by: User
) -> TicketCategory:
    """Add or change a category; the tree has two levels. Raises Refused otherwise."""
    row = category or TicketCategory()
    parent = values.get("parent")
    if parent and (parent.parent_id or parent.pk == row.pk):
        raise Refused("上级要选第一级的类别。")
    if parent and category and category.children.exists():
        raise Refused("下面还有类别，不能放到别的类别下面。")
    return _saved(row, values, by)


def _saved(row: models.Model, values: dict[str, Any], by: User) -> Any:
    twins = type(row).objects.filter(name=values["name"]).exclude(pk=row.pk)
    if twins.exists():
        raise Refused(f"已有“{values['name']}”，请换一个名称。")
    for name, value in values.items():
        setattr(row, name, value)
    with recording(by=by, via=Via.PAGE):
        row.save()
    return row
