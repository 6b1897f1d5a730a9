"""X district in full (districts/x): loading its workbooks through check and apply, and the report
over its 60,000 entities beside a web server. Seconds, not ratios: the bounds are meant for two
processors. Runs alone, on an empty database:

    ./portal bench published
"""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.month_end import served
from benchmarks.table import Figure

_ROUNDS = 3


def measure(folder: Path) -> Iterator[Figure]:
    from common import workdays
    from districts import x

    workdays.fill()
    files = x.books().write(folder / "x")
    with served(with_worker=False):
        begun = time.perf_counter()
        rows = _load(files, x.DAY)
        yield Figure("x.load", time.perf_counter() - begun, f"{rows:,} 行，{len(files)} 个台账")
        seconds, queries = zip(*(_report(x) for _ in range(_ROUNDS)), strict=True)
    yield Figure("x.report", median(seconds), f"最慢 {max(seconds):.1f} s")
    yield Figure("x.queries", max(queries))


def _load(files: list[tuple[str, Path]], day: date) -> int:
    """Import every ledger; how many records there are then."""
    from common.models import ImportBatch
    from reports.loading import load

    load(files, day=day)
    return sum(batch.counts["new"] for batch in ImportBatch.objects.all())


def _report(x: Any) -> tuple[float, int]:
    """Seconds from the claim of the job to the finished files, and its queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.scope import acting_scope
    from areas.models import Area
    from common import jobs
    from common.models import Job
    from reports.actions import request_report

    asked = request_report(
        area=Area.objects.get(code=x.CODE), as_of=x.DAY, against=date(2023, 12, 31), by=None,
        scope=acting_scope(None),
    )
    job = Job.objects.get(subject=asked.pk)
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        jobs.run(job.pk)
    seconds = time.perf_counter() - begun
    job.refresh_from_db()
    if job.state != "done":
        raise RuntimeError(f"the report was not made: {job.error}")
    return seconds, len(queries)
