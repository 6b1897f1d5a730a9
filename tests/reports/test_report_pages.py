"""统计报告: past reports, a new one, its page and files; frozen figures stay what they were."""

from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import scope_for
from common import jobs
from common.models import BatchState, ImportBatch, Job, JobState, ReadEntry
from enterprises.models import Entity, EntityState
from reports.actions import request_report, shown_checksum
from reports.choices import RunState
from reports.models import ReportRun
from tests import factories as make
from tests.browser_checks import check_both, complaints_of, sign_in

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
LIST, NEW = "/reports/", "/reports/new/"
OCTOBER, JULY = date(2026, 10, 31), date(2026, 7, 31)


def report_of(user, area, as_of=OCTOBER, against=JULY):
    """A finished report."""
    run = request_report(
        area=area, as_of=as_of, against=against, by=user, scope=scope_for(user)
    )
    jobs.complete(Job.objects.get(kind="reports.build", subject=run.pk))
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.message
    return run


def bare_run(area, number="R1", state=RunState.QUEUED, **values):
    return ReportRun.objects.create(
        number=number, area=area, as_of=OCTOBER, state=state, **values
    )


def text_of(client, url, user=None):
    if user:
        client.force_login(user)
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# --- the list ---------------------------------------------------------------------------------


def test_the_list_has_the_reports_of_the_scope(client, cast):
    for number, area in (("R-A", cast.town_a), ("R-B", cast.town_b), ("R-D", cast.district)):
        bare_run(area, number)
    for user, numbers in (
        ("district_staff", {"R-A", "R-B", "R-D"}),
        ("town_a_staff", {"R-A"}),
        ("sector_staff", set()),
    ):
        client.force_login(cast.user(user))
        assert {run.number for run in client.get(LIST).context["page"]} == numbers


def test_the_list_shows_the_frozen_rate_without_reading_the_figures(client, cast):
    run = report_of(cast.district_staff, cast.district)
    client.force_login(cast.district_staff)
    page = client.get(LIST)
    shown = page.context["page"].rows[0]
    assert shown.rate == "80.0"
    assert "payload" in shown.get_deferred_fields()
    assert run.get_absolute_url() in page.content.decode()


def test_filters_and_empty_states(client, cast):
    assert "还没有报告。" in text_of(client, LIST, cast.district_staff)
    assert "请向区级工作人员索取" in text_of(client, LIST, cast.sector_staff)
    bare_run(cast.town_a, "R-A", RunState.FAILED)
    client.force_login(cast.district_staff)
    for query, count in (
        ("q=R-A", 1), ("q=乙", 0), ("state=failed", 1), ("state=done", 0), ("origin=auto", 0),
        ("area=990101101", 1), ("day_after=2026-11-01", 0), ("sort=as_of", 1), ("per=x&at=x", 1),
    ):
        assert client.get(f"{LIST}?{query}").context["page"].total == count
    assert client.get(f"{LIST}?area=nothing").status_code == 404


@pytest.mark.parametrize("user", ["secretary_a", "instructor_a_user", "department_staff",
                                  "importer", "no_grant", "audit_admin"])
def test_others_may_not_open_reports(client, cast, user):
    run = bare_run(cast.town_a)
    client.force_login(cast.user(user))
    assert client.get(LIST).status_code == 403
    assert client.get(NEW).status_code == 403
    assert client.get(run.get_absolute_url()).status_code in (403, 404)


# --- asking for one ---------------------------------------------------------------------------


def test_a_report_is_asked_for_and_its_job_started(client, cast):
    client.force_login(cast.town_a_staff)
    answer = client.post(NEW, {"area": "990101101", "as_of": "2026-10-31", "against": "2026-07-31"})
    run = ReportRun.objects.get()
    assert answer["Location"] == run.get_absolute_url()
    assert (run.area, run.as_of, run.against, run.asked_by) == (
        cast.town_a, OCTOBER, JULY, cast.town_a_staff
    )
    assert Job.objects.get().subject == run.pk


