"""A whole portal of a test's own: PostgreSQL, Redis, web server, worker and clock, in production's
settings, in one folder. Its services can be killed and its disks filled."""

import http.client
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.conf import settings

from tests.kills.processes import CELERY, Redis, end_group, until

IS_ROOT = os.geteuid() == 0
TOKEN = "k" * 32  # of the CSRF check: cookie and header must be alike
DISK = 24 << 20
SET_UP = """
from django.core.management import call_command
from django.test import Client
from accounts.models import User
from tests.kills import work
work.fill(60)
call_command("create_user", "zhou", "--role", "district", "--password", "x", verbosity=0)
client = Client()
client.force_login(User.objects.get(username="zhou"))
print("session", client.cookies["sessionid"].value)
"""


def postgresql() -> Path:
    """The folder of PostgreSQL's programs; Debian keeps it out of the path."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found) if found else Path(shutil.which("initdb") or "").resolve().parent


class Cluster:
    """A PostgreSQL with a superuser, and the application's role beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.data.mkdir()
        self.owner = f"postgres://postgres@/portal?host={folder}"
        self.application = f"postgres://portal@/portal?host={folder}"
        if IS_ROOT:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam("postgres")
            for path in (folder, self.data):
                os.chown(path, account.pw_uid, account.pw_gid)

    def _run(self, program: str, *words: str) -> None:
        before = ["runuser", "-u", "postgres", "--"] if IS_ROOT else []
        subprocess.run(
            [*before, postgresql() / program, *words], check=True, cwd="/",
            stdout=subprocess.DEVNULL, timeout=300,
        )

    def start(self) -> None:
        """Make it, start it, make role and database."""
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8")
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\n")
        self.control("start", "-w", "-l", str(self.folder / "log"))
        server = f"postgres://postgres@/postgres?host={self.folder}"
        with psycopg.connect(server, autocommit=True) as session:
            session.execute("CREATE ROLE portal LOGIN")
            session.execute("CREATE DATABASE portal")

    def control(self, *words: str) -> None:
        """pg_ctl."""
        self._run("pg_ctl", "-D", str(self.data), *words)

    def crash(self) -> None:
        """Kill every process of the server without warning and start it again."""
        self.control("restart", "-m", "immediate", "-w", "-l", str(self.folder / "log"))

    def ask(self, statement: str, *values: Any) -> list[tuple]:
        """The rows of a query, asked by the superuser."""
        with psycopg.connect(self.owner) as session:
            return session.execute(statement, values).fetchall()


@dataclass
class Answer:
    """What the web server has answered; status 0: nothing."""

    status: int
    text: str
    place: str = ""


class Site:
    """The portal. ``disk`` and ``temporary`` are small file systems when the test is root."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / "state"
        self.disk, self.temporary = self.state / "files", folder / "tmp"
        for path in (self.state, self.disk, self.temporary):
            path.mkdir()
        (folder / "db").mkdir()
        (folder / "redis").mkdir()
        self.database, self.redis = Cluster(folder / "db"), Redis(folder / "redis")
        self.processes: list[subprocess.Popen] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.session = ""

    @property
    def environment(self) -> Mapping[str, str]:
        """Of its processes."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.prod", "PORTAL_HTTPS": "0",
            "DATABASE_URL": self.database.application, "DATABASE_OWNER_URL": self.database.owner,
            "REDIS_URL": self.redis.url, "PORTAL_STATE": str(self.state),
            "PORTAL_CREATE_KEYS": "1", "TMPDIR": str(self.temporary),
            "PORTAL_BIND": f"127.0.0.1:{self.port}", "PORTAL_TEST_STALE": "8",
            "PORTAL_TEST_VISIBLE": "60",
        }

    def start(self) -> None:
        """Start everything; a district with some shops and a user of it."""
        if IS_ROOT:
            for path in (self.disk, self.temporary):
                subprocess.run(
                    ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "kills", path],
                    check=True, timeout=300,
                )
        self.database.start()
        self.redis.start()
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.session = self.manage("shell", "-c", SET_UP).split("session ")[1].strip()
        self._run("web", [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py",
                          "config.wsgi"])
        self._run("beat", [*CELERY, "beat", "--schedule", str(self.folder / "schedule"),
                           "--pidfile=", "--loglevel", "WARNING"])
        self._run("worker", [*CELERY, "worker", "--concurrency", "1", "--without-gossip",
                             "--without-mingle", "--loglevel", "WARNING"])
        until(lambda: self.get("/").status == 200, f"the site\n{self.log()}", pause=0.2)

    def manage(self, *words: str) -> str:
        """What a management command prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def _run(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes.append(subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=self.environment, stdout=log, stderr=log,
                start_new_session=True,
            ))

    def log(self) -> str:
        """What its processes have said."""
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))

    def end(self) -> None:
        """Stop everything and leave nothing behind."""
        for process in self.processes:
            end_group(process)
        if self.redis.process:
            self.redis.kill()
        with suppress(subprocess.CalledProcessError):
            self.database.control("stop", "-m", "immediate")
        for path in (self.disk, self.temporary):
            # Children of a killed process may hold a file for a moment longer.
            until(lambda path=path: _unmounted(path), f"{path} is not in use")
        shutil.rmtree(self.folder)

    # --- What a browser does ------------------------------------------------------------------

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, b"", "")

    def post(self, path: str, values: Mapping[str, str], file: bytes = b"") -> Answer:
        """Send a form, with a file if one is given."""
        if not file:
            return self._ask("POST", path, urlencode(values).encode(),
                             "application/x-www-form-urlencoded")
        parts = [f'--part\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                 for name, value in values.items()]
        parts.append('--part\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n'
                     "Content-Type: application/octet-stream\r\n\r\n")
        body = "".join(parts).encode() + file + b"\r\n--part--\r\n"
        return self._ask("POST", path, body, "multipart/form-data; boundary=part")

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> Answer:
        headers = {
            "Host": f"localhost:{self.port}", "X-CSRFToken": TOKEN,
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
        }
        if kind:
            headers["Content-Type"] = kind
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), answer.getheader("Location", ""))
        except OSError:
            return Answer(0, "")
        finally:
            connection.close()

    # --- What stands in the database ----------------------------------------------------------

    def job(self, subject: str) -> tuple[str, str, int, str]:
        """(state, progress, attempts, error) of the latest job of a batch or report."""
        return self.database.ask(
            "SELECT state, progress, attempts, error FROM common_job WHERE subject = %s "
            "ORDER BY created_at DESC LIMIT 1", subject,
        )[0]

    def ended(self, subject: str, limit: float = 120.0) -> tuple[str, str, int, str]:
        """The same when the job has ended."""
        until(lambda: self.job(subject)[0] in ("done", "failed"), "the job", limit, 0.2)
        return self.job(subject)


def _unmounted(path: Path) -> bool:
    if os.path.ismount(path):
        subprocess.run(["umount", path], check=False, stderr=subprocess.DEVNULL, timeout=300)
    return not os.path.ismount(path)


@contextmanager
def filled(path: Path) -> Iterator[None]:
    """No byte is free there while this lasts."""
    filler = path / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def own_site() -> Iterator[Site]:
    """A site in a folder that its database user may enter, with short paths of sockets."""
    folder = Path(tempfile.mkdtemp(prefix="portal-kills-"))
    folder.chmod(0o755)
    site = Site(folder)
    try:
        site.start()
        yield site
    finally:
        site.end()


def subject_of(place: str) -> str:
    """The id at the end of an address: of a batch, of a report."""
    return place.rstrip("/").rsplit("/", 1)[-1]
