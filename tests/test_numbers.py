"""The crawl over every number: each opens its list, and the list has just as many rows."""

import io
import random
import re
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import openpyxl
import pypdf
import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.choices import ADMIN_ROLES, Role
from accounts.models import User
from accounts.scope import Scope, scope_for
from common import jobs
from common.models import Job
from common.periods import Span
from districts.mingchuan.shops import LEAST_SHOPS
from registers.models import Site
from reports import actions, pdf, rosters
from reports.choices import Part, PeriodMode
from reports.figures import Extent, Share, cells, figures
from reports.indicators import INDICATORS
from reports.models import Bulletin, BulletinLine, ReportRun
from services.actions import Asked, open_ticket
from services.help_models import Help, HelpBeneficiary, HelpCategory
from tests import factories as make
from tests.crawl import crawl
from tests.numbers import Follower, Link, Numbers

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db

# Pages whose numbers that are links count no rows: name → why.
NO_COUNTS = {"rules:calendar": "the days of a month"}


def wrong_of(client, *starts, of_route):
    """Numbers of the pages that a crawl reaches that do not agree with their lists."""
    follower, wrong = Follower(client), []
    for seen in crawl(client, *starts, of_route=of_route):
        is_page = seen.kind == "text/html" and seen.status == 200
        if is_page and resolve(urlsplit(seen.address).path).view_name not in NO_COUNTS:
            wrong += follower.wrong(Numbers(seen.address, seen.text))
    return follower, wrong


# --- Reading numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ('<a href="?x">5,012</a>', "5012"), ('<a href="?x">23.7<small>%</small></a>', "23.7"),
        ('<a href="?x">−4</a>', "-4"), ('<a href="?x">应建未建 12 家</a>', "12"),
        ('<a href="?x"><span>已超期</span><b>3</b></a>', "3"),
        ('<a href="?x"><title>2026年3月 35/40 = 87.5%</title></a>', "35"),
        ('<a href="?x"><title>联合组建 16 家</title></a>', "16"),
        ('<a href="?x" title="9 / 10">90</a>', "9"), ('<a href="?x" title="3 / 10">90</a>', "NaN"),
        ('<a href="?x">2026-11-20</a>', None), ('<a href="?x">第 3 行</a>', None),
        ('<a href="?x">甲一支部</a>', None), ('<a class="name" href="?x">12</a>', None),
        ('<p class="crumbs"><a href="?x">3</a></p>', None),
    ],
)
def test_numbers_of_links(html, number):
    found = Numbers("/here/", html).figures
    assert [str(link.number[0]) for link in found] == ([number] if number else [])


def test_counts_that_open_nothing():
    html = """<main><p>共 12 家，第 3 行，2026 年 3 月</p><table><tr><td class="n">7</td>
    <td class="n"><a href="?x">8</a></td><td class="n">0</td></tr></table></main>"""
    assert Numbers("/", html).loose == ["共 12 家，第 3 行，2026 年 3 月", "7"]


# --- The main pages, by default -----------------------------------------------------------------


@pytest.fixture
def busy(cast):
    """Something to count of every kind, some of it without a town."""
    make.make_entity(name="没有镇街的企业", stated_member_count=3)
    make.make_organization(name="没有镇街的支部")
    for number, whom in enumerate((cast.entity_a, cast.entity_b, cast.entity_free)):
        open_ticket(
            whom=whom, by=cast.district_staff,
            asked=Asked(title=f"诉求{number}", text="要办", contact="联系人"),
        )
    Site.objects.create(name="驿站", kind="station", town=cast.town_a)
    Site.objects.create(name="没有镇街的驿站", kind="station")
    category = HelpCategory.objects.order_by("order").first()
    for day, quantity in (("2026-03-01", 12), ("2026-04-01", 30)):
        one = Help.objects.create(
            category=category, name=f"招聘会{day}", happened_on=day, town=cast.town_a,
            quantity_1=quantity, unit_1="个", amount=5,
        )
        HelpBeneficiary.objects.create(help=one, entity=cast.entity_a)
    bulletin = Bulletin.objects.create(name="工作数据", as_of=timezone.localdate())
    for position, (key, part) in enumerate(
        (("entities", Part.VALUE), ("org_coverage", Part.PERCENT), ("employees", Part.VALUE))
    ):
        BulletinLine.objects.create(
            bulletin=bulletin, position=position, number=str(position), label=key, indicator=key,
            part=part, divisor=10 if key == "employees" else None,
        )
    return cast


