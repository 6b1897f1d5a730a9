"""The generic pages of the small ledgers, over all of them."""

import io

import openpyxl
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.scope import scope_for
from common import parameters
from common.ledgers import ledger_of, listing
from common.ledgers.check import check_rows
from common.ledgers.rows import Options
from common.models import HistoryEntry, ReadEntry, Via
from registers.models import Attendance, Fund, NewEmployment, Training
from tests.counting import queries_of
from tests.registers.samples import DAY, ROWS, prepare, write
from tests.registers.test_ledgers import KINDS

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(cast):
    """One row of each ledger. A line of the cast's district, seen whole by its staff."""
    order = ["teams", "mass_organizations", "sites", "trainings", "campaigns", *KINDS]
    for kind in dict.fromkeys(order):
        write(kind)
    return cast


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name, kind, *more):
    return reverse(f"ledgers:{name}", args=[kind, *more])


def test_every_ledger_has_its_pages(filled):
    client = signed_in(filled.town_a_staff)
    index = client.get("/registers/")
    counts = {line.title: line.count for some in index.context["groups"].values() for line in some}
    titles = [ledger_of(kind).title for kind in KINDS[:-1]]
    assert {counts[title] for title in titles} == {1}
    for kind in KINDS[:-1]:  # the last one, the categories, is the district's
        [row] = ledger_of(kind).model.objects.all()
        assert row.get_absolute_url() in client.get(address("record_list", kind)).content.decode()
        page = client.get(row.get_absolute_url())
        assert page.status_code == 200, kind
        assert "变更记录" in page.content.decode()
    assert client.get(address("record_history", kind, row.pk)).status_code == 200


@pytest.mark.parametrize("kind", ["contacts", "help", "new_employment", "enterprise_years"])
def test_a_form_shows_what_is_stored(cast, kind):
    prepare(kind)
    write(kind)
    client = signed_in(cast.town_a_staff)
    [row] = ledger_of(kind).model.objects.all()
    form = client.get(address("record_edit", kind, row.pk))
    sent = {f.html_name: f.value() or "" for f in form.context["form"]}
    saved = client.post(address("record_edit", kind, row.pk), sent, follow=True)
    assert "没有改动" in saved.content.decode()


def test_a_form_writes_and_history_tells(cast):
    client = signed_in(cast.town_a_staff)
    sent = {
        "kind": "活动经费",
        "granted_on": "2026-03-15",
        "amount": "3000",
        "town": "甲镇",
    }
    page = client.post("/registers/funds/new/", sent, follow=True)
    assert "已登记" in page.content.decode()
    one = Fund.objects.get()
    assert (one.amount, one.town) == (3000, cast.town_a)
    assert HistoryEntry.objects.filter(table="registers_fund", operation="I").count() == 1
    again = client.post("/registers/funds/new/", sent)
    assert "台账里已有这条记录" in again.content.decode()
    wrong = client.post("/registers/funds/new/", {**sent, "amount": "三千"})
    assert wrong.context["form"].errors.keys() == {"amount"}


def test_what_belongs_to_a_record(filled):
    client = signed_in(filled.district_staff)
    training = Training.objects.get()
    page = client.get(training.get_absolute_url())
    [below] = page.context["below"]
    assert (below.ledger.kind, below.number) == ("attendances", 1)
    assert "甲镇党的创新理论宣讲团" in page.content.decode()
    listed = client.get(below.url)
    assert [row.pk for row in listed.context["page"]] == [Attendance.objects.get().pk]
    assert training.name in client.get(below.create_url).content.decode()


def test_totals_stand_above_the_list(cast):
    write("funds", *({**ROWS["funds"], "金额（元）": n, "文号": str(n)} for n in (100, 20.5)))
    client = signed_in(cast.town_a_staff)
    page = client.get("/registers/funds/")
    assert page.context["totals"] == [("金额（元）", 120.5)]
    assert client.get("/registers/funds/?kind=dues").context["totals"] == [("金额（元）", 0)]


def test_people_are_masked_and_readings_recorded(filled):
    client = signed_in(filled.town_a_staff)
    one = NewEmployment.objects.get()
    pages = [
        client.get(url).content.decode()
        for url in (
            "/registers/new_employment/",
            one.get_absolute_url(),
            address("record_edit", "new_employment", one.pk),
        )
    ]
    assert not any("13800000013" in page or "990101199001010019" in page for page in pages)
    assert "138****0013" in pages[1]
    told = {(entry.action, entry.table) for entry in ReadEntry.objects.all()}
    assert told == {("list", "registers_newemployment"), ("view", "registers_newemployment")}
    secret = address("record_secret", "new_employment", one.pk, "id_number")
    shown = client.post(secret, {"reason": "核对名册"})
    assert "990101199001010019" in shown.content.decode()
    assert ReadEntry.objects.filter(action="reveal", reason="核对名册").count() == 1
    assert client.get(address("record_secret", "new_employment", one.pk, "name")).status_code == 404
    instructor = signed_in(filled.instructor_a_user)
    assert instructor.get("/registers/new_employment/").status_code == 403
    assert "新就业群体" not in instructor.get("/registers/").content.decode()


