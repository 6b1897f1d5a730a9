"""What the pages of one organization and of one instructor show, as of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, QuerySet

from common.access import may_on
from common.additions import parts_of
from common.dated import BEGINNING, holding
from common.lists import Head
from common.tables import Column, Table
from common.timelines import Bar, days_in_words
from enterprises.models import Entity
from enterprises.queries import status_words as entity_status_words
from enterprises.tables import STATUS_TONES as ENTITY_TONES
from organizations.choices import MODE_RANK, SetUpMode
from organizations.coverage import serving_assignments, valid_links
from organizations.entity_pages import address_of, visible_ids
from organizations.models import (
    Appointment,
    Assignment,
    CoverageLink,
    Instructor,
    PartyOrganization,
    Post,
    Term,
)
from organizations.queries import (
    Tree,
    listed,
    serving_words,
    set_computed,
    stage_words,
)
from organizations.rules import election_due
from organizations.tables import ORGANIZATION_COLUMNS, SERVING_TONES

# Rows of a list inside a page; the whole list is a click away.
SHOWN, BELOW_SHOWN = 10, 30


@dataclass(frozen=True)
class Named:
    """A record by name, with its address where the user may open it."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Shown:
    """Some rows of a list: how many there are, how many of them the user may not see, and how many
    more than the shown ones may be seen."""

    rows: Sequence[Any]
    total: int
    unseen: int = 0
    more: int = 0

    @property
    def seen(self) -> int:
        """How many the user may see: the rows of their list."""
        return self.total - self.unseen


# --- Organizations ------------------------------------------------------------------------------


def may_edit(record: Any, scope: Any) -> bool:
    """Whether the user may change this record's ledger row."""
    return may_on(record, scope, "edit_ledgers")


def place_in_tree(organization: PartyOrganization, tree: Tree, scope: Any) -> list[Named]:
    """The superiors, the root first."""
    above = tree.above(organization.pk)
    found = PartyOrganization.objects.in_bulk(above)
    rows = [found[pk] for pk in above if pk in found]
    visible = visible_ids(rows, scope)
    return [Named(str(row), address_of(row) if row.pk in visible else "") for row in rows]


def subordinates(
    organization: PartyOrganization, tree: Tree, scope: Any, day: date
) -> Mapping[str, Any]:
    """The organizations directly under it that are active on ``day``, as a table with counts."""
    ids = tree.children(organization.pk)
    active = PartyOrganization.objects.active(day).filter(pk__in=ids)
    visible = listed(active.within(scope), day)
    parts = parts_of(PartyOrganization)
    for part in parts:
        visible = part.annotate(visible, day) if part.annotate else visible
    total = active.count()
    seen = visible.count() if total else 0
    rows = list(visible.order_by("name", "pk")[:BELOW_SHOWN]) if seen else []
    set_computed(rows, scope, day)
    for part in parts:
        if part.prepare:
            part.prepare(rows, scope, day)
    for row in rows:
        row.below_count = len(tree.below([row.pk])) - 1
    columns = _columns_of_subordinates([column for part in parts for column in part.columns])
    return {
        "rows": rows, "table": Table(columns, rows), "heads": [Head(column) for column in columns],
        "total": total, "unseen": total - seen, "more": seen - len(rows),
    }


def _columns_of_subordinates(added: Sequence[Column]) -> list[Column]:
    known = {column.key: column for column in ORGANIZATION_COLUMNS}
    below = Column("below", "下级", value="below_count", kind="number")
    plain = Column("name", "党组织", link=known["name"].link, fixed=True)
    shown = [column for column in added if column.shown]
    return [plain, known["category"], known["secretary"], below, known["covered"], *shown]


def covered_entities(organization: PartyOrganization, scope: Any, day: date) -> Shown:
    """The entities that it covers on ``day``, by mode and name."""
    links = valid_links(day).filter(organization=organization)
    total = links.count()
    visible = links
    if not scope.everything:
        visible = links.filter(entity__in=Entity.objects.within(scope).values("pk"))
    seen = visible.count() if total else 0
    rows = list(
        visible.select_related("entity")
        .annotate(
            state=FilteredRelation(
                "entity__states", condition=holding(day, "entity__states__")
            ),
            entity_status=F("state__status"),
            town_name=F("state__town__name"),
        )
        .order_by("entity__name", "entity__pk")[:SHOWN]
    ) if seen else []
    for row in rows:
        row.status_words = entity_status_words(row.entity_status, row.entity.closed_on, day)
        row.status_tone = ENTITY_TONES.get(row.status_words, "")
        row.since = "" if row.starts_on == BEGINNING else row.starts_on
    return Shown(rows, total, total - seen, seen - len(rows))


@dataclass(frozen=True)
class PostLine:
    """A secretary with the time in post."""

    post: Post
    period: str
    is_current: bool


