"""kill -9 during a restore: the old state with all of its files, or the new one."""

import os
import random
import subprocess
import sys
import time

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import override_settings

from areas.models import Area
from common.backup import actions, files
from tests.common import drill as drills
from tests.database import as_owner, database_urls, reset

pytestmark = [pytest.mark.full, pytest.mark.django_db]
KILLS = 20
KEYS = ("SECRET_KEY", "FIELD_KEY", "FINGERPRINT_KEY")


@pytest.fixture(scope="module")
def drill(django_db_setup, django_db_blocker, tmp_path_factory):
    media = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), as_owner(), override_settings(MEDIA_ROOT=media):
        try:
            return drills.Drill(tmp_path_factory.mktemp("backups"))
        finally:
            reset()


@pytest.fixture
def elsewhere(drill, settings, tmp_path):
    """Restored once, and changed since: a row, an own file, a lost file."""
    settings.MEDIA_ROOT = tmp_path / "files"
    with drills.fresh_database() as name, drills.database(name):
        drill.restore()
        change(drill)
        yield name


def change(drill) -> None:
    Area.objects.filter(code="G1").update(name="后来的网格")
    (files.root() / "imports" / "later.bin").write_bytes(b"later")
    (files.root() / next(iter(drill.files))).unlink()


def start(drill, folder) -> subprocess.Popen:
    environment = os.environ | database_urls() | {
        "PORTAL_TEST_STATE": str(folder),
        **{name: getattr(configured, name) for name in KEYS},
    }
    connection.close()
    return subprocess.Popen(
        [sys.executable, "manage.py", "restore", str(drill.path), "--replace"],
        cwd=configured.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )


def test_killed_restore_is_whole_or_not_at_all(drill, elsewhere, tmp_path):
    began = time.monotonic()
    done = start(drill, tmp_path)
    _out, error = done.communicate(timeout=600)
    assert done.returncode == 0, error
    length = time.monotonic() - began
    chance = random.Random(22)
    outcomes = []
    for _kill in range(KILLS):
        drill.restore(replace=True)
        change(drill)
        old, old_files = drills.content(), drills.contents(files.root())
        process = start(drill, tmp_path)
        try:
            process.communicate(timeout=length * chance.uniform(0.4, 1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=60)
        assert actions._others() == 0
        now, now_files = drills.content(), drills.contents(files.root())
        kept = {path: now_files.get(path) for path in old_files}
        assert (now == old and kept == old_files) or (
            now == drill.rows and drill.files.items() <= now_files.items()
        )
        outcomes.append((process.returncode, now == old))
    interrupted = [kept for code, kept in outcomes if code == -9]
    assert len(interrupted) >= KILLS // 2, outcomes
    # And after all that the next one works, and clears what the killed ones left.
    drill.restore(replace=True)
    assert (drills.content(), drills.contents(files.root())) == (drill.rows, drill.files)
