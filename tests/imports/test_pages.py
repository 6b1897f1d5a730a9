"""The import in the browser: from the upload to the receipt and back, as the pages show it."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from common.models import BatchState, ImportBatch, ReadEntry
from enterprises.models import Entity
from organizations.models import PartyOrganization
from tests.browser_checks import check_both, complaints_of, sign_in
from tests.counting import queries_of
from tests.ledgers import desk
from tests.ledgers.desk import CODES

NEW = desk.entity("新来的厂", CODES[0], 所属镇街="甲镇")
HEADERS = [*NEW, "领导批示"]


@pytest.fixture
def importer(cast, client):
    client.force_login(cast.importer)
    return client


@pytest.fixture
def job_done(django_capture_on_commit_callbacks):
    """Inside ``with``, what a page asks of the worker is done at its end."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def rows_of(cast):
    """A new entity, a changed one, a bad one, and one of another town."""
    Entity.objects.filter(pk=cast.entity_a.pk).update(uscc=CODES[1])
    return [
        NEW,
        desk.entity(cast.entity_a.name, CODES[1], 所属镇街="甲镇", 从业人员数=321),
        desk.entity("写错的厂", "91990101MA00TE5T2X", 所属镇街="甲镇"),
        desk.entity("邻街的厂", 所属镇街="乙街道"),
    ]


def upload(client, rows, *, kind="enterprises", headers=(), **answers):
    """POST the upload form; the response."""
    content = desk.workbook(rows, headers).getvalue()
    data = {"kind": kind, "effective_on": "2026-06-30", "is_correction": ""} | answers
    data["file"] = SimpleUploadedFile("六月台账.xlsx", content)
    return client.post(reverse("imports:batch_create"), data)


def checked(client, job_done, rows, **answers):
    """Upload and check; the batch."""
    with job_done():
        response = upload(client, rows, **answers)
    assert response.status_code == 302, response.context["form"].errors
    batch = ImportBatch.objects.get()
    assert response.url == batch.get_absolute_url()
    assert batch.state == BatchState.CHECKED, batch.message
    return batch


def url(batch, verb):
    return reverse(f"imports:batch_{verb}", args=[batch.pk])


def confirm(client, batch):
    """Press 入库 on the page as it is now; the page that follows."""
    seen = client.get(batch.get_absolute_url()).context["version"]
    return client.post(url(batch, "apply"), {"seen": seen}, follow=True)


def said(response) -> str:
    return " ".join(response.content.decode().split())


# --- Upload -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_upload_without_its_answers_is_asked_again(importer):
    response = importer.post(reverse("imports:batch_create"), {"effective_on": "2026-06-30"})

    assert response.status_code == 200
    assert response.context["form"].errors["file"] == ["请选择文件。"]
    assert "kind" in response.context["form"].errors
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["1066-10-14", "2099-01-01", "昨天"])
def test_a_day_that_cannot_be_is_refused(cast, importer, day):
    response = upload(importer, [NEW], effective_on=day)

    assert "effective_on" in response.context["form"].errors
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db
def test_nobody_uploads_a_ledger_beyond_the_own_rights(cast, client):
    client.force_login(cast.town_a_staff)

    response = upload(client, desk.AREAS, kind="areas")

    assert "kind" in response.context["form"].errors
    assert not ImportBatch.objects.exists()


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_says_so_in_one_sentence(importer, job_done):
    with job_done():
        response = importer.post(reverse("imports:batch_create"), {
            "kind": "enterprises", "effective_on": "2026-06-30",
            "file": SimpleUploadedFile("台账.xlsx", b"PK\x03\x04 no workbook"),
        })

    batch = ImportBatch.objects.get()
    assert batch.state == BatchState.FAILED
    page = said(importer.get(response.url))
    assert batch.message
    assert page.count(batch.message) == 1


# --- Check page ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_row_stands_under_its_tab(cast, client, job_done):
    client.force_login(cast.town_a_staff)
    batch = checked(client, job_done, rows_of(cast))

    found = {}
    for tab in ("new", "update", "error", "out_of_scope"):
        page = client.get(batch.get_absolute_url(), {"tab": tab}).context["page"]
        found[tab] = [row.label for row in page.rows]

    assert found == {
        "new": ["新来的厂"], "update": [cast.entity_a.name], "error": ["写错的厂"],
        "out_of_scope": ["邻街的厂"],
    }
    assert not Entity.objects.filter(name="新来的厂").exists()


@pytest.mark.django_db
def test_a_difference_shows_the_old_and_the_new_value(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast))

    page = importer.get(batch.get_absolute_url(), {"tab": "update", "column": "从业人员数"})

    (row,) = page.context["page"].rows
    lines = {line.column: (line.value, line.text) for line in row.lines}
    old = Entity.objects.at(batch.effective_on).values_list("state__employees", flat=True)
    assert lines["从业人员数"] == (str(old.get(pk=cast.entity_a.pk) or ""), "321")


@pytest.mark.django_db
def test_what_the_file_does_not_name_stays(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast))

    page = importer.get(batch.get_absolute_url(), {"tab": "absent"})

    names = {row.label for row in page.context["page"].rows}
    assert cast.entity_free.name in names
    assert cast.entity_a.name not in names
    assert "不会注销" in said(page)


@pytest.mark.django_db
def test_rows_held_back_and_columns_left_out_must_be_answered(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast), headers=HEADERS)

    refused = confirm(importer, batch)
    assert "领导批示" in said(refused)
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED

    choose = url(batch, "choose")
    importer.post(choose, {"asks_columns": "1", "ignored_acknowledged": "1"})
    confirm(importer, batch)
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED

    importer.post(choose, {"asks_rows": "1", "valid_rows_only": "1"})
    with job_done():
        confirm(importer, batch)
    batch.refresh_from_db()
    assert batch.state == BatchState.APPLIED
    assert Entity.objects.filter(name__in=["新来的厂", "写错的厂"]).count() == 1


