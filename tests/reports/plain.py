"""The coverage family once more, in plain Python over single rows (ledgers.md §3, to the letter):
what the queries are compared with."""

from common import parameters
from common.dated import BEGINNING
from enterprises.choices import BusinessStatus, EntityKind
from enterprises.models import Entity
from members.choices import MemberCategory, MembershipStatus
from members.models import Member
from organizations.choices import MODE_RANK, CoverageState, OrganizationStatus, SetUpMode
from organizations.models import PartyOrganization
from organizations.rules import election_due

BEST = {SetUpMode.SINGLE: CoverageState.SINGLE, SetUpMode.JOINT: CoverageState.JOINT}


def at(rows, day):
    return [row for row in rows.all() if row.starts_on <= day < row.ends_on]


def state(record, day):
    (row,) = at(record.states, day)
    return row


# --- Entities -----------------------------------------------------------------------------------


def every_entity():
    return Entity.objects.prefetch_related(
        "states", "coverage_links__organization", "assignments__instructor__appointments",
        "assignments__instructor__visits",
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
        or any(
            at(instructor.appointments, day) and came_lately(instructor, entity, day)
            for instructor in instructors
        )
    )


def came_lately(instructor, entity, day):
    """The setting work_coverage.visit_days; 0: nobody need come."""
    days = parameters.value("work_coverage.visit_days", on=day)
    return not days or any(
        visit.entity_id == entity.pk and 0 <= (day - visit.visited_on).days <= days
        for visit in instructor.visits.all()
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


def is_within_term(organization, day):
    term = latest_term(organization, day)
    return day < election_due(term.starts_on, term.years)


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
        "election_on_time": split(with_term, lambda o: is_within_term(o, day)),
    }
