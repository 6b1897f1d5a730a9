"""Columns of a ledger: header, synonyms, how a cell is read and how a value is shown.

A column is a field of django-import-export whose widget reads a cell by common/cells and shows a
stored value as the ledger prints it. The same declaration serves the template, the check, the
forms, the lists and the export.
"""

import calendar
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from import_export import fields, widgets

from common import cells, secrets
from common.masking import mask_id_number, mask_phone

_MONTH = re.compile(r"(\d{4})[-./年]?(\d{1,2})月?", re.ASCII)


class Cell(widgets.Widget):
    """How one kind of cell is read and shown. ``nothing`` is what an empty cell stores."""

    nothing: Any = None
    input_type = "text"

    def clean(self, value: Any, row: Any = None, **kwargs) -> Any:
        raise NotImplementedError

    def render(self, value: Any, obj: Any = None, **kwargs) -> str:
        return "" if value is None else str(value)


class TextCell(Cell):
    """Free text of one line."""

    nothing = ""

    def __init__(self, max_length: int = 200):
        super().__init__()
        self.max_length = max_length

    def clean(self, value, row=None, **kwargs):
        return cells.text(value, self.max_length)


class ProseCell(TextCell):
    """Text of several lines; empty ones are dropped."""

    def clean(self, value, row=None, **kwargs):
        lines = value.splitlines() if isinstance(value, str) else [value]
        found = "\n".join(filter(None, (cells.text(line, self.max_length) for line in lines)))
        if len(found) > self.max_length:
            raise cells.CellError(f"内容太长，最多 {self.max_length} 个字。")
        return found


class CodeCell(Cell):
    """An identity code; ``problem(code)`` returns a sentence when the code is wrong."""

    nothing = ""

    def __init__(
        self,
        max_length: int = 40,
        exact_digits: int = 0,
        problem: Callable[[str], str | None] | None = None,
    ):
        super().__init__()
        self.max_length = max_length
        self.exact_digits = exact_digits
        self.problem = problem

    def clean(self, value, row=None, **kwargs):
        code = cells.code_text(value, self.max_length, exact_digits=self.exact_digits)
        if code and self.problem and (sentence := self.problem(code)):
            raise cells.CellError(sentence)
        return code


class DateCell(Cell):
    """A day."""

    input_type = "date"

    def clean(self, value, row=None, **kwargs):
        return cells.day(value)

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if isinstance(value, date) else ""


class MonthCell(DateCell):
    """A day, or a month that stands for its last day."""

    def clean(self, value, row=None, **kwargs):
        try:
            return cells.day(value)
        except cells.CellError:
            found = _MONTH.fullmatch(str(value).strip().removesuffix(".0"))
            if not found or not 1 <= int(found[2]) <= 12:
                raise
        year, month = int(found[1]), int(found[2])
        return date(year, month, calendar.monthrange(year, month)[1])


class IntegerCell(Cell):
    """A whole number."""

    input_type = "number"

    def __init__(self, minimum: int = 0, maximum: int = 2_147_483_647):
        super().__init__()
        self.minimum, self.maximum = minimum, maximum

    def clean(self, value, row=None, **kwargs):
        return cells.integer(value, self.minimum, self.maximum)


class DecimalCell(Cell):
    """An amount with ``places`` decimals, shown without trailing zeros."""

    input_type = "number"

    def __init__(self, places: int = 2, minimum: Decimal | None = Decimal(0)):
        super().__init__()
        self.places, self.minimum = places, minimum

    def clean(self, value, row=None, **kwargs):
        return cells.money(value, self.places, self.minimum)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else f"{Decimal(value).normalize():f}"


class YesNoCell(Cell):
    """是 or 否."""

    def clean(self, value, row=None, **kwargs):
        return cells.yes_no(value)

    def render(self, value, obj=None, **kwargs):
        return {True: "是", False: "否"}.get(value, "")


class FlagCell(YesNoCell):
    """是 or 否; nothing said is 否."""

    nothing = False


