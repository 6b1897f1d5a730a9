"""Promises of one side as a cell of the ledger: a line each, 内容｜责任人｜时限｜完成日期｜佐证.

Only the text is needed; a number in front of it is left out. What a cell cannot hold (the marks
that separate) is printed as a slash.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from common import cells
from common.ledgers.columns import TextCell

_SEPARATORS = re.compile(r"[｜|\t]")
# 1. 1、 （1） ①, but not the 1 of "1.5 万元".
_NUMBER = re.compile(r"^\s*(?:[（(]\d{1,2}[)）]|\d{1,2}[.．](?!\d)|\d{1,2}、|[①-⑳])\s*")
_LENGTHS = {"text": 300, "owner": 60, "evidence": 200}
MOST_ITEMS = 30


class Promise(NamedTuple):
    """承诺事项 as a cell says it."""

    text: str
    owner: str = ""
    due_on: date | None = None
    done_on: date | None = None
    evidence: str = ""


FIELDS = Promise._fields


def promises(value: str) -> tuple[Promise, ...]:
    """The promises of a cell. Raises CellError with the number of the line that is wrong."""
    found = []
    lines = [line for line in value.splitlines() if line.strip()]
    if len(lines) > MOST_ITEMS:
        raise cells.CellError(f"一方最多 {MOST_ITEMS} 项承诺。")
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_promise(line))
        except cells.CellError as error:
            raise cells.CellError(f"第 {number} 项：{error.sentence}") from error
    return tuple(found)


def _promise(line: str) -> Promise:
    parts = [part.strip() for part in _SEPARATORS.split(_NUMBER.sub("", line, count=1))]
    if len(parts) > len(FIELDS):
        raise cells.CellError("一行最多五段：内容｜责任人｜时限｜完成日期｜佐证。")
    parts += [""] * (len(FIELDS) - len(parts))
    text, owner, due, done, evidence = parts
    if not text:
        raise cells.CellError("没有写承诺内容。")
    return Promise(
        cells.text(text, _LENGTHS["text"]), cells.text(owner, _LENGTHS["owner"]), cells.day(due),
        cells.day(done), cells.text(evidence, _LENGTHS["evidence"]),
    )


def printed(items: Iterable[Promise]) -> str:
    """Promises as a cell prints them; what :func:`promises` reads back."""
    return "\n".join(_line(item) for item in items)


def _line(item: Promise) -> str:
    words = [_SEPARATORS.sub("/", "" if part is None else str(part)) for part in item]
    while words and not words[-1]:
        words.pop()
    return "｜".join(words)


class PromisesCell(TextCell):
    """A cell of promises."""

    nothing: Any = ()

    def __init__(self) -> None:
        super().__init__(5000)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> tuple[Promise, ...]:
        text = value if isinstance(value, str) else cells.text(value, self.max_length)
        return promises(text)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return printed(value) if value else ""
