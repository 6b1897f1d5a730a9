"""The Celery application: it carries ids of jobs, never data; the truth of a job is its row."""

import os
from contextlib import suppress
from pathlib import Path

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.prod")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add("common.alive:WorkerStep")


@worker_process_init.connect
def give_way(**_about: object) -> None:
    """Jobs leave the processors to pages: a report may take longer, a person must not wait."""
    os.nice(10)
    with suppress(OSError):  # Linux may weigh whole sessions; elsewhere there is no such file
        Path("/proc/self/autogroup").write_text("10", encoding="ascii")
