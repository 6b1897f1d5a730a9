"""The format of a backup: a tar file that ends with a checksum over everything before it.

::

    database.dump        pg_dump, custom format
    files/...            one member per file, sealed (sealing.py)
    manifest.json        what there is: paths, sizes, checksums, tables, migrations, keys' marks
    checksum             sha256 of all bytes before this member

The last two kilobytes are wholly determined by that checksum, so one flipped bit or one missing
byte anywhere is found before anything is unpacked. A tar file, because whoever has lost the portal
can still take it apart with tar and pg_restore.
"""

import hashlib
import io
import json
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from common.refusals import Refused

DUMP = "database.dump"
FILES = "files/"
MANIFEST = "manifest.json"
# Temporary names begin with a dot and end so.
PART = ".part"
_CHECKSUM = "checksum"
_BLOCK = 512
# A header, its content, and the two empty blocks that end a tar file.
_TRAILER_SIZE = 4 * _BLOCK
_CHUNK = 1024 * 1024


class _Hashing:
    """A file that is written from front to end, and the checksum of what was written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0
        self.sha256 = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sha256.update(data)
        self._size += len(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._size


def _trailer(digest: str) -> bytes:
    text = f"sha256 {digest}\n".encode()
    member = tarfile.TarInfo(_CHECKSUM)
    member.size = len(text)
    member.mode = 0o600
    block = member.tobuf(tarfile.USTAR_FORMAT) + text
    return block.ljust(_TRAILER_SIZE, b"\0")


class Writer:
    """Adds members to a new backup; :func:`writing` opens and ends it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._hashing = _Hashing(file)
        self._file = file
        self._tar = tarfile.TarFile(fileobj=self._hashing, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add ``size`` bytes of ``source``. OSError when it has fewer."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, source)

    def add_json(self, name: str, values: Any) -> None:
        """Add ``values`` as indented JSON, to be read by people as well."""
        data = json.dumps(values, ensure_ascii=False, indent=1).encode()
        self.add(name, io.BytesIO(data), len(data))

    def end(self) -> None:
        """Write the checksum and see that all of it lies on the disk."""
        self._file.write(_trailer(self._hashing.sha256.hexdigest()))
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write a backup under a temporary name beside ``path``; at the end it gets its own name.
    Whoever sees ``path`` sees a whole backup. On an error nothing is left."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            writer = Writer(file)
            yield writer
            writer.end()
        os.rename(part, path)
        sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """See that names made or changed in ``folder`` outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Reader:
    """A backup that :func:`reading` has found whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=file)
        self.manifest: dict[str, Any] = json.load(self.open(MANIFEST))

    def open(self, name: str) -> IO[bytes]:
        """The content of a member. KeyError when there is none of this name."""
        content = self._tar.extractfile(name)
        if content is None:
            raise KeyError(name)
        return content

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._tar.close()


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Check a backup from its first byte to its last, then open it.

    Raises Refused with the name of the file and what is wrong with it.
    """
    try:
        with path.open("rb") as file:
            _check(file, path)
            file.seek(0)
            with Reader(file) as reader:
                yield reader
    except FileNotFoundError as error:
        raise Refused(f"没有备份文件 {path}。") from error
    except (IsADirectoryError, PermissionError) as error:
        raise Refused(f"不能读取 {path}，请检查路径和权限。") from error


def _check(file: IO[bytes], path: Path) -> None:
    size = os.fstat(file.fileno()).st_size
    sha256, left = hashlib.sha256(), size - _TRAILER_SIZE
    while left > 0 and (data := file.read(min(_CHUNK, left))):
        sha256.update(data)
        left -= len(data)
    trailer = file.read() if left == 0 else b""
    if trailer == _trailer(sha256.hexdigest()):
        return
    # A whole file ends with a checksum, even when it is another one.
    if _looks_like_trailer(trailer):
        raise Refused(
            f"备份 {path} 已损坏：内容与校验和不符{_damaged(file)}。"
            "请改用另一份备份，现有数据没有变动。"
        )
    raise Refused(
        f"备份 {path} 不完整或已损坏（{size} 字节，末尾没有有效的校验和）。"
        "请重新复制或改用另一份备份，现有数据没有变动。"
    )


def _looks_like_trailer(data: bytes) -> bool:
    begin = _BLOCK, _BLOCK + len("sha256 ")
    return len(data) == _TRAILER_SIZE and data[slice(*begin)] == b"sha256 "


def _damaged(file: IO[bytes]) -> str:
    """Which member is damaged, as far as the manifest can still be read."""
    file.seek(0)
    try:
        with Reader(file) as reader:
            for name, wanted in stored(reader.manifest):
                if checksum(reader.open(name)) != wanted:
                    return f"，损坏处是 {name}"
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError, OSError):
        return ""
    return ""


def stored(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each member of the archive and its checksum as it is stored."""
    yield DUMP, manifest["database"]["sha256"]
    for entry in manifest["files"]:
        yield FILES + entry["path"], entry["stored_sha256"]


def checksum(source: IO[bytes]) -> str:
    """sha256 of what is left of ``source``."""
    return hashlib.file_digest(source, "sha256").hexdigest()
