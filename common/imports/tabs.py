"""The tabs of the check page: which rows of a batch they show, and how a page of them is found."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.urls import NoReverseMatch

from common.filters import plain
from common.ledgers import Ledger, ledger_of
from common.models import BatchState, ImportBatch, ImportRow, RowOutcome
from common.paging import Page, ordered, paginate
from common.scoping import scope_of

SIZES = (50, 100)
# A message with what differs from row to row taken out: quoted names, numbers, codes.
_KIND = (
    "regexp_replace(regexp_replace({}, '“[^”]*”', '“…”', 'g'), '[0-9][0-9A-Z./-]*', '…', 'g')"
)
_KIND_KEY = f"left(md5({_KIND}), 10)"


@dataclass(frozen=True)
class Tab:
    """One tab. ``notes``: the field of a row whose entries are its lines (diff, errors, warnings).

    ``count``: the key among the counts of the batch.
    """

    key: str
    label: str
    rows: Q
    count: str
    notes: str = ""
    tone: str = ""


TABS = {
    tab.key: tab
    for tab in (
        Tab("new", "新增", Q(outcome=RowOutcome.NEW), "new"),
        Tab("update", "更新", Q(outcome=RowOutcome.UPDATE), "update", notes="diff"),
        Tab("same", "无变化", Q(outcome=RowOutcome.SAME), "same"),
        Tab("error", "有误", Q(outcome=RowOutcome.ERROR), "error", notes="errors", tone="bad"),
        Tab("warning", "提醒", ~Q(warnings=[]), "warnings", notes="warnings"),
        Tab("suspect", "疑似重复", Q(is_suspect=True), "suspect", notes="warnings"),
        Tab("out_of_scope", "超出权限", Q(outcome=RowOutcome.OUT_OF_SCOPE), "out_of_scope",
            notes="errors", tone="bad"),
    )
}
ABSENT = Tab("absent", "库中有而文件无", Q(), "absent")
# The first of these that has rows is shown when none is asked for.
_FIRST = ("error", "out_of_scope", "update", "new", "same")


@dataclass(frozen=True)
class Line:
    """One difference or reason: column, what stands there, what is new or what to do."""

    column: str
    value: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A row as the page shows it. ``cells``: (column, value) of the tab's own columns."""

    number: int | None
    label: str
    code: str
    url: str
    lines: list[Line]
    cells: list[tuple[str, str]]
    is_warned: bool = False


@dataclass(frozen=True)
class Choice:
    """An option of a filter, with how often it applies."""

    key: str
    label: str
    count: int


