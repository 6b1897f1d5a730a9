"""Named formulas: what the records say of a criterion, for all organizations of a cycle at once.

A formula takes the ids of what is rated and the days that count, asks a constant number of
queries, and gives each id a :class:`Result`: the share (0 … 1) of the points, and in words what it
was made of. An id that it leaves out has nothing to be judged by: people score it.

    @formula("log_on_time", "按期报送日志", RatedKind.ORGANIZATION)
    def log_on_time(ids, span): ...

A higher app adds its own the same way (tickets: services/formulas.py).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from common.periods import Span
from evaluations.choices import RatedKind


@dataclass(frozen=True)
class Result:
    """The share of the points, and its basis in words (“4 个季度中 3 个”)."""

    share: Decimal
    basis: str


Results = Mapping[UUID, Result]
Function = Callable[[Collection[UUID], Span], Results]


@dataclass(frozen=True)
class Formula:
    """``rated``: for which kind of subject it can be used."""

    key: str
    label: str
    rated: str
    function: Function


_FORMULAS: dict[str, Formula] = {}


def formula(key: str, label: str, rated: str) -> Callable[[Function], Function]:
    """Register a function (ids, span) as the formula ``key``."""

    def register(function: Function) -> Function:
        if key in _FORMULAS:
            raise ValueError(f"formula {key!r} is declared twice")
        _FORMULAS[key] = Formula(key, label, rated, function)
        return function

    return register


def formula_of(key: str) -> Formula:
    """The formula of a name. KeyError: no such formula."""
    return _FORMULAS[key]


def choices_for(rated: str) -> list[tuple[str, str]]:
    """Key and label of the formulas for a kind of subject, in order of their labels."""
    found = [(one.key, one.label) for one in _FORMULAS.values() if one.rated == rated]
    return sorted(found, key=lambda pair: pair[1])


def parts(done: int, of: int, unit: str) -> Result | None:
    """``done`` of ``of``; None when there is nothing to be judged by."""
    if not of:
        return None
    return Result(Decimal(done) / of, f"{of} {unit}中 {done} {unit}")


def yes(holds: bool, words: str, otherwise: str) -> Result:
    """All the points or none."""
    return Result(Decimal(int(holds)), words if holds else otherwise)


ORGANIZATION, TOWN = RatedKind.ORGANIZATION, RatedKind.TOWN


# --- Vetoes -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """A record that may veto: of whom, in words, since when, and the row that says so."""

    pk: UUID
    text: str
    happened_on: date | None = None
    table: str = ""
    row: UUID | None = None


Finder = Callable[[Collection[UUID], Span, int], list[Found]]
_FINDERS: dict[str, tuple[str, Finder]] = {}


def finder(key: str, label: str) -> Callable[[Finder], Finder]:
    """Register a function (ids, span, months of look-back) that finds vetoes in the records."""

    def register(function: Finder) -> Finder:
        if key in _FINDERS:
            raise ValueError(f"finder {key!r} is declared twice")
        _FINDERS[key] = (label, function)
        return function

    return register


def finder_of(key: str) -> Finder:
    """The finder of a name. KeyError: no such finder."""
    return _FINDERS[key][1]


def finder_choices() -> list[tuple[str, str]]:
    """Key and label of every finder."""
    return [(key, label) for key, (label, _function) in _FINDERS.items()]