BOARDS = (
    "reports:home", "services:ticket_board", "help:summary", "ledgers:index",
    "areas:area_list", "activities:log_matrix", "activities:load",
    "activities:grid_load", "activities:visit_list", "evaluations:cycle_list", "reports:run_new",
    "organizations:organization_list", "organizations:instructor_list",
)


@pytest.mark.full
def test_numbers_of_the_main_pages_open_as_many_rows(busy, client):
    """The dashboard has a test of its own (tests/reports/test_drill.py)."""
    client.force_login(busy.district_staff)
    follower = Follower(client)
    records = (busy.town_a, busy.organization_a, busy.instructor_a, Bulletin.objects.get())
    addresses = [reverse(name) for name in BOARDS] + [
        reverse("reports:bulletin", args=[row.pk]) if isinstance(row, Bulletin)
        else row.get_absolute_url() for row in records
    ]
    wrong = [words for address in addresses for words in follower.wrong(follower.page(address))]
    assert wrong == []
    assert follower.followed > 60


# Counts of these pages that open nothing: page → how they read.
LOOSE = {
    # How many towns the scope has; a box with its matters below, each with a link.
    "reports:home": r"全区|\d+ 项$",
    "activities:grid_load": "缺",  # posts to fill are no rows
    "activities:visit_list": "这",  # the list's own number
}


@pytest.mark.parametrize("name", BOARDS)
def test_no_count_of_a_main_page_opens_nothing(busy, client, name):
    client.force_login(busy.district_staff)
    page = Follower(client).page(reverse(name))
    known = re.compile(LOOSE.get(name, "$^"))
    assert [words for words in page.loose if not known.match(words)] == []


# --- The demo district, every number of every page, as each role --------------------------------

ROLES = [role for role in Role if role not in ADMIN_ROLES]


@pytest.fixture
def demo(settings, tmp_path):
    """The demo district, small, and a bulletin."""
    settings.STATE_DIR = tmp_path
    call_command(
        "load_demo", self_employed=LEAST_SHOPS, stdout=StringIO(), stderr=StringIO()
    )
    bulletin = Bulletin.objects.create(name="工作数据", as_of=timezone.localdate())
    for position, (key, part, more) in enumerate((
        ("entities", Part.VALUE, {}), ("org_coverage", Part.PERCENT, {}),
        ("employees", Part.VALUE, {"divisor": 10}), ("visited_entities", Part.VALUE, {}),
        ("help_quantity_1", Part.VALUE, {"conditions": "类别=招聘会"}),
    )):
        mode = PeriodMode.TOTAL if INDICATORS[key].period else PeriodMode.DAY
        BulletinLine.objects.create(
            bulletin=bulletin, position=position, number=str(position), label=key, indicator=key,
            part=part, mode=mode, **more,
        )
    return bulletin


@pytest.mark.full
@pytest.mark.parametrize("role", ROLES)
def test_every_number_of_every_page_opens_as_many_rows(demo, role):
    client = Client()
    client.force_login(User.objects.get(username=role))
    follower, wrong = wrong_of(client, "/", of_route=3)
    assert wrong == []
    assert follower.followed > 5


# --- Paper and workbooks ------------------------------------------------------------------------


