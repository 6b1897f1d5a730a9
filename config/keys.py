"""Keys of the installation: from the environment, else from files of mode 600 in the state folder.

They lie outside the database and its backups, so that a stolen dump shows no identity numbers.
"""

import base64
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 48


def read_key(name: str, *, folder: Path, create: bool) -> str:
    """Return the key `name` as text (base64 of 48 bytes unless set by hand).

    `create` writes a new file when neither the variable nor the file is there; without it that is
    an error, because a fresh key beside an existing database could read none of its identities.
    """
    if value := os.environ.get(name):
        return value
    path = folder / name.lower()
    if not path.exists():
        if not create:
            raise ImproperlyConfigured(f"{name} 未设置，且密钥文件 {path} 不存在。")
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
