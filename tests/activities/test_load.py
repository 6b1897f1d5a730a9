"""Load and gaps: the rules as tables, the lists against a plain recount, every number its list."""

import io
import random
from datetime import date, timedelta

import openpyxl
import pytest

from activities.load import GAP_CHOICES, LOAD_CHOICES
from activities.visit_rules import day_problem, is_due, is_editable, shortage
from activities.visits import Care, in_care
from areas.choices import AreaLevel
from areas.models import Area
from common import parameters
from enterprises.models import Entity
from organizations.choices import Commitment
from organizations.models import Instructor
from tests import factories as make
from tests.activities.visits import TODAY, visit
from tests.counting import queries_of
from tests.extent import few
from tests.reports import plain
from tests.reports.districts import random_district

DAY = date(2026, 6, 30)
LOAD, GRIDS = "/instructors/load/", "/instructors/grids/"


# --- Rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("full", "part", "least", "words"),
    [
        (0, 0, (1, 2), "缺专职 1 名、兼职 2 名"), (1, 2, (1, 2), ""), (5, 9, (1, 2), ""),
        (1, 0, (1, 2), "缺兼职 2 名"), (0, 2, (1, 2), "缺专职 1 名"), (3, 1, (1, 2), "缺兼职 1 名"),
        (0, 0, (0, 0), ""), (0, 3, (2, 0), "缺专职 2 名"),
    ],
)
def test_what_a_grid_lacks(full, part, least, words):
    found = shortage(full, part, *least)
    assert (found.words, bool(found)) == (words, bool(words))


@pytest.mark.parametrize(
    ("last", "assigned", "days", "due"),
    [
        (None, 91, 90, True), (None, 90, 90, False), (91, 400, 90, True), (90, 400, 90, False),
        (0, 400, 90, False), (400, 30, 90, False), (400, 500, 0, False), (None, 0, 90, False),
    ],
)
def test_who_is_due(last, assigned, days, due):
    """``last`` and ``assigned`` are days ago."""
    ago = {None: None} | {n: DAY - timedelta(days=n) for n in (last, assigned) if n is not None}
    assert is_due(ago[last], ago[assigned], DAY, days) is due


def test_days_of_visits():
    assert day_problem(DAY, DAY) == ""
    assert is_editable(DAY, DAY + timedelta(days=7), 7)
    assert not is_editable(DAY, DAY + timedelta(days=8), 7)
    assert is_editable(DAY, DAY, 0)


# --- Against a plain recount ---------------------------------------------------------------------


def placed_district(seed):
    """A random district with grids, full-time and part-time instructors in them, and visits."""
    days = random_district(seed, size=30)
    rng = random.Random(seed)
    grids = list(Area.objects.filter(level=AreaLevel.GRID))
    towns = list(Area.objects.filter(level=AreaLevel.TOWN))
    for instructor in Instructor.objects.all():
        instructor.commitment = rng.choice(list(Commitment))
        instructor.save()
        instructor.appointments.update(grid=rng.choice([*grids, None]), town=rng.choice(towns))
        for link in instructor.assignments.all():
            for _ in range(rng.randrange(2)):
                back = rng.choice([0, 1, 89, 90, 91, 300])
                visit(instructor, link.entity, days[0] - timedelta(days=back))
    return days[0]


def serving_links(entity, day):
    return [
        link for link in plain.at(entity.assignments, day)
        if plain.at(link.instructor.appointments, day)
    ]


def came(link, day):
    """The days on which the instructor of a link came to its entity."""
    return [
        one.visited_on for one in link.instructor.visits.all()
        if one.entity_id == link.entity_id and one.visited_on <= day
    ]


