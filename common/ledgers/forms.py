"""A web form is a one-row import: the fields come from the ledger's columns, what is typed goes
through the same check and the same writer.

    class EntityForm(LedgerForm):
        kind = "enterprises"
        groups = (("登记信息", ("entity_kind", "name", "uscc")), ("所在地", ("town", "grid")))

Names of fields: those of the ledger's declaration, for columns of facets the attribute they fill.
``form.is_valid()`` asks the engine; ``form.write()`` writes under the writers' lock. Before that
the form may ask back (``question``): 变更 or 更正 when a dated value changed, and whether what
looks wrong is meant so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.utils import timezone
from django.utils.crypto import salted_hmac

from common import cells, changes
from common.constraints import BUSY, is_busy, sentence_of
from common.forms import VERSION_FIELD, Conflict, DayInput, ScopedForm
from common.ledgers.check import check_rows
from common.ledgers.columns import Column, DateCell
from common.ledgers.fields import field_names, field_of, only_adding
from common.ledgers.ledger import Ledger, ledger_of
from common.ledgers.rows import RECORD_NUMBER, Options, Row
from common.models import Via
from common.secrets import mark_of
from common.tables import display
from common.trace import recording

MEANING, EFFECTIVE, CONFIRMED = "meaning", "effective_on", "confirmed"
CHANGE, CORRECT = "change", "correct"
_MEANINGS = ((CHANGE, "变更：从某天起变了"), (CORRECT, "更正：原来记错了"))
EXISTS = "台账里已有这条记录，请打开它修改，不要重复登记。"


@dataclass(frozen=True)
class Question:
    """What the form asks before it writes. ``changes``: dated values (label, old, new);
    ``warnings``: (label, sentence); ``mark`` stands for what was shown."""

    changes: Sequence[tuple[str, str, str]] = ()
    warnings: Sequence[tuple[str, str]] = ()
    mark: str = field(default="")


class _Stop(Exception):
    """Nothing is to be written; the form says why."""


class LedgerForm(ScopedForm):
    """Base of the forms of ledgers."""

    kind: ClassVar[str]
    hidden: ClassVar[tuple[str, ...]] = ()  # fields that the form does not offer
    helps: ClassVar[Mapping[str, str]] = {}  # field → help other than the column's
    marks_required = True

    def __init__(self, *args: Any, day: date | None = None, **kwargs: Any) -> None:
        self.day = day or timezone.localdate()
        self.question: Question | None = None
        self.existing: Any = None  # the record that a new one would repeat
        self.adopted: list[str] = []  # fields that took over what someone else has saved
        self.row: Row | None = None
        super().__init__(*args, **kwargs)
        self.fields[MEANING] = forms.CharField(
            label="这次修改是",
            required=False,
            initial=CHANGE,
            widget=forms.RadioSelect(choices=_MEANINGS),
        )
        self.fields[EFFECTIVE] = forms.CharField(
            label="从哪天起", required=False, initial=self.day.isoformat(), widget=DayInput
        )
        self.fields[CONFIRMED] = forms.CharField(required=False, widget=forms.HiddenInput)

    # Fields and what stands in them -----------------------------------------------------------

    def initial_of(self, instance: Any) -> dict[str, Any]:
        self._read(instance)
        return {
            self.names[c.column_name]: self.texts[c.column_name]
            for c in self.columns
            if not c.is_secret and c.column_name not in self.adding
        }

    def _read(self, instance: Any) -> None:
        """The record as it stands on the day of the form: printed texts, secrets as tokens."""
        ledger = ledger_of(self.kind)()
        values: dict[str, str] = {}
        if instance is not None:
            ledger.load([instance.pk], self._options(self.day))
            values = ledger.values(instance.pk, self.day)
        self.ledger = ledger
        self.names = field_names(ledger)
        self.adding = only_adding(ledger)
        self.columns: list[Column] = [
            c
            for c in ledger.columns
            if c.column_name != RECORD_NUMBER and self.names[c.column_name] not in self.hidden
        ]
        self.texts = {c.column_name: values.get(c.column_name, "") for c in self.columns}

    def narrow(self, scope: Any) -> None:
        if self.instance is None:
            self._read(None)
        for column in self.columns:
            name = self.names[column.column_name]
            adds = column.column_name in self.adding
            made = field_of(column, scope, current=self._shown(column), adds=adds)
            made.help_text = self.helps.get(name, made.help_text)
            self.fields[name] = made

    def _shown(self, column: Column) -> str:
        """What the database keeps, as a person may read it."""
        text = self.texts[column.column_name]
        return column.show(text) if column.is_secret else text

    @property
    def field_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        asked = {MEANING, EFFECTIVE}
        return [
            (label, kept)
            for label, fields in super().field_groups
            if (kept := [f for f in fields if f.name not in asked])
        ]

    # Two editors ------------------------------------------------------------------------------

    def version(self) -> str:
        """A mark of every field of the record; it tells nothing about the values."""
        return ",".join(
            f"{self.names[c.column_name]}={self._mark(c, self.texts[c.column_name])}"
            for c in self.columns
        )

    def _mark(self, column: Column, text: str) -> str:
        said = mark_of(text) if column.is_secret else _plain(text)
        return salted_hmac("common.ledgers.forms", f"{column.column_name}:{said}").hexdigest()[:12]

    def _seen(self) -> dict[str, str]:
        """The marks of the values that the user saw when the page was opened."""
        said = self.data.get(VERSION_FIELD, "")
        return dict(part.split("=", 1) for part in said.split(",") if "=" in part)

    def _is_changed(self, column: Column) -> bool:
        """Whether the user changed this field since the page was opened."""
        name = self.names[column.column_name]
        if name not in self.data:
            return False
        typed = _plain(self.data[name])
        if column.is_secret:
            return bool(typed) and not (cells.is_masked(typed) and self.texts[column.column_name])
        if column.column_name in self.adding:
            return bool(typed)
        seen = self._seen().get(name) or self._mark(column, self.texts[column.column_name])
        return self._mark(column, typed) != seen

    def _compare_versions(self) -> None:
        """Tell what someone else has saved since the page was opened: fields that the user did not
        touch take it over, of the others both values are shown."""
        seen = self._seen()
        for column in self.columns:
            name, text = self.names[column.column_name], self.texts[column.column_name]
            if name in seen and seen[name] != self._mark(column, text):
                self._take_over(column, name)
        if not self.conflicts:
            return
        self._set(VERSION_FIELD, self.version())
        raise ValidationError("记录已被别人改过，请核对后再保存。", code="conflict")

    def _take_over(self, column: Column, name: str) -> None:
        theirs, mine = display(self._shown(column)), self.data.get(name, "")
        if self._is_changed(column):
            if _plain(mine) == self.texts[column.column_name]:
                return
            mine = column.cell.mask(mine) if column.is_secret else mine
        else:
            if column.column_name not in self.adding:
                self._set(name, "" if column.is_secret else self.texts[column.column_name])
            self.adopted.append(name)
            mine = "没有改，已换成现在的"
        self.conflicts.append(Conflict(column.column_name, theirs, display(mine)))

    def _set(self, name: str, value: str) -> None:
        self.data = self.data.copy()
        self.data[name] = value

    # Asking the engine ------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Nothing wrong and nothing left to ask."""
        return super().is_valid() and self.question is None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        options = self._meant()
        if options is not None:
            self._judge(*self._plan(options), options)
        return cleaned

    def _options(self, day: date, *, is_correction: bool = False) -> Options:
        return Options(
            day=day, scope=self.scope, is_correction=is_correction, empty_clears=True, by_form=True
        )

    def _meant(self) -> Options | None:
        """变更 from a day, or 更正; None after an error."""
        meaning = self.data.get(MEANING, "")
        if self.instance is None or meaning not in (CHANGE, CORRECT):
            return self._options(self.day)
        if meaning == CORRECT:
            return self._options(self.day, is_correction=True)
        try:
            day = cells.day(self.data.get(EFFECTIVE, ""))
        except cells.CellError as error:
            self._refuse_day(error.sentence)
            return None
        if day is None:
            self._refuse_day("请填写从哪天起变更。")
            return None
        return self._options(day)

    def _refuse_day(self, sentence: str) -> None:
        self.add_error(EFFECTIVE, sentence)
        self.question = Question()  # keeps the choice on the page

    def _plan(self, options: Options, *, is_untouched: bool = False) -> tuple[Ledger, Row]:
        """The row as the engine plans it."""
        ledger = ledger_of(self.kind)()
        raw = self._raw(options, is_untouched=is_untouched)
        [row] = check_rows(ledger, [(1, raw)], options)
        return ledger, row

    def _raw(self, options: Options, *, is_untouched: bool) -> dict[str, str]:
        """The cells of the row: what an export of the day prints, and what the user changed."""
        if self.instance is None:
            return {
                c.column_name: self.data.get(self.names[c.column_name], "") for c in self.columns
            }
        pk = self.instance.pk
        if options.day != self.day:
            self.ledger.load([pk], options)
        printed = self.ledger.values(pk, options.day)
        changed = {c.column_name for c in self.columns if not is_untouched and self._is_changed(c)}
        left_out = self.adding | self._following_dates(changed)
        raw = {RECORD_NUMBER: str(pk)}
        for column in self.columns:
            name = column.column_name
            typed = self.data.get(self.names[name], "")
            if name in changed or (column.required and not printed.get(name) and typed):
                raw[name] = typed
            elif printed.get(name) and name not in left_out:
                raw[name] = column.show(printed[name]) if column.is_secret else printed[name]
        return raw

    def _following_dates(self, changed: set[str]) -> set[str]:
        """Dates that say since when a dated value holds: where the value is changed and they are
        not, they do not speak of the new one."""
        return {
            column.column_name
            for facet in self.ledger.facets
            if facet.dated_columns and changed & {c.column_name for c in facet.columns}
            for column in facet.columns
            if isinstance(column.cell, DateCell) and not column.required
        } - changed

    def _judge(self, ledger: Ledger, row: Row, options: Options) -> None:
        """Errors become errors of fields; what is to be asked becomes the question."""
        self.row = row
        self._refuse_masks()
        for error in row.errors:
            name = self.names.get(error["column"])
            is_at_field = name in self.fields and not row.is_out_of_scope
            self.add_error(name if is_at_field else None, error["message"])
        if self.errors:
            return
        if self.instance is None and not row.is_new:
            self.existing = ledger.model._default_manager.within(self.scope).get(pk=row.record)
            self.add_error(None, EXISTS)
            return
        self._ask(ledger, row, options)

    def _refuse_masks(self) -> None:
        """A masked number means unchanged, where there is one."""
        for column in self.columns if self.instance is not None else ():
            name = self.names[column.column_name]
            is_masked = column.is_secret and cells.is_masked(_plain(self.data.get(name, "")))
            if is_masked and not self.texts[column.column_name]:
                self.add_error(name, "这是打了星号的号码，请填写完整号码。")

    def _ask(self, ledger: Ledger, row: Row, options: Options) -> None:
        dated = {c.column_name for facet in ledger.facets for c in facet.dated_columns}
        changed = [tuple(line) for line in row.diff if line[0] in dated]
        warnings = self._new_warnings(row, options)
        question = Question(
            changes=changed if self.instance is not None else (),
            warnings=warnings,
            mark=salted_hmac("common.ledgers.forms", repr(warnings)).hexdigest()[:16],
        )
        is_told = not warnings or self.data.get(CONFIRMED) == question.mark
        is_meant = not question.changes or self.data.get(MEANING) in (CHANGE, CORRECT)
        if is_told and is_meant:
            return
        self.question = question
        self._set(CONFIRMED, question.mark)
        if self.data.get(MEANING) not in (CHANGE, CORRECT):
            self._set(MEANING, CHANGE)
            self._set(EFFECTIVE, self.day.isoformat())

    def _new_warnings(self, row: Row, options: Options) -> list[tuple[str, str]]:
        """Warnings that the record does not give as it stands."""
        found = [(note["column"], note["message"]) for note in row.warnings]
        if not found or self.instance is None:
            return found
        _ledger, before = self._plan(options, is_untouched=True)
        known = {(note["column"], note["message"]) for note in before.warnings}
        return [note for note in found if note not in known]

    # Writing ----------------------------------------------------------------------------------

    def write(self) -> bool:
        """Write what the form says; False when nothing was written, and the form says why."""
        try:
            with recording(by=self.user, via=Via.PAGE):
                changes.lock_writes()
                self._write_locked()
        except _Stop:
            return False
        except IntegrityError as error:
            self.add_error(None, sentence_of(error))
            return False
        except OperationalError as error:
            if not is_busy(error):
                raise
            self.add_error(None, BUSY)
            return False
        return True

    def _write_locked(self) -> None:
        """Ask again now that nobody else writes, then write."""
        if self.instance is not None:
            self._read(self.instance)
            try:
                self._compare_versions()
            except ValidationError as error:
                self.add_error(None, error)
                raise _Stop from error
        options = self._meant()
        self._judge(*self._plan(options), options)
        if self.errors or self.question:
            raise _Stop
        changes.write(changes.collapsed(self.row.changes))

    def save(self) -> Any:
        """The record, after :meth:`write`."""
        return self.ledger.model._default_manager.get(pk=self.row.record)

    @property
    def is_changed(self) -> bool:
        """Whether there was anything to write."""
        return bool(self.row and self.row.changes)


def _plain(text: Any) -> str:
    """A text as it is compared: line ends and outer blanks do not matter."""
    return str(text).replace("\r\n", "\n").strip()
