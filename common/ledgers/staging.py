"""Staged rows of an import batch: written by COPY, read by the check page and the apply step."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from common import secrets
from common.changes import Layouts, collapsed, dumps, staged
from common.copying import copying
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Row, as_text
from common.models import ImportBatch, RowOutcome

COLUMNS = {
    "batch_id": "uuid", "number": "int4", "outcome": "text", "is_suspect": "bool", "label": "text",
    "code": "text", "record": "uuid", "diff": "text", "plan": "text", "errors": "text",
    "warnings": "text", "cells": "text",
}


def stage(batch: ImportBatch, ledger: Ledger, rows: list[Row]) -> dict[str, int]:
    """Replace the staged rows of ``batch`` and use ``rows`` up; returns the counts: rows by
    outcome, suspects, rows with warnings, and the single changes ("cells") of the rows to be
    updated."""
    counts = dict.fromkeys(RowOutcome.values, 0) | {"suspect": 0, "warnings": 0, "cells": 0}
    secret_names = {c.column_name for c in ledger.columns if c.is_secret}
    layouts: Layouts = {}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM common_importrow WHERE batch_id = %s", [batch.pk])
        with copying(cursor, "common_importrow", COLUMNS, COLUMNS.values()) as copy:
            for row in _used_up(rows):
                outcome = row.outcome
                counts[outcome] += 1
                counts["suspect"] += row.is_suspect
                counts["warnings"] += bool(row.warnings)
                counts["cells"] += len(row.diff) if outcome == RowOutcome.UPDATE else 0
                copy.write_row(_staged(batch, ledger, row, outcome, secret_names, layouts))
    ImportBatch.objects.filter(pk=batch.pk).update(layouts=layouts)
    return counts


def _used_up(rows: list[Row]) -> Iterator[Row]:
    """Each row goes while the database takes the next: all at once, that takes half a second."""
    rows.reverse()
    while rows:
        yield rows.pop()


def _staged(
    batch: ImportBatch, ledger: Ledger, row: Row, outcome: RowOutcome, secret_names: set[str],
    layouts: Layouts,
) -> tuple:
    goes_on = outcome in (RowOutcome.NEW, RowOutcome.UPDATE)
    plan = staged(collapsed(row.changes), layouts) if goes_on else []
    cells = None
    if row.errors or row.warnings:
        cells = kept_cells(row.raw, secret_names)
    elif outcome == RowOutcome.NEW:
        cells = {name: as_text(row.raw.get(name)) for name in ledger.preview}
    return (
        batch.pk,
        row.number,
        outcome.value,
        row.is_suspect,
        row.label,
        ledger.code(row)[:40],
        row.record,
        *(dumps(part) if part else "[]" for part in (row.diff, plan, row.errors, row.warnings)),
        None if cells is None else dumps(cells),
    )


def kept_cells(raw: Mapping[str, Any], secret_names: set[str]) -> dict[str, str]:
    """The cells of a problem row as text, to be given back for correction; secrets concealed."""
    return {
        name: secrets.conceal(as_text(value)) if name in secret_names else as_text(value)
        for name, value in raw.items()
    }


def outcome_digest(batch: ImportBatch) -> str:
    """A digest of what the staged rows show a person: outcomes, differences, reasons."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(coalesce(string_agg(md5(concat_ws('|', number, outcome, is_suspect, "
            "diff, errors)), '' ORDER BY number, id), '')) FROM common_importrow "
            "WHERE batch_id = %s",
            [batch.pk],
        )
        return cursor.fetchone()[0]