def paper_of(run):
    """The numbers of the PDF, from what it is drawn from, and the addresses that it opens."""
    with run.lists.open("rb") as file:
        context = pdf.context(run.payload, rosters.unpacked(file.read()), {"number": run.number})
    html = render_to_string("reports/report.html", context).replace(settings.PUBLIC_URL, "")
    with run.pdf.open("rb") as file:
        pages = pypdf.PdfReader(io.BytesIO(file.read())).pages
    notes = [one.get_object() for page in pages for one in page.get("/Annots", ())]
    opened = {note["/A"]["/URI"].removeprefix(settings.PUBLIC_URL) for note in notes}
    return Numbers("", html), opened


def cells_of(run):
    """(Number, address) of each count in the tables of the workbook; lists have no counts."""
    with run.xlsx.open("rb") as file:
        book = openpyxl.load_workbook(io.BytesIO(file.read()))
    for sheet in book:
        if sheet.title.startswith("名单") or sheet.title == "换届预警":
            continue
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if isinstance(cell.value, int | float) or cell.hyperlink:
                link = cell.hyperlink.target.removeprefix(settings.PUBLIC_URL)
                yield Link(link, words=[str(cell.value)])


def wrong_of_files(client, run, share=1.0):
    """What does not agree in the files of a run, of a part of their numbers."""
    page, opened = paper_of(run)
    known = {link.url for link in page.links if link.url.startswith("/") and not link.title}
    assert known == opened, "all but the shapes of charts, whose numbers stand below them"
    page.links = [*page.figures, *cells_of(run)]
    page.links = random.Random(1).sample(page.links, int(len(page.links) * share))
    follower = Follower(client)
    return follower, follower.wrong(page)


@pytest.mark.full
def test_numbers_of_the_report_on_paper_and_in_the_workbook(busy, client):
    day = timezone.localdate()
    run = actions.request_report(
        area=busy.district, as_of=day, against=day - timedelta(days=60),
        by=busy.district_staff, scope=scope_for(busy.district_staff),
    )
    jobs.complete(Job.objects.get(subject=run.pk))
    run.refresh_from_db()
    client.force_login(busy.district_staff)
    follower, wrong = wrong_of_files(client, run, share=0.15)
    assert wrong == []
    assert follower.followed > 20


@pytest.mark.full
def test_every_number_of_the_report_of_the_demo(demo):
    client = Client()
    client.force_login(User.objects.get(username=Role.DISTRICT))
    run = ReportRun.objects.get(cycle=None, bulletin=None)
    follower, wrong = wrong_of_files(client, run)
    assert wrong == []
    assert follower.followed > 500


# --- Totals and breakdowns ----------------------------------------------------------------------

ADDITIVE = ("rows", "share", "sum")
WHOLE = Extent(Scope(everything=True))


def breakdowns():
    """Each population with the indicators that add up, and each of its dimensions."""
    groups = {}
    for one in INDICATORS.values():
        if one.kind in ADDITIVE:
            groups.setdefault(id(one.population), []).append(one)
    return [
        (members, dimension) for members in groups.values()
        for dimension in members[0].population.dimensions
    ]


def test_breakdowns_sum_to_their_totals(busy):
    """By town and by every other division: what has no value stands in a cell of its own."""
    today = timezone.localdate()
    span = Span(today.replace(month=1, day=1), today)
    named = set()
    for members, dimension in breakdowns():
        whole = figures(members, WHOLE, today, None, span)
        for key, parts in cells(members, dimension, WHOLE, today, None, span).items():
            sizes = [cell.figure.size for cell in parts]
            assert sum(sizes) == whole[key].size, (key, dimension)
            mets = [cell.figure.met for cell in parts if isinstance(cell.figure, Share)]
            assert sum(mets) == getattr(whole[key], "met", 0), (key, dimension)
            named |= {(key, cell.label) for cell in parts if (dimension, cell.key) == ("town", "")}
    assert {("entities", "未填镇街"), ("organizations", "未填镇街"), ("sites", "未填镇街")} <= named


def test_rows_without_a_town_have_a_name_everywhere():
    missing = {
        one.population.dimensions["town"].missing for one in INDICATORS.values()
        if "town" in one.population.dimensions
    }
    assert missing == {"未填镇街"}
