"""Keyset paging: every row once, in order, both ways; bad cursors lead to the first page."""

from datetime import date

import pytest
from django.db.models import Count, F
from django.db.models.functions import Coalesce

from common.paging import LAST, paginate
from enterprises.models import Entity
from tests.common.people import make_entity

ORDERS = [
    (),
    ("name",),
    ("-name",),
    ("stated_member_count",),
    ("-stated_member_count",),
    ("founded_on", "-stated_member_count"),
    ("-founded_on", "name"),
    ("kind", "stated_member_count", "name"),
]


@pytest.fixture
def entities(db):
    """23 rows with equal and empty sort values."""
    return [
        make_entity(
            f"企业{index % 5}",
            kind=["market", "small_micro"][index % 2],
            stated_member_count=[None, 0, 3, 3, 12][index % 5] if index % 3 else None,
            founded_on=[None, date(2020, 1, 1), date(2021, 5, 4)][index % 3],
        )
        for index in range(23)
    ]


def walk_forward(order, size):
    """Rows of all pages from the first on, and the pages."""
    pages = [paginate(Entity.objects.all(), order=order, size=size)]
    while pages[-1].next:
        pages.append(
            paginate(Entity.objects.all(), order=order, cursor=pages[-1].next, size=size)
        )
    return pages


def walk_backward(order, size):
    pages = [paginate(Entity.objects.all(), order=order, cursor=LAST, size=size)]
    while pages[0].previous:
        pages.insert(
            0, paginate(Entity.objects.all(), order=order, cursor=pages[0].previous, size=size)
        )
    return pages


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 5, 23, 50])
def test_pages_hold_every_row_once(entities, order, size):
    pages = walk_forward(order, size)
    rows = [row.pk for page in pages for row in page]
    assert len(rows) == 23
    assert set(rows) == {entity.pk for entity in entities}
    numbers = [(page.first, page.last, page.total) for page in pages]
    starts = range(0, 23, size)
    assert numbers == [(start + 1, min(start + size, 23), 23) for start in starts]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 5, 23])
def test_pages_are_the_same_backwards(entities, order, size):
    forward = [[row.pk for row in page] for page in walk_forward(order, size)]
    backward = walk_backward(order, size)
    assert [[row.pk for row in page] for page in backward] == forward
    assert backward[0].first == 1
    assert backward[-1].last == 23


def test_empty_values_stand_last_in_both_directions(entities):
    for order in ("stated_member_count", "-stated_member_count"):
        values = [
            row.stated_member_count for page in walk_forward([order], 5) for row in page
        ]
        known = [value for value in values if value is not None]
        assert known == sorted(known, reverse=order.startswith("-"))
        assert values[len(known) :] == [None] * (len(values) - len(known))


def test_annotations_can_be_sorted_by(entities):
    queryset = Entity.objects.annotate(
        count=Count("states"), members=Coalesce("stated_member_count", 0)
    )
    first = paginate(queryset, order=["count", "-members"], size=20)
    second = paginate(queryset, order=["count", "-members"], cursor=first.next, size=20)
    assert len({row.pk for row in [*first, *second]}) == 23


def test_values_of_a_day_can_be_sorted_by(entities):
    for number, entity in enumerate(entities):
        entity.states.update(employees=number % 7 or None)
    queryset = Entity.objects.at(date(2026, 11, 20)).annotate(staff=F("state__employees"))
    for order in (["-state__employees"], ["-staff"]):
        rows, cursor = [], ""
        while not rows or cursor:
            page = paginate(queryset, order=order, cursor=cursor, size=4)
            rows, cursor = [*rows, *page], page.next
        staff = [row.staff for row in rows]
        assert len({row.pk for row in rows}) == 23
        assert staff == [*sorted(filter(None, staff), reverse=True), *[None] * staff.count(None)]


@pytest.mark.parametrize("cursor", ["", LAST])
def test_every_page_takes_two_queries(entities, django_assert_num_queries, cursor):
    with django_assert_num_queries(2):
        paginate(Entity.objects.all(), order=["name"], cursor=cursor, size=5)


def test_middle_page_takes_two_queries(entities, django_assert_num_queries):
    second = paginate(Entity.objects.all(), order=["name"], size=5).next
    with django_assert_num_queries(2):
        page = paginate(Entity.objects.all(), order=["name"], cursor=second, size=5)
    with django_assert_num_queries(1):
        paginate(Entity.objects.all(), order=["name"], cursor=page.next, size=5, total=23)


@pytest.mark.parametrize(
    "cursor",
    ["x", "....", "eyJhIjogMX0", "0", "-1", "1" + "0" * 20, "\x00", "\udcff", "é.ü", "a.b" * 2000],
)
def test_garbage_leads_to_the_first_page(entities, cursor):
    page = paginate(Entity.objects.all(), order=["name"], cursor=cursor, size=5)
    assert page.first == 1
    assert not page.previous


def test_cursor_of_another_order_leads_to_the_first_page(entities):
    other = paginate(Entity.objects.all(), order=["founded_on"], size=5).next
    assert paginate(Entity.objects.all(), order=["name"], cursor=other, size=5).first == 1
    turned = paginate(Entity.objects.all(), order=["-name"], size=5).next
    assert paginate(Entity.objects.all(), order=["name"], cursor=turned, size=5).first == 1


def test_changed_cursor_is_not_believed(entities):
    cursor = paginate(Entity.objects.all(), order=["name"], size=5).next
    changed = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    assert paginate(Entity.objects.all(), order=["name"], cursor=changed, size=5).first == 1


def test_rows_that_went_away_do_not_break_the_way(entities):
    pages = walk_forward(["name"], 5)
    Entity.objects.filter(pk__in=[row.pk for row in pages[1]]).delete()
    third = paginate(Entity.objects.all(), order=["name"], cursor=pages[1].next, size=5)
    assert [row.pk for row in third] == [row.pk for row in pages[2]]
    back = paginate(Entity.objects.all(), order=["name"], cursor=pages[1].previous, size=5)
    assert [row.pk for row in back] == [row.pk for row in pages[0]]
    Entity.objects.filter(pk__in=[row.pk for page in pages[2:] for row in page]).delete()
    after = paginate(Entity.objects.all(), order=["name"], cursor=pages[1].next, size=5)
    assert [row.pk for row in after] == [row.pk for row in pages[0]]
    assert (after.first, after.last, after.total) == (1, 5, 5)


@pytest.mark.parametrize("cursor", ["", LAST, "x"])
def test_nothing_to_page(db, cursor):
    page = paginate(Entity.objects.all(), order=["name"], cursor=cursor, size=5)
    assert (list(page), page.total, page.first, page.last) == ([], 0, 0, 0)
    assert page.previous == page.next == ""
