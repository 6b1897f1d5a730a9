"""主办单位 on a ledger that is not a declared one: one column, four keys (registers/hosts.py)."""

from django.db.models import Model

from common import cells, changes
from common.cells import name_key
from common.ledgers.facets import Facet, rows_of
from common.ledgers.references import ReferenceColumn, Target
from registers.hosts import HOSTS, Hosted
from registers.models import Training


def host_column(**options) -> ReferenceColumn:
    """The column 主办单位."""
    [(name, (label, fields))] = Hosted.either.items()
    targets = tuple(
        Target(field, f"{field}_id", Training._meta.get_field(field).related_model,
               Hosted.words[field])
        for field in fields
    )
    return ReferenceColumn(label, name, targets, suggestions=Hosted.suggested[name], **options)


class Hosting(Facet):
    """The host of the records of a ledger."""

    def __init__(self, model: type[Model], column: ReferenceColumn) -> None:
        self.model, self.column, self.columns = model, column, (column,)
        self.names = ["id", *(f"{name}_id" for name in HOSTS)]

    def load(self, ids, options):
        self.column.prepare(options)
        self.found = {row["id"]: row for row in rows_of(self.model, "id", ids, self.names)}
        self.column.know((), list(self.found.values()))

    def plan(self, row, options):
        column, known = self.column, self.found.get(row.record)
        if not row.wants(column, options):
            return
        stored, text = column.text_of(known) if known else "", row.get(column)
        if name_key(stored) == name_key(text):
            return
        try:
            found = column.read(text)
        except cells.CellError as error:
            row.error(column, error.sentence)
            return
        if known:
            row.changed(column, stored, text)
        row.changes.append(changes.update(self.model, row.record, found))

    def stored_at(self, pk, day):
        return self.found[pk]

    def values(self, pk, day):
        return {self.column.column_name: self.column.text_of(self.found[pk])}
