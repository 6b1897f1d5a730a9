"""报送情况: every number against a recount by hand, each figure with its list, a constant number of
questions to the database."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities import log_queries
from activities.choices import LogState
from activities.marks import Mark, Standing, percent
from activities.models import ActivityLog
from activities.opening import open_month
from common.periods import add_months
from organizations.models import PartyOrganization
from tests import factories as make

pytestmark = pytest.mark.django_db
S = LogState
UNTIL = date(2026, 10, 1)
PAGE = "/logs/matrix/"


@pytest.fixture(autouse=True)
def _in_time(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")


def row(organization, month=UNTIL, state=S.OWED, late=0, is_zero=False):
    """The log of a month; ``late``: days after the due day."""
    due_on = add_months(month, 1) + timedelta(days=5)
    return ActivityLog.objects.create(
        organization=organization, month=month, state=state, is_zero=is_zero, due_on=due_on,
        lock_on=due_on + timedelta(days=14),
        submitted_on=None if state in (S.OWED, S.EXEMPT, S.RELEASED)
        else due_on + timedelta(days=late),
    )


# --- marks ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "late", "is_zero", "mark", "words"),
    [
        (S.OWED, None, False, Mark.OWED, "未报"),
        (S.SUBMITTED, 0, False, Mark.SUBMITTED, "待审"),
        (S.SUBMITTED, 1, False, Mark.LATE, "逾期报送，待审"),
        (S.ACCEPTED, 0, False, Mark.ACCEPTED, "已审"),
        (S.CONFIRMED, 0, False, Mark.ACCEPTED, "已确认"),
        (S.CONFIRMED, 1, True, Mark.ZERO, "零报告，逾期报送，已确认"),
        (S.RETURNED, 1, True, Mark.RETURNED, "退回"),
        (S.EXEMPT, None, False, Mark.EXEMPT, "豁免"),
        (S.RELEASED, None, False, Mark.RELEASED, "不应报"),
    ],
)
def test_marks_and_words(state, late, is_zero, mark, words):
    due_on = date(2026, 11, 6)
    submitted = None if late is None else due_on + timedelta(days=late)
    standing = Standing(state, is_zero, due_on, submitted)
    assert (standing.mark, standing.words(date(2026, 11, 7))) == (mark, words)


def test_before_the_due_day_the_word_says_until_when():
    standing = Standing(S.OWED, False, date(2026, 11, 6), None)
    assert standing.words(date(2026, 11, 6)) == "未报，11月6日截止"


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, None), (0, 3, 0), (1, 3, 33), (1, 2, 50), (13, 16, 81), (199, 200, 99), (3, 3, 100)],
)
def test_percent(part, whole, expected):
    assert percent(part, whole) == expected


# --- numbers ----------------------------------------------------------------------------------

LOGS = st.tuples(st.sampled_from(S), st.integers(-3, 3), st.booleans())
MONTHS = st.lists(st.one_of(st.none(), LOGS), min_size=13, max_size=13)


@pytest.fixture
def organizations(cast):
    return [cast.organization_a, cast.organization_joint, cast.organization_b]


@given(table=st.lists(MONTHS, min_size=3, max_size=3))
@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_figures_are_those_of_a_recount(organizations, table):
    with transaction.atomic():
        months = log_queries.months_to(UNTIL)
        for organization, logs in zip(organizations, table, strict=True):
            for month, log in zip([*months, add_months(UNTIL, 1)], logs, strict=True):
                if log:
                    row(organization, month, log[0], log[1], log[2])
        found = log_queries.sums(PartyOrganization.objects.all(), months)
        for at, month in enumerate(months):
            there = [logs[at] for logs in table if logs[at]]
            due = [log for log in there if log[0] not in (S.EXEMPT, S.RELEASED)]
            filed = [log for log in due if log[0] in (S.SUBMITTED, S.ACCEPTED, S.CONFIRMED)]
            assert found[month] == log_queries.Sums(
                due=len(due), filed=len(filed), on_time=sum(log[1] <= 0 for log in filed),
                approved=sum(log[0] != S.SUBMITTED for log in filed),
            )
        unfiled = [
            {at for at, log in enumerate(logs) if log and log[0] in (S.OWED, S.RETURNED)}
            for logs in table
        ]
        found = {
            kind: set(log_queries.with_gap(kind, UNTIL).values_list("pk", flat=True))
            for kind in log_queries.GAPS
        }
        for organization, logs, gaps in zip(organizations, table, unfiled, strict=True):
            assert {kind for kind in found if organization.pk in found[kind]} == {
                kind for kind, holds in {
                    "two": {10, 11} <= gaps,
                    "missing": bool(logs[11]) and logs[11][0] == S.OWED,
                    "returned": any(log and log[0] == S.RETURNED for log in logs[:12]),
                }.items() if holds
            }
        transaction.set_rollback(True)


@pytest.fixture
def filled(cast):
    """甲镇: one filed late and accepted, one silent for two months; 乙街道: one returned."""
    september = date(2026, 9, 1)
    row(cast.organization_a, september, S.CONFIRMED)
    row(cast.organization_a, UNTIL, S.ACCEPTED, late=2)
    row(cast.organization_joint, september)
    row(cast.organization_joint)
    row(cast.organization_b, september, S.EXEMPT)
    row(cast.organization_b, UNTIL, S.RETURNED)
    return cast


def foot(page):
    """Label → the values of the last two months."""
    return {
        rate["label"]: [cell["value"] for cell in rate["cells"][-2:]]
        for rate in page.context["foot"]
    }


def test_the_page_of_the_district(filled, client):
    client.force_login(filled.district_staff)
    page = client.get(PAGE)
    lines = {
        str(line["object"]): ("".join(cell["glyph"] for cell in line["cells"]), line["has_gap"])
        for line in page.context["lines"]
    }
    assert lines == {
        "中共甲一支部委员会": ("n" * 10 + "al", False),
        "中共甲镇联合支部委员会": ("n" * 10 + "mm", True),
        "中共乙一支部委员会": ("n" * 10 + "xr", False),
    }
    assert foot(page) == {"报送率": [50, 33], "及时率": [50, 0], "有效率": [50, 33]}
    text = page.content.decode()
    assert 'aria-label="10月逾期报送，已审"' in text
    assert "10月应报党组织" in text
    assert page.context["due"] == 3
    assert client.get(page.context["due_url"]).context["page"].total == 3


def test_months_without_logs_have_no_rate(filled, client):
    client.force_login(filled.district_staff)
    cells = client.get(PAGE).context["foot"][0]["cells"]
    assert [cell["value"] for cell in cells[:10]] == [None] * 10


def test_the_town_sees_its_own_only(filled, client):
    client.force_login(filled.town_b_staff)
    page = client.get(PAGE)
    assert [str(line["object"]) for line in page.context["lines"]] == ["中共乙一支部委员会"]
    assert foot(page)["报送率"] == [None, 0]


@pytest.mark.parametrize("query", ["", "?gap=two", "?q=甲一", "?until=2026-09", "?category=branch"])
def test_every_rate_opens_exactly_its_logs(filled, client, query):
    client.force_login(filled.district_staff)
    for rate in client.get(f"{PAGE}{query}").context["foot"]:
        for cell in rate["cells"]:
            if cell["due"]:
                assert client.get(cell["url"]).context["page"].total == cell["met"], cell["url"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?gap=two", {"中共甲镇联合支部委员会"}),
        ("?gap=missing", {"中共甲镇联合支部委员会"}),
        ("?gap=returned", {"中共乙一支部委员会"}),
        ("?gap=missing&until=2026-09", {"中共甲镇联合支部委员会"}),
        ("?category=joint_branch", {"中共甲镇联合支部委员会"}),
        ("?q=乙一", {"中共乙一支部委员会"}),
    ],
)
def test_filters(filled, client, query, expected):
    client.force_login(filled.district_staff)
    page = client.get(f"{PAGE}{query}")
    assert {str(line["object"]) for line in page.context["lines"]} == expected


def test_the_choice_says_how_many(filled, client):
    client.force_login(filled.district_staff)
    text = client.get(PAGE).content.decode()
    for words in ("连续两月未报（1）", "当月未报（1）", "退回未改（1）"):
        assert words in text


@pytest.mark.parametrize("text", ["2026-13", "x", "1900-01", ""])
def test_a_month_that_is_none_means_the_last(filled, client, text):
    client.force_login(filled.district_staff)
    assert client.get(f"{PAGE}?until={text}").context["until"] == UNTIL


def test_cells_lead_to_the_log(filled, client):
    client.force_login(filled.town_a_staff)
    log = ActivityLog.objects.get(organization=filled.organization_a, month=UNTIL)
    [line] = [
        line for line in client.get(PAGE).context["lines"]
        if line["object"] == filled.organization_a
    ]
    assert line["cells"][-1]["url"] == reverse("activities:log_review", args=[log.pk])
    assert line["cells"][0]["url"] == ""


def test_the_workbook_says_the_words(filled, client):
    client.force_login(filled.district_staff)
    answer = client.post(f"{PAGE}?q=甲一")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    head, line = list(sheet.iter_rows(values_only=True))
    assert (head[0], head[1], head[12]) == ("党组织", "2025年11月", "2026年10月")
    assert line[0] == "中共甲一支部委员会"
    assert line[11:13] == ("已确认", "逾期报送，已审")


@pytest.mark.parametrize(("name", "status"), [("secretary_a", 403), ("importer", 200)])
def test_who_opens_it(filled, client, name, status):
    client.force_login(filled.user(name))
    assert client.get(PAGE).status_code == status


def test_500_organizations_ask_as_much_as_three(
    filled, client, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(filled.district_staff)
    client.get(f"{PAGE}?per=100")
    with django_assert_max_num_queries(18) as few:
        client.get(f"{PAGE}?per=100")
    with django_assert_max_num_queries(10) as few_of_file:
        client.post(PAGE).getvalue()
    asked, asked_for_file = len(few), len(few_of_file)
    with make.together():
        for number in range(500):
            make.make_organization(name=f"乙{number:03}支部", town=filled.town_b)
    for month in log_queries.months_to(UNTIL):
        open_month(month)
    client.get("/me/")  # the session notes that somebody is here still
    with django_assert_num_queries(asked):
        page = client.get(f"{PAGE}?per=100")
    assert len(page.context["lines"]) == 100
    with django_assert_num_queries(asked_for_file):
        file = client.post(PAGE).getvalue()
    sheet = openpyxl.load_workbook(io.BytesIO(file)).active
    assert sheet.max_row == 1 + 504
