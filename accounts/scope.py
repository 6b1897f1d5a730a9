"""Who may see a row: ``scope_for(user)`` builds the only way in, ``Model.objects.within(scope)``
uses it (common/scoping.py). Several grants add up; no grant, no rows.

Area grants are kept as sets of ids by the column they bind: a grant on a district binds 所属镇街 to
its towns, one on a park binds 园区, and so on. 所属镇街, 村社区, 园区 and 网格 of a record are
independent values, so a town's scope is its own 所属镇街 and nothing that merely lies nearby.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.choices import ADMIN_ROLES, AREA_ROLES, STAFF_ROLES, Role
from accounts.models import Grant, User
from areas.choices import AreaLevel
from areas.models import Area
from areas.queries import subtree_ids
from common.scoping import reaches

# The column of a record that a grant on an area of this level binds.
_BOUND_COLUMN = {
    AreaLevel.TOWN: "town",
    AreaLevel.PARK: "park",
    AreaLevel.COMMUNITY: "community",
    AreaLevel.GRID: "grid",
}

# Verbs and who has them; those on business records first. Rows are limited by the scope besides.
RIGHTS: Mapping[str, frozenset[str]] = {
    "read_ledgers": STAFF_ROLES | {Role.SECRETARY, Role.INSTRUCTOR},
    "read_areas": STAFF_ROLES,
    "read_members": STAFF_ROLES | {Role.SECRETARY},
    "read_instructors": STAFF_ROLES | {Role.INSTRUCTOR},
    "edit_ledgers": STAFF_ROLES,
    "edit_areas": frozenset({Role.DISTRICT, Role.IMPORTER}),
    "edit_members": STAFF_ROLES | {Role.SECRETARY},
    "import": STAFF_ROLES,
    "export": STAFF_ROLES,
    "see_identity": STAFF_ROLES | {Role.SECRETARY},
    "export_identity": frozenset({Role.DISTRICT, Role.TOWN, Role.IMPORTER}),
    "read_figures": frozenset({Role.DISTRICT, Role.SECTOR, Role.TOWN}),
    "build_reports": frozenset({Role.DISTRICT, Role.TOWN}),
    "read_rules": STAFF_ROLES,
    "edit_rules": frozenset({Role.DISTRICT}),
    # Logs: the secretary files, the town accepts or returns, the district confirms.
    "read_logs": STAFF_ROLES | {Role.SECRETARY},
    "file_logs": frozenset({Role.SECRETARY}),
    "review_logs": frozenset({Role.TOWN}),
    "confirm_logs": frozenset({Role.DISTRICT}),
    "exempt_logs": frozenset({Role.DISTRICT, Role.TOWN}),
    "reopen_logs": frozenset({Role.DISTRICT, Role.TOWN}),
    "remind": frozenset({Role.DISTRICT, Role.SECTOR, Role.TOWN}),
    "read_visits": STAFF_ROLES | {Role.INSTRUCTOR},
    "record_visits": frozenset({Role.INSTRUCTOR, Role.TOWN}),
    "read_load": frozenset({Role.DISTRICT, Role.TOWN}),
    # Ratings: the branch assesses itself, town and district review, the district runs cycles.
    "read_ratings": frozenset({Role.DISTRICT, Role.SECTOR, Role.TOWN, Role.SECRETARY}),
    "rate_self": frozenset({Role.SECRETARY}),
    "rate_town": frozenset({Role.TOWN}),
    "rate_district": frozenset({Role.DISTRICT}),
    "judge_vetoes": frozenset({Role.DISTRICT, Role.TOWN}),
    "commit": frozenset({Role.SECRETARY, Role.TOWN}),
    "read_commitments": STAFF_ROLES | {Role.SECRETARY},
    "edit_commitments": STAFF_ROLES | {Role.SECRETARY},
    "read_honours": STAFF_ROLES | {Role.SECRETARY},
    "nominate": frozenset({Role.SECRETARY, Role.TOWN}),
    "run_cycles": frozenset({Role.DISTRICT}),
    "edit_schemes": frozenset({Role.DISTRICT}),
    # Tickets: raised by whoever hears of them, accepted and assigned by the town or the district,
    # handled by departments, rated by the enterprise. Whose turn it is: services/ticket_rights.py.
    "read_tickets": STAFF_ROLES | {Role.SECRETARY, Role.INSTRUCTOR, Role.DEPARTMENT},
    "raise_tickets": frozenset({Role.SECRETARY, Role.INSTRUCTOR, Role.TOWN, Role.DISTRICT}),
    "assign_tickets": frozenset({Role.DISTRICT, Role.TOWN}),
    "sign_tickets": frozenset({Role.DEPARTMENT}),
    "handle_tickets": frozenset({Role.DISTRICT, Role.TOWN, Role.DEPARTMENT}),
    "resume_tickets": frozenset({
        Role.DISTRICT, Role.TOWN, Role.DEPARTMENT, Role.SECRETARY, Role.INSTRUCTOR,
    }),
    "rate_tickets": frozenset({Role.DISTRICT, Role.TOWN, Role.SECRETARY, Role.INSTRUCTOR}),
    "conclude_tickets": frozenset({Role.DISTRICT}),
    "record_help": frozenset({Role.DISTRICT, Role.TOWN, Role.DEPARTMENT}),
    "read_menu": STAFF_ROLES | {Role.SECRETARY, Role.INSTRUCTOR, Role.DEPARTMENT},
    "edit_menu": frozenset({Role.DISTRICT}),
    # The three administrators: each has one, and nobody else has any of them.
    "manage_accounts": frozenset({Role.SYSTEM_ADMIN}),
    "edit_security": frozenset({Role.SECURITY_ADMIN}),
    "read_trail": frozenset({Role.AUDIT_ADMIN}),
    # Files that one has asked for oneself.
    "take_exports": STAFF_ROLES | {Role.AUDIT_ADMIN},
}


@dataclass(frozen=True)
class Scope:
    """The rows and verbs of one user today. Empty means nothing."""

    user_id: uuid.UUID | None = None
    everything: bool = False
    roles: frozenset[str] = frozenset()
    areas: Mapping[str, frozenset[uuid.UUID]] = field(default_factory=dict)
    roots: tuple[uuid.UUID, ...] = ()
    organizations: frozenset[uuid.UUID] = frozenset()
    subtrees: frozenset[uuid.UUID] = frozenset()
    instructors: frozenset[uuid.UUID] = frozenset()
    departments: frozenset[uuid.UUID] = frozenset()
    # The grants that made it, for :meth:`only`.
    grants: tuple[Grant, ...] = field(default=(), compare=False, repr=False)
    # What reaches have read for this scope. It lives no longer than a request or a job.
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def may(self, verb: str) -> bool:
        """Whether any role of the user has the right ``verb`` (a key of RIGHTS)."""
        return bool(self.roles & RIGHTS[verb])

    def only(self, roles: Iterable[str]) -> "Scope":
        """The part of the scope that grants of these roles make: the right of one grant does not
        reach the rows of another."""
        wanted = frozenset(roles)
        if not self.grants or self.roles <= wanted:
            return self
        return _built(self.user_id, [grant for grant in self.grants if grant.role in wanted])

    def in_areas(self, *columns: str, prefix: str = "") -> Q | None:
        """The condition that one of ``columns`` lies in a granted area; None when none can."""
        condition = None
        for column in columns:
            ids = self.areas.get(column)
            if ids:
                part = Q(**{f"{prefix}{column}__in": ids})
                condition = part if condition is None else condition | part
        return condition

    def covers(self, values: Mapping[str, uuid.UUID | None]) -> bool:
        """Whether a record with these area values ("town", "park", …) lies in a granted area."""
        return self.everything or any(
            values.get(column) in ids for column, ids in self.areas.items()
        )


def district_scope() -> Scope:
    """The scope of a command without --user: the district itself acts."""
    return Scope(everything=True, roles=frozenset({Role.DISTRICT, Role.IMPORTER}))


def acting_scope(user: User | None, right: str = "") -> Scope:
    """The scope in which a command or a job acts: its asker's as far as the ``right`` goes, or
    the district's."""
    if user is None:
        return district_scope()
    scope = scope_for(user)
    return scope.only(RIGHTS[right]) if right else scope


