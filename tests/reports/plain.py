"""The coverage family once more, in plain Python over single rows (ledgers.md §3, to the letter):
what the queries are compared with. And a small random district in which every edge occurs."""

import random
from datetime import date, timedelta

from areas.choices import AreaLevel
from common.dated import BEGINNING, FOREVER
from enterprises.choices import BusinessStatus, EntityKind
from enterprises.models import Entity
from members.choices import MemberCategory, MembershipStatus
from members.models import Member
from organizations.choices import MODE_RANK, CoverageState, OrganizationStatus, SetUpMode
from organizations.models import PartyOrganization
from tests import factories as make

BEST = {SetUpMode.SINGLE: CoverageState.SINGLE, SetUpMode.JOINT: CoverageState.JOINT}


def at(rows, day):
    return [row for row in rows.all() if row.starts_on <= day < row.ends_on]


def state(record, day):
    (row,) = at(record.states, day)
    return row


# --- Entities -----------------------------------------------------------------------------------


def every_entity():
    return Entity.objects.prefetch_related(
        "states", "coverage_links__organization", "assignments__instructor__appointments"
    )


def entity_counts(entity, day):
    exists = (entity.founded_on is None or entity.founded_on <= day) and (
        entity.closed_on is None or day < entity.closed_on
    )
    return exists and state(entity, day).status == BusinessStatus.NORMAL


def organization_is_active(organization, day):
    if organization.founded_on > day:
        return False
    if organization.dissolved_on:
        return day < organization.dissolved_on
    return organization.status == OrganizationStatus.IN_USE


def modes(entity, day):
    """Modes of the valid links, the best first."""
    links = [
        link for link in at(entity.coverage_links, day)
        if organization_is_active(link.organization, day)
    ]
    return sorted((link.mode for link in links), key=MODE_RANK.get)


def is_reached_by_work(entity, day):
    values = state(entity, day)
    instructors = (link.instructor for link in at(entity.assignments, day))
    return bool(
        values.has_union or values.has_youth_league or values.has_womens_federation
        or any(at(instructor.appointments, day) for instructor in instructors)
    )


def coverage(entity, day):
    if not entity_counts(entity, day):
        return CoverageState.NOT_COUNTED
    if found := modes(entity, day):
        return BEST.get(found[0], CoverageState.ATTACHED)
    return CoverageState.WORK_ONLY if is_reached_by_work(entity, day) else CoverageState.NONE


# --- Members ------------------------------------------------------------------------------------


def member_counts(member, day):
    return member.joined_on <= day and state(member, day).status == MembershipStatus.NORMAL


def member_is_full(member, day):
    return (
        member_counts(member, day)
        and state(member, day).category == MemberCategory.FULL
        and member.full_member_on is not None
        and member.full_member_on <= day
    )


def affiliation(member, day):
    return next((row.organization for row in at(member.affiliations, day)), None)


def management(member, day):
    own = next((row.organization for row in at(member.managements, day)), None)
    return own or affiliation(member, day)


# --- Terms --------------------------------------------------------------------------------------


def latest_term(organization, day):
    begun = [t for t in organization.terms.all() if BEGINNING < t.starts_on <= day]
    return max(begun, key=lambda term: term.starts_on, default=None)


def term_end(term):
    start = term.starts_on
    try:
        return start.replace(year=start.year + term.years)
    except ValueError:
        return date(start.year + term.years, 3, 1)


# --- The family ---------------------------------------------------------------------------------


def family(day):
    """Key → (rows met, rows) as sets of ids, for the whole district."""
    entities = [entity for entity in every_entity() if entity_counts(entity, day)]
    organizations = [
        organization
        for organization in PartyOrganization.objects.prefetch_related("posts", "terms")
        if organization_is_active(organization, day)
    ]
    members = [
        member
        for member in Member.objects.prefetch_related(
            "states", "affiliations__organization", "managements__organization"
        )
        if member_counts(member, day)
    ]
    full = [member for member in members if member_is_full(member, day)]

    def staff(people, entity):
        return sum(state(member, day).workplace_id == entity.pk for member in people)

    def covered(entity):
        return bool(modes(entity, day))

    def own(entity):
        return SetUpMode.SINGLE in modes(entity, day)

    def work(entity):
        return is_reached_by_work(entity, day)

    def among(rows, condition):
        return [row for row in rows if condition(row)]

    def split(rows, met):
        return {row.pk for row in rows if met(row)}, {row.pk for row in rows}

    def values(entity):
        return state(entity, day)

    everyone = split(entities, lambda _: False)
    with_term = among(organizations, lambda o: (t := latest_term(o, day)) and t.years is not None)
    return {
        "entities": everyone,
        "organizations": split(organizations, lambda _: False),
        "members": split(members, lambda _: False),
        "org_coverage": split(entities, covered),
        "own_organization": split(entities, own),
        "eligible_organized": split(among(entities, lambda e: staff(full, e) >= 3), own),
        "with_members_coverage": split(among(entities, lambda e: staff(members, e) >= 1), covered),
        "above_scale_coverage": split(among(entities, lambda e: values(e).above_scale), covered),
        "staff50_coverage": split(
            among(entities, lambda e: (values(e).employees or 0) >= 50), covered
        ),
        "three_conditions_coverage": split(
            among(
                entities,
                lambda e: values(e).fixed_premises and (values(e).employees or 0) >= 10,
            ),
            covered,
        ),
        "park_coverage": split(among(entities, lambda e: values(e).park_id), covered),
        "association_coverage": split(
            among(entities, lambda e: e.kind == EntityKind.ASSOCIATION), covered
        ),
        "work_coverage_of_uncovered": split(among(entities, lambda e: not covered(e)), work),
        "work_coverage": split(entities, lambda e: covered(e) or work(e)),
        "affiliated_members": split(
            members,
            lambda m: affiliation(m, day) and affiliation(m, day) == management(m, day),
        ),
        "secretary_filled": split(organizations, lambda o: at(o.posts, day)),
        "election_on_time": split(with_term, lambda o: day < term_end(latest_term(o, day))),
    }


