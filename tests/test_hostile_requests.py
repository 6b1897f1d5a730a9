"""What no page ever sends: garbage in addresses, queries, bodies and headers. The answer is a
normal page or 400 / 403 / 404, never 500; a foreign row is never touched.

Every page gets every kind of garbage with --full; else the pages take turns, so that every page
and every kind is tried, but not each with each. tests/test_hostile_http.py has the rest.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from common.trace import tracked_tables
from tests.extent import FULL
from tests.routes import routes
from tests.test_permissions import asked, places, records  # noqa: F401 -- a fixture

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db

FINE = {200, 301, 302, 400, 403, 404, 405}
NAUGHTY = (
    "-1", "99999999999999999999", "'\"><script>", "0001-01-01", "12026-02-30", "\ud7ff\U0010ffff٣",
    "NaN",
)
NUL, LONG = "a\x00b", "x" * 10_000
NOBODY = "0b0e6b5e-0000-4000-8000-000000000000"
# Parameters that pages know, and look-ups that they must not.
KNOWN = (
    "q", "at", "per", "sort", "cols", "as_of", "against", "start", "area", "part", "town", "kind",
    "status", "key", "page", "tab", "next", "year", "month", "effective_on", "by",
)
UNKNOWN = (
    "pk", "id__in", "grants__user", "phone__startswith", "state__town__name", "order_by",
    "_connector", "_negated", "q__in", "town[]",
)
PARAMETERS = KNOWN + UNKNOWN


@pytest.fixture
def client(cast) -> Client:
    """District staff, who may open the most; a failure is an answer, not an exception."""
    found = Client(raise_request_exception=False)
    found.force_login(cast.district_staff)
    return found


def gets(records) -> dict[str, str]:  # noqa: F811
    """Route → one address of each route that is read; /healthz rightly says 503 without a worker
    and takes no parameters."""
    return {
        route.name: url for route, method, _at, url in asked(records)
        if method == "GET" and not route.name.startswith(("accounts:log", "health"))
    }


def code_of(answer) -> int:
    """The status of an answer, read to its end, which closes its file."""
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


@pytest.fixture
def some(request):
    """Which of several kinds of garbage the page of this number gets: all, or without --full one
    for every third page, for others in each test."""
    turn = sum(request.node.name.encode())

    def chosen(kinds: Sequence[Any], number: int) -> Sequence[Any]:
        if FULL:
            return kinds
        return [] if (number + turn) % 3 else [kinds[number % len(kinds)]]

    return chosen


def refused(answers) -> dict:
    """Those that are neither a page nor a refusal."""
    return {question: code for question, code in answers if code not in FINE}


@pytest.mark.full
def test_unknown_values_of_parameters(records, client, some):  # noqa: F811
    """Garbage in all known and unknown parameters at once, another in each; the longest in one."""
    answers = []
    for number, (name, url) in enumerate(gets(records).items()):
        for turn in some(range(len(NAUGHTY)), number):
            sent = {key: NAUGHTY[(turn + at) % len(NAUGHTY)] for at, key in enumerate(PARAMETERS)}
            sent["q"] = LONG if turn % 2 else sent["q"]
            answers.append(((name, turn), code_of(client.get(url, sent))))
    assert refused(answers) == {}


def test_nul_in_a_parameter_is_400_everywhere(records, client):  # noqa: F811
    codes = {client.get(url, {"q": NUL}).status_code for url in gets(records).values()}
    assert codes == {400}


def test_each_filter_of_each_list(records, client, some):  # noqa: F811
    """Single filters, as the page itself names them, with a value that it does not offer."""
    answers = []
    for number, (name, url) in enumerate(gets(records).items()):
        if name.endswith(("_list", "rows", "coverage", "calendar", "detail")):
            fields = sorted(fields_of(client.get(url)) - {"csrfmiddlewaretoken"})
            for field in {*some(fields, number)} if fields else ():
                answers.append(((name, field), code_of(client.get(url, {field: NOBODY}))))
    assert len(answers) > (30 if FULL else 10)
    assert refused(answers) == {}


@pytest.mark.full
def test_broken_encodings_and_odd_addresses(records, client, some):  # noqa: F811
    paths = ("%ff%fe", "%00" + "a" * 10_000, "%2e%2e/%2e%2e/etc/passwd")
    answers = []
    for number, (name, url) in enumerate(gets(records).items()):
        for tail in some(paths, number):
            for address in (url + tail, f"{url}?q={tail}&{tail}"):
                answers.append(((name, address[-20:]), code_of(client.get(address))))
    assert refused(answers) == {}


def leads_on(path: str) -> bool:
    """Whether a view would get to see this path; most garbage fits no pattern."""
    try:
        resolve(unquote(path))
    except Resolver404:
        return False
    return True


def test_garbage_in_the_place_of_arguments(client, some):
    """All that a view sees; of what is no address at all one value for each route."""
    garbage = ("-1", "99999999999999999999", "%00", "%ff", quote("党"), "a/b")
    answers = []
    for number, route in enumerate(route for route in routes() if route.arguments):
        chosen = some(garbage, number)
        for value in garbage:
            path = "/" + re.sub(r"<[^>]+>", value, route.path)
            if value in chosen or (chosen and leads_on(path)):
                answers.append(((route.name, value[:20]), code_of(client.get(path))))
                answers.append(((route.name, "post", value[:20]), code_of(client.post(path))))
    assert len(answers) > (300 if FULL else 100)
    assert refused(answers) == {}


FORGED = [
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Target": "x" * 10_000, "HX-Current-URL": "http://[broken"},
    {"HX-Request": "true", "HX-Boosted": "true", "HX-Trigger": "\"><script>", "HX-Prompt": "%ff"},
    {"HX-Request": "true", "HX-Current-URL": "javascript:alert(1)",
     "HX-Current-URL-URI-AutoEncoded": "true", "HX-History-Restore-Request": "true"},
    {"HX-Request": "true", "HX-Target": "progress"},
    {"Accept-Language": "x" * 5_000, "Referer": "http://[broken", "Range": "bytes=9-1",
     "If-Modified-Since": "never"},
]


@pytest.mark.full
def test_forged_headers(records, client, some):  # noqa: F811
    assert refused(
        ((name, *headers), code_of(client.get(url, headers=headers)))
        for number, (name, url) in enumerate(gets(records).items())
        for headers in some(FORGED, number)
    ) == {}


BODIES = [
    ("application/x-www-form-urlencoded", b"a=%ff&b=%00&\xff\xfe=1&=&&;"),
    ("application/x-www-form-urlencoded", b"x" * 10_000),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
    ("multipart/form-data", b"no boundary"),
    ("application/json", b'{"pk": '),
    ("text/plain; charset=nonsense", b"\x00\xff"),
]


def digest() -> dict[str, str]:
    """A digest of every tracked table."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(tracked_tables()):
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
            )
            found[name] = cursor.fetchone()[0]
    return found