class ChoiceCell(Cell):
    """One of a set of values, by its label or a synonym."""

    nothing = ""

    def __init__(
        self, choices: Iterable[tuple[str, str]], synonyms: Mapping[str, str] | None = None
    ):
        super().__init__()
        self.choices = cells.Choices(choices, synonyms)

    def clean(self, value, row=None, **kwargs):
        return cells.choice(value, self.choices)

    def render(self, value, obj=None, **kwargs):
        return self.choices.labels.get(value, value or "")


class ManyCell(Cell):
    """Several values, separated by 、. ``sort``: the order does not matter."""

    nothing: Any = []  # a list, as the database gives it back; nobody adds to it

    def __init__(self, *, sort: bool = False, max_length: int = 200):
        super().__init__()
        self.sort, self.max_length = sort, max_length

    def clean(self, value, row=None, **kwargs):
        found = cells.many(value, self.max_length)
        return sorted(found) if self.sort else list(found)

    def render(self, value, obj=None, **kwargs):
        return "、".join(value or ())


class ManyChoicesCell(ManyCell):
    """One or several of a set of values, kept in the order of the set."""

    def __init__(
        self, choices: Iterable[tuple[str, str]], synonyms: Mapping[str, str] | None = None
    ):
        super().__init__(max_length=60)
        self.choices = cells.Choices(choices, synonyms)

    def clean(self, value, row=None, **kwargs):
        found = {cells.choice(one, self.choices) for one in cells.many(value, self.max_length)}
        return [value for value in self.choices.labels if value in found]

    def render(self, value, obj=None, **kwargs):
        return "、".join(self.choices.labels.get(one, one) for one in value or ())


class SecretCell(Cell):
    """Personal data: read in full, stored as a token, shown masked."""

    nothing = ""

    def __init__(self, read: Callable[[Any], str], mask: Callable[[str], str]):
        super().__init__()
        self.read, self.mask = read, mask

    def clean(self, value, row=None, **kwargs):
        return self.read(value)

    def render(self, value, obj=None, **kwargs):
        """The masked text of a stored token."""
        return self.mask(secrets.disclose(value)) if value else ""


class PhoneCell(SecretCell):
    """A phone number."""

    def __init__(self):
        super().__init__(cells.phone, mask_phone)


class IdNumberCell(SecretCell):
    """公民身份号码."""

    def __init__(self, problem: Callable[[str], str | None]):
        code = CodeCell(18, problem=problem)
        super().__init__(code.clean, mask_id_number)


class Column(fields.Field):
    """A column of a ledger.

    ``attribute``: the database column it fills, or a name that only its facet understands.
    """

    def __init__(
        self,
        column_name: str,
        attribute: str,
        cell: Cell,
        *,
        required: bool = False,
        synonyms: Iterable[str] = (),
        help: str = "",
        suggestions: str = "",
        lookup: str = "",
    ):
        super().__init__(attribute=attribute, column_name=column_name, widget=cell)
        self.required = required
        self.synonyms = tuple(synonyms)
        self.help = help
        # What an empty cell stores; read for every cell of a ledger.
        self.nothing = cell.nothing
        # The name of a list that the template offers as a drop-down ("towns", "organizations").
        self.suggestions = suggestions
        # The kind of common/lookups.py by which a form finds what the cell names.
        self.lookup = lookup

    def __repr__(self) -> str:
        return f"<Column {self.column_name}>"

    @property
    def cell(self) -> Cell:
        return self.widget

    @property
    def is_secret(self) -> bool:
        return isinstance(self.widget, SecretCell)

    @property
    def header(self) -> str:
        """The canonical header of the template."""
        return f"{self.column_name}★" if self.required else self.column_name

    def show(self, value: Any) -> str:
        """A stored value as the ledger prints it (secrets masked)."""
        return self.widget.render(value)

    def printed(self, value: Any) -> str:
        """As :meth:`show`, but a secret stays the stored token: exports mask or disclose it."""
        return (value or "") if self.is_secret else self.show(value)
