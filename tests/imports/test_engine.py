"""What random imports have found: each case once, small."""

from datetime import date

import pytest

from common.cells import Memory
from common.ledgers import check, ledger_of
from members.models import Affiliation
from organizations.models import Assignment, Term
from tests import digest
from tests.imports.district import export
from tests.ledgers import desk
from tests.ledgers.desk import CODES, DAY, PEOPLE, counts, load, messages, undo

pytestmark = pytest.mark.django_db
LATER = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def areas():
    load("areas", desk.AREAS)


def twice(kind, rows, **choices):
    """Import rows, and again: the second time nothing changes. Returns the first batch."""
    batch = load(kind, rows, **choices)
    assert batch.state == "applied", messages(batch) or batch.message
    again = load(kind, rows, check_only=True, **choices)
    assert counts(again)[:2] == (0, 0), [row.diff for row in again.rows.all()]
    return batch


def test_columns_that_hardly_repeat_are_read_alike(monkeypatch):
    """Once the memory of a column is full, its cells are read without it: to the same effect."""
    cells = [
        {"名称": name, "成立日期": day, "工会": union, "联系电话": phone, "营业收入": revenue}
        for name in ("红星 厂", "前进厂", "")
        for day in ("2024-07-01", "2024-7-1", "2024-13-01", None)
        for union in (True, "是", "", "也许")
        for phone, revenue in (("13900000001", 12.5), ("1390000", "12.50"), ("", None))
    ]

    def read(*, settled: bool) -> list:
        reader = check._CellReader(ledger_of("enterprises")())
        reader.read(1, cells[0])
        if settled:
            reader.settle()
        rows = [reader.read(number, raw) for number, raw in enumerate(cells)]
        return [(row.cells, row.unread, row.errors, row.label) for row in rows]

    usual = read(settled=False)
    monkeypatch.setattr(Memory, "MOST", 1)
    assert read(settled=True) == usual
    found = {error["message"] for _cells, _unread, errors, _label in usual for error in errors}
    assert "只能填“是”或“否”。" in found


def test_cleared_tags_are_cleared_once():
    load("enterprises", [desk.entity("红星厂", CODES[0], 资质标签="专精特新")])

    twice("enterprises", [desk.entity("红星厂", CODES[0], 资质标签=None)], empty_clears=True)


@pytest.mark.parametrize("years", [None, 3, 5])
def test_a_cleared_term_is_cleared_once(years):
    row = desk.organization("红星支部", 本届起始日期="2020-03-01", 任期年限=3)
    load("organizations", [row])
    load("organizations", [row | {"本届起始日期": "2023-03-01"}])

    twice("organizations", [row | {"本届起始日期": None, "任期年限": years}], empty_clears=True)
    assert [term.years for term in Term.objects.all()] == ([years] if years else [])


def test_undoing_what_linked_a_waiting_name_leaves_the_others_as_they_were():
    """The history of the instructor's assignment is the instructor's: undoing the creation of the
    entity does not empty it, so an undo of the instructor's import can still read it."""
    first = load("instructors", [desk.instructor("吴六", 联系主体="未来厂")])
    before = digest.rows()
    second = load("enterprises", [desk.entity("未来厂", CODES[1])])
    assert Assignment.objects.get().entity.name == "未来厂"

    assert undo(second) == {"undone": 1, "kept": []}
    assert digest.rows() == before
    assert undo(first) == {"undone": 1, "kept": []}


@pytest.fixture
def branches():
    load(
        "organizations",
        [
            desk.organization("红星支部"),
            desk.organization("蓝天支部"),
            desk.organization("白云支部"),
        ],
    )


def affiliations():
    return [
        (link.organization.name, link.starts_on.isoformat(), str(link.transferred_on))
        for link in Affiliation.objects.order_by("starts_on")
    ]


@pytest.mark.usefixtures("branches")
@pytest.mark.parametrize("is_correction", [False, True])
def test_a_transfer_date_belongs_to_its_affiliation(is_correction):
    """It does not spread over the time before membership, nor over an earlier affiliation."""
    row = desk.member("孙三", PEOPLE[0], "红星支部")
    load("members", [row])

    twice("members", [row | {"组织关系转入日期": "2015-05-01"}], is_correction=is_correction)
    assert affiliations() == [("红星支部", "2010-07-01", "2015-05-01")]


