"""gunicorn: `python -m gunicorn -c config/gunicorn.py config.wsgi`; ./portal calls it so."""

import os
from pathlib import Path

bind = os.environ.get("PORTAL_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
timeout = 60
# A socket to steer it by, in the home folder; signals do.
control_socket_disable = True
graceful_timeout = 10
# Give memory back now and then, not all workers at once, and not in the middle of a month's end.
max_requests = 20_000
max_requests_jitter = 10_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108 -- a heartbeat on disk can stall
# A page that takes this long is a fault; jobs and commands are not limited so.
raw_env = ["DATABASE_STATEMENT_TIMEOUT=" + os.environ.get("DATABASE_STATEMENT_TIMEOUT", "30s")]
# Addresses and forms may hold names of people: no access log here.
accesslog = None
errorlog = "-"


def when_ready(server: object) -> None:
    """Tell ./portal that the port is open."""
    if path := os.environ.get("PORTAL_READY_FILE"):
        Path(path).write_text(bind, encoding="ascii")
