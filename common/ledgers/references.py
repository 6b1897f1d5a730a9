"""References of a ledger: cells that name another record.

An app says for a model how its records are found by a text and printed so that the text finds
them again::

    refer("registers.Site", Reference(lambda options, _name: NameFinder(options, Site)))

A foreign key of a declared ledger (common/ledgers/declared.py) then is a column by itself. Several
keys of which one is filled are one column, too: a model names them in ``either``.
"""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from common import cells
from common.cells import name_key
from common.ledgers.columns import Column, TextCell
from common.ledgers.rows import Options
from common.scoping import is_within

JOIN = "+"
EVERY = Q(pk__isnull=False)
# Which of several keys is meant stands before the name where the name alone does not tell.
MARK = "："


class Finder:
    """Finds records of one model by their texts, for one check or export."""

    def know(self, texts: Collection[str], ids: Collection[uuid.UUID]) -> None:
        """Read what these texts may mean, and how these records are printed."""

    def find(self, text: str) -> uuid.UUID:
        """The record of a text. Raises CellError."""
        raise NotImplementedError

    def printed(self, pk: uuid.UUID) -> str:
        """The text that finds a known record again; "" where there is none, or none to be told."""
        raise NotImplementedError

    def knows(self, text: str) -> bool:
        """Whether the text may mean a record; asked for each row, so nothing near is looked for."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """The texts of all that may be named, for a drop-down."""
        return []


class NameFinder(Finder):
    """Records of a small table by name, or name+``second`` where several have the name.

    ``also``: which records every user may name beside those in scope, whoever may open them.
    """

    def __init__(
        self, options: Options, model: type[Model], *, second: str = "", also: Q | None = None
    ) -> None:
        self.term = str(model._meta.verbose_name)
        named = is_within(model, options.scope, options.day)
        if named and also is not None:  # an empty condition takes every row
            named |= also
        rows = model._default_manager.filter(named).order_by("name")
        fields = ("id", "name", *([second] if second else []))
        self._by_key: dict[str, list[uuid.UUID]] = {}
        self._texts: dict[uuid.UUID, tuple[str, str]] = {}
        labels = dict(model._meta.get_field(second).flatchoices) if second else {}
        for pk, name, *rest in rows.values_list(*fields):
            words = [labels.get(value, str(value)) for value in rest if value]
            full = JOIN.join([name, *words])
            self._texts[pk] = name, full
            for key in {name_key(name), name_key(full)}:
                self._by_key.setdefault(key, []).append(pk)
        self._printed = {
            pk: next((t for t in texts if len(self._by_key[name_key(t)]) == 1), "")
            for pk, texts in self._texts.items()
        }

    def find(self, text):
        key = name_key(text)
        found = self._by_key.get(key, [])
        if len(found) == 1:
            return found[0]
        if found:
            like = self._texts[found[0]][1]
            raise cells.CellError(f"有 {len(found)} 个{self.term}叫这个名称，请填成“{like}”这样。")
        near = cells.nearest(key, self._by_key)
        hint = f"是不是“{self._texts[self._by_key[near][0]][0]}”？" if near else "请先登记。"
        raise cells.CellError(f"没有这个{self.term}，{hint}")

    def printed(self, pk):
        return self._printed.get(pk, "")

    def knows(self, text):
        return name_key(text) in self._by_key

    def names(self):
        return sorted(filter(None, self._printed.values()))


@dataclass(frozen=True)
class Reference:
    """How ledgers refer to a model. The name of the field is given to all three functions.

    ``suggestions``: the list that forms and templates offer (common/ledgers/export.py);
    ``choices``: (scope, name) → the records that a list may be narrowed to; ``lookup``: the kind
    of common/lookups.py by which a form finds one of many.
    """

    finder: Callable[[Options, str], Finder]
    suggestions: Callable[[str], str] = lambda _name: ""
    choices: Callable[[Any, str], QuerySet] | None = None
    lookup: str = ""


_REFERENCES: dict[str, Reference] = {}


def refer(label: str, reference: Reference) -> None:
    """Say how ledgers refer to the model ``label`` (called in AppConfig.ready)."""
    _REFERENCES[label] = reference


def reference_to(model: type[Model]) -> Reference:
    """How ledgers refer to a model. KeyError: nobody has said it."""
    return _REFERENCES[model._meta.label]


@dataclass(frozen=True)
class Target:
    """A foreign key that a column may fill. ``word``: what is written before the name to tell it
    from the other keys of the column."""

    name: str
    column: str
    model: type[Model]
    word: str = ""


Columns = dict[str, uuid.UUID | None]


class ReferenceColumn(Column):
    """A column that names a record: of one model, or of one of several."""

    def __init__(
        self, column_name: str, attribute: str, targets: tuple[Target, ...], **options: Any
    ) -> None:
        super().__init__(column_name, attribute, TextCell(260), **options)
        self.targets = targets
        self._finders: dict[str, Finder] = {}
        self._options: Options | None = None
        # What was read and printed before: text → columns, (field, id) → text.
        self._read: dict[str, Columns | cells.CellError] = {}
        self._texts: dict[tuple[str, uuid.UUID], str] = {}

    def prepare(self, options: Options) -> None:
        """Begin a check or an export."""
        if self._options is not options:
            self._options, self._finders = options, {}
            self._read, self._texts = {}, {}

    def _finder(self, target: Target) -> Finder:
        if target.name not in self._finders:
            made = reference_to(target.model).finder(self._options, target.name)
            self._finders[target.name] = made
        return self._finders[target.name]

    def know(self, texts: Collection[str], records: Collection[dict[str, Any]]) -> None:
        """Read what the texts of the file and the stored rows refer to."""
        plain = {self._split(text)[1] for text in texts if text}
        if plain:
            self._read = {}
        for target in self.targets:
            ids = {row[target.column] for row in records if row[target.column]}
            if plain or ids:
                self._finder(target).know(plain, ids)

    def _split(self, text: str) -> tuple[Target | None, str]:
        word, mark, rest = text.replace(":", MARK).partition(MARK)
        named = next((t for t in self.targets if mark and t.word == word.strip()), None)
        return (named, rest.strip()) if named else (None, text)

    def read(self, text: str) -> Columns:
        """The database columns of a text. Raises CellError."""
        if text not in self._read:
            try:
                self._read[text] = self._found(text)
            except cells.CellError as error:
                self._read[text] = error
        found = self._read[text]
        if isinstance(found, cells.CellError):
            raise found
        return found

    def _found(self, text: str) -> Columns:
        nothing: Columns = dict.fromkeys(target.column for target in self.targets)
        if not text:
            return nothing
        named, rest = self._split(text)
        targets = (named,) if named else self.targets
        if len(targets) > 1:
            targets = [target for target in targets if self._finder(target).knows(rest)]
        if not targets:
            raise self._unknown(rest)
        if len(targets) > 1:
            words = "、".join(f"{target.word}{MARK}" for target in targets)
            raise cells.CellError(f"不止一个叫“{rest}”，请在名称前写明 {words}")
        [target] = targets
        return {**nothing, target.column: self._finder(target).find(rest)}

    def _unknown(self, text: str) -> cells.CellError:
        names = {name for target in self.targets for name in self._finder(target).names()}
        near = cells.nearest(text, names) if names else None
        hint = f"是不是“{near}”？" if near else "请核对名称，或先登记。"
        return cells.CellError(f"没有找到，{hint}")

    def text_of(self, stored: dict[str, Any]) -> str:
        """The stored reference as the ledger prints it; "" where nothing finds it again."""
        for target in self.targets:
            if pk := stored[target.column]:
                key = (target.name, pk)
                if key not in self._texts:
                    self._texts[key] = self._printed(target, pk)
                return self._texts[key]
        return ""

    def _printed(self, target: Target, pk: uuid.UUID) -> str:
        """The text, with the word before it where another key's record has the same name."""
        text = self._finder(target).printed(pk)
        others = (self._finder(other) for other in self.targets if other is not target)
        is_known = text and any(other.knows(text) for other in others)
        return f"{target.word}{MARK}{text}" if is_known else text
