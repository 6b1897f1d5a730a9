"""Secrets of the installation: addresses with passwords, and the keys.

Each is a variable NAME, or a file that NAME_FILE names (as containers hand them out). Keys are made
as files of mode 600 in the state folder when they are neither. They lie outside the database and
its backups, so that a stolen dump shows no identity numbers.
"""

import base64
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 48


def read_secret(name: str) -> str:
    """The value of the variable ``name``, or what stands in the file that ``name``_FILE names;
    empty when neither is set. Raises ImproperlyConfigured."""
    value, place = os.environ.get(name, ""), os.environ.get(f"{name}_FILE", "")
    if not place:
        return value
    if value:
        raise ImproperlyConfigured(f"{name} 与 {name}_FILE 只能设置一个。")
    try:
        value = Path(place).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE 指向的文件 {place} 读不出来（{error.strerror}）。"
        ) from error
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE 指向的文件 {place} 是空的。")
    return value


def read_key(name: str, *, folder: Path, create: bool) -> str:
    """The key ``name`` as text (base64 of 48 bytes unless set by hand).

    ``create`` writes a new file when neither the variable nor the file is there; without it that is
    an error, because a fresh key beside an existing database could read none of its identities.
    """
    if value := read_secret(name):
        return value
    path = folder / name.lower()
    if not path.exists():
        if not create:
            raise ImproperlyConfigured(
                f"{name} 未设置，且密钥文件 {path} 不存在。请把另存的密钥文件放回原处。"
            )
        _write_new(path)
    return path.read_text(encoding="ascii").strip()


def _write_new(path: Path) -> None:
    """Write a random key aside and link it into place: of two writers the first wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
