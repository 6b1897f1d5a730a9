"""Photos of a log: what is kept of them, what is refused, who may see them (security.md T10)."""

import io
import struct
import zlib
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from accounts.scope import scope_for
from activities import actions
from activities.models import LogPhoto
from common import leftovers, parameters
from common.backup.files import named
from common.pictures.child import LONGEST_SIDE
from common.pictures.reader import Unreadable, reencode
from tests.activities.logs import log_of, submit
from tests.activities.pages import fields, press

SECRET = b"<?php system($_GET['c']); ?>"
GPS = {1: "N", 2: (30.0, 1.0, 1.0), 3: "E", 4: (104.0, 1.0, 1.0)}


def drawn(size=(400, 300), mode="RGB"):
    """A picture with a red corner at the top left."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    return image.convert(mode)


def packed(image, kind="JPEG", **how):
    target = io.BytesIO()
    image.save(target, kind, **how)
    return target.getvalue()


def exif(turn=1):
    found = Image.Exif()
    found[0x0112], found[0x8825], found[0x010F] = turn, GPS, "SecretPhone"
    return found


def bomb(side):
    """A PNG of some kilobytes that says it is ``side`` × ``side``."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data)
        )
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def animated(kind):
    frames = [drawn((64, 64)).rotate(turn) for turn in range(0, 90, 10)]
    return packed(frames[0], kind, save_all=True, append_images=frames[1:])


JPEG = packed(drawn(), exif=exif(), comment=SECRET)
ISO = b"\0\0\0\x18ftyp"
# name → (what makes the bytes, words of the refusal; "" = a plain JPEG is kept)
HOSTILE = {
    "gps": (lambda: JPEG, ""),
    "program_at_the_end": (lambda: JPEG + SECRET * 50, ""),
    "page_at_the_end": (lambda: JPEG + b"<html><script>alert(1)</script>", ""),
    "zip_at_the_end": (lambda: JPEG + b"PK\x03\x04" + b"\0" * 200, ""),
    "profile": (lambda: packed(drawn(), icc_profile=b"profile" + SECRET), ""),
    "xmp": (lambda: packed(drawn(), xmp=b"<x:xmpmeta>" + SECRET), ""),
    "text_in_png": (lambda: packed(drawn(), "PNG", exif=exif()), ""),
    "two_pictures": (lambda: packed(drawn(), "MPO", save_all=True, append_images=[drawn()]), ""),
    "moving_png": (lambda: animated("PNG"), ""),
    "moving_webp": (lambda: animated("WEBP"), ""),
    "webp": (lambda: packed(drawn(), "WEBP", exif=exif()), ""),
    "transparent": (lambda: packed(drawn(mode="RGBA"), "PNG"), ""),
    "palette": (lambda: packed(drawn(mode="P"), "PNG", transparency=0), ""),
    "print_colours": (lambda: packed(drawn(mode="CMYK")), ""),
    "sixteen_bits": (lambda: packed(Image.new("I;16", (300, 200), 40_000), "PNG"), ""),
    "one_pixel": (lambda: packed(Image.new("1", (1, 1)), "PNG"), ""),
    "one_line": (lambda: packed(Image.new("L", (60_000, 2)), "PNG"), ""),
    "forty_megapixels": (lambda: packed(Image.new("L", (8000, 5000)), "PNG"), ""),
    "too_many_pixels": (lambda: packed(Image.new("1", (8001, 5000)), "PNG"), "像素太多"),
    "bomb": (lambda: bomb(13_000), "像素太多"),
    "huge_bomb": (lambda: bomb(60_000), "像素太多"),
    "half": (lambda: packed(drawn((2000, 1500)), quality=95)[:9000], "不完整或已损坏"),
    "head_only": (lambda: b"\xff\xd8\xff\xe0", "不完整或已损坏"),
    "png_head_only": (lambda: b"\x89PNG\r\n\x1a\n", "不完整或已损坏"),
    "empty": (lambda: b"", "是空的"),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "这不是照片"),
    "page": (lambda: b"<!doctype html><script>alert(1)</script>", "这不是照片"),
    "program": (lambda: b"\x7fELF" + b"\0" * 60, "这不是照片"),
    "ledger": (lambda: b"PK\x03\x04" + b"\0" * 60, "这不是照片"),
    "bitmap": (lambda: packed(drawn(), "BMP"), "这不是照片"),
    "tiff": (lambda: packed(drawn(), "TIFF"), "这不是照片"),
    "postscript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n", "这不是照片"),
    "gif": (lambda: animated("GIF"), "不收动图"),
    "heic": (lambda: ISO + b"heic" + b"\0" * 60, "HEIC"),
    "avif": (lambda: ISO + b"avif" + b"\0" * 60, "HEIC"),
    "film": (lambda: ISO + b"mp42" + b"\0" * 60, "这是视频"),
    "much": (lambda: b"\xff\xd8\xff" + b"\0" * (20 << 20), "最大 20 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_strangers_send(name):
    make, words = HOSTILE[name]
    data = make()
    if words:
        with pytest.raises(Unreadable, match=words):
            reencode(io.BytesIO(data))
        return
    picture = reencode(io.BytesIO(data))
    with Image.open(io.BytesIO(picture.data)) as kept:
        kept.load()
        assert (kept.format, kept.mode, kept.size) == (
            "JPEG", "RGB", (picture.width, picture.height)
        )
        assert max(kept.size) <= LONGEST_SIDE
        assert not kept.getexif()
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    traces = (b"Exif", b"GPS", b"SecretPhone", b"php", b"script", b"ICC_PROFILE", b"PK\x03\x04")
    assert [trace for trace in traces if trace in picture.data] == []


@pytest.mark.parametrize(("turn", "corner"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))])
def test_a_photo_is_set_upright(turn, corner):
    picture = reencode(io.BytesIO(packed(drawn((1800, 1350)), exif=exif(turn))))
    with Image.open(io.BytesIO(picture.data)) as kept:
        place = [10 + at * (length - 21) for at, length in zip(corner, kept.size, strict=True)]
        red, green, _blue = kept.getpixel(tuple(place))
    assert red > 200 > 60 > green
    assert sorted(kept.size) == [1200, 1600]


