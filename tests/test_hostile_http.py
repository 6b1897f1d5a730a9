"""Requests that no browser sends: sizes, doubled parameters, other hosts and methods, steps out
of turn, sessions that have ended. Items 61 to 80 of the list of hostile inputs stand here and in:

61, 62, 64-67  tests/test_hostile_requests.py, tests/test_permissions.py (foreign rows, fields)
68             also tests/accounts/test_login.py (where signing in leads)
70-72          also tests/imports/test_flow.py, test_pages.py, tests/common/test_frame.py (versions)
75             also tests/test_permissions.py (PUT and DELETE)
78             tests/test_injection.py (what is printed opens no file)
80             also tests/common/test_exports.py (an export asked for before a right was lost)

The portal takes no pictures (73: they are files of the wrong kind) and has no tickets (79).
"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Grant, User
from common import parameters
from common.models import BatchState, ImportBatch, ImportRow, ReadEntry
from common.trace import latest_mark
from enterprises.models import Entity
from tests.common.people import PASSWORD, make_user
from tests.ledgers import desk
from tests.ledgers.desk import load
from tests.together import together

pytestmark = pytest.mark.django_db
NEW = "/imports/new/"


@pytest.fixture
def town(cast):
    """Staff of 甲镇."""
    client = Client(raise_request_exception=False)
    client.force_login(cast.town_a_staff)
    return client


def upload_of(content: bytes = b"", name: str = "台账.xlsx", **answers):
    """What the upload form sends."""
    content = content or desk.workbook([desk.entity("甲店")]).getvalue()
    sent = {"kind": "enterprises", "effective_on": "2026-06-30", "is_correction": ""}
    return sent | {"file": SimpleUploadedFile(name, content)} | answers


# --- 63: sizes --------------------------------------------------------------------------------


def test_too_many_fields_are_400(town):
    assert town.post(NEW, {f"f{number}": "x" for number in range(1001)}).status_code == 400


def test_too_many_files_are_400(town):
    files = {f"file{number}": io.BytesIO(b"x") for number in range(101)}
    assert town.post(NEW, files).status_code == 400
    assert not ImportBatch.objects.exists()


def test_a_form_of_megabytes_is_400(town):
    assert town.post(NEW, {"reason": "x" * 3_000_000}).status_code == 400


def test_a_file_above_the_limit_is_a_sentence(town, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
    page = town.post(NEW, upload_of(bytes(31 << 20))).content.decode()
    assert "文件有 31.0 MB，超过 30 MB，请分成几个文件上传。" in page
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("megabytes", [50, 5000])
@pytest.mark.parametrize("url", [NEW, "/login/", "/nowhere/"])
def test_a_body_far_above_the_limit_is_refused_unread(client, url, megabytes):
    """By what it says of its length, by whomever it is sent: reading any of it would fail here."""
    answer = client.generic("POST", url, CONTENT_LENGTH=str(megabytes << 20),
                            content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "一次上传不超过 30 MB" in answer.content.decode()


@pytest.mark.parametrize("length", ["0", "5", "-1", "x", "", "１", "9" * 30])
def test_a_wrong_length_is_no_error(town, length):
    answer = town.generic(
        "POST", NEW, b"kind=enterprises&file=x", CONTENT_LENGTH=length,
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code in {200, 400, 413}


# --- 64, 68, 69: doubled parameters, ways out, other hosts --------------------------------------


def test_doubled_parameters_and_connectors_are_a_page(town):
    for query in ("status=normal&status=closed", "town=a&town=b", "q=a&q=b&_connector=OR",
                  "page=1&page=x", "kind[]=market&kind[0]=x", "q=a;q=b", "=&=&&"):
        assert town.get(f"/entities/?{query}").status_code in (200, 404), query


@pytest.mark.parametrize("target", [
    "//evil.example", "\\\\evil.example", "/\\evil.example", "javascript:alert(1)",
    "https:evil.example", "http:///evil.example", "\thttps://evil.example", "/%09/x\r\nA: b",
])
def test_no_way_leads_out(client, target):
    make_user("zhoumin")
    answer = client.post(
        "/login/", {"username": "zhoumin", "password": PASSWORD, "next": target}
    )
    assert answer.status_code == 302
    assert answer.url.startswith("/")
    assert not answer.url.startswith(("//", "/\\"))
    assert "\n" not in answer.url


@pytest.mark.parametrize("host", ["evil.example", "localhost:80:80", "", "a b", "[::1"])
def test_another_host_is_400(client, host):
    client.raise_request_exception = False
    answer = client.get("/login/", headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.content.decode()


def test_forwarded_headers_name_neither_host_nor_scheme(town):
    forged = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "99",
        "Forwarded": "host=evil.example", "X-Original-URL": "/me/", "X-Rewrite-URL": "/me/",
    }
    answer = town.get("/entities/", headers=forged)
    assert answer.status_code == 200
    assert "evil.example" not in answer.content.decode()
    assert not answer.wsgi_request.is_secure()


def test_a_forged_address_does_not_escape_the_lock(client):
    make_user("zhoumin")
    codes = [
        client.post(
            "/login/", {"username": "zhoumin", "password": "no"},
            headers={"X-Forwarded-For": f"10.0.0.{number}", "X-Real-IP": f"10.0.1.{number}"},
        ).status_code
        for number in range(parameters.value("login.failure_limit") + 1)
    ]
    assert codes[-2:] == [429, 429]


# --- 70, 72: steps out of turn ------------------------------------------------------------------


def verb(batch, name):
    return reverse(f"imports:batch_{name}", args=[batch.pk])


@pytest.mark.parametrize("state", BatchState.values)
def test_a_step_out_of_turn_changes_nothing(cast, client, state):
    """Every verb on a batch in every state that does not lead there: replayed confirmations, an
    undo before the import, a choice after it."""
    client.force_login(cast.importer)
    batch = load("enterprises", [desk.entity("甲店")], user=cast.importer, check_only=True)
    ImportBatch.objects.filter(pk=batch.pk).update(state=state)
    allowed = {
        "apply": {BatchState.CHECKED}, "undo": {BatchState.APPLIED},
        "choose": {BatchState.CHECKED}, "totals": {BatchState.CHECKED},
        "check": {BatchState.CHECKED, BatchState.UPLOADED},
        "discard": {BatchState.CHECKED, BatchState.UPLOADED, BatchState.FAILED},
    }
    sent = {"effective_on": "2026-06-30", "asks_rows": "1", "valid_rows_only": "1"}
    for name, states in allowed.items():
        if state in states:
            continue
        mark, rows = latest_mark(), ImportRow.objects.count()
        answer = client.post(verb(batch, name), sent)
        assert answer.status_code in (200, 302, 409), name
        batch.refresh_from_db()
        assert (batch.state, batch.valid_rows_only) == (state, False), name
        assert (latest_mark(), ImportRow.objects.count()) == (mark, rows), name


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_makes_one_record(cast):
    """A double click on 登记."""

    def signed_in():
        client = Client()
        client.force_login(User.objects.get(pk=cast.district_staff.pk))
        return client

    def press(client):
        sent = {
            "entity_kind": "小微企业", "name": "新来的厂", "uscc": desk.CODES[1], "town": "甲镇",
            "address": "一号", "industry": "制造业", "employees": "12", "status": "正常",
            "legal_representative": "周一", "phone": "13800000001",
        }
        return client.post("/entities/new/", sent).status_code

    codes = together(3, press, ready=signed_in)
    assert Entity.objects.filter(uscc=desk.CODES[1]).count() == 1
    assert sorted(codes) == [200, 200, 302]


# --- 73: files of other kinds -------------------------------------------------------------------

PICTURES = {
    "a.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a.gif": b"GIF89a" + bytes(100),
    "a.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "a.jpg": b"\xff\xd8\xff\xe0" + bytes(100) + b"<?php phpinfo(); ?>",
    "a.heic": b"\x00\x00\x00\x18ftypheic" + bytes(100),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("called", ["", "台账.xlsx", "台账.csv"])
def test_a_picture_is_refused_by_name_and_by_content(
    town, name, called, django_capture_on_commit_callbacks
):
    mark = latest_mark()
    with django_capture_on_commit_callbacks(execute=True):
        answer = town.post(NEW, upload_of(PICTURES[name], called or name))
    if not called:
        assert "只收 .xlsx、.xls、.csv 文件" in answer.content.decode()
        assert not ImportBatch.objects.exists()
        return
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.message.count("。")) == (BatchState.FAILED, 1)
    assert (latest_mark(), ImportRow.objects.count()) == (mark, 0)


def test_nothing_at_all_and_another_type_are_a_sentence(town):
    assert "这个文件是空的" in town.post(NEW, upload_of() | {
        "file": SimpleUploadedFile("台账.xlsx", b"")
    }).content.decode()
    page = SimpleUploadedFile("台账.xlsx", b"<html>", content_type="image/png")
    assert town.post(NEW, upload_of() | {"file": page}).status_code == 302
    assert "请选择文件。" in town.post(NEW, {"file": "text"}).content.decode()


def test_a_name_with_a_way_in_it_is_kept_without(town):
    """Django cuts it before anything of ours sees it."""
    assert town.post(NEW, upload_of(name="..\\..\\etc/台账.xlsx")).status_code == 302
    batch = ImportBatch.objects.get()
    assert batch.file_name == "台账.xlsx"
    assert ".." not in batch.file.name


# --- 74, 75: methods ----------------------------------------------------------------------------


def test_reading_changes_nothing(cast, town):
    batch = load("enterprises", [desk.entity("甲店")], user=cast.town_a_staff, check_only=True)
    for name in ("apply", "choose", "totals"):
        assert town.get(verb(batch, name)).status_code == 405
    for name in ("undo", "discard"):
        assert town.get(verb(batch, name)).status_code == 200
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert town.get("/logout/").status_code == 405
    assert town.get("/me/").status_code == 200


def test_methods_of_machines_are_refused(town):
    for method in ("TRACE", "CONNECT", "PROPFIND", "PATCH", "X" * 50):
        for url in ("/", "/entities/", NEW, "/login/"):
            # A signed-in user is led on from the login page, whatever is asked.
            expected = 302 if url == "/login/" else 405
            assert town.generic(method, url).status_code == expected, (method, url)


# --- 76, 80: rights that have ended -------------------------------------------------------------


def test_the_session_of_a_disabled_user_is_dead(cast, town):
    assert town.get("/entities/").status_code == 200
    User.objects.filter(pk=cast.town_a_staff.pk).update(is_active=False)
    for method, url in (("get", "/entities/"), ("post", "/entities/"), ("post", NEW)):
        answer = getattr(town, method)(url)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/login/")


def test_a_right_that_is_gone_writes_nothing_out(cast, town):
    assert town.post("/entities/").getvalue().startswith(b"PK")
    Grant.objects.filter(user=cast.town_a_staff).delete()
    in_full = {"layout": "ledger", "identity": "1", "reason": "核对"}
    for url, sent in (("/entities/", {}), ("/members/", in_full), ("/members/", {})):
        assert town.post(url, sent).status_code == 403
    assert not ReadEntry.objects.exists()
