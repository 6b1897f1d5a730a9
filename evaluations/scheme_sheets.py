"""A table of a scheme as a workbook: written, and read in the guarded child as ledgers are; every
row is checked, all of them are right or none is written."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from common.cells import CellError
from common.refusals import Refused
from common.tables import Column, write_xlsx
from common.workbook.reader import Unreadable, open_table
from evaluations.models_schemes import SchemeVersion
from evaluations.scheme_parts import Part

LIMIT = 500


class WrongRows(Refused):
    """``problems``: a sentence for each row that is wrong, with its number."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"有 {len(problems)} 行要改，一行都没有写入。")
        self.problems = problems


def write_part(target: BinaryIO, part: Part, version: SchemeVersion) -> None:
    """The table as it is, with what can be chosen above it."""
    columns = [
        Column(one.name, one.header, value=lambda row, one=one: one.show(row, version))
        for one in part.fields
    ]
    chosen = [
        f"{one.header}可填：{'、'.join(one.choices(version).values())}。"
        for one in part.fields if one.choices
    ]
    write_xlsx(
        target, title=part.label, columns=columns, rows=part.rows(version),
        notes=(*part.notes, *chosen), with_id=False,
    )


def read_part(file: BinaryIO, part: Part, version: SchemeVersion) -> list[dict[str, Any]]:
    """The rows of a workbook. Raises WrongRows, or Refused for a file that cannot be read."""
    try:
        with open_table(
            file, headers=part.headers, required=part.required, title=part.label, row_limit=LIMIT
        ) as table:
            names = [column.name for column in table.columns]
            rows = [(n, dict(zip(names, values, strict=True))) for n, values in table.rows]
    except Unreadable as refusal:
        raise Refused(refusal.sentence) from refusal
    problems: list[str] = []
    found, numbers = [], {}
    for number, row in rows:
        try:
            values = part.values(row, version)
            _is_new(part, values, numbers, number)
            found.append(values)
        except CellError as error:
            problems.append(f"第 {number} 行：{error.sentence}")
    if problems:
        raise WrongRows(problems)
    if not found:
        raise Refused("文件里没有数据，请填好后再上传。")
    if sentence := part.of_all(found):
        raise WrongRows([sentence])
    return found


def _is_new(
    part: Part, values: Mapping[str, Any], numbers: dict[Any, int], number: int
) -> None:
    key = values[part.unique]
    earlier = numbers.setdefault(key, number)
    if earlier != number:
        raise CellError(f"与第 {earlier} 行的编号 {key} 重复，请改成不同的。")
