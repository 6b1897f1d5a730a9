"""Files are there whole or not at all, and what no row names goes."""

import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from common import leftovers
from common.models import ImportBatch


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


class Breaking(File):
    """Content that ends in the middle, as on a full disk."""

    def __init__(self):
        super().__init__(None, name="breaking")

    def chunks(self, chunk_size=None):
        yield b"half"
        raise OSError(28, "No space left on device")


def test_a_file_that_cannot_be_written_whole_is_not_there(files):
    with pytest.raises(OSError, match="No space"):
        default_storage.save("imports/a.bin", Breaking())
    assert os.listdir(files / "imports") == []


def test_files_of_the_same_name_do_not_touch_each_other(files):
    names = {default_storage.save("imports/a.bin", ContentFile(text)) for text in (b"1", b"2")}
    assert {(files / name).read_bytes() for name in names} == {b"1", b"2"}
    assert sorted(f"imports/{name}" for name in os.listdir(files / "imports")) == sorted(names)


def test_a_name_that_is_taken_meanwhile_is_left_alone(files):
    default_storage.save("imports/a.bin", ContentFile(b"1"))
    name = default_storage._save("imports/a.bin", ContentFile(b"2"))  # nobody had seen the first
    assert name != "imports/a.bin"
    assert (files / "imports/a.bin").read_bytes() == b"1"
    assert (files / name).read_bytes() == b"2"


@pytest.mark.django_db
def test_old_files_that_no_row_names_go(files):
    batch = ImportBatch(number="1", kind="areas", effective_on="2026-06-30", sha256="", file_size=1)
    batch.file.save("kept.bin", ContentFile(b"1"))
    for name in ("imports/lost.bin", "imports/lost.bin.0a.part", "reports/lost.pdf", "other.txt"):
        default_storage.save(name, ContentFile(b"1"))
    default_storage.save("imports/young.bin", ContentFile(b"1"))
    for path in files.rglob("*"):
        if path.name != "young.bin":
            os.utime(path, (0, 0))

    assert leftovers.purge() == 3
    left = {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}
    assert left == {batch.file.name, "imports/young.bin", "other.txt"}


@pytest.mark.django_db
def test_without_files_nothing_is_purged(files):
    assert leftovers.purge(age=timedelta(0)) == 0