def recount(day, days=90):
    """Care → ids of entities, in plain Python."""
    found = {care: set() for care in Care}
    for entity in plain.every_entity():
        if not plain.entity_counts(entity, day):
            continue
        links = serving_links(entity, day)
        if not links:
            found[Care.UNASSIGNED].add(entity.pk)
            if not plain.modes(entity, day):
                found[Care.ALONE].add(entity.pk)
            continue
        found[Care.ASSIGNED].add(entity.pk)
        if not any(came(link, day) for link in links):
            found[Care.NEVER].add(entity.pk)
        last = [(max(came(link, day), default=None), link.starts_on) for link in links]
        if all(is_due(visited, begun, day, days) for visited, begun in last):
            found[Care.DUE].add(entity.pk)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("seed", few((1, 2, 3)))
def test_entities_in_care_equal_a_recount(seed):
    day = placed_district(seed)
    found = {
        care: set(Entity.objects.at(day).filter(in_care(care, day)).values_list("pk", flat=True))
        for care in Care
    }
    assert found == recount(day)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", few((1, 2)))
def test_both_lists_equal_a_recount_and_every_number_its_list(seed, client):
    day = placed_district(seed)
    client.force_login(make.make_user("d", "district", area=Area.objects.get(level="district")))
    query = {"as_of": day.isoformat(), "per": 100}
    care = recount(day)
    links = {}
    for entity in plain.every_entity():
        for link in serving_links(entity, day):
            links.setdefault(link.instructor_id, set()).add(entity.pk)
    page = client.get(LOAD, query).context
    people = {row.pk: row for row in page["page"].rows}
    assert people.keys() == set(Instructor.objects.serving(day).values_list("pk", flat=True))
    for row in people.values():
        own = links.get(row.pk, set())
        assert (row.entities_assigned, row.never_visited, row.due_visits) == (
            len(own), len(own & care[Care.NEVER]), len(own & care[Care.DUE]),
        )
        visits = [v.visited_on for v in row.visits.all() if v.visited_on <= day]
        assert row.last_visit == max(visits, default=None)
        follow(client, row.entities_url, row.entities_assigned)
        follow(client, row.never_url, row.never_visited)
        follow(client, row.due_url, row.due_visits)
        follow(client, row.visits_url, len(visits))
    for fact in page["facts"]:
        follow(client, fact.url, fact.value)
        follow(client, fact.total_url, fact.total)
    for choice, _label in LOAD_CHOICES:
        assert client.get(LOAD, {**query, "load": choice}).status_code == 200
    for row in client.get(GRIDS, query).context["page"].rows:
        held = [
            one.commitment for one in Instructor.objects.all()
            if any(term.grid_id == row.pk for term in plain.at(one.appointments, day))
        ]
        full, part = held.count(Commitment.FULL_TIME), held.count(Commitment.PART_TIME)
        assert (row.full_time, row.part_time) == (full, part)
        assert row.missing == shortage(full, part, 1, 2).words
        inside = {e.pk for e in plain.every_entity() if plain.state(e, day).grid_id == row.pk}
        assert (row.entity_count, row.alone_count) == (
            len(inside), len(inside & care[Care.ALONE])
        )
        for url, number in (
            (row.full_url, full), (row.part_url, part), (row.entity_list, row.entity_count),
            (row.alone_url, row.alone_count),
        ):
            follow(client, url, number)


def follow(client, url, number):
    """A number opens a list of so many rows; a zero opens none."""
    assert bool(url) == bool(number)
    if url:
        assert client.get(url).context["page"].total == number, url


# --- Pages --------------------------------------------------------------------------------------


@pytest.fixture
def gaps(cast, time_machine):
    """甲镇 has a grid with one part-time instructor, who has one firm too many."""
    time_machine.move_to("2026-11-23 10:00+08:00")
    parameters.set_from(key="instructor.max_entities", value=1, on=date(2020, 1, 1), by=None)
    cast.instructor_a.appointments.update(grid=cast.grid_a)
    return cast


