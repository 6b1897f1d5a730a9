"""Every route × every actor × whose row it is, against the table in tests/permissions.txt.

A route that is missing from the table fails, and so does a line without a route. After a change
that is meant, ``UPDATE_PERMISSIONS=1 pytest tests/test_permissions.py`` writes the table anew; its
difference is then read line by line: a foreign row is 404, an own row without the right is 403,
without signing in there is only the way to the login, and without a grant there is never data.
"""

import os
from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.template.base import Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.backends import AccountBackend
from accounts.models import Grant, User
from accounts.scope import scope_for
from activities.models import Activity, ActivityLog, LogPhoto, Visit
from common import alive
from common.access import ANYONE, PUBLIC, roles_of
from common.models import ExportFile, ImportBatch
from common.periods import month_of
from enterprises.models import Entity
from evaluations.models import Commitment, CommitmentItem, Honour, Nomination, RatingCycle
from members.models import Member
from organizations.models import Instructor, PartyOrganization
from registers.models import Site
from reports.models import Bulletin, ReportRun
from services.models import ServiceItem, Ticket, TicketCategory, TicketPhoto
from services.ticket_forms import FORMS, PRESSED
from tests import factories as make
from tests.activities.logs import log_of
from tests.cast import USERS
from tests.evaluations.cycles import ratings_of
from tests.extent import FULL, few
from tests.ledgers.desk import entity, load
from tests.routes import Route, routes

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("permissions.txt")
ACTORS = ("anonymous", *USERS)
# Those asked without --full: one of each sort, and the town beside.
NINE = (
    "anonymous", "district_staff", "town_a_staff", "town_b_staff", "secretary_a",
    "instructor_a_user", "department_staff", "no_grant", "system_admin",
)
MONTH = month_of(timezone.localdate())
NOBODY = "00000000-0000-0000-0000-000000000000"
# A value for each argument that is no row; a setting, a day, a year, the word of a drill-down.
ARGUMENTS = {
    "reports:rows": {"key": "org_coverage"},
    "reports:state_rows": {"key": "single"},
    "reports:change_rows": {"key": "joined"},
    "reports:due_rows": {"key": "elections"},
    "imports:template": {"kind": "areas"},
    "lookup": {"kind": "entities"},
    "reports:run_file": {"kind": "pdf"},
    "accounts:link": {"token": "none"},
    "health_part": {"part": "web"},
    "accounts:office": {"role": "secretary"},
    "evaluations:row_create": {"part": "bands"},
    "evaluations:row_edit": {"part": "bands", "row": NOBODY},
    "evaluations:part_upload": {"part": "bands"},
    "evaluations:part_file": {"part": "bands"},
    "security:rule_detail": {"key": "login.failure_limit"},
    "security:rule_edit": {"key": "login.failure_limit"},
    "security:rule_cancel": {"key": "login.failure_limit"},
}
# Routes whose pk is not of the model that they show.
ROWS = {
    "organizations:secretary_phone": PartyOrganization, "evaluations:review_list": RatingCycle,
}
# The pages of declared ledgers stand for all of them: tests/registers has the others.
for _page in ("detail", "edit", "history", "secret"):
    ROWS[f"ledgers:record_{_page}"] = Site
for _page in ("list", "create", "detail", "edit", "history", "secret"):
    ARGUMENTS[f"ledgers:record_{_page}"] = {"kind": "sites", "name": "phone"}
COMMON = {"day": date(2026, 10, 1), "year": 2026, "key": "staff_threshold"}


def _activity(organization: PartyOrganization) -> Activity:
    """A lecture of the activities ledger."""
    return Activity.objects.create(
        organization=organization, types=["lecture"], topic="党课", held_on=date(2026, 6, 1)
    )