def posts(records) -> dict[str, list[tuple[str, str]]]:  # noqa: F811
    """Route → (position, address) of each route that is posted to."""
    found: dict[str, list[tuple[str, str]]] = {}
    for route, method, at, url in asked(records):
        if method == "POST" and not route.name.startswith(("accounts:log", "rules:calendar_fill")):
            found.setdefault(route.name, []).append((at, url))
    return found


def test_broken_bodies_change_nothing(records, client, some):  # noqa: F811
    before = digest()
    answers = [
        ((name, at, kind, body[:10]), code_of(client.generic("POST", url, body, content_type=kind)))
        for number, (name, addresses) in enumerate(posts(records).items())
        for at, url in some(addresses, number)
        for kind, body in some(BODIES, number)
    ]
    assert refused(answers) == {}
    assert digest() == before


@pytest.mark.full
def test_every_field_with_garbage_changes_nothing(records, client, some):  # noqa: F811
    """The fields of each form, as its page shows them, filled with what does not belong there."""
    before = digest()
    answers = []
    garbage = ("9" * 400, NOBODY, NUL, "-1")
    for number, (name, addresses) in enumerate(posts(records).items()):
        for at, url in some(addresses, number):
            page = client.get(url)
            fields = sorted(fields_of(page) - {"csrfmiddlewaretoken"})
            for value in some(garbage, number):
                # Any words are a fair answer to "why"; only too many of them are not.
                sent = dict.fromkeys(fields, value) | dict.fromkeys(texts_of(page), LONG)
                answers.append(((name, at, value[:10]), code_of(client.post(url, sent))))
    assert len(answers) > 20
    assert refused(answers) == {}
    assert digest() == before


