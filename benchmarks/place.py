"""A database and a state folder of its own for one run; both are gone afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL")


@contextmanager
def own_place() -> Iterator[Path]:
    """Inside, Django works on an empty migrated database; gives the folder for files."""
    database = f"portal_bench_{os.getpid()}"
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    urls = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    server = urls.get("DATABASE_OWNER_URL") or urls["DATABASE_URL"]
    _execute(server, f'CREATE DATABASE "{database}"')
    try:
        for name, url in urls.items():
            os.environ[name] = urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
        os.environ |= {
            "PORTAL_STATE": str(folder), "PORTAL_CREATE_KEYS": "1", "PORTAL_HTTPS": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        }
        for command in ("migrate", "collectstatic"):
            subprocess.run(
                [sys.executable, ROOT / "manage.py", command, "--no-input", "--verbosity", "0"],
                check=True,
            )
        import django

        django.setup()
        yield folder
    finally:
        _execute(server, f'DROP DATABASE "{database}" WITH (FORCE)')
        shutil.rmtree(folder, ignore_errors=True)


def _execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(statement)


def as_owner(*statements: str) -> None:
    """Run statements with the rights of the owner of the tables."""
    url = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as session:
        for statement in statements:
            session.execute(statement)