@pytest.fixture
def records(cast) -> dict[type, dict[str, Any]]:
    """Model → rows by where they stand: in 甲镇, in 乙街道, above both."""
    other = make.make_instructor(name="指导员乙", town=cast.town_b)
    for organization in (cast.organization_a, cast.organization_b, cast.organization_joint):
        make.make_post(organization)
    runs = {
        name: ReportRun.objects.create(number=f"R-{name}", area=area, as_of=date(2026, 6, 30))
        for name, area in (("a", cast.town_a), ("b", cast.town_b), ("above", cast.district))
    }
    logs = {
        "a": log_of(cast.organization_a, MONTH), "b": log_of(cast.organization_b, MONTH),
        "joint": log_of(cast.organization_joint, MONTH),
    }
    visits = visits_of(cast, other)
    return {
        type(cast.town_a): {"a": cast.town_a, "b": cast.town_b, "above": cast.district},
        Entity: {"a": cast.entity_a, "b": cast.entity_b, "joint": cast.entity_joint_b},
        PartyOrganization: {
            "a": cast.organization_a, "b": cast.organization_b, "above": cast.committee,
            "joint": cast.organization_joint,
        },
        Member: {"a": cast.member_a, "b": cast.member_b, "joint": cast.member_joint},
        Instructor: {"a": cast.instructor_a, "b": other},
        ReportRun: runs,
        Site: {
            at: Site.objects.create(kind="rest_stop", name=f"驿站{at}", town=town)
            for at, town in (("a", cast.town_a), ("b", cast.town_b), ("above", None))
        },
        Bulletin: {"a": Bulletin.objects.create(name="工作数据", as_of=date(2026, 6, 30))},
        Activity: {"a": _activity(cast.organization_a), "b": _activity(cast.organization_b)},
        User: {"a": cast.town_a_staff, "own": cast.system_admin},
        Grant: {"a": Grant.objects.get(user=cast.town_a_staff)},
        ExportFile: {"a": export_of(cast.town_a_staff), "b": export_of(cast.town_b_staff)},
        ImportBatch: {"a": batch_of(cast.town_a_staff), "b": batch_of(cast.town_b_staff)},
        ActivityLog: logs,
        LogPhoto: {at: photo_of(log) for at, log in logs.items()},
        Visit: visits,
        **tickets_of(cast, visits),
        **ratings_of(cast),
        Commitment: (commitments := commitments_of(cast)),
        CommitmentItem: {at: item_of(one) for at, one in commitments.items()},
        Honour: {
            "a": honour_of(organization=cast.organization_a), "b": honour_of(entity=cast.entity_b)
        },
        Nomination: {
            "a": nomination_of(cast.organization_a), "b": nomination_of(cast.organization_b)
        },
    }


def visits_of(cast: Any, other: Instructor) -> dict[str, Visit]:
    """A visit in 甲镇, one from there to 乙街道, one in 乙街道."""
    made = {
        "a": (cast.instructor_a, cast.entity_a), "ab": (cast.instructor_a, cast.entity_free),
        "b": (other, cast.entity_b),
    }
    return {
        at: Visit.objects.create(instructor=who, entity=whom, visited_on=date(2026, 10, 1))
        for at, (who, whom) in made.items()
    }


def tickets_of(cast: Any, visits: dict[str, Visit]) -> dict[type, dict[str, Any]]:
    """A ticket from each visit that the office has, one that a department works on; a photo of
    each."""
    elsewhere = make.make_entity(name="丙三鞋厂", town=cast.town_b)
    department = Grant.objects.get(user=cast.department_staff).department
    tickets = {
        at: make_ticket(at, visit=visit, entity=visit.entity) for at, visit in visits.items()
    }
    tickets["dep"] = make_ticket("dep", entity=elsewhere, department=department)
    photos = {}
    for at, ticket in tickets.items():
        photos[at] = TicketPhoto(ticket=ticket, size=1, digest=at)
        photos[at].file.save(f"{ticket.pk}.jpg", ContentFile(b"x"))
    category = TicketCategory.objects.create(name="停车")
    item = ServiceItem.objects.create(
        name="共享仓库", kind="site", category=category, summary="按天租用", guide="到园区办理"
    )
    return {
        Ticket: tickets, TicketPhoto: photos, TicketCategory: {"any": category},
        ServiceItem: {"any": item},
    }


def make_ticket(at: str, **values: Any) -> Ticket:
    """A ticket that somebody works on."""
    return Ticket.objects.create(
        number=at, title="要路灯", registered_on=date(2026, 10, 1), state="working",
        channel="visit", kind="request", **values,
    )


def commitments_of(cast: Any) -> dict[str, Commitment]:
    """A draft in 甲镇 and one in 乙街道."""
    pairs = {
        "a": (cast.organization_a, cast.entity_a), "b": (cast.organization_b, cast.entity_b)
    }
    return {
        at: Commitment.objects.create(
            organization=organization, entity=entity, year=2026, signed_on=date(2026, 3, 1)
        )
        for at, (organization, entity) in pairs.items()
    }


def item_of(commitment: Commitment) -> CommitmentItem:
    """A promise of the organization."""
    return commitment.items.create(side="organization", number=1, text="一项")


def honour_of(**whose: Any) -> Honour:
    """An honour of the district."""
    return Honour.objects.create(
        kind="benchmark", name="标杆", level="district", year=2026, **whose
    )


def nomination_of(organization: PartyOrganization) -> Nomination:
    """A good branch, recommended."""
    return Nomination.objects.create(
        kind="good_branch", year=2026, organization=organization, deeds="三件实事",
        nominated_on=date(2026, 10, 1),
    )


def export_of(user: Any) -> ExportFile:
    """An export that is still to be made."""
    return ExportFile.objects.create(list_name="x", title="名单", total=1, asked_by=user)