def test_without_a_comparison(client, cast):
    client.force_login(cast.district_staff)
    client.post(NEW, {"area": "990101", "as_of": "2026-10-31", "against": ""})
    assert ReportRun.objects.get().against is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"area": "990101001", "as_of": "2026-10-31"}, "没有这个范围，请从列表中选择。"),
        ({"area": "990101", "as_of": "2026-10-31"}, "没有这个范围，请从列表中选择。"),
        ({"area": "990101101", "as_of": "2199-01-01"}, "时点还没有到"),
        ({"area": "990101101", "as_of": "2026-10-31", "against": "2026-10-31"}, "对比时点应早于"),
        ({"area": "990101101", "as_of": ""}, "请填写时点。"),
        ({"area": "990101101", "as_of": "10/31"}, "日期看不懂"),
        ({}, "请选择范围。"),
    ],
)
def test_what_cannot_be_is_said_on_the_form(client, cast, data, words):
    client.force_login(cast.town_a_staff)
    answer = client.post(NEW, data)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not ReportRun.objects.exists()


def test_a_sector_may_read_but_not_build(client, cast):
    client.force_login(cast.sector_staff)
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, {"area": "990101", "as_of": "2026-10-31"}).status_code == 403
    assert NEW not in text_of(client, LIST)


def test_the_form_takes_the_conditions_of_the_dashboard(client, cast):
    client.force_login(cast.district_staff)
    page = client.get(NEW, {"area": "990101101", "as_of": "2026-10-31", "against": "2026-06-30"})
    assert page.context["form"].initial == {
        "area": "990101101", "as_of": OCTOBER, "against": date(2026, 6, 30)
    }
    assert client.get(NEW, {"against": ""}).context["form"].initial["against"] is None
    assert client.get(NEW, {"as_of": "2199-01-01"}).context["form"].initial["as_of"] == (
        timezone.localdate()
    )
    assert client.get(NEW, {"area": "nothing"}).status_code == 404
    levels = {area.level for area in page.context["form"].fields["area"].queryset}
    assert levels == {"district", "town"}


def test_checks_come_first(client, cast):
    make.make_entity(name="没有镇街的企业")
    ImportBatch.objects.create(
        number="B1", kind="enterprises", sha256="0" * 64, asked_by=cast.district_staff,
        state=BatchState.APPLIED, effective_on=OCTOBER, applied_at=timezone.now(),
    )
    run = report_of(cast.district_staff, cast.district)
    client.force_login(cast.district_staff)
    page = client.get(NEW, {"as_of": "2026-10-31"})
    checks = [check.text for check in page.context["checks"]]
    assert checks[0] == f"这个时点已有报告 {run.number}"
    assert checks[1].startswith("台账最近一次导入是")
    assert "未填镇街的主体 1 家" in checks
    url = next(check.url for check in page.context["checks"] if "未填镇街" in check.text)
    assert client.get(url).context["size"] == 1


# --- the page of a report ---------------------------------------------------------------------


def test_progress_while_it_is_made(client, cast):
    run = bare_run(cast.district, asked_by=cast.district_staff)
    assert "排队中" in text_of(client, run.get_absolute_url(), cast.district_staff)
    job = Job.objects.create(
        kind="reports.build", subject=run.pk, state=JobState.RUNNING, progress="正在排版",
        done=6, total=7,
    )
    text = text_of(client, run.get_absolute_url())
    assert "正在排版" in text
    assert 'max="7" value="6"' in text
    assert 'http-equiv="refresh"' in text  # without a script the page asks again
    assert "hx-get" in text
    job.delete()


def test_the_waiting_page_moves_on_when_the_report_is_there(client, cast):
    run = bare_run(cast.district, state=RunState.FAILED, message="没有生成。")
    client.force_login(cast.district_staff)
    poll = {"HX-Request": "true", "HX-Target": "progress"}
    answer = client.get(run.get_absolute_url(), headers=poll)
    assert answer["HX-Redirect"] == run.get_absolute_url()


def test_a_report_that_was_not_made_says_why(client, cast):
    run = bare_run(cast.town_a, state=RunState.FAILED, message="任务超过时限，没有完成。")
    text = text_of(client, run.get_absolute_url(), cast.town_a_staff)
    assert "任务超过时限，没有完成。" in text
    assert "重新生成" in text
    client.force_login(cast.town_a_staff)
    assert client.get(reverse("reports:run_file", args=[run.pk, "pdf"])).status_code == 404


