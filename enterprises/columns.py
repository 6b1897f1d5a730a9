"""Columns of the entities ledger that are read in a way of their own: 所属行业, 经营状态."""

from areas.columns import PlacedValues
from common import cells
from common.ledgers.columns import Cell
from enterprises.choices import BusinessStatus
from enterprises.industries import SECTIONS, industry


class IndustryCell(Cell):
    """GB/T 4754: section letter, section name or two-digit code → (section, division)."""

    nothing = ("", "")

    def clean(self, value, row=None, **kwargs):
        section, division = industry(cells.text(value))
        return section, division or ""

    def render(self, value, obj=None, **kwargs):
        section, division = value
        return division or section

    def form_choices(self):
        """Sections and their divisions, for the list of a form: the values that are printed."""
        return [
            (f"{letter} {name}", [(letter, f"{letter} {name}（不分大类）")]
             + [(code, f"{code} {title}") for code, title in divisions.items()])
            for letter, (name, divisions) in SECTIONS.items()
        ]


class EntityValues(PlacedValues):
    """Dated values of an entity; 注销 with a date is the date's business (ledgers.md §1)."""

    def is_direct(self, column):
        return super().is_direct(column) and column.attribute not in ("industry", "status")

    def read(self, row, column, known, options):
        if column.attribute == "industry":
            section, division = row.get(column)
            return {"section": section, "division": division}
        if column.attribute == "status" and _is_closing(row, column):
            state = known.get("status") or BusinessStatus.NORMAL
            return {"status": state if not row.is_new else BusinessStatus.NORMAL}
        return super().read(row, column, known, options)

    def repeats(self, row, column, known):
        value = row.cells.get(column.column_name)
        if column.attribute == "industry":
            return value == (known["section"], known["division"])
        if column.attribute == "status":
            return value == known["status"]
        return super().repeats(row, column, known)

    def show(self, column, values):
        if column.attribute == "industry":
            return column.show((values["section"], values["division"]))
        return super().show(column, values)


def _is_closing(row, column) -> bool:
    """Whether the row says 注销 and when."""
    return row.get(column) == BusinessStatus.CLOSED and bool(row.facts["closed_on"])
