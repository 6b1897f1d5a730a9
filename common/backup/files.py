"""The files' part: those that a row names. What no row names is a leftover and not kept."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.db import models

from common.backup import archive, sealing


def root() -> Path:
    """The folder of uploads and reports."""
    return Path(settings.MEDIA_ROOT)


def named() -> list[str]:
    """The path of every file that a row names, as this transaction sees the rows."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                paths = model._base_manager.exclude(**{field.name: ""})
                found.update(paths.values_list(field.name, flat=True))
    return sorted(found)


def put_in(
    writer: archive.Writer, paths: list[str], *, aside: Path
) -> tuple[list[dict[str, Any]], list[str]]:
    """Add the files to a backup: (what the manifest says of each, paths that are not there).
    ``aside`` is a folder for what is being encrypted."""
    entries, missing = [], []
    for path in paths:
        try:
            source = (root() / path).open("rb")
        except FileNotFoundError:
            missing.append(path)
            continue
        with source, tempfile.TemporaryFile(dir=aside) as sealed:
            sha256 = archive.checksum(source)
            size = source.seek(0, os.SEEK_END)
            source.seek(0)
            sealing.seal(source, sealed)
            stored = sealed.tell()
            sealed.seek(0)
            stored_sha256 = archive.checksum(sealed)
            sealed.seek(0)
            writer.add(archive.FILES + path, sealed, stored)
        entries.append(
            {"path": path, "size": size, "sha256": sha256, "stored_sha256": stored_sha256}
        )
    return entries, missing


def unpack(reader: archive.Reader, folder: Path) -> list[str]:
    """Decrypt the files of a backup into ``folder``; the paths whose content is not what the
    manifest says."""
    wrong = []
    for entry in reader.manifest["files"]:
        target = inside(folder, entry["path"])
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with target.open("x+b") as file:
            sealing.unseal(reader.open(archive.FILES + entry["path"]), file)
            _end(file)
            file.seek(0)
            if archive.checksum(file) != entry["sha256"]:
                wrong.append(entry["path"])
    return wrong


def inside(folder: Path, path: str) -> Path:
    """``path`` below ``folder``. ValueError when it leads out of it."""
    target = (folder / path).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise ValueError(f"not below the folder: {path}")
    return target


def _end(file: IO[bytes]) -> None:
    file.flush()
    os.fchmod(file.fileno(), settings.FILE_UPLOAD_PERMISSIONS)
    os.fsync(file.fileno())


_STAGING = ".restore-"


@contextmanager
def staging() -> Iterator[Path]:
    """A folder on the disk of the files, gone afterwards; those of killed restores go first."""
    root().mkdir(mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, parents=True, exist_ok=True)
    for left in root().glob(f"{_STAGING}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_STAGING, dir=root()) as folder:
        yield Path(folder)


def present() -> set[str]:
    """The paths of all files there are now."""
    paths = (path.relative_to(root()) for path in _files(root()))
    return {path.as_posix() for path in paths if not path.parts[0].startswith(_STAGING)}


def add(folder: Path) -> None:
    """Move the files of ``folder`` beside the present ones, none of which is touched: names are
    random and never given twice. On an error those that were moved go again."""
    added: list[Path] = []
    try:
        for source in _files(folder):
            target = root() / source.relative_to(folder)
            target.parent.mkdir(
                mode=settings.FILE_UPLOAD_DIRECTORY_PERMISSIONS, parents=True, exist_ok=True
            )
            if not target.exists():
                added.append(target)
                os.rename(source, target)
        for parent in {path.parent for path in added}:
            archive.sync_folder(parent)
    except BaseException:
        _remove(added)
        raise


def settle(folder: Path, wanted: set[str]) -> None:
    """Once the database is restored: present files that differ are replaced by those left in
    ``folder``, files that are not ``wanted`` go."""
    for source in _files(folder):
        os.replace(source, root() / source.relative_to(folder))
    _remove(root() / path for path in present() - wanted)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
