"""What the pages of a batch show beside its rows: the way it went, its job, its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from common import parameters
from common.imports.tabs import ABSENT, TABS, TabView
from common.ledgers import Ledger, ledger_of
from common.ledgers.flow import BATCH_FLOW
from common.models import BatchState, ImportBatch, Job, JobState
from common.tables import display

STAGES = ("上传", "检查", "确认入库", "回执")
_STAGE = {
    BatchState.UPLOADED: 2, BatchState.CHECKING: 2, BatchState.FAILED: 2, BatchState.CHECKED: 2,
    BatchState.DISCARDED: 2, BatchState.APPLYING: 3, BatchState.APPLIED: 4,
    BatchState.UNDOING: 4, BatchState.UNDONE: 4,
}
RUNNING = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.APPLYING, BatchState.UNDOING)
TONES = {
    BatchState.CHECKED: "warn", BatchState.FAILED: "bad", BatchState.APPLIED: "ok",
    BatchState.CHECKING: "info", BatchState.APPLYING: "info", BatchState.UNDOING: "info",
}
# A job that nobody has begun after this long: perhaps no worker runs.
_PATIENCE = timedelta(seconds=60)


@dataclass(frozen=True)
class TabLink:
    """A tab as the page shows it."""

    label: str
    url: str
    count: int
    is_current: bool
    tone: str = ""


@dataclass(frozen=True)
class Step:
    """A step of the flow, for the timeline."""

    at: datetime
    title: str
    by: str
    note: str
    is_now: bool


@dataclass(frozen=True)
class Total:
    """A line of 与上报数核对."""

    key: str
    label: str
    unit: str
    stated: int | None
    standing: int

    @property
    def difference(self) -> int | None:
        """入库后 less the reported number."""
        return None if self.stated is None else self.standing - self.stated


def heading(batch: ImportBatch) -> dict[str, Any]:
    """What stands on top of every page of a batch."""
    ledger = ledger_of(batch.kind)
    return {
        "batch": batch,
        "ledger": ledger,
        "title": f"{ledger.title} {batch.effective_on:%Y-%m-%d}",
        "stages": STAGES,
        "stage": _STAGE[batch.state],
        "total_rows": sum(batch.counts.get(tab.count, 0) for tab in _OUTCOMES),
        "tone": TONES.get(batch.state, ""),
    }


_OUTCOMES = [TABS[key] for key in ("new", "update", "same", "error", "out_of_scope")]


def tab_links(view: TabView) -> list[TabLink]:
    """The tabs of a batch with their counts."""
    counts = view.batch.counts
    links = [_link(view, tab, counts.get(tab.count, 0)) for tab in TABS.values()]
    return [*links, _link(view, ABSENT, view.absent().count())]


def _link(view: TabView, tab: Any, count: int) -> TabLink:
    tone = tab.tone if count else ""
    return TabLink(tab.label, f"?tab={tab.key}", count, tab is view.tab, tone)


def rows_context(view: TabView, query: QueryDict) -> dict[str, Any]:
    """The list of one tab."""
    kept = query.copy()
    kept.pop("at", None)
    kept["tab"] = view.tab.key
    return {
        "view": view,
        "tab": view.tab,
        "tabs": tab_links(view),
        "page": view.page(),
        "columns": view.columns(),
        "column_choices": view.column_choices(),
        "kind_choices": view.kind_choices(),
        "is_filtered": bool(view.search or view.column or view.kind),
        "query": kept.urlencode(),
        "query_and": f"{kept.urlencode()}&",
        "sizes": (50, 100),
        "size": view.size,
        "last_cursor": "last",
    }


def totals(batch: ImportBatch, ledger: type[Ledger]) -> list[Total]:
    """The numbers that officials compare: those reported, those that will stand."""
    standing, stated = batch.counts.get("standing", {}), batch.totals
    return [
        Total(
            figure.key, figure.label, figure.unit, stated.get(figure.key),
            standing.get(figure.key, 0),
        )
        for figure in ledger.figures
        if standing.get(figure.key) or figure.key in stated
    ]


def steps(batch: ImportBatch) -> list[Step]:
    """What happened to the batch, newest first."""
    made = list(BATCH_FLOW.steps(batch).select_related("by"))
    found = [
        Step(step.at, BATCH_FLOW.label(step.verb), str(step.by or "系统"), step.note, at == 0)
        for at, step in enumerate(made)
    ]
    who = str(batch.asked_by or "命令行")
    return [*found, Step(batch.uploaded_at, "上传", who, "", not made)]


# --- The job ------------------------------------------------------------------------------------


def last_job(batch: ImportBatch) -> Job | None:
    """The latest job of the batch."""
    return Job.objects.filter(subject=batch.pk, kind__startswith="import.").first()


def progress(batch: ImportBatch) -> dict[str, Any]:
    """What the progress page says: label, text, done, total."""
    job = last_job(batch)
    label = {
        BatchState.APPLYING: "正在入库", BatchState.UNDOING: "正在撤销",
    }.get(batch.state, "正在检查")
    done = job.done if job else 0
    return {
        "label": label,
        "text": _progress_text(job, ledger_of(batch.kind).unit),
        "done": done,
        "total": job.total if job else 0,
        "running": batch.state != BatchState.UPLOADED,
    }


def _progress_text(job: Job | None, unit: str) -> str:
    if job is None or job.state == JobState.QUEUED:
        waiting = timezone.now() - job.created_at if job else timedelta(0)
        if waiting > _PATIENCE:
            return "排队已超过 1 分钟，后台服务可能没有运行，请联系系统管理员。"
        return (job and job.progress) or "排队中，马上开始。"
    if not job.progress:
        return "已经开始。"
    return f"{job.progress}，已查 {display(job.done)} 行" if job.done else job.progress


def seconds(job: Job | None) -> int | None:
    """How long the job ran."""
    if job is None or not job.started_at or not job.finished_at:
        return None
    return max(1, round((job.finished_at - job.started_at).total_seconds()))


# --- Words --------------------------------------------------------------------------------------


def in_words(batch: ImportBatch, parts: Sequence[tuple[str, str]]) -> str:
    """新增 14 家，更新 90 家: the counts that are not zero."""
    unit = ledger_of(batch.kind).unit
    return "，".join(
        f"{word} {display(batch.counts[key])} {unit}"
        for key, word in parts
        if batch.counts.get(key)
    )


def outcome(batch: ImportBatch) -> str:
    """What the import changes, in words."""
    return in_words(batch, (("new", "新增"), ("update", "更新"))) or "没有变化"


def undo_until(batch: ImportBatch) -> datetime | None:
    """When files and rows are purged, which ends undoing."""
    if batch.applied_at is None:
        return None
    return batch.applied_at + timedelta(days=parameters.value("import.keep_days"))


def consequence(batch: ImportBatch) -> str:
    """What undoing does."""
    said = []
    if batch.counts.get("new"):
        said.append(in_words(batch, (("new", "新增的"),)) + "删去")
    if batch.counts.get("update"):
        said.append(in_words(batch, (("update", "更新的"),)) + "恢复为导入前的内容")
    if not said:
        return "这一批没有改动台账，不用撤销。"
    return f"撤销后，{'，'.join(said)}。导入后别人改过的、已被别的记录引用的，予以保留。"


def new_url(batch: ImportBatch) -> str:
    """Where another file of the same kind is uploaded."""
    query = QueryDict(mutable=True)
    query["kind"] = batch.kind
    query["effective_on"] = batch.effective_on.isoformat()
    if batch.is_correction:
        query["is_correction"] = "1"
    return f"{reverse('imports:batch_create')}?{query.urlencode()}"


def may_take_problems(batch: ImportBatch, user: Any, scope: Any) -> bool:
    """Problem rows come back in full: to who uploaded them, else it needs the right."""
    return batch.asked_by_id == user.pk or scope.may("export_identity")
