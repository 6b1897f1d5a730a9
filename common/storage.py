"""The storage of uploads and reports: a file is there whole, under its name and on the disk, before
a row can name it; or it is not there at all."""

import os
import uuid
from contextlib import suppress
from typing import IO, Any

from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Writes under a passing name first. A full disk leaves nothing behind; a power cut leaves no
    short file, because file and folder are on the disk when ``save`` returns. What a killed
    process leaves has a name that no row knows: see common/leftovers.py."""

    def _save(self, name: str, content: IO[Any]) -> str:
        passing = f"{name}.{uuid.uuid4().hex}.part"
        try:
            super()._save(passing, content)
            _flush(self.path(passing))
            return self._named(passing, name)
        finally:
            with suppress(FileNotFoundError):
                os.remove(self.path(passing))

    def _named(self, passing: str, name: str) -> str:
        """Give the file its name, or one like it when that is taken; never in place of another."""
        while True:
            try:
                os.link(self.path(passing), self.path(name))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                _flush(os.path.dirname(self.path(name)))
                return name


def _flush(path: str) -> None:
    """Have a file, or the entries of a folder, written to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
