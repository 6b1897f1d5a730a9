"""The list of batches: columns and filters."""

import django_filters

from common.filters import ScopedFilterSet
from common.imports.pages import TONES
from common.ledgers import all_ledgers, ledger_of
from common.models import BatchState, ImportBatch
from common.tables import Column


def kinds() -> list[tuple[str, str]]:
    """Kinds of ledgers with their titles; known when all apps are ready."""
    return [(ledger.kind, ledger.title) for ledger in all_ledgers()]


class BatchFilter(ScopedFilterSet):
    """By kind of ledger, state, number and file name."""

    search_fields = ("number__startswith", "file_name__icontains")
    search_hint = "批次号或文件名"

    kind = django_filters.ChoiceFilter(label="台账", choices=kinds)
    state = django_filters.ChoiceFilter(label="状态", choices=BatchState.choices)


def _count(*keys: str):
    return lambda batch: sum(batch.counts.get(key, 0) for key in keys) if batch.counts else None


COLUMNS = (
    Column("number", "批次", link=ImportBatch.get_absolute_url, fixed=True,
           sub=Column("file", "文件", value="file_name")),
    Column("kind", "台账", value=lambda batch: ledger_of(batch.kind).title),
    Column("state", "状态", value="get_state_display", kind="state", up=True,
           tones={BatchState(state).label: tone for state, tone in TONES.items()}),
    Column("new", "新增", value=_count("new"), kind="number"),
    Column("update", "更新", value=_count("update"), kind="number"),
    Column("held", "问题行", value=_count("error", "out_of_scope"), kind="number"),
    Column("day", "数据截止日", value="effective_on", kind="date"),
    Column("by", "上传人", value=lambda batch: str(batch.asked_by or "命令行")),
    Column("at", "上传时间", value="uploaded_at", sort=("-uploaded", "uploaded")),
)