@pytest.mark.django_db
def test_an_answer_taken_back_holds_the_import_again(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast))
    choose = url(batch, "choose")
    importer.post(choose, {"asks_rows": "1", "valid_rows_only": "1"})
    importer.post(choose, {"asks_rows": "1", "valid_rows_only": ""})

    confirm(importer, batch)

    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


@pytest.mark.django_db
def test_problem_rows_come_back_ready_to_be_mended(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast))

    response = importer.get(url(batch, "problems"))

    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    header, *rows = sheet.iter_rows(values_only=True)
    names = [name.strip("★") for name in header]
    table = [dict(zip(names, row, strict=True)) for row in rows]
    assert [row["名称"] for row in table] == ["写错的厂"]
    assert table[0]["原因"]
    assert ReadEntry.objects.filter(actor=cast.importer.pk, action="export").count() == 1


@pytest.mark.django_db
def test_another_meaning_is_another_check(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast)[:2])
    stale = importer.get(batch.get_absolute_url()).context["version"]

    with job_done():
        importer.post(url(batch, "check"), {
            "effective_on": "2026-05-31", "is_correction": "1", "empty_clears": "",
        })

    batch.refresh_from_db()
    assert (batch.state, batch.is_correction) == (BatchState.CHECKED, True)
    assert str(batch.effective_on) == "2026-05-31"
    refused = importer.post(url(batch, "apply"), {"seen": stale}, follow=True)
    assert "重新检查过" in said(refused)
    assert not Entity.objects.filter(name="新来的厂").exists()


@pytest.mark.django_db
def test_reported_numbers_are_compared(cast, importer, job_done):
    rows = [desk.organization(cast.organization_a.name, 所属镇街="甲镇")]
    batch = checked(importer, job_done, rows, kind="organizations")
    standing = PartyOrganization.objects.count()
    (total, *_) = importer.get(batch.get_absolute_url()).context["totals"]

    importer.post(url(batch, "totals"), {total.key: f"{standing + 2}"})
    wrong = importer.post(url(batch, "totals"), {total.key: "许多"}, follow=True)

    assert "要填整数" in said(wrong)
    importer.post(url(batch, "totals"), {total.key: f"{standing + 2}"})
    (total, *_) = importer.get(batch.get_absolute_url()).context["totals"]
    assert (total.stated, total.standing, total.difference) == (standing + 2, standing, -2)


# --- Apply, receipt, undo -----------------------------------------------------------------------


@pytest.mark.django_db
def test_from_upload_to_receipt_and_back(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast)[:2])
    with job_done():
        confirm(importer, batch)

    receipt = said(importer.get(batch.get_absolute_url()))
    assert "已入库：" in receipt
    assert Entity.objects.filter(name="新来的厂").exists()
    new = importer.get(url(batch, "rows"), {"tab": "new"})
    assert [row.label for row in new.context["page"].rows] == ["新来的厂"]

    preview = importer.get(url(batch, "undo"))
    assert preview.context["preview"]
    with job_done():
        importer.post(url(batch, "undo"))
    assert "已撤销：" in said(importer.get(batch.get_absolute_url()))
    assert not Entity.objects.filter(name="新来的厂").exists()


@pytest.mark.django_db
def test_a_second_press_changes_nothing_and_says_why(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast)[:2])
    seen = importer.get(batch.get_absolute_url()).context["version"]
    with job_done():
        importer.post(url(batch, "apply"), {"seen": seen})

    again = importer.post(url(batch, "apply"), {"seen": seen}, follow=True)

    assert again.status_code == 200
    assert again.context["messages"]
    assert Entity.objects.filter(name="新来的厂").count() == 1


@pytest.mark.django_db
def test_a_batch_given_up_leaves_nothing(cast, importer, job_done):
    batch = checked(importer, job_done, rows_of(cast))

    importer.post(url(batch, "discard"))

    batch.refresh_from_db()
    assert batch.state == BatchState.DISCARDED
    assert not batch.rows.exists()
    assert not batch.file


@pytest.mark.django_db
def test_a_page_of_rows_takes_as_many_queries_for_many_as_for_few(cast, importer, job_done):
    few = checked(importer, job_done, rows_of(cast))
    number = queries_of(importer, few.get_absolute_url())
    few.delete()
    many = checked(
        importer, job_done,
        [*rows_of(cast), *(desk.entity(f"厂{at}", 所属镇街="甲镇") for at in range(60))],
    )

    assert queries_of(importer, many.get_absolute_url()) == number


# --- In a browser -------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("worker")
def test_an_importer_brings_a_ledger_in(page, live_server, cast, tmp_path):
    complaints = complaints_of(page, live_server)
    file = tmp_path / "六月台账.xlsx"
    file.write_bytes(desk.workbook(rows_of(cast), HEADERS).getvalue())
    sign_in(page, live_server, cast.importer)

    page.goto(f"{live_server.url}{reverse('imports:batch_create')}")
    check_both(page)
    page.check("input[name=kind][value=enterprises]")
    page.set_input_files("input[type=file]", file)
    page.click("main button:has-text('上传并检查')")
    page.wait_for_selector("text=写错的厂")  # comes by itself when the worker has checked
    check_both(page)
    page.check("#ignored")
    page.wait_for_selector("#ignored[checked]")  # the answer of the server
    page.check("text=先入正确的行")
    page.click(".sticky button.btn-primary:not([disabled])")
    page.wait_for_selector("text=已入库：")
    check_both(page)

    assert complaints == []
    assert Entity.objects.filter(name="新来的厂").count() == 1