def scope_for(user: User | None, grants: list[Grant] | None = None) -> Scope:
    """The scope of ``user`` today, from grants that hold. Three-administrator roles see no
    business rows (design.md §1). ``grants``: those of today, if they have just been read."""
    if user is None or not user.is_authenticated or not user.is_active:
        return Scope()
    if grants is None:
        grants = Grant.objects.held(user.pk)
    return _built(user.pk, grants)


def _built(user_id: uuid.UUID | None, grants: list[Grant]) -> Scope:
    """The scope that ``grants`` make together."""
    roles = frozenset(grant.role for grant in grants)
    business = [grant for grant in grants if grant.role not in ADMIN_ROLES]
    by_area = [grant.area for grant in business if grant.role in AREA_ROLES and grant.area]
    everything = any(_is_root(grant) for grant in business)
    memo: dict[str, Any] = {}
    return Scope(
        user_id=user_id,
        grants=tuple(grants),
        everything=everything,
        roles=roles,
        areas={} if everything or not by_area else _bound(by_area, _tree(memo)),
        roots=tuple(area.pk for area in by_area),
        organizations=_ids(business, Role.SECRETARY, "organization_id"),
        subtrees=_ids(business, Role.SECTOR, "organization_id"),
        instructors=_ids(business, Role.INSTRUCTOR, "instructor_id"),
        departments=_ids(business, Role.DEPARTMENT, "department_id"),
        memo=memo,
    )


