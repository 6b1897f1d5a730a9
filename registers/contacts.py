"""The least that a contact group must have: rules like those of grids, dated settings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from common import parameters
from registers.choices import ContactKind

FIRMS = "firms"
# Kind → (field, what is counted, unit, setting).
_RULES: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    ContactKind.OFFICIAL: (),
    ContactKind.ONE_ONE_FIVE: (
        ("officials", "联系干部", "名", "contact.group_officials"),
        ("promoters", "招商部门人员", "名", "contact.group_promoters"),
        (FIRMS, "联系企业", "家", "contact.group_firms"),
    ),
    ContactKind.STUDIO: (
        ("veterans", "老书记", "名", "contact.studio_veterans"),
        ("instructors", "指导员", "名", "contact.studio_instructors"),
        (FIRMS, "联系企业", "家", "contact.studio_firms"),
    ),
}


def shortage_words(values: Mapping[str, Any], firms: int, day: date) -> str:
    """What a contact group with these values lacks on ``day``, in words; "" for nothing.
    ``firms``: the number of its entities."""
    lacks = []
    for field, label, unit, key in _RULES[values["kind"]]:
        number = firms if field == FIRMS else len(values[field])
        least = parameters.value(key, on=day)
        if number < least:
            lacks.append(f"{label}少 {least - number} {unit}")
    return "，".join(lacks)