def test_unknown_ledgers_are_not_found(cast):
    client = signed_in(cast.district_staff)
    for kind in ("nothing", "enterprises"):
        assert client.get(f"/registers/{kind}/").status_code == 404


def test_pages_take_the_same_queries_for_more_rows(filled):
    client = signed_in(filled.town_a_staff)
    urls = [address("record_list", kind) for kind in ("funds", "contacts", "help")]
    few = [queries_of(client, url) for url in urls]
    for kind, name in (("funds", "文号"), ("contacts", "名称"), ("help", "名称")):
        write(kind, *({**ROWS[kind], name: f"第{n}个"} for n in range(5)))
    assert [queries_of(client, url) for url in urls] == few
    assert max(few) <= 9
    assert queries_of(client, "/registers/") <= 1


def test_lists_are_exported(filled):
    client = signed_in(filled.town_a_staff)
    for kind in ("funds", "contacts"):
        for layout in ({}, {"layout": "ledger"}):
            answer = client.post(address("record_list", kind), layout)
            sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).worksheets[0]
            assert sheet.max_row == 2


def test_contact_groups_that_lack_somebody(filled):
    """1+2+N and 1+1+5 as minimum rules, like those of grids."""
    write("contacts", {**ROWS["contacts"], "名称": "二组", "指导员": "", "老书记": ""})
    write("contacts", {**ROWS["contacts"], "名称": "点", "类别": "干部联系点", "联系企业": ""})
    client = signed_in(filled.town_a_staff)
    column = next(c for c in listing.columns_of(ledger_of("contacts")) if c.key == "lacks")

    def shown(query):
        rows = client.get(f"/registers/contacts/{query}").context["page"].rows
        return {row.name: column.sub.text(row) for row in rows}

    assert shown("?lacks=short") == {
        "甲镇一组": "联系企业少 3 家", "二组": "老书记少 1 名，指导员少 2 名，联系企业少 3 家",
    }
    assert shown("?lacks=complete") == {"点": "—"}
    parameters.set_from(key="contact.studio_firms", value=2, on=DAY, by=None, via=Via.COMMAND)
    with time_machine.travel(DAY, tick=False):
        assert shown("?lacks=complete").keys() == {"点", "甲镇一组"}


# The sample of 甲镇 → one of 乙街道, with a word that must not be met in 甲镇.
FOREIGN = "赤狐"
MOVED = {
    "甲一五金有限公司": "乙一商贸有限公司", "甲联食品有限公司": "乙二物流有限公司",
    "中共甲镇联合支部委员会": "中共乙一支部委员会", "中共甲一支部委员会": "中共乙一支部委员会",
    "甲一五金团支部": f"{FOREIGN}团支部", "甲镇党的创新": FOREIGN, "甲镇老书记": FOREIGN,
    "甲镇书记示范": FOREIGN, "甲镇组建": FOREIGN, "甲镇": "乙街道", "甲一村": "",
}


def moved(value):
    for word, other in MOVED.items() if isinstance(value, str) else ():
        value = value.replace(word, other)
    return value


def test_not_a_word_of_another_town(cast):
    """Lists, drop-downs of forms and templates, exports, figures."""
    kinds = [kind for kind in KINDS if kind != "help_categories"]
    first = ["teams", "mass_organizations", "sites", "trainings", "campaigns"]
    for kind in dict.fromkeys([*first, *kinds]):
        row = {name: moved(value) for name, value in ROWS[kind].items()}
        write(kind, row | {"备注": FOREIGN})
    write("teams", {**ROWS["teams"], "名称": "区宣讲团", "所属镇街": ""})
    client = signed_in(cast.town_a_staff)
    urls = ["/registers/", "/help/?since=2020-01-01", "/activities/new/", "/search/?q=x"]
    for kind in kinds:
        urls += [address("record_list", kind), address("record_create", kind)]
    told = {url: client.get(url).content.decode() for url in urls}
    for kind in ("trainings", "campaign_claims", "help"):
        template = client.get(reverse("imports:template", args=[kind]))
        book = openpyxl.load_workbook(io.BytesIO(template.getvalue()))
        told[kind] = str([cell.value for row in book["选项"] for cell in row])
    assert [url for url, text in told.items() if FOREIGN in text] == []
    assert "区宣讲团" in told["trainings"]
    assert "区宣讲团" in told["/activities/new/"]
    for kind in kinds:
        row = ledger_of(kind).model.objects.exclude(remarks="").first()
        assert client.get(row.get_absolute_url()).status_code == 404, kind
    claim = {**ROWS["campaign_claims"], "行动或项目": f"{FOREIGN}百日攻坚"}
    options = Options(DAY, scope_for(cast.town_a_staff))
    [checked] = check_rows(ledger_of("campaign_claims")(), [(2, claim)], options)
    assert [FOREIGN in error["message"] for error in checked.errors] == [False]