# --- foreign rows -----------------------------------------------------------------------------


@pytest.fixture
def stranger(cast) -> Client:
    """Staff of 甲镇, for whom rows of 乙街道 are not there."""
    found = Client(raise_request_exception=False)
    found.force_login(cast.town_a_staff)
    return found


def test_a_foreign_row_in_the_address_is_404_and_stays(records, stranger):  # noqa: F811
    before = digest()
    wrong = {}
    for route in routes():
        found = places(route, records)
        if "b" not in found:  # no row of a town: a list, an account
            continue
        url = reverse(route.name, kwargs=found["b"])
        for method in sorted(route.methods):
            sent = {"pk": "x", "name": "改名", "reason": "看"}
            answer = getattr(stranger, method.lower())(url, sent)
            if code_of(answer) != 404:
                wrong[route.name, method] = answer.status_code
    assert wrong == {}
    assert digest() == before


PLACES = {
    "town", "area", "organization", "parent", "park", "grid", "community", "affiliation",
    "workplace", "instructor",
}


def fields_of(page) -> set[str]:
    """The names of the fields on a page."""
    if page.streaming:
        page.getvalue()
        return set()
    return set(re.findall(r'name="([a-z_0-9\-]+)"', page.content.decode()))


def texts_of(page) -> set[str]:
    """The names of its fields for free text."""
    if page.streaming:
        return set()
    found = re.findall(r'<textarea[^>]*\bname="([a-z_0-9\-]+)"', page.content.decode())
    return set(found)


def test_a_foreign_row_in_a_filter_or_an_export_shows_none_of_its_rows(
    cast, records, stranger, some,  # noqa: F811
):
    foreign = [cast.town_b.code, str(cast.town_b.pk), str(cast.organization_b.pk)]
    answers = []
    for number, (name, url) in enumerate(gets(records).items()):
        if not name.endswith(("_list", "rows", "coverage", "home", "search")):
            continue
        for field in sorted(fields_of(stranger.get(url)) & PLACES):
            for value in some(foreign, number + len(answers)):
                page = stranger.get(url, {field: value})
                answers.append(((name, field), code_of(page)))
                shown = page.content.decode()
                assert [w for w in ("乙一", "乙二", "党员b") if w in shown] == [], (name, field)
                code = code_of(stranger.post(f"{url}?{field}={value}"))
                answers.append(((name, "export", field), code))
    assert answers
    assert refused(answers) == {}


def test_fields_that_a_form_does_not_show_are_not_taken(cast, stranger):
    """Mass assignment: ids, owners and dates slipped into a form."""
    before = digest()
    url = f"/entities/{cast.entity_a.pk}/edit/"
    page = stranger.get(url).content.decode()
    version = re.search(r'name="([a-z_]*version[a-z_]*)" value="([^"]*)"', page)
    sent = {version[1]: version[2]} if version else {}
    sent |= {"id": str(cast.entity_b.pk), "pk": str(cast.entity_b.pk), "name_key": "x",
             "initials": "x", "starts_on": "2000-01-01", "entity": str(cast.entity_b.pk),
             "state": str(cast.entity_b.pk)}
    assert stranger.post(url, sent).status_code in FINE
    assert digest() == before
