"""The three tables of a scheme's version (criteria, vetoes, bands): their columns, how a row is
read from a workbook or a form and written back, and what they must keep as a whole.

One description serves the xlsx file, the form of one row and the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import models

from common import cells
from common.cells import CellError, Choices
from common.tables import display
from evaluations.choices import GrantLevel, Method
from evaluations.formulas import choices_for, finder_choices
from evaluations.models_schemes import Band, Criterion, SchemeVersion, Veto
from evaluations.queries import CONDITIONS

Read = Callable[[Any, SchemeVersion], Any]
_MOST_POINTS = Decimal(1000)


@dataclass(frozen=True)
class Field:
    """A column: the field of the model, its header, how a cell is read (raises CellError) and what
    is written into it. ``choices``: what a form offers; ``wide``: a form gives it much room."""

    name: str
    header: str
    read: Read
    show: Callable[[Any, SchemeVersion], Any]
    choices: Callable[[SchemeVersion], Mapping[str, str]] | None = None
    is_flag: bool = False
    required: bool = False
    help: str = ""
    synonyms: Sequence[str] = ()


@dataclass(frozen=True)
class Part:
    """A table. ``key`` names it in addresses; ``unique``: the field in which rows differ;
    ``of_row`` and ``of_all`` say what is wrong with a row, with all of them."""

    key: str
    label: str
    model: type[models.Model]
    fields: Sequence[Field]
    unique: str
    of_row: Callable[[dict[str, Any]], str] = lambda _values: ""
    of_all: Callable[[Sequence[dict[str, Any]]], str] = lambda _rows: ""
    related: str = ""
    notes: Sequence[str] = field(default=())

    @property
    def headers(self) -> dict[str, list[str]]:
        """Header → synonyms, for the reader of workbooks."""
        return {one.header: list(one.synonyms) for one in self.fields}

    @property
    def required(self) -> list[str]:
        return [one.header for one in self.fields if one.required]

    def rows(self, version: SchemeVersion) -> models.QuerySet:
        """The rows of a version."""
        return getattr(version, self.related).all()

    def values(self, row: Mapping[str, Any], version: SchemeVersion) -> dict[str, Any]:
        """The values of a row by header, read. Raises CellError with the column in front."""
        found: dict[str, Any] = {}
        for one in self.fields:
            try:
                found[one.name] = one.read(row.get(one.header, ""), version)
            except CellError as error:
                raise CellError(f"{one.header}：{error.sentence}") from error
            if one.required and found[one.name] in (None, ""):
                raise CellError(f"请填写{one.header}。")
        if sentence := self.of_row(found):
            raise CellError(sentence)
        return found

    def cells(self, obj: Any, version: SchemeVersion) -> list[Any]:
        """A row as it is written, in the order of the columns."""
        return [one.show(obj, version) for one in self.fields]


# --- Kinds of cells -------------------------------------------------------------------------------


def _text(name: str, header: str, most: int, **options: Any) -> Field:
    return Field(
        name, header, lambda value, _version: cells.text(value, most),
        lambda obj, _version: getattr(obj, name), **options,
    )


def _integer(name: str, header: str, low: int, high: int, **options: Any) -> Field:
    return Field(
        name, header, lambda value, _version: cells.integer(value, low, high),
        lambda obj, _version: getattr(obj, name), **options,
    )


def _number(name: str, header: str, high: Decimal, **options: Any) -> Field:
    return Field(
        name, header, lambda value, _version: cells.money(value, 2, Decimal(0), high),
        lambda obj, _version: getattr(obj, name), **options,
    )


def _choice(
    name: str, header: str, choices: Callable[[SchemeVersion], Mapping[str, str]], **options: Any
) -> Field:
    """By label, in the file and on the page."""
    return Field(
        name, header,
        lambda value, version: cells.choice(value, Choices(choices(version))),
        lambda obj, version: choices(version).get(getattr(obj, name), getattr(obj, name)),
        choices=choices, **options,
    )


def _labels(kind: Any) -> Callable[[SchemeVersion], Mapping[str, str]]:
    return lambda _version: dict(kind.choices)


def _formulas(version: SchemeVersion) -> Mapping[str, str]:
    return dict(choices_for(version.scheme.rated))


def _finders(_version: SchemeVersion) -> Mapping[str, str]:
    return dict(finder_choices())


def _flag(value: Any, _version: SchemeVersion) -> bool:
    return bool(cells.yes_no(value))


def _read_conditions(value: Any, _version: SchemeVersion) -> list[str]:
    choices = Choices(CONDITIONS)
    parts = cells.text(value).replace("，", "、").replace(",", "、").replace("；", "、").split("、")
    return [cells.choice(part, choices) for part in parts if part.strip()]


# --- The tables -----------------------------------------------------------------------------------


def _wrong_criterion(values: dict[str, Any]) -> str:
    method = values["method"]
    if not values["points"]:
        return "分值要大于 0。"
    if method == Method.FORMULA and not values["formula"]:
        return "系统计算的指标要选公式。"
    if method != Method.FORMULA and values["formula"]:
        return "只有系统计算的指标才选公式。"
    if method == Method.DEDUCTION and not values["per_case"]:
        return "扣分的指标要填每次扣分。"
    if method != Method.DEDUCTION and values["per_case"]:
        return "只有扣分的指标才填每次扣分。"
    if values["per_case"] and values["per_case"] > values["points"]:
        return "每次扣分不能多于分值。"
    return ""


def _wrong_bands(rows: Sequence[dict[str, Any]]) -> str:
    """A better band asks for more points."""
    ordered = sorted(rows, key=lambda row: row["rank"])
    for lower, upper in pairwise(ordered):
        if lower["minimum"] >= upper["minimum"]:
            return f"{upper['label']}的最低分应高于{lower['label']}。"
    return ""


CRITERIA = Part(
    "criteria", "指标", Criterion,
    (
        _text("category", "类别", 60, required=True),
        _integer("number", "序号", 1, 999, required=True),
        _text("name", "指标", 200, required=True),
        _number("points", "分值", _MOST_POINTS, required=True),
        _choice("method", "计分方式", _labels(Method), required=True),
        _choice("formula", "公式", _formulas, help="系统计算的才选。"),
        _number("per_case", "每次扣分", _MOST_POINTS, help="扣分的才填。"),
        _text("how", "评分办法", 400),
        _text("evidence", "佐证要求", 200),
        Field(
            "is_bonus", "加分项", _flag, lambda obj, _version: "是" if obj.is_bonus else "",
            is_flag=True, help="加分不计入总分，合计不超过加分上限。",
        ),
    ),
    "number", of_row=_wrong_criterion, related="criteria",
    notes=("计分方式：人工打分、扣分、系统计算。系统计算的要填公式，扣分的要填每次扣分。",),
)
VETOES = Part(
    "vetoes", "否决项", Veto,
    (
        _integer("number", "序号", 1, 99, required=True),
        _text("name", "否决情形", 200, required=True),
        _integer("look_back", "追溯月数", 1, 120, required=True),
        _choice("formula", "公式", _finders, help="不选的由人登记和核实。"),
    ),
    "number", related="vetoes",
)
BANDS = Part(
    "bands", "星级规则", Band,
    (
        _integer("rank", "星级", 0, 9, required=True, help="最好的最大，如五星填 5。"),
        _text("label", "名称", 20, required=True),
        _number("minimum", "最低分", _MOST_POINTS, required=True),
        _number("share", "占比上限", Decimal(100), help="占参评总数的百分之几，不填不限。",
                synonyms=("占比上限（%）",)),
        _choice("granted_by", "审定层级", _labels(GrantLevel), required=True),
        Field(
            "conditions", "附加条件", _read_conditions,
            lambda obj, _version: "、".join(CONDITIONS[key] for key in obj.conditions),
            help=f"可填：{'、'.join(CONDITIONS.values())}。几个之间用顿号。",
        ),
    ),
    "rank", of_all=_wrong_bands, related="bands",
)
PARTS = {part.key: part for part in (CRITERIA, VETOES, BANDS)}


def words(part: Part, obj: Any, version: SchemeVersion) -> list[str]:
    """A row as people read it."""
    return [display(value) for value in part.cells(obj, version)]
