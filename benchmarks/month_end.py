"""The last evening of a month: three hundred secretaries file their logs within ten minutes, beside
a district report that is being built all the time. Not part of the plain bench:

    ./portal bench month_end

A web server and a worker as ``./portal serve`` starts them, the ledger of 58,725 entities in the
database, the load from the same machine (its processor time is taken from the portal's).
"""

import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

from benchmarks import ledgers
from benchmarks.imports import loaded
from benchmarks.phone import Asked, Phone, file_log
from benchmarks.place import ROOT
from benchmarks.table import Figure

SECRETARIES = int(os.environ.get("MONTH_END_SECRETARIES", "300"))
MINUTES = float(os.environ.get("MONTH_END_MINUTES", "10"))
_PASSWORD = "month-end-of-the-bench"
_THINK = 8.0  # seconds between two touches, at most twice as many


def measure(folder: Path) -> Iterator[Figure]:
    loaded(folder)
    names = secretaries()
    alone = report_seconds()
    with served() as address:
        asked, reports, failures = load(address, names)
    for failure in failures[:5]:
        sys.stderr.write(f"    {failure}\n")
    pages = sorted(one.seconds for one in asked)
    cuts = quantiles(pages, n=100)
    yield Figure("month.p95", cuts[94], said(asked))
    yield Figure("month.p99", cuts[98], f"{len(asked):,} 次请求，最慢 {pages[-1]:.2f} s")
    yield Figure("month.errors", len(failures) + sum(not one.is_right for one in asked))
    filed, doubled = outcome(names)
    yield Figure("month.lost", len(names) - filed)
    yield Figure("month.doubled", doubled)
    slowest = max(reports, default=0.0)
    detail = f"{slowest:.1f} s ÷ {alone:.1f} s，{len(reports)} 份"
    yield Figure("month.report", slowest / alone, detail)


def said(asked: list[Asked]) -> str:
    """The 95th percentile of each kind of request."""
    kinds: dict[str, list[float]] = {}
    for one in asked:
        kinds.setdefault(one.what, []).append(one.seconds)
    return "，".join(
        f"{what} {quantiles(times, n=20)[18]:.2f} s" if len(times) > 1 else what
        for what, times in kinds.items()
    )


# --- The district -------------------------------------------------------------------------------


def secretaries() -> dict[str, str]:
    """Accounts of secretaries with last month's log still owed: name of the account → its topic."""
    from django.contrib.auth.hashers import make_password

    from accounts.actions import grant_role
    from accounts.models import User
    from activities.opening import open_due_months
    from organizations.models import PartyOrganization

    open_due_months()
    hashed = make_password(_PASSWORD)
    found = {}
    for at, organization in enumerate(PartyOrganization.objects.order_by("code")[:SECRETARIES]):
        name = f"secretary{at:03}"
        user = User.objects.create(username=name, name=f"书记{at}", password=hashed)
        grant_role(user=user, role="secretary", by=None, organization=organization)
        found[name] = f"第{at:03}号主题"
    return found


def outcome(names: dict[str, str]) -> tuple[int, int]:
    """How many logs were filed whole (the topic, one activity, two photos), how many twice."""
    from activities.models import Activity, ActivityLog, LogPhoto

    topics = set(names.values())
    activities = list(Activity.objects.filter(topic__in=topics).values_list("topic", "log"))
    whole = {
        log for _topic, log in activities if LogPhoto.objects.filter(log=log).count() == 2
    }
    filed = ActivityLog.objects.filter(pk__in=whole, rounds=1, state="submitted").count()
    twice = ActivityLog.objects.filter(rounds__gt=1).count()
    return filed, twice + len(activities) - len({topic for topic, _log in activities})


def report_seconds() -> float:
    """How long a district report takes when nothing else runs, from asking to finished."""
    from common.jobs import run

    begun = time.perf_counter()
    run(_ask_report().pk)
    return time.perf_counter() - begun


def _ask_report() -> Any:
    from django.utils import timezone

    from accounts.scope import acting_scope
    from areas.models import Area
    from common.models import Job
    from reports.actions import request_report

    area = Area.objects.get(code=ledgers.DISTRICT)
    day = timezone.localdate() - timedelta(days=1)
    asked = request_report(area=area, as_of=day, against=None, by=None, scope=acting_scope(None))
    return Job.objects.get(subject=asked.pk)


# --- The portal ---------------------------------------------------------------------------------


@contextmanager
def served(*, with_worker: bool = True) -> Iterator[tuple[str, int]]:
    """A web server, and a worker, on this database; gives the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    web = ["-m", "gunicorn", "-c", str(ROOT / "config/gunicorn.py"), "config.wsgi"]
    worker = [
        "-m", "celery", "-A", "config", "worker", "--loglevel", "WARNING", "--concurrency", "2",
        "--without-gossip", "--without-mingle",
    ]
    commands = [web, worker] if with_worker else [web]
    environment = os.environ | {"PORTAL_BIND": f"127.0.0.1:{port}"}
    processes = [
        subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, start_new_session=True
        )
        for command in commands
    ]
    try:
        _wait_for(port)
        yield "127.0.0.1", port
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the web server did not start")


# --- The load -----------------------------------------------------------------------------------


def load(
    address: tuple[str, int], names: dict[str, str]
) -> tuple[list[Asked], list[float], list[str]]:
    """Everything that was asked, the seconds of the reports built meanwhile, and what failed."""
    asked: list[Asked] = []
    failures: list[str] = []
    rng, pictures = Random(ledgers.SEED), (photo(60), photo(50))
    # A visit takes about two minutes: the last ones begin so that they end in time.
    last_start = max(MINUTES * 60 - 150, 1)
    threads = [
        threading.Thread(
            target=_visit,
            args=(address, name, topic, pictures, rng.uniform(0, last_start), asked, failures),
        )
        for name, topic in names.items()
    ]
    over = threading.Event()
    reports: list[float] = []
    builder = threading.Thread(target=_reports, args=(over, reports))
    for thread in [builder, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    builder.join()
    return asked, reports, failures


def _visit(
    address: tuple[str, int], name: str, topic: str, pictures: tuple[bytes, ...], start: float,
    asked: list[Asked], failures: list[str],
) -> None:
    time.sleep(start)
    rng = Random(name)
    try:
        file_log(
            Phone(address, asked.append), name=name, password=_PASSWORD, topic=topic,
            photos=pictures, think=lambda: time.sleep(rng.uniform(0, 2 * _THINK)),
        )
    except (OSError, ValueError) as problem:
        failures.append(f"{name}: {problem!r}")


def _reports(over: threading.Event, seconds: list[float]) -> None:
    """One report after the other, until everybody has filed."""
    from django.db import connection

    from common.models import Job

    while not over.is_set():
        begun, job = time.perf_counter(), _ask_report()
        while Job.objects.get(pk=job.pk).state in ("queued", "running"):
            time.sleep(0.5)
        seconds.append(time.perf_counter() - begun)
        over.wait(5)
    connection.close()


def photo(grain: int) -> bytes:
    """A photo of twelve megapixels and some megabytes, as a phone makes it; another one for
    another ``grain``."""
    from PIL import Image

    noise = Image.effect_noise((1000, 750), grain).resize((4000, 3000)).convert("RGB")
    file = io.BytesIO()
    noise.save(file, "JPEG", quality=92)
    return file.getvalue()
