"""生成前检查: what a report will have to leave open; none of it stops it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from areas.models import Area
from common.models import BatchState, ImportBatch
from common.templatetags.ui import day as in_words
from reports.choices import RunKind, RunState
from reports.drill import ALL, rows_url
from reports.figures import Extent
from reports.models import KINDS, ReportRun
from reports.named import quality
from reports.populations import ENTITIES


@dataclass(frozen=True)
class Check:
    """One sentence; ``sign``: yes, warn or info. ``url``: where it can be seen or mended."""

    sign: str
    text: str
    note: str = ""
    url: str = ""
    link: str = ""


def checks_before(extent: Extent, area: Area, day: date) -> list[Check]:
    """What to know before a report of ``area`` as of ``day`` is made."""
    return [*_made_before(extent, area, day), *_last_import(extent), *_unplaced(extent, area, day),
            *_quality(extent, area, day)]


def _made_before(extent: Extent, area: Area, day: date) -> Iterator[Check]:
    done = ReportRun.objects.within(extent.scope).filter(
        KINDS[RunKind.COVERAGE], area=area, as_of=day, state=RunState.DONE
    )
    run = done.order_by("-asked_at").first()
    if run:
        yield Check(
            "info", f"这个时点已有报告 {run.number}",
            "台账以后有更正的，重新生成会不同。", run.get_absolute_url(), "打开",
        )


def _last_import(extent: Extent) -> Iterator[Check]:
    applied = ImportBatch.objects.within(extent.scope).filter(state=BatchState.APPLIED)
    last = applied.order_by("-applied_at").first()
    if last and last.applied_at:
        yield Check("info", f"台账最近一次导入是 {in_words(timezone.localdate(last.applied_at))}",
                    f"数据截止日 {in_words(last.effective_on)}。")


def _unplaced(extent: Extent, area: Area, day: date) -> Iterator[Check]:
    """Entities without a town stand in no line of the table by town."""
    count = ENTITIES.select(extent, day, {"town": ""}).count()
    if count:
        yield Check(
            "warn", f"未填镇街的主体 {count:,} 家", "计入合计，不在任何一个镇街里。",
            rows_url("entities", ALL, day, area, {"town": ""}),
        )
    else:
        yield Check("yes", "计入统计的主体都填了镇街")


def _quality(extent: Extent, area: Area, day: date) -> Iterator[Check]:
    found = quality(extent, day, area)
    for fact in found:
        if fact["value"]:
            text = f"{fact['label']} {fact['value']:,} {fact['unit']}"
            yield Check("warn", text, url=fact["url"])
    if not any(fact["value"] for fact in found):
        yield Check("yes", "台账没有发现缺项和出入")