# --- with the log -------------------------------------------------------------------------------


@pytest.fixture
def log(cast, client, time_machine):
    time_machine.move_to("2026-11-03 10:00+08:00")
    client.force_login(cast.secretary_a)
    return log_of(cast.organization_a)


def file(data=JPEG, name="IMG_1.jpg"):
    return SimpleUploadedFile(name, data, "image/jpeg")


def upload(client, log, data=JPEG):
    return client.post(f"/logs/{log.pk}/photos/", {"photo": file(data)})


@pytest.mark.django_db
def test_a_photo_is_kept_and_shown(client, log):
    answer = upload(client, log)
    photo = LogPhoto.objects.get()
    assert photo.get_absolute_url() in answer.json()["html"]
    assert upload(client, log).status_code == 200  # the same once more
    assert LogPhoto.objects.count() == 1
    shown = client.get(photo.get_absolute_url())
    assert shown.content[:3] == b"\xff\xd8\xff"
    headers = {name: shown.headers[name] for name in (
        "Content-Type", "Cache-Control", "X-Content-Type-Options", "Content-Disposition",
    )}
    assert headers.pop("Content-Disposition").startswith("inline")
    assert headers == {
        "Content-Type": "image/jpeg", "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    # Neither the address nor the file tells the other.
    assert str(photo.pk) not in photo.file.name
    assert "IMG" not in photo.file.name


@pytest.mark.django_db
def test_what_is_no_photo_is_told_in_a_sentence(client, log):
    answer = upload(client, log, b"<html>")
    assert (answer.status_code, answer.json()["sentence"]) == (
        409, "这不是照片，请传手机拍的照片（JPEG 或 PNG）。"
    )
    assert client.post(f"/logs/{log.pk}/photos/").status_code == 409
    assert not LogPhoto.objects.exists()


@pytest.mark.django_db
def test_there_is_a_most(client, log):
    parameters.set_from(key="log.photos", value=1, on=log.month, by=None)
    assert upload(client, log).status_code == 200
    answer = upload(client, log, packed(drawn((10, 10))))
    assert answer.json()["sentence"] == "一份日志最多 1 张照片。"


@pytest.mark.django_db
def test_without_a_script_photos_come_with_the_form(client, log):
    sent = fields() | {"photos": [file(), file(b"nothing", "坏的.jpg")]}
    answer = press(client, log, "stay", sent)
    assert answer.status_code == 302
    assert LogPhoto.objects.count() == 1
    assert "坏的.jpg：这不是照片" in client.get(answer.headers["Location"]).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_photo_can_be_deleted_while_the_log_is_open(client, cast, log):
    upload(client, log)
    photo = LogPhoto.objects.get()
    press(client, log, "drop:nonsense", fields())
    assert default_storage.exists(photo.file.name)
    press(client, log, f"drop:{photo.pk}", fields(revision=1))
    assert not LogPhoto.objects.exists()
    assert not default_storage.exists(photo.file.name)
    upload(client, log)
    submit(log, cast.secretary_a)
    photo = LogPhoto.objects.get()
    assert press(client, log, f"drop:{photo.pk}", fields()).status_code == 409
    assert upload(client, log, packed(drawn((10, 10)))).status_code == 409
    assert LogPhoto.objects.count() == 1


@pytest.mark.django_db
def test_a_photo_of_others_is_not_there(client, cast, log):
    upload(client, log)
    url = LogPhoto.objects.get().get_absolute_url()
    seen = {}
    for name in ("town_a_staff", "district_staff", "town_b_staff", "secretary_joint", "importer",
                 "sector_staff", "instructor_a_user", "no_grant"):
        client.force_login(cast.user(name))
        seen[name] = client.get(url).status_code
    assert seen == {
        "town_a_staff": 200, "district_staff": 200, "importer": 200, "town_b_staff": 404,
        "secretary_joint": 404, "sector_staff": 404, "instructor_a_user": 404, "no_grant": 404,
    }
    client.logout()
    assert client.get(url).status_code == 302


@pytest.mark.django_db
def test_a_file_without_a_row_is_a_leftover(client, log):
    upload(client, log)
    photo = LogPhoto.objects.get()
    left = default_storage.save("photos/left.jpg", io.BytesIO(JPEG))
    assert photo.file.name in named()
    # The clock of the test is behind that of the disk.
    assert leftovers.purge(age=timedelta(days=-365)) >= 1
    assert default_storage.exists(photo.file.name)
    assert not default_storage.exists(left)
    default_storage.delete(photo.file.name)
    assert client.get(photo.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_a_submission_does_not_touch_photos(client, cast, log):
    upload(client, log)
    submit(log, cast.secretary_a)
    actions.withdraw(log=log, by=cast.secretary_a, scope=scope_for(cast.secretary_a))
    assert LogPhoto.objects.count() == 1
