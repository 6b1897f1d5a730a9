"""A restore drill: a small district with uploads, its backup, and databases to restore it into."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections

from accounts.models import User
from common.backup import actions
from tests import digest
from tests.database import _application, _owner, as_owner
from tests.ledgers import desk

RESTORED = "restored"
ACCOUNT = {"username": "zhoumin", "password": "correct horse battery"}


def fill() -> None:
    """A district through the real import: rows, trace, uploads; a session, a user."""
    desk.load("areas", desk.AREAS)
    desk.load("organizations", [desk.organization("甲一支部")])
    desk.load("enterprises", [desk.entity("甲一五金有限公司", desk.CODES[0])])
    desk.load("members", [desk.member("周一", desk.PEOPLE[0], "甲一支部")])
    desk.load("enterprises", [desk.entity("甲一五金有限公司", desk.CODES[0], 从业人员数=15)])
    User.objects.create_user(**ACCOUNT)


@contextmanager
def database(name: str = "", *, owner: bool = True) -> Iterator[None]:
    """Inside, Django has a connection of its own: to the database of this name (else the same
    one), as its owner or as the application. What goes on in the other one is not touched."""
    before = connections[DEFAULT_DB_ALIAS]
    inside = before.copy()
    inside.settings_dict |= _owner() if owner else _application()
    inside.settings_dict["NAME"] = name or before.settings_dict["NAME"]
    connections[DEFAULT_DB_ALIAS] = inside
    try:
        yield
    finally:
        inside.close()
        connections[DEFAULT_DB_ALIAS] = before


@contextmanager
def fresh_database() -> Iterator[str]:
    """The name of an empty database, dropped afterwards."""
    with as_owner():
        name = f"{connection.settings_dict['NAME']}_{RESTORED}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield name
    finally:
        with as_owner(), connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Drill:
    """A backup that was taken, and what stood in the portal then."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.media = Path(settings.MEDIA_ROOT)
        fill()
        self.rows = content()
        self.taken = actions.take(folder=folder)
        self.files = contents(self.media)

    @property
    def path(self) -> Path:
        return self.taken.path

    def restore(self, source: Path | None = None, *, replace: bool = False) -> dict[str, Any]:
        """Restore into the database and the folder of this moment."""
        return actions.restore(
            source=source or self.path, replace=replace, say=lambda _text: None
        )


def content() -> dict[str, list[str]]:
    """Every row of every table, but sessions."""
    return digest.rows(set(connection.introspection.table_names()) - {"django_session"})


def contents(folder: Path) -> dict[str, bytes]:
    """Path → content of every file in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }
