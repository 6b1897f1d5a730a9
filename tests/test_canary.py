"""Two towns that have nothing to do with each other: whatever people of the one open, follow or
download, not a word of the other's records stands in it.

Every text that somebody typed into a record of a town carries that town's token.
"""

import re

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.models import User
from accounts.scope import scope_for
from areas.models import Area
from common import jobs
from common.models import Job
from enterprises.models import Entity
from members.models import Member
from organizations.models import Instructor, PartyOrganization
from reports.actions import request_report
from services.actions import Asked, open_ticket
from tests import factories as make
from tests.crawl import XLSX, Seen, crawl
from tests.ledgers import desk
from tests.ledgers.desk import CODES, DAY, PEOPLE

OWN, FOREIGN = "青鸟", "赤狐"
PHONES = {OWN: "13811110001", FOREIGN: "13922220002"}
INLINE = re.compile(
    r"<style|<script(?![^>]*\ssrc=)|\s(?:style|on[a-z]+)=|javascript:", re.IGNORECASE
)


def _rows(token: str, town: str, code: str, number: int) -> dict[str, list[dict]]:
    """The ledgers of one town, its token in every free text."""
    phone = PHONES[token]
    branch, firm = f"{token}支部", f"{token}机械厂"
    return {
        "areas": [
            {"区划代码": f"{code}009", "名称": f"{token}社区", "层级": "村社区", "上级代码": code},
            {"区划代码": f"{code}009-1", "名称": f"{token}网格", "层级": "网格",
             "上级代码": f"{code}009"},
            {"区划代码": f"{code}-P", "名称": f"{token}园", "层级": "园区", "上级代码": code},
        ],
        "organizations": [desk.organization(
            branch, 所属镇街=town, 简称=f"{token}支", 党组织代码=f"{token}D01",
            书记姓名=f"{token}书记", 书记联系电话=phone, 党建品牌=f"{token}先锋", 备注=f"{token}备",
            所属园区=f"{token}园", 本届起始日期="2024-03-01", 任期年限=3,
        )],
        "enterprises": [desk.entity(
            name, 所属镇街=town, 地址=f"{token}路一号", 法定代表人=f"{token}老板", 联系电话=phone,
            村社区=f"{token}社区", 网格=f"{token}网格", 园区=f"{token}园", 产业链=f"{token}链",
            备注=f"{token}注", 主体类型=kind, **more,
        ) for name, kind, more in (
            (firm, "小微企业", {
                "统一社会信用代码": CODES[number], "覆盖党组织": branch, "组建方式": "单独组建",
            }),
            (f"{token}市场", "专业市场", {}), (f"{token}小店", "个体工商户", {}),
        )],
        "members": [desk.member(
            f"{token}党员", PEOPLE[number], branch, 手机=phone, 工作单位=firm,
            工作岗位=f"{token}车工", 备注=f"{token}记", 党费交至="2025-01-31", 月党费=20,
        )],
        "instructors": [desk.instructor(
            f"{token}指导员", 工作单位=f"{token}所", 联系电话=phone, 所属镇街=town,
            所属网格=f"{token}网格", 联系主体=firm, 联系党组织=branch, 备注=f"{token}附",
        )],
    }


@pytest.fixture
def towns(db):
    """Both towns with their ledgers, an own report and an import with problem rows of each."""
    assert desk.load("areas", desk.AREAS[:3]).state == "applied"
    towns = {OWN: ("甲镇", "990101001", 0), FOREIGN: ("乙街道", "990101002", 1)}
    for token, (town, code, number) in towns.items():
        for kind, rows in _rows(token, town, code, number).items():
            batch = desk.load(kind, rows)
            assert batch.state == "applied", desk.messages(batch) or batch.message
        area = Area.objects.get(code=code)
        staff = make.make_user(f"staff-{code}", Role.TOWN, area=area)
        desk.load(
            "enterprises", [desk.entity(f"{token}新店", 所属镇街=town, 经营状态=f"{token}？")],
            user=staff, check_only=True,
        )
        _report(staff, area)
        open_ticket(
            whom=Entity.objects.get(name=f"{token}机械厂"), by=staff,
            asked=Asked(title=f"{token}的事", text=f"{token}要办", contact=f"{token}联系人"),
        )
    return towns


def _report(staff: User, area: Area) -> None:
    run = request_report(by=staff, scope=scope_for(staff), area=area, as_of=DAY, against=None)
    jobs.complete(Job.objects.get(subject=run.pk))


def _people(token: str, code: str) -> dict:
    """Who may see something of a town."""
    area = Area.objects.get(code=code)
    return {
        "town": make.make_user("t", Role.TOWN, area=area),
        "importer": make.make_user("i", Role.IMPORTER, area=area),
        "secretary": make.make_user(
            "s", Role.SECRETARY, organization=PartyOrganization.objects.get(name=f"{token}支部")
        ),
        "instructor": make.make_user(
            "g", Role.INSTRUCTOR, instructor=Instructor.objects.get(name=f"{token}指导员")
        ),
        "nobody": make.make_user("n"),
        "audit": make.make_user("a", Role.AUDIT_ADMIN),
    }


def _told(user: User, of_route: int) -> list[Seen]:
    """Everything that is said to a person who also asks for what is not his."""
    client = Client()
    client.force_login(user)
    foreign = [
        Entity.objects.get(name=f"{FOREIGN}机械厂"), Member.objects.get(name=f"{FOREIGN}党员"),
        PartyOrganization.objects.get(name=f"{FOREIGN}支部"),
    ]
    searches = [f"/search/?q={word}" for word in (FOREIGN, PHONES[FOREIGN], "990101002")]
    starts = ["/", *searches, *(row.get_absolute_url() for row in foreign)]
    return list(crawl(client, *starts, of_route=of_route))


def _leaks(seen: list[Seen]) -> list[str]:
    """Addresses whose answer tells of the other town; a page may repeat what was searched for."""
    words = {PHONES[FOREIGN], FOREIGN}
    found = []
    for answer in seen:
        text = answer.text
        for word in words:
            text = text.replace(f'value="{word}"', "").replace(f"“{word}”", "")
        found += [answer.address for word in words if word in text]
    return found


def test_not_a_word_of_the_other_town(towns):
    seen = _told(_people(OWN, "990101001")["town"], of_route=2)

    assert _leaks(seen) == []
    assert {answer.kind for answer in seen if OWN in answer.text} >= {"text/html", XLSX}


@pytest.mark.full
@pytest.mark.parametrize("name", ["town", "importer", "secretary", "instructor", "nobody"])
def test_nobody_learns_a_word_of_the_other_town(towns, name):
    seen = _told(_people(OWN, "990101001")[name], of_route=40)

    assert _leaks(seen) == []
    assert [answer.address for answer in seen if answer.status >= 500] == []


@pytest.mark.full
def test_the_auditor_reads_of_both_in_the_trail_alone(towns):
    """What was done to which record stands there; of whom it was is not to be read."""
    seen = _told(_people(OWN, "990101001")["audit"], of_route=40)

    assert _leaks([answer for answer in seen if not answer.address.startswith("/trail/")]) == []
    assert [answer.address for answer in seen if answer.status >= 500] == []
    told = "".join(answer.text for answer in seen)
    assert FOREIGN in told
    hidden = [*PEOPLE[:2], *(f"{FOREIGN}{who}" for who in ("党员", "书记", "老板", "指导员"))]
    assert [word for word in hidden if word in told] == []
    assert f">{PHONES[FOREIGN]}<" not in told


@pytest.mark.full
def test_the_crawl_goes_everywhere(towns):
    """District staff meets both towns on every kind of page and file; nothing is written inline."""
    area = Area.objects.get(code="990101")
    seen = _told(make.make_user("d", Role.DISTRICT, area=area), of_route=40)

    kinds = {answer.kind for answer in seen if FOREIGN in answer.text}
    assert kinds == {"text/html", "application/pdf", XLSX}
    assert sum(FOREIGN in answer.text for answer in seen) > 100
    pages = [answer for answer in seen if answer.kind == "text/html"]
    assert [page.address for page in pages if INLINE.search(page.text)] == []
    assert {answer.status for answer in seen} <= {200, 302, 403, 404}
