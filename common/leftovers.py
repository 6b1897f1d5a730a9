"""Files that no row names: what a process leaves that was killed between file and commit."""

from collections.abc import Iterator
from datetime import timedelta

from django.apps import apps
from django.core.files.storage import Storage
from django.db import models
from django.utils import timezone

from common.backup.files import named

# Far longer than any transaction: a younger file may belong to one that is not committed yet.
AGE = timedelta(days=1)


def purge(*, age: timedelta = AGE) -> int:
    """Delete the files older than ``age`` that no row names, in the folders of file fields; their
    number."""
    limit, count = timezone.now() - age, 0
    for storage, folder in _folders():
        found = [f"{folder}{name}" for name in _listed(storage, folder)]
        old = {name for name in found if storage.get_modified_time(name) <= limit}
        # Asked after the files were listed: a row that is written in between is seen.
        for name in old.difference(named()):
            storage.delete(name)
            count += 1
    return count


def _folders() -> Iterator[tuple[Storage, str]]:
    """(storage, folder) of every field that keeps files, each once."""
    found = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                found.add((field.storage, str(field.upload_to)))
    yield from found


def _listed(storage: Storage, folder: str) -> list[str]:
    try:
        return storage.listdir(folder)[1]
    except FileNotFoundError:  # no file has been kept yet
        return []
