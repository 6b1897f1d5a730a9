"""Long exports: a job writes the file, its asker alone takes it, and it goes after some hours."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Grant
from common.exports import actions
from common.inbox import Box, boxes_for
from common.models import ExportFile, Job, JobState, ReadEntry
from tests import factories as make

pytestmark = pytest.mark.django_db
LIST = "/entities/"


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def town(cast, client, files, monkeypatch):
    """Every export of more than one row is long."""
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    client.force_login(cast.town_a_staff)
    return client


@pytest.fixture
def asked(town, django_capture_on_commit_callbacks):
    """Ask for an export; with eager tasks the job has run when it returns."""

    def ask(query="", **data) -> ExportFile:
        with django_capture_on_commit_callbacks(execute=True):
            answer = town.post(f"{LIST}?{query}", data)
        export = ExportFile.objects.get()
        assert answer.url == export.get_absolute_url()
        return export

    return ask


def rows_of(client, export) -> list[tuple]:
    answer = client.get(f"{export.get_absolute_url()}file/")
    body = b"".join(answer.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))


def test_long_list_is_made_by_a_job(cast, town, asked):
    export = asked("sort=-name")
    assert (export.total, export.title, export.asked_by) == (2, "市场主体", cast.town_a_staff)
    assert export.made_at
    assert export.size > 1000
    assert [row[0] for row in rows_of(town, export)] == [
        "名称", "甲联食品有限公司", "甲一五金有限公司",
    ]
    page = town.get(export.get_absolute_url()).content.decode()
    assert "已生成" in page
    assert "保留至" in page


def test_short_list_comes_at_once(cast, town):
    answer = town.post(f"{LIST}?q=五金")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert b"".join(answer.streaming_content)
    assert not ExportFile.objects.exists()


def test_long_ledger_with_full_numbers_is_recorded_when_asked_for(cast, town, asked):
    export = asked(layout="ledger", identity="1", reason="换届核对")
    rows = rows_of(town, export)
    assert {row[rows[0].index("联系电话")] for row in rows[1:]} == {"13900000001"}
    assert ReadEntry.objects.get().reason == "换届核对"


def test_day_of_the_list_is_kept(cast, town, asked):
    make.change(cast.entity_a, "2026-01-01", employees=99)
    export = asked("as_of=2025-12-31&at=x")
    assert "as_of=2025-12-31" in export.query
    assert "at=" not in export.query
    rows = rows_of(town, export)
    at = rows[0].index("从业人数")
    assert {row[at] for row in rows[1:]} == {20}


def test_file_is_its_askers_alone(cast, client, asked):
    export = asked()
    for user in ("district_staff", "town_b_staff", "importer"):
        client.force_login(cast.user(user))
        assert client.get(export.get_absolute_url()).status_code == 404
        assert client.get(f"{export.get_absolute_url()}file/").status_code == 404


def test_job_has_the_rights_that_its_asker_has_then(cast, town, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False) as waiting:
        town.post(LIST)
    Grant.objects.filter(user=cast.town_a_staff).delete()
    for send in waiting:
        send()
    export = ExportFile.objects.get()
    assert (export.made_at, export.message) == (None, actions.NO_LONGER)
    assert Job.objects.get().state == JobState.FAILED


def test_page_shows_progress(cast, town):
    town.post(LIST)
    export = ExportFile.objects.get()
    page = town.get(export.get_absolute_url()).content.decode()
    assert "排队中" in page
    assert 'hx-trigger="every 2s"' in page
    assert town.get(f"{export.get_absolute_url()}file/").status_code == 404


def test_file_waits_in_the_inbox(cast, town, asked, rf):
    asked()
    request = town.get(LIST).wsgi_request
    [box] = [one for one in boxes_for(request) if one.box == Box.MINE]
    [matter] = [one for one in box.matters if one.label == "导出的文件"]
    assert (matter.count, matter.lines[0].verb) == (1, "下载")


def test_file_goes_after_its_hours(cast, town, asked, files):
    export = asked()
    assert len(list(files.rglob("*.xlsx"))) == 1
    actions.purge()
    assert ExportFile.objects.exists()
    old = timezone.now() - timedelta(hours=25)
    ExportFile.objects.update(asked_at=old, made_at=old)
    assert actions.purge() == 1
    assert list(files.rglob("*.xlsx")) == []
    assert town.get(export.get_absolute_url()).status_code == 404


def test_conditions_that_no_longer_hold_are_a_failed_job(
    cast, town, django_capture_on_commit_callbacks
):
    """A place that the asker may no longer name."""
    with django_capture_on_commit_callbacks(execute=False) as waiting:
        town.post(f"{LIST}?town={cast.town_a.pk}")
    Grant.objects.filter(user=cast.town_a_staff).update(area=cast.town_b)
    for send in waiting:
        send()
    assert ExportFile.objects.get().message
