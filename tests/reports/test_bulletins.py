"""工作数据: figures in a district's own words, counted within the reader's scope."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.choices import Role
from accounts.scope import Scope
from areas.choices import AreaLevel
from common.periods import EARLIEST, Span, in_words
from organizations.choices import InstructorSource
from reports.bulletins import entries, problem_of, span_of, worded
from reports.choices import Part, PeriodMode, Wording
from reports.figures import Extent
from reports.models import Bulletin, BulletinLine
from tests import factories as make
from tests.factories import on
from tests.ledgers.desk import counts, load, messages

DAY = on("2026-06-30")
WHOLE = Extent(Scope(everything=True))


def bulletin(*lines):
    made = Bulletin.objects.create(name="2026 年上半年工作数据", as_of=DAY)
    for position, values in enumerate(lines, start=1):
        defaults = {"position": position, "number": str(position), "label": f"第 {position} 项"}
        line = BulletinLine(bulletin=made, **(defaults | values))
        assert problem_of(line) == ""
        line.save()
    return made


# --- Periods ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "since", "expected"),
    [
        (PeriodMode.DAY, None, None),
        (PeriodMode.SINCE, on("2024-03-01"), Span(on("2024-03-01"), DAY)),
        (PeriodMode.SINCE, None, Span(on("2026-01-01"), DAY)),
        (PeriodMode.YEAR, None, Span(on("2026-01-01"), on("2026-12-31"))),
        (PeriodMode.YEAR, on("2024-05-05"), Span(on("2024-01-01"), on("2024-12-31"))),
        (PeriodMode.TOTAL, None, Span(EARLIEST, DAY)),
        (PeriodMode.FIRST_HALF, on("2022-01-01"), Span(on("2022-01-01"), on("2022-06-30"))),
    ],
)
def test_ways_of_speaking_of_a_period(mode, since, expected):
    assert span_of(mode, DAY, since) == expected


def test_what_is_counted_from_the_beginning_says_so():
    assert in_words(Span(EARLIEST, DAY)) == "累计至 2026-06-30"


# --- Wording ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wording", "step", "unit", "text"),
    [
        ("2714", Wording.OVER, 100, "家", "2700余家"),
        ("2700", Wording.OVER, 100, "家", "2700家"),
        ("98", Wording.NEARLY, 50, "", "近100"),
        ("260", Wording.NEARLY, 10, "名", "260名"),
        ("4018", Wording.ABOVE, 1000, "人次", "超4000人次"),
        ("22", Wording.EXACT, 1, "个", ""), ("45", Wording.OVER, 100, "个", ""),
        ("0", Wording.NEARLY, 100, "个", ""),
        ("2.34", Wording.OVER, "0.1", "亿元", "2.3余亿元"),
    ],
)
def test_how_a_number_is_spoken_of(value, wording, step, unit, text):
    assert worded(Decimal(value), wording, Decimal(step), unit) == text


@given(st.integers(0, 10**6), st.sampled_from([1, 5, 10, 100]))
def test_words_are_never_further_off_than_a_step(value, step):
    over = worded(Decimal(value), Wording.OVER, Decimal(step), "")
    nearly = worded(Decimal(value), Wording.NEARLY, Decimal(step), "")
    low, high = int(over.removesuffix("余") or 0), int(nearly.removeprefix("近") or 0)
    assert low <= value <= high
    assert high - low in (0, step)
    assert ("近" in nearly) == (value % step != 0)
    assert ("余" in over) == ("近" in nearly and value > step)


# --- Lines --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_lines_are_counted_by_their_indicators(django_assert_num_queries):
    branch = make.make_organization(founded_on="2026-02-01")
    firm = make.make_entity(employees=7)
    make.cover(firm, branch, starts_on="2026-02-01")
    make.make_entity(employees=13)
    make.make_instructor(source=InstructorSource.OFFICIAL)
    made = bulletin(
        {"indicator": "entities", "conditions": "主体类型=小微企业"},
        {"indicator": "org_coverage", "part": Part.PERCENT, "conditions": "主体类型=小微企业"},
        {"indicator": "org_coverage", "part": Part.MET, "conditions": "主体类型=小微企业"},
        {"indicator": "organizations_founded", "mode": PeriodMode.SINCE, "since": on("2026-02-01")},
        {"indicator": "organizations_founded", "mode": PeriodMode.SINCE, "since": on("2026-02-02")},
        {"indicator": "instructors", "conditions": "来源=机关干部", "unit": "位"},
        {"indicator": "employees", "divisor": 1000, "unit": "千人"},
        {"indicator": "entities", "since": on("2019-12-31")},
        {"indicator": "secretary_oldest"},
    )
    with django_assert_num_queries(8):
        found = entries(made, WHOLE)
    assert [(one.number, one.unit) for one in found] == [
        ("2", "家"), ("50%", ""), ("1", "家"), ("1", "个"), ("0", "个"), ("1", "位"),
        ("0.02", "千人"), ("0", "家"), ("—", "岁"),
    ]
    assert [one.rows(WHOLE).count() for one in found] == [2, 1, 1, 1, 0, 1, 2, 0, 0]
    assert found[3].period == "2026-02-01 至 2026-06-30"
    assert found[7].period == "截至 2019-12-31"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"indicator": "nothing"}, "没有指标"),
        ({"indicator": "entities", "conditions": "颜色=红"}, "没有条件“颜色”"),
        ({"indicator": "entities", "conditions": "主体类型"}, "读不懂"),
        ({"indicator": "entities", "conditions": "主体类型="}, "读不懂"),
        ({"indicator": "entities", "mode": PeriodMode.YEAR}, "按一个时点统计"),
        ({"indicator": "visits"}, "按一段期间统计"),
        ({"indicator": "org_coverage"}, "是比率"),
        ({"indicator": "entities", "part": Part.MET}, "只有数值"),
        ({"indicator": "org_coverage", "part": Part.UNMET}, ""),
    ],
)
def test_what_is_wrong_with_a_line(values, problem):
    found = problem_of(BulletinLine(**values))
    assert problem in found if problem else not found


@pytest.mark.django_db
def test_a_number_stands_once_in_a_bulletin():
    made = bulletin({"indicator": "entities"})
    again = BulletinLine(bulletin=made, position=2, number="1", label="又", indicator="entities")
    with pytest.raises(ValidationError, match="编号不能重复"):
        again.full_clean()


# --- The ledgers --------------------------------------------------------------------------------

HEAD = {"标题": "2026 年工作数据", "时点": "2026-06-30"}
LINE = {
    "工作数据": "2026 年工作数据", "数据编号": "20a", "顺序": 1, "名称": "书记培训",
    "指标": "trainings", "条件": "类别=书记培训；级别=区级", "期间": "全年", "说法": "余",
    "取整到": 10,
}


@pytest.mark.django_db
def test_lines_come_by_excel_and_are_counted():
    assert counts(load("bulletins", [HEAD])) == (1, 0, 0, 0)
    first = load("bulletin_lines", [LINE])
    assert counts(first) == (1, 0, 0, 0), messages(first)
    assert counts(load("bulletin_lines", [LINE])) == (0, 0, 1, 0)
    [entry] = entries(Bulletin.objects.get(), WHOLE)
    assert (entry.number, entry.unit, entry.period) == ("0", "期", "2026年")
    assert dict(entry.asked.where) == {"kind": "书记培训", "level": "区级"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"指标": "nothing"}, "没有指标“nothing”。"),
        ({"条件": "类型=书记培训"}, "没有条件“类型”"),
        ({"期间": "时点"}, "按一段期间统计"),
        ({"工作数据": "别的"}, "没有这个工作数据"),
    ],
)
def test_a_line_that_cannot_be_counted_is_held_back(values, words):
    load("bulletins", [HEAD])
    batch = load("bulletin_lines", [LINE | values])
    assert counts(batch) == (0, 0, 0, 1)
    assert words in str(messages(batch))


@pytest.mark.django_db
def test_only_the_district_says_what_is_published():
    top = make.make_area(AreaLevel.DISTRICT)
    town = make.make_user(role=Role.TOWN, area=make.make_area(AreaLevel.TOWN, top))
    district = make.make_user(role=Role.DISTRICT, area=top)
    assert counts(load("bulletins", [HEAD], user=town)) == (0, 0, 0, 1)
    assert counts(load("bulletins", [HEAD], user=district)) == (1, 0, 0, 0)


# --- The page -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_town_reads_its_own_numbers_and_opens_them(client):
    top = make.make_area(AreaLevel.DISTRICT)
    town, other = make.make_area(AreaLevel.TOWN, top), make.make_area(AreaLevel.TOWN, top)
    for place in (town, other, other):
        make.make_entity(town=place)
    made = bulletin(
        {"indicator": "entities", "section": "底数", "wording": Wording.OVER, "step": 2},
        {"indicator": "visits", "section": "走访", "mode": PeriodMode.TOTAL},
        {"indicator": "organizations", "section": "底数"},
    )
    for area, number in ((town, 1), (top, 3)):
        role = Role.TOWN if area is town else Role.DISTRICT
        client.force_login(make.make_user(role=role, area=area))
        page = client.get(reverse("reports:bulletin", args=[made.pk]))
        assert [title for title, _lines in page.context["sections"]] == ["底数", "走访"]
        [[first, third], [second]] = [lines for _title, lines in page.context["sections"]]
        assert first.number == str(number)
        for one in (first, second, third):
            assert client.get(one.url).context["size"] == int(one.number)
        assert made.name in client.get("/bulletins/").content.decode()
    assert "可写“2余家”" in page.content.decode()


@pytest.mark.django_db
def test_who_reads_no_figures_reads_no_bulletin(client):
    made = bulletin({"indicator": "entities"})
    client.force_login(make.make_user(role=Role.SECRETARY, organization=make.make_organization()))
    assert client.get(reverse("reports:bulletin", args=[made.pk])).status_code == 404
    assert client.get("/bulletins/").status_code == 403
