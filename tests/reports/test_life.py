"""Flows: logs and 三会一课 over months, quarters and years, equal to plain Python, cell by cell
equal to their lists."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.scope import Scope, scope_for
from activities.choices import LogState
from activities.models import ActivityLog
from activities.opening import open_month
from common.periods import Span, add_months, month_end, months_between
from reports.figures import Extent, cells, crossed, figures
from reports.indicators import INDICATORS
from reports.kinds import ShareIndicator
from reports.life import LIFE
from tests import factories as make
from tests.extent import few
from tests.reports import lives
from tests.reports.lives import FIRST, LAST, random_life

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
LOGS = [one for one in LIFE if one.period == "month"]
MEETINGS = INDICATORS["three_meetings_complete"]
SEEDS = few((1, 2))


def ids(rows):
    return set(rows.values_list("pk", flat=True))


def met_and_all(indicator, span, extent=WHOLE):
    """The ids of the lists behind a figure."""
    is_share = isinstance(indicator, ShareIndicator)
    met = ids(indicator.met_rows(extent, span.last, span=span)) if is_share else set()
    return met, ids(indicator.rows(extent, span.last, span=span))


@pytest.mark.parametrize("seed", SEEDS)
def test_logs_equal_plain_python_in_every_period(seed):
    random_life(seed)
    months = list(months_between(FIRST, LAST))
    for first, last in [(m, m) for m in months] + [(FIRST, LAST), (months[1], months[3])]:
        span = Span(first, month_end(last))
        expected = lives.log_family(set(months_between(first, last)))
        found = figures(LOGS, WHOLE, span.last, span=span)
        for indicator in LOGS:
            assert met_and_all(indicator, span) == expected[indicator.key], (indicator.key, span)
            met, total = (len(rows) for rows in expected[indicator.key])
            assert found[indicator.key].size == total
            assert getattr(found[indicator.key], "met", 0) == met


@pytest.mark.parametrize("seed", SEEDS)
def test_meetings_equal_plain_python(seed):
    random_life(seed)
    quarter = date(2024, 1, 1)
    expected = lives.meetings([quarter])
    assert met_and_all(MEETINGS, Span(quarter, date(2024, 3, 31))) == expected
    assert expected[0]
    assert expected[0] < expected[1]


def test_a_year_asks_for_all_its_quarters():
    random_life(1)
    quarters = [date(2024, n, 1) for n in (1, 4, 7, 10)]
    expected = lives.meetings(quarters)
    assert met_and_all(MEETINGS, Span(date(2024, 1, 1), date(2024, 12, 31))) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_breakdowns_sum_to_the_figure_and_each_cell_has_its_list(seed):
    towns = random_life(seed)
    user = scope_for(make.make_user(role=Role.TOWN, area=towns[0]))
    span = Span(date(2024, 1, 1), date(2024, 3, 31))
    for extent in (WHOLE, Extent(user), *(Extent.of(WHOLE.scope, town) for town in towns)):
        whole = figures(LIFE, extent, span.last, span=span)
        by_town = cells(LIFE, "town", extent, span.last, span=span)
        for indicator in LIFE:
            found = by_town[indicator.key]
            assert sum(cell.figure.size for cell in found) == whole[indicator.key].size
            for cell in found:
                where = {"town": cell.key}
                rows = indicator.rows(extent, span.last, where, span)
                assert rows.count() == cell.figure.size
                if isinstance(indicator, ShareIndicator):
                    met = indicator.met_rows(extent, span.last, where, span)
                    unmet = indicator.unmet_rows(extent, span.last, where, span)
                    assert (met.count(), unmet.count()) == (cell.figure.met, cell.figure.unmet)
        assert crossed(LIFE, ["town"], extent, span.last, span=span) == {
            key: {(cell.key,): cell.figure for cell in found} for key, found in by_town.items()
        }


def test_months_add_up():
    random_life(2)
    months = [Span(m, month_end(m)) for m in months_between(FIRST, LAST)]
    whole = figures(LOGS, WHOLE, LAST, span=Span(FIRST, month_end(LAST)))
    parts = [figures(LOGS, WHOLE, LAST, span=month) for month in months]
    for key, figure in whole.items():
        assert figure.size == sum(part[key].size for part in parts)


def test_one_query_per_population_and_period(django_assert_num_queries):
    random_life(1, size=2)
    span = Span(FIRST, month_end(LAST))
    with django_assert_num_queries(1):
        figures(LOGS, WHOLE, LAST, span=span)
    with django_assert_num_queries(1):
        cells(LOGS, "town", WHOLE, LAST, span=span)


# --- Where a log counts -------------------------------------------------------------------------


@pytest.fixture
def moved(cast):
    """A branch of 甲镇 that moved to 乙街道 in November, with its October log."""
    branch = make.make_organization(town=cast.town_a)
    open_month(date(2026, 10, 1))
    make.change(branch, date(2026, 11, 1), town=cast.town_b)
    return ActivityLog.objects.get(organization=branch)


def test_a_log_counts_where_it_was(moved, cast):
    day = date(2026, 11, 23)
    for user, area, has_it in (
        (cast.town_a_staff, cast.town_a, True), (cast.town_b_staff, cast.town_b, False),
    ):
        rows = INDICATORS["log_submitted"].rows(Extent(scope_for(user)), day)
        assert (moved.pk in ids(rows)) is has_it
        rows = INDICATORS["log_submitted"].rows(Extent.of(WHOLE.scope, area), day)
        assert (moved.pk in ids(rows)) is has_it


def test_what_has_moved_away_is_named_and_not_opened(client, moved, cast):
    client.force_login(cast.town_a_staff)
    page = client.get(reverse("reports:rows", args=["log_submitted"]), {"as_of": "2026-11-23"})
    row = next(row for row in page.context["page"].rows if row.pk == moved.pk)
    assert row.opens is False
    assert moved.organization.name in page.content.decode()


def test_the_page_says_the_period(client, moved, cast):
    client.force_login(cast.district_staff)
    url = reverse("reports:rows", args=["log_submitted"])
    for query, words in (
        ({"as_of": "2026-11-23"}, "2026年10月"),
        ({"from": "2026-07-01", "to": "2026-09-30"}, "2026年第三季度"),
        ({"from": "2026-01-01", "to": "2026-10-31"}, "2026-01-01 至 2026-10-31"),
        ({"from": "2026-10-31", "to": "2026-01-01", "as_of": "2026-11-30"}, "2026年11月"),
    ):
        assert words in client.get(url, query).content.decode()


def test_release_and_exemption_are_in_no_denominator(cast):
    for _ in range(4):
        make.make_organization(town=cast.town_a)
    month = date(2026, 10, 1)
    open_month(month)
    logs = list(ActivityLog.objects.filter(month=month).order_by("pk"))
    total = figures(LIFE, WHOLE, date(2026, 11, 1))["log_submitted"].total
    for log, state in zip(logs, (LogState.EXEMPT, LogState.RELEASED), strict=False):
        ActivityLog.objects.filter(pk=log.pk).update(state=state)
    found = figures(LIFE, WHOLE, date(2026, 11, 1))
    assert found["log_submitted"].total == total - 2
    assert found["log_exempt"].value == 1


@pytest.mark.parametrize("month", [date(2024, 2, 1), date(2026, 2, 1), date(2026, 4, 1)])
def test_months_of_every_length(cast, month):
    """The log of a short month counts from its last day on as the last full month's."""
    make.make_organization(town=cast.town_a)
    open_month(month)
    last = month_end(month)
    share = INDICATORS["log_submitted"]
    assert share.span(last).first == month
    assert share.span(last - timedelta(days=1)).first == add_months(month, -1)
    assert share.figure(WHOLE, last).total == ActivityLog.objects.count()
