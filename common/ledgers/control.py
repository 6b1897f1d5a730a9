"""与上报数核对: the numbers that will stand in the asker's scope once a batch is written."""

from collections import Counter

from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options, Row
from common.models import RowOutcome

_WRITTEN = (RowOutcome.NEW, RowOutcome.UPDATE)


def standing_after(ledger: Ledger, rows: list[Row], options: Options) -> dict[str, int]:
    """Key of a figure → its number on the day of the batch, rows held back left as they are."""
    if not ledger.figures:
        return {}
    written = [row for row in rows if row.outcome in _WRITTEN]
    known = {row.record for row in written if not row.is_new}
    counts = Counter(key for record, key in ledger.standing(options) if record not in known)
    for row in written:
        for key in ledger.stands(row, options):
            counts[key] += 1
    return {figure.key: counts[figure.key] for figure in ledger.figures}
