"""The Celery application of the portal with shorter waits: ``celery -A tests.kills.hurried``.

What takes half a minute in the field (a silent process is given up, a message that nobody has
confirmed comes again) takes seconds here; nothing else differs. Messages that nobody has confirmed
are looked for at every turn, or the second delivery would only come by luck.
"""

import os
from datetime import timedelta

import django

django.setup()

from common import heartbeat, jobs  # noqa: E402 -- jobs have models, and these need the line above
from config.celery import app  # noqa: E402

STALE_AFTER = float(os.environ.get("PORTAL_TEST_STALE", "3"))
VISIBLE_AFTER = int(os.environ.get("PORTAL_TEST_VISIBLE", "5"))

jobs.STALE_AFTER = jobs.RESEND_AFTER = timedelta(seconds=STALE_AFTER)
heartbeat.LOOK_EVERY, heartbeat.BEAT_EVERY = 0.1, STALE_AFTER / 6

app.conf.broker_transport_options = {
    "visibility_timeout": VISIBLE_AFTER,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
app.conf.beat_schedule = {
    "sweep-jobs": {"task": "common.sweep_jobs", "schedule": 0.5, "options": {"expires": 10}}
}
