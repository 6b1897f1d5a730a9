"""Evidence: pictures are made anew, PDFs looked through, records linked; one piece counts for many
criteria and is served safely."""

import io
import zlib
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from activities.models import Activity
from common.documents.reader import Unreadable, harmless
from evaluations.models import Evidence
from tests.evaluations.cycles import opened, page_of, said

PLAIN = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /OpenAction [3 0 R /Fit] >>\nendobj\n"
    b"trailer << /Root 1 0 R >>\n%%EOF\n"
)


def with_objects(inside: bytes, names: bytes = b"/Type /ObjStm /Filter /FlateDecode") -> bytes:
    """A PDF whose objects are packed."""
    packed = zlib.compress(inside)
    return (
        b"%PDF-1.7\n5 0 obj\n<< " + names + b" >>\nstream\n" + packed
        + b"\nendstream\nendobj\n%%EOF\n"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PLAIN, None),
        (with_objects(b"1 0 << /Type /Page >>"), None),
        # A picture's bytes may look like anything.
        (with_objects(b"/JavaScript", b"/Type /XObject /Filter /FlateDecode"), None),
        (PLAIN.replace(b"/OpenAction [3 0 R /Fit]", b"/OpenAction << /S /JavaScript >>"), "脚本"),
        (PLAIN.replace(b"[3 0 R /Fit]", b"<< /S /GoTo >> /Names << /EmbeddedFiles 9 0 R >>"),
         "附件"),
        (PLAIN.replace(b"/Type", b"/J#53 (app) /Type"), "脚本"),
        (with_objects(b"1 0 << /S /Launch /F (x) >>"), "自动动作"),
        (PLAIN.replace(b"trailer <<", b"trailer << /Encrypt 7 0 R"), "密码"),
        (PLAIN[:60], "不完整"),
        (with_objects(b"x").replace(b"endstream", b""), "不完整"),
        (b"MZ" + PLAIN[5:], "不是 PDF"),
    ],
)
def test_a_pdf_that_acts_on_its_own_is_refused(content, words):
    if words is None:
        assert harmless(io.BytesIO(content)) == content
        return
    with pytest.raises(Unreadable, match=words):
        harmless(io.BytesIO(content))


def picture(**exif):
    target = io.BytesIO()
    image = Image.new("RGB", (64, 48), "red")
    tags = image.getexif()
    tags[0x010E] = "拍摄地点"
    image.save(target, "JPEG", exif=tags)
    return SimpleUploadedFile("会议.jpg", target.getvalue())


@pytest.fixture
def review(cast, client, time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")
    client.force_login(cast.secretary_a)
    return opened(cast).reviews.get(organization=cast.organization_a)


def attach(client, review, **values):
    url = reverse("evaluations:review_evidence", args=[review.pk])
    return client.post(url, values)


@pytest.mark.django_db
def test_one_picture_counts_for_many_criteria(cast, client, review):
    attach(client, review, verb="file", file=picture(), title="换届批复", numbers="3、14")
    attach(client, review, verb="file", file=picture(), title="再传一次", numbers="20")
    [piece] = Evidence.objects.all()
    numbers = piece.criteria.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [3, 14, 20]
    lines = client.get(page_of(review)).context["sheet"].lines
    assert [one.criterion.number for one in lines if one.pieces] == [3, 14, 20]
    answer = client.get(piece.get_absolute_url())
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "拍摄地点".encode() not in answer.content
    assert Image.open(io.BytesIO(answer.content)).size == (64, 48)
    client.force_login(cast.secretary_joint)
    assert client.get(piece.get_absolute_url()).status_code == 404


@pytest.mark.django_db
def test_a_pdf_is_a_download_that_may_do_nothing(cast, client, review):
    file = SimpleUploadedFile("协议.pdf", PLAIN)
    attach(client, review, verb="file", file=file, title="联合协议", numbers="3")
    piece = Evidence.objects.get()
    answer = client.get(piece.get_absolute_url())
    assert answer.content == PLAIN
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    bad = SimpleUploadedFile("x.pdf", PLAIN.replace(b"/Fit]", b"/Fit] /AA 1 0 R"))
    answer = attach(client, review, verb="file", file=bad, title="x", numbers="3")
    assert "打印成 PDF" in said(client, answer)[-1]
    html = SimpleUploadedFile("x.html", b"<script>1</script>" * 9)
    answer = attach(client, review, verb="file", file=html, title="x", numbers="3")
    assert Evidence.objects.count() == 1


@pytest.mark.django_db
def test_records_of_the_portal_are_evidence_by_link(cast, client, review):
    mine, foreign = (
        Activity.objects.create(
            organization=one, types=["lecture"], topic="专题党课", held_on=date(2026, 6, 1)
        )
        for one in (cast.organization_a, cast.organization_b)
    )
    table = Activity._meta.db_table
    answer = attach(
        client, review, verb="records", record=f"{table}:{foreign.pk}", numbers="43"
    )
    assert said(client, answer) == ["请先勾选记录。"]
    attach(client, review, verb="records", record=f"{table}:{mine.pk}", numbers="43")
    attach(client, review, verb="records", record=f"{table}:{mine.pk}", numbers="44")
    piece = Evidence.objects.get()
    assert (piece.row, piece.criteria.count()) == (mine.pk, 2)
    assert mine.get_absolute_url() in client.get(page_of(review)).content.decode()
    attach(client, review, verb=f"change:{piece.pk}", title="党课", numbers="44")
    assert list(piece.criteria.values_list("number", flat=True)) == [44]
    answer = attach(client, review, verb=f"change:{piece.pk}", title="党课", numbers="999")
    assert said(client, answer)[-1] == "没有第 999 项指标。"
    attach(client, review, verb=f"remove:{piece.pk}", title="党课", numbers="")
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_who_has_no_turn_adds_nothing(cast, client, review):
    client.force_login(cast.town_a_staff)
    answer = attach(client, review, verb="file", file=picture(), title="x", numbers="3")
    assert answer.status_code == 403
    assert not Evidence.objects.exists()
