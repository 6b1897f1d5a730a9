"""Parsers for one cell of a ledger or one field of a form.

Pure functions: a raw cell in (text, number, bool or date, as the reader or a form gives it), a
clean value out, or CellError with one Chinese sentence for the person who fills the ledger.
An empty cell gives the empty value of the parser ("", None or ()): whether a value is required is
decided by the caller. Arguments are hashable, see Memory. Sentences never repeat a value:
it may be an ID number or a phone.
"""

from common.cells.errors import BrokenCell, CellError, Masked, Memory, Raw
from common.cells.texts import code_text, is_masked, many, name_key, text
from common.cells.values import (
    Choices,
    choice,
    day,
    integer,
    money,
    nearest,
    phone,
    yes_no,
)

__all__ = [
    "BrokenCell",
    "CellError",
    "Choices",
    "Masked",
    "Memory",
    "Raw",
    "choice",
    "code_text",
    "day",
    "integer",
    "is_masked",
    "many",
    "money",
    "name_key",
    "nearest",
    "phone",
    "text",
    "yes_no",
]