def photo_of(log: ActivityLog) -> LogPhoto:
    """A photo of a log."""
    photo = LogPhoto(log=log, width=1, height=1, size=1, digest=str(log.pk))
    photo.file.save(f"{log.pk}.jpg", ContentFile(b"x"))
    return photo


def batch_of(user: Any) -> ImportBatch:
    """A checked batch with a problem row."""
    return load("enterprises", [entity("某店", 所属镇街="")], user=user, check_only=True)


def model_of(route: Route) -> type:
    return ROWS.get(route.name) or route.view.view_class.model


def places(route: Route, records: dict) -> dict[str, dict[str, Any]]:
    """Position → arguments of the route's address."""
    fixed = {
        name: ARGUMENTS.get(route.name, COMMON).get(name, COMMON.get(name))
        for name in route.arguments if name != "pk"
    }
    if "pk" not in route.arguments:
        return {"-": fixed}
    rows = records[model_of(route)]
    return {position: {**fixed, "pk": row.pk} for position, row in rows.items()}


@pytest.fixture(autouse=True)
def _worker_and_beat_are_there():
    """All tests long, or the page of health would be 503."""
    keys = {alive.key(part): 1 for part in ("worker", "beat")}
    with alive.client() as redis:
        redis.mset(keys)
        yield
        redis.delete(*keys)


# One for all clients, or each would load the middleware.
HANDLER = Client(raise_request_exception=False).handler


def signed_in(session: str) -> Client:
    """A new client of a session; an answer may sign the one before out."""
    client = Client(raise_request_exception=False)
    client.handler = HANDLER
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def status(session: str, method: str, url: str) -> int:
    """The status of an answer."""
    client = signed_in(session)
    answer = client.post(url) if method == "POST" else client.get(url)
    if answer.streaming:
        answer.getvalue()  # to its end, which closes the file
    return answer.status_code


def taken_back(session: str, method: str, url: str) -> int:
    """The same; whatever it does is taken back."""
    with transaction.atomic():
        found = status(session, method, url)
        transaction.set_rollback(True)
    return found


def statuses(
    sessions: dict[str, str], method: str, url: str, actors: Sequence[str] = ACTORS
) -> list[int]:
    """The status of each actor. A POST of one must not be there for the next; all that a GET
    writes is who has read."""
    if method == "POST":
        return [taken_back(sessions[actor], method, url) for actor in actors]
    with transaction.atomic():
        return [status(sessions[actor], method, url) for actor in actors]


def asked(records: dict) -> Iterator[tuple[Route, str, str, str]]:
    """(route, method, position, address) of everything that is tried."""
    for route in routes():
        for method in sorted(route.methods):
            for position, arguments in places(route, records).items():
                yield route, method, position, reverse(route.name, kwargs=arguments)


@pytest.fixture
def known_users(monkeypatch) -> None:
    """Users with their grants are read once, not for each of thousands of requests, and sessions
    do not note over and over that somebody was here, which is taken back each time."""
    known: dict[Any, User | None] = {}
    read = AccountBackend.get_user

    def get_user(self: AccountBackend, pk: Any) -> User | None:
        if pk not in known:
            known[pk] = read(self, pk)
        return copy(known[pk])

    monkeypatch.setattr(AccountBackend, "get_user", get_user)
    monkeypatch.setattr("accounts.middleware.NOTED", 24 * 3600)