class TabView:
    """One tab of a batch, as the query string asks for it."""

    def __init__(self, batch: ImportBatch, query: QueryDict) -> None:
        self.batch = batch
        self.ledger: Ledger = ledger_of(batch.kind)()
        self._secret = {c.column_name: c for c in self.ledger.columns if c.is_secret}
        self.query = query
        self.tab = self._tab(query.get("tab", ""))
        self.search = plain(query.get("q", ""))[:60]
        self.column = query.get("column", "") if self.tab.notes else ""
        self.kind = query.get("kind", "") if self.tab.notes in ("errors", "warnings") else ""

    def _tab(self, wanted: str) -> Tab:
        if wanted == ABSENT.key:
            return ABSENT
        if wanted in TABS:
            return TABS[wanted]
        counts = self.batch.counts
        return TABS[next((key for key in _FIRST if counts.get(TABS[key].count)), "new")]

    # Rows ------------------------------------------------------------------------------------

    def absent(self) -> QuerySet:
        """Records in the asker's scope that the file does not name."""
        named = self.batch.rows.filter(record__isnull=False).values("record")
        return self.ledger.absent(named, scope_of(self.batch.asked_by))

    def rows(self) -> QuerySet:
        """The rows of the tab that fit search and filters."""
        if self.tab is ABSENT:
            return self.absent().filter(self._search(self.ledger.name_path, self._code_attribute))
        rows = self.batch.rows.filter(self.tab.rows).filter(self._search("label", "code"))
        if self.column:
            name = [[self.column]] if self.tab.notes == "diff" else [{"column": self.column}]
            rows = rows.filter(**{f"{self.tab.notes}__contains": name})
        if self.kind:
            rows = rows.annotate(fits=_has_kind(self.tab.notes, self.kind)).filter(fits=True)
        return rows

    def _search(self, label: str, code: str) -> Q:
        """Rows whose name contains the text, whose code begins with it, or of that number."""
        if not self.search:
            return Q()
        found = Q(**{f"{label}__icontains": self.search})
        if code:
            found |= Q(**{f"{code}__istartswith": self.search})
        if self.tab is not ABSENT and self.search.isdecimal() and len(self.search) < 8:
            found |= Q(number=int(self.search))
        return found

    @property
    def _code_attribute(self) -> str:
        name = self.ledger.code_field
        return self.ledger.fields[name].attribute if name else ""

    @property
    def _order(self) -> tuple[str, ...]:
        return (self.ledger.name_path,) if self.tab is ABSENT else ("number",)

    def page(self) -> Page:
        """The asked page, with :class:`Shown` rows."""
        page = paginate(
            self.rows(), order=self._order, cursor=self.query.get("at", ""), size=self.size
        )
        return Page(
            [self.shown(row) for row in page.rows], page.total, page.first, page.last,
            page.previous, page.next,
        )

    @property
    def size(self) -> int:
        wanted = self.query.get("per", "")
        return next((size for size in SIZES if str(size) == wanted), SIZES[0])

    def all_rows(self) -> Iterator[Shown]:
        """Every row that fits, in order, for the export."""
        found = ordered(self.rows(), self._order)
        return (self.shown(row) for row in found.iterator(chunk_size=2000))

    # What a row shows ------------------------------------------------------------------------

    def columns(self) -> tuple[str, ...]:
        """Names of the tab's own columns."""
        return self.ledger.preview if self.tab.key == "new" else ()

    def shown(self, row: Any) -> Shown:
        """A staged row, or an absent record, as the page shows it."""
        if self.tab is ABSENT:
            code = getattr(row, self._code_attribute) if self._code_attribute else ""
            name = self.ledger.named(row)
            return Shown(None, name, code, record_url(self.ledger, row.pk), [], [])
        cells = row.cells or {}
        return Shown(
            number=row.number,
            label=row.label or "（没有名称）",
            code=row.code,
            url=record_url(self.ledger, row.record) if self._exists(row) else "",
            lines=self._lines(row),
            cells=[(name, cells.get(name, "")) for name in self.columns()],
            is_warned=bool(row.warnings),
        )

    def _exists(self, row: ImportRow) -> bool:
        """Whether the row's record can be opened: not before it is created, nor outside scope."""
        if row.outcome == RowOutcome.NEW:
            return self.batch.state == BatchState.APPLIED
        return row.outcome in (RowOutcome.UPDATE, RowOutcome.SAME)

    def _lines(self, row: ImportRow) -> list[Line]:
        if self.tab.notes == "diff":
            return [Line(*entry) for entry in row.diff]
        notes = getattr(row, self.tab.notes) if self.tab.notes else []
        return [
            Line(note["column"], self._quoted(row, note), note["message"]) for note in notes
        ]

    def _quoted(self, row: ImportRow, note: dict[str, str]) -> str:
        """The cell that a note is about; personal data masked."""
        column = self._secret.get(note["column"])
        if column is None:
            return note["value"]
        return column.show((row.cells or {}).get(note["column"], ""))

    # Filters ---------------------------------------------------------------------------------

    def column_choices(self) -> list[Choice]:
        """Columns that occur among the lines of the tab, in the order of the ledger."""
        if not self.tab.notes:
            return []
        name = "n->>0" if self.tab.notes == "diff" else "n->>'column'"
        counts = {key: count for key, _words, count in self._occurring(name, name)}
        order = [c.column_name for c in self.ledger.columns if c.column_name in counts]
        order += sorted(counts.keys() - set(order))
        return [Choice(key, key, counts[key]) for key in order]

    def kind_choices(self) -> list[Choice]:
        """Kinds of messages among the lines of the tab, the commonest first."""
        if self.tab.notes not in ("errors", "warnings"):
            return []
        message = "n->>'message'"
        found = self._occurring(_KIND_KEY.format(message), _KIND.format(message))
        return [Choice(*entry) for entry in found[:40]]

    def _occurring(self, key: str, words: str) -> list[tuple[str, str, int]]:
        """(key, words, number of rows) over the notes of the tab's rows."""
        rows = self.batch.rows.filter(self.tab.rows).order_by().values(self.tab.notes)
        sql, parameters = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key}, min({words}), count(*) FROM ({sql}) r, "  # noqa: S608 -- own text
                f'jsonb_array_elements(r."{self.tab.notes}") n GROUP BY 1 ORDER BY 3 DESC, 2',
                parameters,
            )
            return cursor.fetchall()


def _has_kind(field: str, key: str) -> RawSQL:
    """Whether any note in ``field`` is of this kind."""
    kind = _KIND_KEY.format("n->>'message'")
    sql = (  # own text, the key is a parameter
        f'EXISTS (SELECT 1 FROM jsonb_array_elements("common_importrow"."{field}") n '  # noqa: S608
        f"WHERE {kind} = %s)"
    )
    return RawSQL(sql, [key], output_field=BooleanField())  # noqa: S611


def record_url(ledger: Ledger, pk: Any) -> str:
    """The page of a record; "" where the installation has none."""
    try:
        return ledger.model(pk=pk).get_absolute_url()
    except (AttributeError, NoReverseMatch):
        return ""

