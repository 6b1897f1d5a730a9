"""Text that somebody typed is text: markup and script in every field runs nowhere and breaks no
page, neither in the browser nor on paper."""

import io
import sys

import pytest
from django.test import Client
from django.urls import reverse
from weasyprint import HTML

from accounts.choices import Role
from areas.models import Area
from enterprises.models import Entity
from members.models import Member
from organizations.models import Instructor, PartyOrganization
from reports import pdf
from tests import factories as make
from tests.browser_checks import complaints_of, sign_in
from tests.crawl import crawl
from tests.ledgers import desk
from tests.ledgers.desk import CODES, PEOPLE

MARKUP = '"\'><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}'
STYLE = "</style></title><svg onload=alert(3)>"


@pytest.fixture
def marked(db):
    """A district whose every free text is an attempt."""
    areas = [*desk.AREAS[:2], {
        "区划代码": "990101001001", "名称": f"东{STYLE}", "层级": "村社区", "上级代码": "990101001",
    }]
    branch, firm = f"红星{MARKUP}", f"红星厂{MARKUP}"
    for kind, rows in {
        "areas": areas,
        "organizations": [desk.organization(
            branch, 简称=f"红{STYLE}", 书记姓名="赵一", 党建品牌=MARKUP, 备注=STYLE,
        )],
        "enterprises": [desk.entity(
            firm, CODES[0], 地址=MARKUP, 备注=STYLE, 产业链=f"链{STYLE}", 覆盖党组织=branch,
            组建方式="单独组建", 村社区=f"东{STYLE}",
        )],
        "members": [desk.member(
            "孙三", PEOPLE[0], branch, 工作单位=firm, 工作岗位=MARKUP, 备注=STYLE,
        )],
        "instructors": [desk.instructor("吴六", 工作单位=MARKUP, 备注=STYLE, 联系主体=CODES[0])],
    }.items():
        batch = desk.load(kind, rows)
        assert batch.state == "applied", desk.messages(batch) or batch.message
    return make.make_user("d", Role.DISTRICT, area=Area.objects.get(code="990101"))


def _addresses(user) -> list[str]:
    """Pages that show the texts: lists, records, forms, figures, a check of an import."""
    rows = [
        Model.objects.get() for Model in (Entity, PartyOrganization, Member, Instructor)
    ]
    batch = desk.load(
        "enterprises", [desk.entity(MARKUP, 经营状态=STYLE)], user=user, check_only=True
    )
    lists = ("enterprises:entity_list", "organizations:organization_list", "members:member_list")
    return [
        "/", reverse("reports:coverage"), *map(reverse, lists), batch.get_absolute_url(),
        *(f"{row.get_absolute_url()}{end}" for row in rows for end in ("", "edit/", "history/")),
    ]


def test_what_was_typed_is_shown_as_text(marked):
    client = Client()
    client.force_login(marked)

    for address in _addresses(marked):
        text = client.get(address).content.decode()
        assert "<img src=x" not in text, address
        assert "<svg onload" not in text, address
        assert "alert(2)</script>" not in text, address
        assert "49}}" not in text, address


@pytest.mark.full
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_nothing_of_it_runs_in_a_browser(page, live_server, marked):
    complaints = complaints_of(page, live_server)
    page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
    sign_in(page, live_server, marked)

    for address in _addresses(marked):
        page.goto(f"{live_server.url}{address}")

    assert complaints == []


@pytest.mark.full
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_no_page_breaks_the_content_policy(page, live_server, marked):
    """Every kind of page that there is, as far as a crawl finds it; a part of one is no page."""
    client = Client()
    client.force_login(marked)
    pages = [
        seen.address for seen in crawl(client, *_addresses(marked), of_route=6)
        if (seen.status, seen.kind) == (200, "text/html") and "</html>" in seen.text
    ]
    complaints = complaints_of(page, live_server)
    sign_in(page, live_server, marked)

    for address in pages:
        page.goto(f"{live_server.url}{address}")
        assert (address, complaints) == (address, [])
    assert len(pages) > 60


# --- On paper -----------------------------------------------------------------------------------

REACHES = (
    '<img src="http://127.0.0.1:9/x.png">', '<img src="file:///etc/hostname">',
    '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
    '<link rel="attachment" href="file:///etc/hostname">',
    "<style>@import url(http://127.0.0.1:9/y.css);</style>",
    '<style>@font-face{font-family:x;src:url("file:///etc/hostname")}p{font-family:x}</style><p>x',
    '<p style="background:url(//127.0.0.1:9/z.png)">x', '<object data="file:///etc/hostname"></object>',
    '<embed src="file:///etc/hostname">', '<svg><image href="file:///etc/hostname"/></svg>',
    '<iframe src="http://127.0.0.1:9/"></iframe>', '<img src="ftp://127.0.0.1/x">',
)
_events: list[tuple[str, str]] | None = None


def _listen(event: str, args: tuple) -> None:
    if _events is None:
        return
    if event in ("socket.connect", "socket.getaddrinfo") or (
        event == "open" and str(args[0]) == "/etc/hostname"
    ):
        _events.append((event, str(args)[:80]))


@pytest.fixture(scope="module")
def _ear():
    """It cannot be taken away again, only made deaf."""
    sys.addaudithook(_listen)


@pytest.fixture
def reached(_ear):
    """What the process opened or connected to meanwhile."""
    global _events
    _events = []
    yield _events
    _events = None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("markup", REACHES)
def test_the_paper_fetches_nothing(monkeypatch, reached, markup):
    """Should markup ever come into a report unescaped, its addresses are asked by nobody."""
    monkeypatch.setattr(pdf, "context", lambda *_args: {})
    monkeypatch.setattr(pdf, "render_to_string", lambda *_args: f"<html><body>{markup}</body>")

    content = pdf.draw({}, [], {})

    assert io.BytesIO(content).read(5) == b"%PDF-"
    assert reached == []


@pytest.mark.filterwarnings("ignore")
def test_without_our_fetcher_it_would(reached):
    """What the test above looks for is seen when it happens."""
    HTML(string='<img src="file:///etc/hostname">').write_pdf()

    assert [event for event, _args in reached] == ["open"]