@pytest.mark.usefixtures("branches")
def test_a_corrected_affiliation_leaves_the_earlier_one():
    row = desk.member("孙三", PEOPLE[0], "红星支部")
    load("members", [row])
    load("members", [row | {"组织关系所在党组织": "蓝天支部", "组织关系转入日期": "2020-01-01"}])

    right = row | {"组织关系所在党组织": "白云支部", "组织关系转入日期": "2021-01-01"}
    twice("members", [right], is_correction=True)
    assert affiliations() == [
        ("红星支部", "2010-07-01", "None"),
        ("白云支部", "2021-01-01", "2021-01-01"),
    ]


@pytest.mark.usefixtures("branches")
def test_a_transfer_before_the_known_one_is_compared_at_its_date():
    row = desk.member("孙三", PEOPLE[0], "红星支部")
    load("members", [row])
    load("members", [row | {"组织关系所在党组织": "蓝天支部", "组织关系转入日期": "2020-01-01"}])

    twice("members", [row | {"组织关系所在党组织": "白云支部", "组织关系转入日期": "2015-01-01"}])
    assert affiliations() == [
        ("红星支部", "2010-07-01", "None"),
        ("白云支部", "2015-01-01", "2015-01-01"),
        ("蓝天支部", "2020-01-01", "2020-01-01"),
    ]
    assert counts(load("members", export("members", DAY), check_only=True)) == (0, 0, 1, 0)


@pytest.mark.usefixtures("branches")
def test_a_transfer_before_membership_begins_with_it():
    row = desk.member("孙三", PEOPLE[0], "红星支部")
    load("members", [row])

    twice("members", [row | {"组织关系所在党组织": "蓝天支部", "组织关系转入日期": "2009-01-01"}])
    assert affiliations() == [("蓝天支部", "2010-07-01", "2009-01-01")]


@pytest.mark.usefixtures("branches")
def test_a_corrected_joining_date_moves_the_affiliation_with_its_transfer_date():
    row = desk.member("孙三", PEOPLE[0], "红星支部")
    load("members", [row])
    load("members", [row | {"组织关系转入日期": "2015-05-01"}])

    twice("members", [row | {"加入党组织日期": "2009-07-01"}])
    assert affiliations() == [("红星支部", "2009-07-01", "2015-05-01")]
    twice("members", [row | {"加入党组织日期": "2012-07-01", "转正日期": "2013-07-01"}])
    assert affiliations() == [("红星支部", "2012-07-01", "2015-05-01")]


def assignments():
    return [
        (one.entity.name, one.starts_on.isoformat(), one.ends_on.isoformat())
        for one in Assignment.objects.order_by("entity__name", "starts_on")
    ]


@pytest.fixture
def firms():
    load("enterprises", [desk.entity("红星厂", CODES[0]), desk.entity("未来厂", CODES[1])])


@pytest.mark.usefixtures("firms")
@pytest.mark.parametrize(("day", "ends_on"), [(DAY, "2026-07-01"), (LATER, "2026-09-30")])
def test_a_new_term_ends_what_it_no_longer_names(day, ends_on):
    """At the 数据截止日; where the term is still to come, when it begins."""
    row = desk.instructor("吴六", 联系主体="红星厂、未来厂")
    load("instructors", [row])

    twice("instructors", [row | {"聘期起": "2026-07-01", "联系主体": "红星厂"}], day=day)
    assert assignments() == [
        ("未来厂", "2025-01-01", ends_on), ("红星厂", "2025-01-01", "2027-01-01"),
    ]


@pytest.mark.usefixtures("firms")
def test_a_name_dropped_after_the_term_changes_nothing():
    row = desk.instructor("吴六", 聘期止="2025-12-31", 联系主体="红星厂、未来厂")
    load("instructors", [row])

    twice("instructors", [row | {"联系主体": "红星厂"}])
    assert [ends_on for _name, _start, ends_on in assignments()] == ["2026-01-01", "2026-01-01"]