def test_figures_stay_what_they_were(client, cast):
    run = report_of(cast.district_staff, cast.district)
    url = run.get_absolute_url()
    text = text_of(client, url, cast.district_staff)
    for words in ("80.0<small>%</small>", shown_checksum(run.checksum), run.number,
                  run.payload["read_at"], "当时区划"):
        assert words in text
    EntityState.objects.all().delete()
    assert Entity.objects.counting(OCTOBER).count() == 0
    assert "80.0<small>%</small>" in text_of(client, url)


def test_figures_of_an_older_version_are_readable(client, cast):
    """Fewer keys than a report has today."""
    share = {"met": 1, "total": 4, "percent": "25.0", "met_url": "/x/", "total_url": "/x/"}
    figures = {
        "version": 0, "kinds": [],
        "main_family": [{"key": "org_coverage", "label": "组织覆盖率", "unit": "家",
                         "basis": "从前的口径", **share}],
    }
    run = bare_run(cast.town_a, state=RunState.DONE, payload=figures, checksum="ab" * 32)
    text = text_of(client, run.get_absolute_url(), cast.town_a_staff)
    assert "从前的口径" in text
    assert "25.0<small>%</small>" in text


def test_compared_with_the_report_before(client, cast):
    make.cover(cast.entity_free, cast.organization_b, starts_on="2026-09-01")
    before = report_of(cast.district_staff, cast.district, JULY, None)
    run = report_of(cast.district_staff, cast.district)
    report_of(cast.town_b_staff, cast.town_b, date(2026, 8, 31), None)  # of another area
    client.force_login(cast.district_staff)
    page = client.get(run.get_absolute_url())
    assert page.context["before"] == before
    assert [row.points for row in page.context["compared"]][:2] == ["+20.0", "0.0"]
    assert "没有上期可比" in text_of(client, before.get_absolute_url())


def test_someone_elses_report_is_404(client, cast):
    run = bare_run(cast.town_b)
    client.force_login(cast.town_a_staff)
    assert client.get(run.get_absolute_url()).status_code == 404
    for kind in ("pdf", "xlsx", "json"):
        assert client.get(f"{run.get_absolute_url()}{kind}/").status_code == 404


# --- its files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "begins", "how"), [("pdf", b"%PDF", "inline"), ("xlsx", b"PK", "attachment")]
)
def test_files_are_handed_out_and_that_is_written_down(client, cast, kind, begins, how):
    run = report_of(cast.town_a_staff, cast.town_a)
    client.force_login(cast.town_a_staff)
    answer = client.get(reverse("reports:run_file", args=[run.pk, kind]))
    assert answer.getvalue().startswith(begins)
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"].startswith(how)
    name = f"甲镇党的组织和工作覆盖情况报告20261031.{kind}"
    assert name in unquote(answer["Content-Disposition"])
    read = ReadEntry.objects.get()
    assert (read.actor, read.action, read.rows, read.fields) == (
        cast.town_a_staff.pk, "report", [str(run.pk)], kind
    )


def test_files_that_are_not_there_are_404(client, cast):
    run = report_of(cast.town_a_staff, cast.town_a)
    client.force_login(cast.town_a_staff)
    for kind in ("json", "lists", "payload", "checksum"):
        assert client.get(f"{run.get_absolute_url()}{kind}/").status_code == 404
    run.pdf.storage.delete(run.pdf.name)
    assert client.get(f"{run.get_absolute_url()}pdf/").status_code == 404
    assert not ReadEntry.objects.exists()


def test_a_district_report_is_not_for_a_town(client, cast):
    run = report_of(cast.district_staff, cast.district)
    client.force_login(cast.town_a_staff)
    assert client.get(f"{run.get_absolute_url()}pdf/").status_code == 404


# --- browser ----------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible(page, live_server, cast):
    done = report_of(cast.district_staff, cast.district)
    failed = bare_run(cast.district, "R2", RunState.FAILED, message="没有生成。")
    waiting = bare_run(cast.district, "R3", against=OCTOBER - timedelta(days=30))
    complaints = complaints_of(page, live_server)
    sign_in(page, live_server, cast.district_staff)
    for path in (LIST, f"{NEW}?as_of=2026-10-31", done.get_absolute_url(),
                 failed.get_absolute_url(), waiting.get_absolute_url()):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    assert complaints == []
