"""The test database: made and emptied by the owner of the tables, used with the rights of the
application, as in production. And a worker in a process of its own, for the tests that need one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase

CREATE_ROLE = """
DO $$ BEGIN
  CREATE ROLE {role};
  GRANT {role} TO CURRENT_USER;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""


def _use(values: dict) -> None:
    """Let the next connections, of every thread, be made with these values of DATABASES."""
    connection.close()
    connection.settings_dict.update(values)


def _owner() -> dict:
    keys = ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
    return {key: settings.DATABASE_OWNER[key] for key in keys}


def _application() -> dict:
    """Where one role does both (DATABASE_OWNER_URL is not set), it steps down to a lesser one."""
    if settings.DATABASE_APPLICATION["USER"] != settings.DATABASE_OWNER["USER"]:
        return {key: settings.DATABASE_APPLICATION[key] for key in _owner()}
    values = _owner()
    options = f"{values['OPTIONS']['options']} -c role={settings.DATABASE_APPLICATION_ROLE}"
    return values | {"OPTIONS": values["OPTIONS"] | {"options": options}}


@contextmanager
def as_owner() -> Iterator[None]:
    """Inside, the connection has the owner's rights: to change tables, to empty them."""
    _use(_owner())
    try:
        yield
    finally:
        _use(_application())


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """Before the database is made: be the owner, and see that what it needs is there."""
    template = _template()
    with django_db_blocker.unblock():
        prepare(template)
    if template:
        connection.settings_dict["TEST"] |= {"TEMPLATE": template, "MIGRATE": False}
    yield
    if template:
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{template}"')


def prepare(template: str) -> None:
    """The role of the application; and the ``template``, if several processes need the tables."""
    _use(_owner())
    if settings.DATABASE_APPLICATION["USER"] == settings.DATABASE_OWNER["USER"]:
        role = connection.ops.quote_name(settings.DATABASE_APPLICATION_ROLE)
        with connection._nodb_cursor() as cursor:
            cursor.execute(CREATE_ROLE.format(role=role))
    if template:
        _make_once(template)


def _template() -> str:
    """The database with all tables from which each process of a run copies its own; "": one process
    alone needs none."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return ""
    run = os.environ.get("PORTAL_TEST_RUN") or os.environ["PYTEST_XDIST_TESTRUNUID"]
    return f"test_template_{run}"


def _make_once(template: str) -> None:
    """Migrating takes ten seconds, a copy less than one: the first process that comes does it, the
    others wait."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = '5min'")
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [template])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if not cursor.fetchone():
            cursor.execute(f'CREATE DATABASE "{template}_begun"')
            _migrate(f"{template}_begun")
            cursor.execute(f'ALTER DATABASE "{template}_begun" RENAME TO "{template}"')


def _migrate(database: str) -> None:
    name = connection.settings_dict["NAME"]
    _use({"NAME": database})
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        _use({"NAME": name})


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests run as the application; the database is dropped by its owner."""
    with django_db_blocker.unblock():
        _use(_application())
    yield
    with django_db_blocker.unblock():
        _use(_owner())


@pytest.fixture(scope="session", autouse=True)
def _owner_empties_tables():
    """Tests that commit leave rows; only the owner may truncate, above all the trace."""

    def as_owner_empty(_test):
        with as_owner():
            reset()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", as_owner_empty)
        yield


# What migrations fill anew after each run of them.
_KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty() -> None:
    """Empty the tables that hold rows. Django's flush empties every table and then runs what
    follows a migration, which takes longer than most tests."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        full = {name for (name,) in cursor.fetchall()} - _KEPT
    if full and not _deleted(full):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(map(connection.ops.quote_name, full))} CASCADE")


def _deleted(tables: set[str]) -> bool:
    """Delete the few rows of a test, a fifth of the time that new files for all tables take. False
    where a guard refuses it."""
    trace = {"common_history"}  # grows with every row that goes
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for name in (*sorted(tables - trace), *trace):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
    except DatabaseError:
        return False
    return True


def reset() -> None:
    """As after the migrations: empty, but for rating schemes, categories of tickets and of help."""
    empty()
    from evaluations import shipping as schemes  # noqa: PLC0415 -- needs ready apps
    from services import help_shipping, shipping  # noqa: PLC0415

    for shipped in (schemes, shipping, help_shipping):
        shipped.ship()


def database_urls() -> dict[str, str]:
    """The variables that name the test database to a process that may act as its owner."""
    if settings.DATABASE_APPLICATION["USER"] == settings.DATABASE_OWNER["USER"]:
        return {"DATABASE_URL": database_url()}
    name = {"NAME": connection.settings_dict["NAME"]}
    return {
        "DATABASE_URL": database_url(_application() | name),
        "DATABASE_OWNER_URL": database_url(_owner() | name),
    }


def database_url(values: dict | None = None) -> str:
    """The test database as this process sees it now (or with other ``values`` of DATABASES), for
    processes that a test starts."""
    values = values or connection.settings_dict
    account = ":".join(quote(values[key]) for key in ("USER", "PASSWORD") if values[key])
    options = values["OPTIONS"]
    host = values["HOST"] or options.get("host", "")
    query = urlencode({"host": host, "options": options["options"]}, quote_via=quote)
    port = f":{values['PORT']}" if values["PORT"] else ""
    return f"postgres://{account}@{port}/{values['NAME']}?{query}"


@pytest.fixture(scope="session")
def worker_process(django_db_setup, tmp_path_factory):
    """One Celery worker on the test database for all tests that ask for it."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "PORTAL_TEST_STATE": str(settings.STATE_DIR),
        "PORTAL_TEST_EAGER": "0",
    }
    command = ["-m", "celery", "-A", "config", "worker", "--loglevel", "INFO", "--concurrency", "1"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command, "--without-gossip", "--without-mingle"],
            cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output,
            start_new_session=True,
        )
    try:
        limit = time.monotonic() + 120
        while " ready." not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > limit:
                pytest.fail(f"The worker did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.fixture
def worker(transactional_db, worker_process):
    """Jobs of this test go through Redis to a worker of their own instead of running at once."""
    current_app.conf.task_always_eager = False
    yield worker_process
    current_app.conf.task_always_eager = True


if __name__ == "__main__":  # while other checks have the other core
    import django

    django.setup()
    prepare(f"test_template_{os.environ['PORTAL_TEST_RUN']}")
