"""The two verbs: take a backup, restore one."""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from common import protection
from common.backup import archive, database, files, keys
from common.refusals import Refused
from common.secrets import Unreadable

FORMAT = 1
PATIENCE = 10.0  # seconds
_NAME = re.compile(r"portal-\d{8}-\d{6}\.backup")
UNCHANGED = "现有数据没有变动。"


@dataclass(frozen=True)
class Taken:
    """A backup that was taken. ``missing``: files that rows name and that are not there;
    ``removed``: older backups that had to go."""

    path: Path
    size: int
    tables: int
    rows: int
    files: int
    missing: list[str]
    removed: list[Path]


class _Vanished(Exception):
    """A file that the snapshot names has been deleted since."""


# --- Taking -------------------------------------------------------------------------------------


def take(*, folder: Path, keep: int | None = None) -> Taken:
    """Write a backup of the running portal into ``folder``; then of the backups there only the
    ``keep`` newest stay. Raises Refused; nothing half is ever left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        path = _new_name(folder)
        try:
            manifest = _write(path, certain=False)
        except _Vanished:
            # Purged or discarded while we were at it: the next snapshot no longer names it.
            manifest = _write(path, certain=True)
        removed = _rotate(folder, keep) if keep else []
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return Taken(
        path, path.stat().st_size, len(manifest["tables"]), rows, len(manifest["files"]),
        manifest["missing"], removed,
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder; so what is half there belongs to a killed one."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.glob(f".*{archive.PART}"):
            left.unlink()
        yield
    except BlockingIOError as error:
        raise Refused(f"另一个备份正在写入 {folder}，请等它完成。") from error
    finally:
        os.close(descriptor)


def _new_name(folder: Path) -> Path:
    while (path := folder / f"portal-{timezone.localtime():%Y%m%d-%H%M%S}.backup").exists():
        sleep(0.2)
    return path


def _write(path: Path, *, certain: bool) -> dict[str, Any]:
    """Write one backup; its manifest. Raises _Vanished for a missing file unless ``certain``."""
    dump = path.with_name(f".{path.name}.dump{archive.PART}")
    try:
        with transaction.atomic(), archive.writing(path) as writer:
            snapshot = database.hold_snapshot()
            migrations = sorted(MigrationRecorder(connection).applied_migrations())
            if not migrations:
                raise Refused("数据库是空的，没有可备份的数据。")
            dump.touch(mode=0o600)
            database.dump(dump, snapshot=snapshot)
            entries, missing = files.put_in(writer, files.named(), aside=path.parent)
            if missing and not certain:
                raise _Vanished
            manifest = {
                "format": FORMAT,
                "made_at": timezone.localtime().isoformat(timespec="seconds"),
                "keys": keys.marks(),
                "migrations": migrations,
                "database": _put_dump(writer, dump),
                "tables": database.figures(),
                "files": entries,
                "missing": missing,
            }
            writer.add_json(archive.MANIFEST, manifest)
    finally:
        dump.unlink(missing_ok=True)
    return manifest


def _put_dump(writer: archive.Writer, dump: Path) -> dict[str, Any]:
    with dump.open("rb") as source:
        sha256, size = archive.checksum(source), source.tell()
        source.seek(0)
        writer.add(archive.DUMP, source, size)
    return {"size": size, "sha256": sha256}


def backups(folder: Path) -> list[Path]:
    """The backups in a folder, the newest first."""
    return sorted((p for p in folder.iterdir() if _NAME.fullmatch(p.name)), reverse=True)


def _rotate(folder: Path, keep: int) -> list[Path]:
    old = backups(folder)[keep:]
    for path in old:
        path.unlink()
    return old


# --- Restoring ----------------------------------------------------------------------------------


def restore(*, source: Path, replace: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """Restore a backup, or the newest of a folder; what its manifest says. ``replace``: over what
    is there.

    Raises Refused. Until the database commits everything is as before, and what is there after
    has the same checksums per table and file as when the backup was taken.
    """
    path = _chosen(source)
    say(f"核对备份 {path}")
    with archive.reading(path) as reader:
        manifest = reader.manifest
        _check_fits(manifest)
        _check_target(replace)
        with files.staging() as folder:
            say("解开文件与数据库")
            _unpack(reader, folder)
            say("恢复数据库")
            _put_back(manifest, folder, replace)
            files.settle(folder / "files", {entry["path"] for entry in manifest["files"]})
    connection.close()  # the script has changed settings of its session
    if len(manifest["migrations"]) < len(MigrationLoader(None).disk_migrations):
        say("把数据表更新到本程序的版本")
        call_command("migrate", interactive=False, verbosity=0)
    return manifest


def _chosen(source: Path) -> Path:
    if not source.is_dir():
        return source
    found = backups(source)
    if not found:
        raise Refused(f"文件夹 {source} 里没有备份（portal-日期-时间.backup）。")
    return found[0]


def _check_fits(manifest: dict[str, Any]) -> None:
    """Whether this program and these keys can read the backup."""
    if manifest.get("format") != FORMAT:
        raise Refused(
            f"备份的格式（{manifest.get('format')}）本程序不认识，请先升级程序。{UNCHANGED}"
        )
    known = MigrationLoader(None).disk_migrations
    unknown = [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in known]
    if unknown:
        raise Refused(
            f"备份来自较新的程序（多出数据表版本 {'、'.join(unknown[:3])}），"
            f"请先升级程序再恢复。{UNCHANGED}"
        )
    if wrong := keys.different(manifest["keys"]):
        raise Refused(
            f"密钥与备份时的不同（{'、'.join(wrong)}），恢复后身份证号和电话将无法读取。"
            f"请把备份时使用的密钥文件放回密钥文件夹，再恢复。{UNCHANGED}"
        )


def _check_target(replace: bool) -> None:
    if (database.tables() or files.present()) and not replace:
        raise Refused(
            "数据库或文件夹里已有数据，没有恢复。确定用备份覆盖全部现有数据，请加 --replace；"
            "建议先做一次备份。"
        )
    if others := _others():
        raise Refused(
            f"还有 {others} 个连接在使用数据库。请先停止网站和后台任务，再恢复。{UNCHANGED}"
        )


def _others() -> int:
    """Connections of others, once those that are just ending (of a killed restore) are gone."""
    limit = monotonic() + PATIENCE
    while (others := database.sessions_of_others()) and monotonic() < limit:
        sleep(0.2)
    return others


def _unpack(reader: archive.Reader, folder: Path) -> None:
    with (folder / archive.DUMP).open("xb") as target:
        os.fchmod(target.fileno(), 0o600)
        source = reader.open(archive.DUMP)
        while data := source.read(1024 * 1024):
            target.write(data)
    try:
        wrong = files.unpack(reader, folder / "files")
    except Unreadable as error:
        raise Refused(f"{error}{UNCHANGED}") from error
    if wrong:
        raise Refused(f"备份中的文件与清单不符：{wrong[0]}。{UNCHANGED}")


def _put_back(manifest: dict[str, Any], folder: Path, replace: bool) -> None:
    """Database and files in one transaction: moving the files in beside the old ones is its last
    step, so a process that dies leaves the old database with all of its files."""
    try:
        with transaction.atomic():
            if replace:
                database.empty()
            database.load(folder / archive.DUMP)
            protection.grant_rights()
            _compare(manifest["tables"])
            files.add(folder / "files")
    except DatabaseError as error:
        reason = (str(error).splitlines() or [""])[0]
        raise Refused(f"数据库没有恢复：{reason}。{UNCHANGED}") from error


def _compare(wanted: dict[str, Any]) -> None:
    """The second look: every table as it was, or nothing is kept."""
    found = database.figures()
    wrong = [table for table, figures in wanted.items() if found.get(table) != figures]
    if wrong:
        raise Refused(f"恢复后的数据与备份时不同（{'、'.join(wrong[:5])}），已撤回。{UNCHANGED}")
