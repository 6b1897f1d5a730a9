"""The fictional district: its published figures, counted again from the written files."""

from collections import Counter
from datetime import date
from hashlib import sha256

import openpyxl
import pytest

from districts.mingchuan import SELF_EMPLOYED, write_workbooks
from districts.mingchuan.figures import count_at, tables
from districts.mingchuan.flaws import FLAWS
from districts.mingchuan.reading import read
from districts.mingchuan.shops import LEAST_SHOPS
from districts.mingchuan.timeline import COUNTED, COVERED, Timeline, years_before
from districts.mingchuan.towns import TOWNS
from enterprises.industries import industry
from enterprises.rules import size_class

TODAY = date(2026, 11, 22)
SMALL, SHOP, MARKET = "小微企业", "个体工商户", "专业市场"
TEXT_COLUMNS = {"统一社会\n信用代码★", "信用代码", "身份证号★", "手机号码★", "联系电话★"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The workbooks, with just the shops that members need and a few more."""
    folder = tmp_path_factory.mktemp("mingchuan")
    return write_workbooks(folder, today=TODAY, self_employed=LEAST_SHOPS)


@pytest.fixture(scope="module")
def ledgers(files):
    return read(files)


@pytest.fixture(scope="module")
def joined(ledgers):
    return tables(ledgers)


def published(figures):
    """The published figures out of those of a day."""
    small, market, shop = (figures["kinds"][kind] for kind in (SMALL, MARKET, SHOP))
    return {
        "members": figures["members"],
        "small": (small["covered"], small["entities"], small["members"]),
        "small states": small["states"],
        "small work": small["work_covered"],
        "small eligible": (small["eligible_organized"], small["eligible"]),
        "small with members": (small["with_members_covered"], small["with_members"]),
        "market": (market["covered"], market["entities"], market["members"]),
        "market work": market["work_covered"],
        "market eligible": (market["eligible_organized"], market["eligible"]),
        "shop": (shop["covering_organizations"], shop["members"]),
    }


PUBLISHED = {
    "members": 1196,
    "small": (104, 438, 433),
    "small states": {
        "单独组建": 38,
        "联合组建": 52,
        "挂靠或兜底": 14,
        "仅工作覆盖": 308,
        "未覆盖": 26,
    },
    "small work": 412,
    "small eligible": (38, 41),
    "small with members": (104, 167),
    "market": (6, 16, 55),
    "market work": 16,
    "market eligible": (5, 5),
    "shop": (13, 708),
}


def test_figures_on_the_day_of_loading(joined):
    figures = count_at(joined, TODAY)

    assert published(figures) == PUBLISHED
    assert set(figures["kinds"]) == {SMALL, MARKET, SHOP}
    assert figures["kinds"][SHOP]["entities"] == LEAST_SHOPS


@pytest.mark.parametrize("years", [1, 2])
def test_figures_do_not_change_by_themselves(joined, years):
    assert published(count_at(joined, years_before(TODAY, -years))) == PUBLISHED


def test_trend_of_24_months(joined):
    trend = [count_at(joined, day)["kinds"][SMALL] for day in Timeline(TODAY).ends]

    assert [month["covered"] for month in trend] == list(COVERED)
    assert [month["entities"] for month in trend] == list(COUNTED)


def test_quarter_that_the_report_compares(joined):
    july = count_at(joined, date(2026, 7, 31))["kinds"][SMALL]

    assert (july["covered"], july["work_covered"], july["entities"]) == (97, 402, 431)


def test_figures_by_town(joined):
    figures = {town.name: {"firms": 0, "members": 0, "states": Counter()} for town in TOWNS}
    for entity in joined.entities:
        if entity.row["主体类型"] == SMALL and entity.row["经营状态"] == "正常":
            town = figures[entity.row["所属镇街"]]
            town["firms"] += 1
            town["members"] += len([m for m in entity.members if m["党籍状态"] == "正常"])
            town["states"][entity.state(TODAY)] += 1

    assert {name: (town["firms"], town["members"]) for name, town in figures.items()} == {
        town.name: (town.firms, town.members) for town in TOWNS
    }
    assert {name: town["states"]["未覆盖"] for name, town in figures.items()} == {
        town.name: town.uncovered for town in TOWNS
    }
    assert figures["青石镇"]["states"] == {
        "单独组建": 3,
        "联合组建": 5,
        "挂靠或兜底": 1,
        "仅工作覆盖": 20,
        "未覆盖": 2,
    }


def test_bad_rows_are_the_planned_ones(ledgers):
    found = Counter((file_name, column) for file_name, _, column, _ in ledgers.bad)

    assert found == Counter((flaw.file_name, flaw.column) for flaw in FLAWS)


def test_branches_of_the_association(joined, ledgers):
    managed, affiliated = Counter(), Counter()
    for row in ledgers.rows["members"]:
        if row["党籍状态"] != "正常":
            continue
        home = joined.organizations[row["组织关系所在党组织"]]
        where = joined.organizations[row["管理党组织"]] if row["管理党组织"] else home
        managed[where["简称"]] += 1
        affiliated[where["简称"]] += where is home
    branches = {name for name in managed if name.startswith("个私协")}

    assert len(branches) == 13
    assert [name for name in branches if managed[name] == affiliated[name]] == [
        "个私协双河分会党支部"
    ]
    assert sum(affiliated[name] == 0 for name in branches) == 6
    assert (managed["个私协青石分会党支部"], affiliated["个私协青石分会党支部"]) == (80, 0)


def test_secretaries(ledgers):
    active = [row for row in ledgers.rows["organizations"] if row["状态"] == "在用"]
    ages = [(TODAY - row["书记出生日期"]).days // 365.2425 for row in active if row["书记姓名"]]

    assert sum(not row["书记姓名"] for row in active) == 2
    assert (min(ages), max(ages)) == (28, 67)
    assert sum(age > 50 for age in ages) > len(ages) / 2


def test_published_half_year_of_admissions(ledgers):
    first, last = date(2022, 1, 1), date(2022, 6, 30)
    members = ledgers.rows["members"]

    assert sum(first <= row["加入党组织日期"] <= last for row in members) == 16
    assert sum(bool(row["转正日期"]) and first <= row["转正日期"] <= last for row in members) == 1


def test_small_enterprises_are_small(ledgers):
    sizes = Counter()
    for row in ledgers.rows["enterprises"]:
        if row["主体类型"] == SMALL and row["经营状态"] == "正常":
            section, division = industry(row["所属行业"])
            sizes[
                size_class(
                    section=section,
                    division=division,
                    employees=int(row["从业人员数"]),
                    revenue=row["营业收入(万元)"],
                    assets=row["资产总额(万元)"],
                )
            ] += 1

    assert set(sizes) == {"小型", "微型"}


def test_identifiers_are_unique(ledgers):
    entities = ledgers.rows["enterprises"]
    names = [row["名称"] for row in entities]
    phones = [row["手机"] for row in ledgers.rows["members"]]

    assert len(set(names)) == len(names)
    assert len(set(phones)) == len(phones)


def test_nothing_happens_after_the_day_of_loading(ledgers):
    future = [
        (kind, header)
        for kind, rows in ledgers.rows.items()
        for row in rows
        for header, value in row.items()
        if isinstance(value, date) and value > TODAY and header != "聘期止"
    ]

    assert future == []


def test_ledgers_look_like_those_of_an_office(files):
    for _, path in files:
        page = openpyxl.load_workbook(path).worksheets[0]
        header = [cell.value for cell in page[3]]

        assert page["A1"].value.startswith("明川区")
        assert header[0] == "序号"
        assert page.freeze_panes == "D4"
        assert page.cell(page.max_row - 1, 1).value == "合计"
        for position, text in enumerate(header, 1):
            if text in TEXT_COLUMNS:
                assert page.cell(4, position).number_format == "@"


def test_files_are_the_same_for_the_same_arguments(files, tmp_path):
    again = write_workbooks(tmp_path, today=TODAY, self_employed=LEAST_SHOPS)

    def sums(pairs):
        return [sha256(path.read_bytes()).hexdigest() for _, path in pairs]

    assert sums(again) == sums(files)


@pytest.mark.parametrize(("today", "seed"), [(date(2026, 12, 1), 7), (date(2028, 2, 29), 8)])
def test_figures_hold_on_other_days_and_seeds(tmp_path, today, seed):
    files = write_workbooks(tmp_path, today=today, seed=seed, self_employed=LEAST_SHOPS)
    joined = tables(read(files))

    assert published(count_at(joined, today)) == PUBLISHED
    for position, day in enumerate(Timeline(today).ends):
        small = count_at(joined, day)["kinds"][SMALL]
        assert (small["covered"], small["entities"]) == (COVERED[position], COUNTED[position])


def test_impossible_districts_are_refused(tmp_path):
    with pytest.raises(ValueError, match="at least"):
        write_workbooks(tmp_path, today=TODAY, self_employed=LEAST_SHOPS - 1)
    with pytest.raises(ValueError, match="history"):
        write_workbooks(tmp_path, today=date(2025, 12, 31), self_employed=LEAST_SHOPS)


@pytest.mark.full
def test_whole_district(tmp_path):
    files = write_workbooks(tmp_path, today=TODAY)
    figures = count_at(tables(read(files)), TODAY)

    assert published(figures) == PUBLISHED
    assert figures["kinds"][SHOP]["entities"] == SELF_EMPLOYED
    assert sum(kind["entities"] for kind in figures["kinds"].values()) == 58_725