@pytest.mark.django_db
def test_filters_and_head_numbers_by_town(gaps, client):
    client.force_login(gaps.district_staff)
    assert total(client, LOAD, load="over") == 1
    assert total(client, LOAD, load="never") == 1
    assert total(client, LOAD, load="none") == 0
    assert total(client, LOAD, town=gaps.town_b.pk) == 0
    assert total(client, LOAD, grid=gaps.grid_a.pk) == 1
    found = {choice: total(client, GRIDS, gap=choice) for choice, _label in GAP_CHOICES}
    assert found == {"any": 1, "full": 1, "part": 1, "none": 0}
    assert total(client, GRIDS, town=gaps.town_a.pk) == 1
    assert total(client, GRIDS, town=gaps.town_b.pk) == 0
    everywhere = [fact.value for fact in client.get(LOAD).context["facts"]]
    assert everywhere == [1, 1, 2, 0]
    town_b = client.get(LOAD, {"town": gaps.town_b.pk}).context["facts"]
    assert [(fact.value, fact.total) for fact in town_b] == [(0, 0), (0, 0), (1, 1), (0, 2)]
    for fact in town_b:
        follow(client, fact.url, fact.value)
        follow(client, fact.total_url, fact.total)


def total(client, url, **query):
    return client.get(url, query).context["page"].total


@pytest.mark.django_db
def test_a_town_sees_its_own_and_is_told_of_the_rest(gaps, client):
    client.force_login(gaps.town_a_staff)
    (row,) = client.get(LOAD).context["page"].rows
    assert (row.entities_assigned, row.elsewhere, row.over_words) == (
        1, "另有 1 家不在您的范围内", "超过上限",
    )
    follow(client, row.entities_url, 1)
    (grid,) = client.get(GRIDS).context["page"].rows
    assert (grid.part_time, grid.missing, grid.place) == (1, "缺专职 1 名、兼职 1 名", "甲镇")
    follow(client, grid.part_url, 1)
    page = client.get(gaps.grid_a.get_absolute_url()).content.decode()
    assert "兼职指导员" in page
    client.force_login(gaps.town_b_staff)
    assert total(client, LOAD) == 0
    assert total(client, GRIDS) == 0
    assert client.get(LOAD, {"town": gaps.town_a.pk}).status_code == 404


@pytest.mark.django_db
def test_exports_say_what_the_pages_say(gaps, client):
    client.force_login(gaps.district_staff)
    for url, names in (
        (LOAD, {"联系主体": 2, "负担": "超过上限", "从没走访": 2}),
        (GRIDS, {"专职": None, "兼职": 1, "配备": "有缺口", "缺": "缺专职 1 名、兼职 1 名"}),
    ):
        book = openpyxl.load_workbook(io.BytesIO(client.post(url).getvalue()))
        head, row = list(book.active.iter_rows(values_only=True))
        values = dict(zip(head, row, strict=True))
        assert {name: values[name] or None for name in names} == names


@pytest.mark.django_db
def test_organizations_of_an_instructor_are_a_list(gaps, client):
    make.assign(gaps.instructor_a, organization=gaps.organization_a)
    client.force_login(gaps.town_a_staff)
    (row,) = client.get(LOAD).context["page"].rows
    assert row.organizations_assigned == 1
    follow(client, row.organizations_url, 1)


@pytest.mark.django_db
def test_queries_do_not_grow_with_instructors_and_grids(gaps, client):
    client.force_login(gaps.district_staff)
    before = queries_of(client, LOAD), queries_of(client, GRIDS)
    for number in range(8):
        grid = make.make_area(AreaLevel.GRID, gaps.community_a)
        one = make.make_instructor(town=gaps.town_a, grid=grid)
        entity = make.make_entity(town=gaps.town_a, grid=grid)
        make.assign(one, entity)
        visit(one, entity, TODAY - timedelta(days=number))
    assert (queries_of(client, LOAD), queries_of(client, GRIDS)) == before == (13, 9)