def _tree(memo: dict[str, Any]) -> list[Area]:
    """What stands under what, read once for a scope."""
    if "tree" not in memo:
        memo["tree"] = list(Area.objects.order_by().only("id", "parent", "level"))
    return memo["tree"]


def _ids(grants: Iterable[Grant], role: str, column: str) -> frozenset[uuid.UUID]:
    found = (getattr(grant, column) for grant in grants if grant.role == role)
    return frozenset(pk for pk in found if pk)


def _is_root(grant: Grant) -> bool:
    """A grant on the root of the tree takes in every row, placed or not."""
    return (
        grant.role in AREA_ROLES
        and grant.area is not None
        and grant.area.parent_id is None
        and grant.area.level not in _BOUND_COLUMN
    )


def _bound(
    roots: list[Area], areas: Iterable[Area] | None = None
) -> dict[str, frozenset[uuid.UUID]]:
    """Granted areas → ids by column: below a district its towns, else the level's own column."""
    result: dict[str, set[uuid.UUID]] = {}
    for root in roots:
        level = root.level if root.level in _BOUND_COLUMN else AreaLevel.TOWN
        below = subtree_ids([root.pk], level, areas)
        result.setdefault(_BOUND_COLUMN[level], set()).update(below)
    return {column: frozenset(ids) for column, ids in result.items()}


def area_scope(area: Area, areas: Iterable[Area] | None = None) -> Scope:
    """The rows of one area, for figures of an area whoever asks. ``areas``: all of them, if they
    have been read already."""
    if area.parent_id is None and area.level not in _BOUND_COLUMN:
        return Scope(everything=True)
    return Scope(areas=_bound([area], areas), roots=(area.pk,))


@reaches("areas.Area")
def areas_of_grants(scope: Scope, _day: date) -> Q | None:
    """A granted area, everything below it and the way up to the root; for a sector committee,
    which works in the whole district, all of them."""
    if scope.subtrees:
        return Q(pk__isnull=False)
    if not scope.roots:
        return None
    if "areas" not in scope.memo:
        tree = _tree(scope.memo)
        wanted = subtree_ids(scope.roots, areas=tree)
        parents = {area.pk: area.parent_id for area in tree}
        for root in scope.roots:
            while root:
                wanted.add(root)
                root = parents.get(root)
        scope.memo["areas"] = wanted
    return Q(pk__in=scope.memo["areas"])
