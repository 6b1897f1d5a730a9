"""The restore drill: what comes back is what was there, proven table by table, file by file."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from areas.models import Area
from common.backup import actions, archive, database, files, keys
from common.models import HistoryEntry
from common.refusals import Refused
from common.secrets import disclose
from members.models import Member
from tests.common import drill as drills
from tests.database import as_owner, reset
from tests.ledgers import desk

pytestmark = pytest.mark.django_db
UNTOUCHED = "现有数据没有变动"


@pytest.fixture(scope="module")
def drill(django_db_setup, django_db_blocker, tmp_path_factory):
    """One backup for all tests; the test database is empty again afterwards."""
    media = tmp_path_factory.mktemp("files")
    with django_db_blocker.unblock(), as_owner(), override_settings(MEDIA_ROOT=media):
        try:
            return drills.Drill(tmp_path_factory.mktemp("backups"))
        finally:
            reset()


@pytest.fixture(scope="module")
def fresh_database(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), drills.fresh_database() as name:
        yield name


@pytest.fixture
def elsewhere(fresh_database, settings, tmp_path):
    """An empty database and an empty folder of files; the name of the database, in use."""
    settings.MEDIA_ROOT = tmp_path / "files"
    with drills.database(fresh_database):
        with transaction.atomic():
            database.empty()
        yield fresh_database


def triggers() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
        return set(cursor.fetchall())


def test_everything_comes_back(drill, elsewhere, settings):
    manifest = drill.restore()
    assert drills.content() == drill.rows
    assert drills.contents(Path(settings.MEDIA_ROOT)) == drill.files
    assert len(drill.files) == len(manifest["files"]) == 5
    assert sum(t["rows"] for t in manifest["tables"].values()) == sum(map(len, drill.rows.values()))
    # What an identity number is, with the keys; history of the later import.
    member = Member.objects.get()
    assert disclose(member.id_number) == desk.PEOPLE[0]
    assert HistoryEntry.objects.filter(operation="U").exists()


def test_restored_portal_works(drill, elsewhere, client):
    """Sign in, change a row: the triggers write, ids go on, the application's role has its rights
    and no others."""
    drill.restore()
    assert {name for _table, name in triggers()} == {
        "trace_insert", "trace_update", "trace_delete",
        "due_insert", "due_update", "due_delete", "due_same_id", "due_look",
    }
    with drills.database(elsewhere, owner=False):
        answer = client.post(reverse("accounts:login"), drills.ACCOUNT)
        assert answer.status_code == 302
        assert client.get(reverse("accounts:me")).status_code == 200
        before = HistoryEntry.objects.count()
        Area.objects.filter(code="G1").update(name="甲二网格")
        assert HistoryEntry.objects.count() == before + 1
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, transaction.atomic():
            HistoryEntry.objects.update(after=None)
        # The next report is drawn from restored rows.
        assert desk.load("areas", desk.AREAS).counts["update"] == 1


def test_without_the_flag_nothing_is_overwritten(drill, elsewhere):
    drill.restore()
    with pytest.raises(Refused, match="--replace"):
        drill.restore()
    Area.objects.filter(code="G1").update(name="后来的网格")
    later = files.root() / "imports" / "later.bin"
    later.write_bytes(b"later")
    (files.root() / drill_file(drill)).write_bytes(b"damaged")
    drill.restore(replace=True)
    assert drills.content() == drill.rows
    assert drills.contents(files.root()) == drill.files


def drill_file(drill) -> str:
    return next(iter(drill.files))


def test_files_alone_are_not_overwritten(drill, elsewhere):
    files.root().mkdir()
    (files.root() / "found.bin").write_bytes(b"somebody's")
    with pytest.raises(Refused, match="--replace"):
        drill.restore()
    assert database.tables() == []


BREAKS = {
    "a script that ends midway": (database, "_rows", lambda _script: 1 / 0),
    "a statement that is refused": (database, "_COPY", re.compile(b"no such line")),
    "a table that is not as it was": (database, "_PLAIN", ("SET LOCAL timezone = 'Asia/Tokyo'",)),
    "rights that cannot be given": (actions.protection, "READ_ONLY", ("no_such_table",)),
    "a full disk for the files": (archive, "sync_folder", lambda folder: full_disk(folder)),
}


@pytest.mark.full
def test_failing_restore_leaves_the_old_state(drill, elsewhere, monkeypatch):
    drill.restore()
    Area.objects.filter(code="G1").update(name="后来的网格")
    (files.root() / drill_file(drill)).unlink()
    before = drills.content(), drills.contents(files.root()), triggers()
    for broken, change in BREAKS.items():
        with monkeypatch.context() as patch:
            patch.setattr(*change)
            with pytest.raises((Refused, OSError, ZeroDivisionError)):
                drill.restore(replace=True)
        connection.close()
        after = drills.content(), drills.contents(files.root()), triggers()
        assert (broken, after) == (broken, before)


def full_disk(_folder: Path) -> None:
    raise OSError(28, "No space left on device")


def test_running_portal_is_not_restored_over(drill, elsewhere, monkeypatch):
    monkeypatch.setattr(actions, "PATIENCE", 0.0)
    other = connection.copy()
    other.ensure_connection()
    try:
        with pytest.raises(Refused, match="还有 1 个连接在使用数据库"):
            drill.restore()
    finally:
        other.close()
    assert database.tables() == []


@pytest.mark.parametrize("name", ["FIELD_KEY", "FINGERPRINT_KEY"])
def test_other_keys_are_refused(drill, elsewhere, settings, name):
    setattr(settings, name, "another")
    with pytest.raises(Refused, match=rf"密钥与备份时的不同（{name}）.*放回密钥文件夹"):
        drill.restore()
    assert database.tables() == []


def test_backup_of_a_newer_program_is_refused(drill, elsewhere, tmp_path):
    def newer(manifest):
        manifest["migrations"].append(["common", "9999_later"])

    path = changed(drill.path, tmp_path, newer)
    with pytest.raises(Refused, match=r"common\.9999_later.*先升级程序"):
        drill.restore(path)
    with pytest.raises(Refused, match="格式（2）本程序不认识"):
        drill.restore(changed(drill.path, tmp_path, lambda manifest: manifest.update(format=2)))
    assert database.tables() == []


def changed(source: Path, folder: Path, change) -> Path:
    """A whole backup with another manifest."""
    target = folder / "changed.backup"
    with archive.reading(source) as reader, archive.writing(target) as writer:
        for name, _digest in archive.stored(reader.manifest):
            member = reader._tar.getmember(name)
            writer.add(name, reader.open(name), member.size)
        change(reader.manifest)
        writer.add_json(archive.MANIFEST, reader.manifest)
    return target


def test_older_backup_is_brought_up_to_date(drill, elsewhere, monkeypatch):
    """A migration that the backup does not know runs after the restore."""
    known = set(map(tuple, manifest_of(drill.path)["migrations"]))
    ran = []
    monkeypatch.setattr(actions, "call_command", lambda *args, **options: ran.append(args[0]))

    class Newer(actions.MigrationLoader):
        def load_disk(self):
            super().load_disk()
            self.disk_migrations[("common", "9999_later")] = None

    monkeypatch.setattr(Newer, "build_graph", lambda self: self.load_disk())
    monkeypatch.setattr(actions, "MigrationLoader", Newer)
    drill.restore()
    assert ran == ["migrate"]
    assert ("common", "9999_later") not in known


def manifest_of(path: Path) -> dict:
    with archive.reading(path) as reader:
        return reader.manifest


def test_neither_keys_nor_identities_nor_sessions_are_in_it(drill):
    data = drill.path.read_bytes()
    manifest = manifest_of(drill.path)
    for key in ("SECRET_KEY", "FIELD_KEY", "FINGERPRINT_KEY"):
        assert getattr(configured, key).encode() not in data
    assert manifest["keys"] == keys.marks()
    upload = drill.files[drill_file(drill)]
    assert upload[:4] == b"PK\x03\x04"
    assert upload[:32] not in data
    assert desk.PEOPLE[0].encode() not in data
    assert "django_session" not in manifest["tables"]


# --- damage -----------------------------------------------------------------------------------


def test_every_truncation_is_found(drill, tmp_path):
    data = drill.path.read_bytes()
    cut = tmp_path / "cut.backup"
    sizes = {0, 1, 511, 512, len(data) // 3, len(data) // 2, len(data) - 2048, len(data) - 1}
    for size in sizes:
        cut.write_bytes(data[:size])
        with pytest.raises(Refused, match=rf"cut\.backup 不完整或已损坏（{size} 字节"):
            manifest_of(cut)


def test_every_flipped_bit_is_found_and_named(drill, tmp_path):
    data = bytearray(drill.path.read_bytes())
    places = {at * len(data) // 40 for at in range(40)} | {len(data) - 1, len(data) - 2048}
    flipped = tmp_path / "flipped.backup"
    for at in places:
        data[at] ^= 1 << (at % 8)
        flipped.write_bytes(data)
        data[at] ^= 1 << (at % 8)
        with pytest.raises(Refused, match="已损坏"):
            manifest_of(flipped)
    with archive.reading(drill.path) as reader:
        members = reader._tar.getmembers()
    for member in members[:2]:
        at = member.offset_data + member.size // 2
        data[at] ^= 1
        flipped.write_bytes(data)
        data[at] ^= 1
        with pytest.raises(Refused, match=f"损坏处是 {member.name}"):
            manifest_of(flipped)


def test_damaged_backup_touches_nothing(drill, elsewhere, tmp_path):
    bad = tmp_path / "bad.backup"
    bad.write_bytes(drill.path.read_bytes()[:-7])
    with pytest.raises(Refused, match=UNTOUCHED):
        drill.restore(bad)
    assert database.tables() == []
    assert not files.root().exists()


def test_what_is_no_backup_is_refused(tmp_path):
    with pytest.raises(Refused, match="没有备份文件"):
        manifest_of(tmp_path / "none.backup")
    (tmp_path / "portal.dump").write_bytes(os.urandom(5000))
    with pytest.raises(Refused, match="末尾没有有效的校验和"):
        manifest_of(tmp_path / "portal.dump")
    with pytest.raises(Refused, match="里没有备份"):
        actions.restore(source=tmp_path, replace=False, say=print)


# --- taking -----------------------------------------------------------------------------------


def test_rotation_keeps_the_newest_and_strangers(drill, tmp_path):
    names = [f"portal-202611{day:02}-010000.backup" for day in range(1, 6)]
    for name in [*names, "portal-20261101-010000.backup.gpg", "notes.txt"]:
        (tmp_path / name).touch()
    assert [path.name for path in actions._rotate(tmp_path, 2)] == names[2::-1]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "notes.txt", "portal-20261101-010000.backup.gpg", *names[3:]
    ]


def test_newest_of_a_folder_is_restored(drill, elsewhere, tmp_path):
    (tmp_path / "portal-20200101-000000.backup").write_bytes(b"old and broken")
    shutil.copy(drill.path, tmp_path)
    drill.restore(tmp_path)
    assert drills.content() == drill.rows


@pytest.fixture
def owner(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    with drills.database():
        yield


def test_backup_is_private_and_whole_or_not_there(owner, tmp_path, monkeypatch):
    folder = tmp_path / "new" / "backups"
    killed = actions.take(folder=folder).path.with_name(".portal-1.backup.aa.part")
    killed.touch()
    taken = actions.take(folder=folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert taken.path.stat().st_mode & 0o777 == 0o600
    assert not killed.exists()
    before = sorted(folder.iterdir())
    assert len(before) == 2
    with actions._alone(folder), pytest.raises(Refused, match="另一个备份正在写入"):
        actions.take(folder=folder)
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        actions.take(folder=folder)
    assert sorted(folder.iterdir()) == before


def test_file_that_vanishes_meanwhile_is_asked_for_again(owner, tmp_path, monkeypatch):
    """A purge between the snapshot and the copying: the second snapshot no longer names it. A file
    that is still named then is really gone, and said to be."""
    asked = iter([["imports/purged.bin"], []])
    monkeypatch.setattr(files, "named", lambda: next(asked))
    assert actions.take(folder=tmp_path).missing == []
    monkeypatch.setattr(files, "named", lambda: ["imports/lost.bin"])
    assert actions.take(folder=tmp_path).missing == ["imports/lost.bin"]


def test_commands_speak_plainly(drill, elsewhere, tmp_path, capsys, monkeypatch):
    call_command("restore", str(drill.path))
    out, err = capsys.readouterr()
    assert "逐表逐个核对一致。所有人需要重新登录。" in out
    assert err.splitlines()[0] == f"核对备份 {drill.path}"
    call_command("backup", str(tmp_path), keep=1, json=True)
    call_command("backup", str(tmp_path), keep=1, json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["files"], first["removed"]) == (5, [])
    assert second["removed"] == [first["path"]]
    assert User.objects.get().username == "zhoumin"
    with pytest.raises(CommandError, match="--keep"):
        call_command("backup", str(tmp_path), keep=0)
    with pytest.raises(CommandError, match="没有备份文件"):
        call_command("restore", str(tmp_path / "none"))