def posts(organization: PartyOrganization, day: date) -> list[PostLine]:
    """Secretaries, the latest first."""
    rows = Post.objects.filter(organization=organization).order_by("-starts_on")
    return [PostLine(row, _period(row), row.starts_on <= day < row.ends_on) for row in rows]


@dataclass(frozen=True)
class TermLine:
    """A 本届: when it began, when the next election is due, what is to be said of it."""

    starts_on: date | None
    years: int | None
    due: date | None
    is_current: bool
    stage: str = ""
    is_overdue: bool = False


def terms(organization: PartyOrganization, day: date) -> list[TermLine]:
    """Terms, the latest first; the one that has begun last by ``day`` is current."""
    rows = list(Term.objects.filter(organization=organization).order_by("-starts_on"))
    current = next((row for row in rows if BEGINNING < row.starts_on <= day), None)
    return [_term(row, day, is_current=row is current) for row in rows]


def _term(row: Term, day: date, *, is_current: bool) -> TermLine:
    starts_on = None if row.starts_on == BEGINNING else row.starts_on
    due = election_due(starts_on, row.years) if starts_on and row.years else None
    if not is_current:
        return TermLine(starts_on, row.years, due, is_current=False)
    return TermLine(
        starts_on, row.years, due, is_current=True, stage=stage_words(due, day),
        is_overdue=bool(due and due <= day),
    )


def instructors(organization: PartyOrganization, scope: Any, day: date) -> list[dict[str, Any]]:
    """Instructors who serve on ``day`` and are assigned to the organization."""
    found = list(
        serving_assignments(day).filter(organization=organization).select_related("instructor")
    )
    ends = dict(
        Appointment.objects.at(day)
        .filter(instructor__in=[one.instructor_id for one in found])
        .values_list("instructor", "ends_on")
    )
    may_open = scope.may("read_instructors")
    visible = visible_ids([one.instructor for one in found], scope) if may_open else set()
    return [
        {
            "instructor": one.instructor,
            "url": address_of(one.instructor) if one.instructor_id in visible else "",
            "since": None if one.starts_on == BEGINNING else one.starts_on,
            "last_day": ends[one.instructor_id] - timedelta(days=1),
        }
        for one in found
    ]


# --- Instructors --------------------------------------------------------------------------------


@dataclass(frozen=True)
class TermOfOffice:
    """A 聘期 in words."""

    starts_on: date
    last_day: date
    place: str
    words: str
    tone: str


def appointments(instructor: Instructor, day: date) -> list[TermOfOffice]:
    """聘期, the latest first."""
    rows = Appointment.objects.filter(instructor=instructor).select_related("town", "grid")
    return [
        TermOfOffice(
            row.starts_on, row.ends_on - timedelta(days=1),
            "　".join(str(place) for place in (row.town, row.grid) if place),
            words := serving_words(row.starts_on, row.ends_on, day), SERVING_TONES.get(words, ""),
        )
        for row in rows.order_by("-starts_on")
    ]


@dataclass(frozen=True)
class Assigned:
    """What an instructor is assigned to on a day."""

    entities: Shown
    organizations: Shown
    pending: Sequence[str]


def assigned(instructor: Instructor, scope: Any, day: date) -> Assigned:
    """Entities, organizations and texts that no record carries yet; the instructor's own page
    names them all to whoever may see the records."""
    rows = Assignment.objects.at(day).filter(instructor=instructor)
    return Assigned(
        _assigned_entities(rows.filter(entity__isnull=False), scope, day),
        _assigned_organizations(rows.filter(organization__isnull=False), scope),
        sorted(rows.exclude(pending_text="").values_list("pending_text", flat=True)),
    )


def _assigned_entities(rows: QuerySet[Assignment], scope: Any, day: date) -> Shown:
    total = rows.count()
    visible = rows
    if not scope.everything:
        visible = rows.filter(entity__in=Entity.objects.within(scope).values("pk"))
    seen = visible.count() if total else 0
    found = list(
        visible.select_related("entity").order_by("entity__name", "entity__pk")[:SHOWN]
    ) if seen else []
    links = valid_links(day).filter(entity__in=[row.entity_id for row in found])
    best: dict[Any, CoverageLink] = {}
    for link in sorted(
        links.select_related("organization"), key=lambda x: (-MODE_RANK[x.mode], x.starts_on)
    ):
        best[link.entity_id] = link
    for row in found:
        row.period = _period(row)
        link = best.get(row.entity_id)
        row.covered_by = f"{link.organization}　{SetUpMode(link.mode).label}" if link else ""
    return Shown(found, total, total - seen, seen - len(found))


def _assigned_organizations(rows: QuerySet[Assignment], scope: Any) -> Shown:
    found = list(rows.select_related("organization").order_by("organization__name"))
    visible = visible_ids([row.organization for row in found], scope)
    for row in found:
        row.period = _period(row)
        row.url = address_of(row.organization) if row.organization_id in visible else ""
    return Shown(found, len(found))


def _period(row: Any) -> str:
    return days_in_words(Bar(row.starts_on, row.ends_on, "")) or "一直"