# --- A random district --------------------------------------------------------------------------

CENTRE = date(2024, 2, 29)


def random_district(seed, size=40):
    """Towns, park, grid, entities, organizations, members, instructors with dates close together.

    Returns the days around those on which something may happen, in random order."""
    rng = random.Random(seed)
    days = [CENTRE, *(CENTRE + timedelta(days=n) for n in rng.sample(range(1, 900), 4))]

    def day(*others):
        return rng.choice([*days, *others])

    def period():
        first, last = sorted((day(BEGINNING), day(FOREVER)))
        return (first, last) if first < last else (first, FOREVER)

    def maybe(value, chance=0.3):
        return value if rng.random() < chance else None

    top = make.make_area(AreaLevel.DISTRICT)
    towns = [make.make_area(AreaLevel.TOWN, top) for _ in range(3)]
    parks = [make.make_area(AreaLevel.PARK, top) for _ in range(2)]
    grids = [make.make_area(AreaLevel.GRID, towns[0]) for _ in range(2)]

    def entity_values():
        return {
            "status": rng.choice([BusinessStatus.NORMAL] * 6 + list(BusinessStatus)),
            "section": rng.choice(["C", "F", ""]), "town": rng.choice([*towns, None]),
            "park": rng.choice([*parks, None]), "grid": rng.choice([*grids, None]),
            "employees": rng.choice([None, 0, 9, 10, 49, 50]),
            "above_scale": rng.choice([True, False, None]),
            "fixed_premises": rng.choice([True, True, False, None]),
            "has_union": rng.choice([True, False, None, None]),
            "has_youth_league": rng.choice([True, None, None, None]),
            "has_womens_federation": rng.choice([False, None, None, None]),
        }

    def changed(record, values):
        for start in sorted(rng.sample(days, rng.randint(0, 2))):
            make.change(record, start, **values())
        return record

    entities = [
        changed(
            make.make_entity(
                kind=rng.choice(EntityKind.values), chain=rng.choice(["", "五金"]),
                founded_on=rng.choice([None, date(2015, 1, 1), *days]),
                closed_on=maybe(FOREVER - timedelta(days=1)) or maybe(day()),
                **entity_values(),
            )
            if rng.random() < 0.9
            else make.make_entity(**entity_values()),
            entity_values,
        )
        for _ in range(size)
    ]
    organizations = [
        changed(
            make.make_organization(
                founded_on=rng.choice([date(2015, 1, 1), *days]), dissolved_on=maybe(day()),
                status=rng.choice(["in_use", "in_use", "dissolved"]), town=rng.choice(towns),
            ),
            lambda: {"town": rng.choice([*towns, None])},
        )
        for _ in range(size // 3)
    ]
    for organization in organizations:
        if rng.random() < 0.7:
            make.make_post(organization, *period())
        if rng.random() < 0.8:
            first = day(BEGINNING)
            second = first + timedelta(days=rng.choice([365, 1096]))
            make.make_term(organization, first, rng.choice([None, 1, 2, 3, 5]), ends_on=second)
            if rng.random() < 0.5:
                make.make_term(organization, second, rng.choice([None, 0, 3]))
    instructors = [make.make_instructor(*sorted((day(), day()))) for _ in range(size // 6)]
    for entity in entities:
        for organization in rng.sample(organizations, rng.choice([0, 0, 1, 1, 2])):
            make.cover(entity, organization, rng.choice(SetUpMode.values), *period())
        if rng.random() < 0.4:
            make.assign(rng.choice(instructors), entity, *period())

    def member_values():
        return {
            "status": rng.choice([MembershipStatus.NORMAL] * 5 + list(MembershipStatus)),
            "category": rng.choice(MemberCategory.values),
            "workplace": rng.choice([*entities[: size // 4], None]),
        }

    for _ in range(size * 2):
        member = make.make_member(
            joined_on=rng.choice([date(2010, 7, 1), *days]),
            full_member_on=rng.choice([None, date(2011, 7, 1), *days]), **member_values(),
        )
        changed(member, member_values)
        turn = day()
        make.affiliate(member, rng.choice(organizations), ends_on=turn)
        if rng.random() < 0.9:
            make.affiliate(member, rng.choice(organizations), turn)
        if rng.random() < 0.3:
            make.manage(member, rng.choice(organizations), *period())
    around = sorted({d + timedelta(days=n) for d in days for n in (-1, 0, 1)})
    return rng.sample(around, len(around))