@pytest.fixture
def sessions(cast) -> dict[str, str]:
    """Actor → key of the session."""
    found = {"anonymous": ""}
    for name in USERS:
        client = Client()
        client.force_login(cast.user(name))
        client.get("/me/")  # the session notes when it began, and later requests only read it
        found[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return found


def read_table() -> dict[tuple[str, str, str], list[int]]:
    lines = [line.split() for line in TABLE.read_text().splitlines() if line[:1] not in ("", "#")]
    return {(name, method, at): [int(n) for n in rest] for name, method, at, *rest in lines}


def write_table(found: dict[tuple[str, str, str], list[int]]) -> None:
    head = "# Expected statuses. Columns: " + " ".join(ACTORS) + "\n"
    body = "".join(
        f"{name:34} {method:4} {at:6} {' '.join(map(str, row))}\n"
        for (name, method, at), row in found.items()
    )
    TABLE.write_text(head + body)


def is_lean(route: Route, method: str, at: str) -> bool:
    """Whether a line is tried without --full: a view looks for its row before it looks at the
    method, so rows beyond 甲镇 and 乙街道 are posted to only where nothing can be read."""
    return method == "GET" or at in ("-", "a", "b") or "GET" not in route.methods


def test_every_route_answers_as_the_table_says(records, sessions, known_users, monkeypatch):
    monkeypatch.setattr(Template, "render", lambda *_args, **_kwargs: "")
    is_new = bool(os.environ.get("UPDATE_PERMISSIONS"))
    questions = list(asked(records))
    actors = ACTORS if is_new or FULL else NINE
    found = {
        (route.name, method, at): statuses(sessions, method, url, actors)
        for route, method, at, url in questions
        if is_new or FULL or is_lean(route, method, at)
    }
    if is_new:
        write_table(found)
    expected = read_table()
    assert {(route.name, method, at) for route, method, at, _ in questions} == set(expected)
    columns = [ACTORS.index(actor) for actor in actors]
    wrong = {
        key: (row, wanted) for key, row in found.items()
        if row != (wanted := [expected[key][at] for at in columns])
    }
    assert wrong == {}


def test_the_table_keeps_the_rules(cast, records):
    """The same once more from the declarations: roles decide 403, the scope decides 404."""
    table = read_table()
    scopes = {name: scope_for(cast.user(name)) for name in USERS}

    @cache
    def reached(name: str, model: Any, roles: frozenset[str] | None = None) -> set:
        """Ids of the rows that a user reaches, by grants of these roles."""
        scope = scopes[name] if roles is None else scopes[name].only(roles)
        return set(model.objects.within(scope).values_list("pk", flat=True))

    wrong = {}
    for route, method, at, _url in asked(records):
        anonymous, *row = table[route.name, method, at]
        roles = roles_of(route.view)
        if roles != PUBLIC and anonymous != 302:
            wrong[route.name, method, at, "anonymous"] = anonymous
        for name, code in zip(USERS, row, strict=True):
            of_user = partial(reached, name)
            allowed = permitted(route, scopes[name].roles, of_user, records, at, method)
            allowed |= {404} if route.name in KNOWN else set()
            allowed |= {403} if route.name in NARROWER else set()
            if code not in allowed | {405}:
                wrong[route.name, method, at, name] = code
    assert wrong == {}


def permitted(route, held, reached, records, at, method) -> set[int]:
    """The statuses that the rules leave open to somebody who holds these roles."""
    roles = roles_of(route.view)
    if roles in (ANYONE, PUBLIC):
        return {200, 302, 400, 405}
    if "pk" in route.arguments and hasattr((model := model_of(route)).objects, "within"):
        row = records[model][at].pk
        if row not in reached(model):
            return {404}
        if not roles & held or row not in reached(model, frozenset(roles)):
            return {403}
        return {200, 302, 409}  # an empty form is told what is wrong with it
    if not roles & held:
        return {403}
    return {200, 302, 403} if method == "POST" else {200, 302}


# What the rules above do not know, each with its reason.
KNOWN = {
    "evaluations:row_edit": "a row that the scheme does not have: 404",
    "exports:export_detail": "also the district sees only its own: 404",
    "exports:export_file": "an export that is not made yet has no file: 404",
    "imports:template": "a kind that one may not import has no template: 404",
    "organizations:secretary_phone": "an organization without a secretary: 404",
    "reports:run_file": "a report that is not built yet has no file: 404",
}

NARROWER = {
    "evaluations:review_evidence": "only whose turn it is adds evidence: 403",
    "activities:visit_edit": "only who recorded it, and the town of its instructor: 403",
    **{
        f"services:ticket_{verb}": "only whose turn it is (services/ticket_rights.py): 403"
        for verb in (*FORMS, *PRESSED)
    },
}


PEOPLE = ("党员a", "指导员甲")
NAMES = ("甲一", "乙一", "乙二", "甲联", "乙联", "党员a", "党员b", "指导员甲", "行业委员会", "R-a")


@pytest.mark.parametrize("actor", few(
    ("audit_admin", "department_staff", "no_grant", "system_admin", "security_admin")
))
def test_without_business_rows_no_page_names_a_record(records, sessions, known_users, actor):
    """The trail says whose record was changed; people are shortened there."""
    for route, method, _at, url in asked(records):
        if method == "GET":
            answer = signed_in(sessions[actor]).get(url, {"q": "甲"})
            text = answer.getvalue().decode(errors="replace")
            is_trail = actor == "audit_admin" and route.name.startswith("trail:")
            assert answer.status_code < 500
            names = PEOPLE if is_trail else NAMES
            assert [name for name in names if name in text] == [], url


@pytest.mark.full
def test_other_methods_break_nothing(records, sessions, known_users, monkeypatch):
    """Django takes a PUT of a form for a POST; an empty one saves nothing. A link that is not
    known says so to every method."""
    monkeypatch.setattr(Template, "render", lambda *_args, **_kwargs: "")
    addresses = {route.name: (route, url) for route, _method, _at, url in asked(records)}
    for route, url in addresses.values():
        for actor in ("anonymous", "district_staff"):
            for method in ("put", "delete"):
                code = getattr(signed_in(sessions[actor]), method)(url).status_code
                known = {302, 403, 404, 405}
                if method == "put" or route.name == "accounts:link":
                    known.add(200)
                assert code in known, (route.name, method, code)
