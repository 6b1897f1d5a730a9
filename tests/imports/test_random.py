"""Random edits of random ledgers: the same file again changes nothing, an export reads back without
a change, and undoing them one after the other leads back through every state."""

import os
from collections import Counter
from datetime import date
from random import Random

import pytest

from common.ledgers import batches, ledger_of
from tests import digest
from tests.extent import FULL
from tests.imports.district import KINDS, NEW, ROWS, edited, export_rows, read_typed, typed
from tests.ledgers.desk import load, messages, undo

pytestmark = pytest.mark.django_db

DAYS = [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30)]


FIRST, COUNT = int(os.environ.get("SEED", "0")), int(os.environ.get("SEEDS", "2" if FULL else "1"))


@pytest.fixture(autouse=True)
def typed_files(monkeypatch):
    """Rows come as they are: reading workbooks is tested elsewhere."""
    monkeypatch.setattr(batches, "open_table", read_typed)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_random_edits_repeat_read_back_and_undo(seed):
    random = Random(seed)
    for kind in KINDS:
        assert load(kind, typed(ROWS[kind])).state == "applied"
    stack = []
    for _ in range(5):
        kind, day = random.choice(KINDS), random.choice(DAYS)
        choices = {
            "is_correction": random.random() < 0.4,
            "empty_clears": random.random() < 0.3,
            "valid_rows_only": True,
        }
        rows = edited(kind, random)
        if any(row.get("名称") in NEW for row in rows):
            # A blank 覆盖党组织 that clears would end at once what 依托单位 has just linked.
            choices["empty_clears"] = False
        before = digest.rows()
        batch = load(kind, typed(rows), day=day, **choices)
        assert batch.state == "applied", batch.message
        stack.append((batch, before))
        ledger = ledger_of(kind)()
        stands = Counter(key for _pk, key in ledger.standing(batches.options_of(batch)))
        trace = f"seed {seed}: {kind} {day} {choices} {rows} {messages(batch)}"
        said = {key: count for key, count in batch.counts["standing"].items() if count}
        assert said == {f.key: stands[f.key] for f in ledger.figures if stands[f.key]}, trace
        again = load(kind, typed(rows), day=day, check_only=True, **choices)
        changes = list(again.rows.filter(outcome__in=["new", "update"]).values("label", "diff"))
        assert not changes, f"again: {trace}"
        for other in KINDS:
            back = load(other, typed(export_rows(other, day)), day=day, check_only=True)
            wrong = back.rows.exclude(outcome="same").values("label", "diff", "errors")
            assert not list(wrong), f"export of {other}: {trace}"
    for batch, before in reversed(stack):
        result = undo(batch)
        assert result["kept"] == []
        assert digest.rows() == before
