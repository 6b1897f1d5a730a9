"""工作台: what waits for each role, counted honestly, each line with its exact page."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.choices import Role
from common import inbox
from common.inbox import Box, Line, Matter, boxes_for, waiting
from common.models import BatchState, ImportBatch
from common.trace import record_read
from reports.choices import RunState
from reports.models import ReportRun
from tests import factories as make

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db


def boxes_of(client, user):
    """Box → {label of a matter: count} on the home page of a user."""
    client.force_login(user)
    answer = client.get("/")
    assert answer.status_code == 200
    return {
        filled.box: {matter.label: matter.count for matter in filled.matters}
        for filled in answer.context["boxes"]
    }


def make_batch(user, state, days=0, **values):
    """A batch of entities that ``user`` uploaded some days ago."""
    number = f"B{ImportBatch.objects.count()}"
    return ImportBatch.objects.create(
        number=number, kind="enterprises", file_name=f"{number}.xlsx", sha256="0" * 64,
        effective_on=timezone.localdate(), asked_by=user, state=state,
        uploaded_at=timezone.now() - timedelta(days=days),
        applied_at=timezone.now() - timedelta(days=days), **values,
    )


def make_run(user, area, state, **values):
    number = f"R{ReportRun.objects.count()}"
    return ReportRun.objects.create(
        number=number, area=area, as_of=date(2026, 10, 31), asked_by=user, state=state,
        finished_at=timezone.now(), **values,
    )


@pytest.fixture
def filled(cast):
    """A post vacant, an election overdue and one soon, a term ending, somebody not organized."""
    today = timezone.localdate()
    make.make_post(cast.organization_a)
    make.make_post(cast.organization_joint)
    make.make_post(cast.committee)
    soon = today + timedelta(days=40)
    make.make_term(cast.organization_a, soon.replace(year=soon.year - 3), 3)
    make.make_term(cast.organization_b, "2019-05-01", 3)
    make.make_instructor("2020-01-01", today + timedelta(days=20), town=cast.town_a)
    for _ in range(3):
        make.make_member(cast.organization_b, workplace=cast.entity_free)
    return cast


# --- by role ----------------------------------------------------------------------------------


def test_district(client, filled):
    assert boxes_of(client, filled.district_staff) == {
        Box.TODO: {"应建未建": 1, "书记空缺": 1, "换届已逾期": 1},
        Box.RETURNED: {},
        Box.DUE: {"6 个月内换届": 1, "指导员聘期将满": 1},
        Box.MINE: {},
    }
    page = client.get("/")
    text = page.content.decode()
    for record in (filled.entity_free, filled.organization_b, filled.organization_a):
        assert record.get_absolute_url() in text
    assert "组织覆盖率" in text
    assert page.context["board"].heads[0].counted.figure.total == 5


def test_a_town_sees_its_own_only(client, filled):
    assert boxes_of(client, filled.town_a_staff) == {
        Box.TODO: {}, Box.RETURNED: {}, Box.MINE: {},
        Box.DUE: {"6 个月内换届": 1, "指导员聘期将满": 1},
    }
    assert client.get("/").context["board"].total == 2
    assert boxes_of(client, filled.town_b_staff)[Box.TODO] == {
        "应建未建": 1, "书记空缺": 1, "换届已逾期": 1,
    }


def test_a_sector_sees_its_branches(client, filled):
    assert boxes_of(client, filled.sector_staff)[Box.TODO] == {"书记空缺": 1, "换届已逾期": 1}


def test_a_secretary_sees_the_own_branch_and_no_lists_of_figures(client, filled):
    assert boxes_of(client, filled.secretary_a) == {
        Box.TODO: {}, Box.RETURNED: {}, Box.DUE: {"6 个月内换届": 1}, Box.MINE: {},
    }
    page = client.get("/")
    text = page.content.decode()
    assert filled.organization_a.get_absolute_url() in text
    assert "/figures/" not in text
    assert page.context["board"] is None
    steps = [step.label for step in page.context["steps"]]
    assert steps == ["我的党组织", "本组织党员", "提诉求", "市场主体"]


def test_an_instructor_sees_the_own_term(client, cast):
    instructor = make.make_instructor(
        "2020-01-01", timezone.localdate() + timedelta(days=10), town=cast.town_b
    )
    user = make.make_user(role=Role.INSTRUCTOR, instructor=instructor)
    assert boxes_of(client, user)[Box.DUE] == {"指导员聘期将满": 1}
    assert "剩 10 天" in client.get("/").content.decode()
    # Firms that nobody has visited for long wait, too (activities/visit_inbox.py).
    assert boxes_of(client, cast.instructor_a_user)[Box.DUE] == {"该走访的主体": 2}


def test_an_importer_sees_imports_only(client, filled):
    assert all(not found for found in boxes_of(client, filled.importer).values())
    text = client.get("/").content.decode()
    assert "没有待办的事项" in text
    assert "/imports/new/" in text


def test_a_department_has_an_empty_inbox(client, filled):
    assert all(not found for found in boxes_of(client, filled.department_staff).values())
    steps = client.get("/").context["steps"]
    assert [step.label for step in steps] == ["企业诉求"]


def test_who_has_no_grant_is_told_whom_to_ask(client, cast):
    client.force_login(cast.no_grant)
    page = client.get("/")
    text = page.content.decode()
    assert "您的账号还没有授权" in text
    assert "请联系本单位的系统管理员" in text
    assert "boxes" not in page.context


@pytest.mark.parametrize(
    ("user", "words"),
    [("system_admin", "系统管理员管账号"), ("security_admin", "安全管理员管登录"),
     ("audit_admin", "审计管理员查留痕")],
)
def test_administrators_have_a_page_without_business(client, filled, user, words):
    client.force_login(filled.user(user))
    page = client.get("/")
    text = page.content.decode()
    assert words in text
    assert "boxes" not in page.context
    for name in ("甲一五金", "支部委员会", "覆盖率"):
        assert name not in text


def test_an_ended_grant_is_no_grant(client, cast):
    yesterday = timezone.localdate() - timedelta(days=1)
    cast.town_a_staff.grants.update(ends_on=yesterday)
    client.force_login(cast.town_a_staff)
    assert "还没有授权" in client.get("/").content.decode()


def test_a_right_of_one_grant_does_not_count_the_rows_of_another(client, filled):
    """An importer of 乙街道 who is town staff of 甲镇."""
    user = make.make_user(role=Role.TOWN, area=filled.town_a)
    user.grants.create(role=Role.IMPORTER, area=filled.town_b)
    assert boxes_of(client, user)[Box.TODO] == {}


# --- imports ----------------------------------------------------------------------------------


def test_imports_wait_for_who_uploaded_them(client, cast):
    own = make_batch(cast.importer, BatchState.CHECKED, counts={"new": 14, "error": 5})
    make_batch(cast.town_a_staff, BatchState.CHECKED)
    make_batch(cast.importer, BatchState.CHECKING)
    make_batch(cast.importer, BatchState.FAILED, message="文件设了密码，请取消密码后再上传。")
    boxes = boxes_of(client, cast.importer)
    assert boxes[Box.TODO] == {"导入待确认": 1}
    assert boxes[Box.RETURNED] == {"没有读成的文件": 1}
    assert boxes[Box.MINE] == {"正在导入": 1}
    text = client.get("/").content.decode()
    assert f"/imports/{own.pk}/" in text
    assert "新增 14 行，有误 5 行" in text
    assert "文件设了密码" in text


def test_rows_with_errors_wait_until_the_ledger_is_imported_again(client, cast):
    held = {"counts": {"new": 3, "error": 2, "out_of_scope": 1}}
    make_batch(cast.importer, BatchState.APPLIED, days=40, **held)
    make_batch(cast.importer, BatchState.APPLIED, days=3, **held)
    assert boxes_of(client, cast.importer)[Box.RETURNED] == {"导入时有误的行": 1}
    assert "3 行没有入库" in client.get("/").content.decode()
    make_batch(cast.importer, BatchState.APPLIED, days=1, counts={"new": 3})
    assert boxes_of(client, cast.importer)[Box.RETURNED] == {}


# --- reports ----------------------------------------------------------------------------------


def test_a_report_waits_until_it_is_opened(client, cast):
    ready = make_run(cast.town_a_staff, cast.town_a, RunState.DONE)
    make_run(cast.district_staff, cast.town_a, RunState.DONE)
    make_run(cast.town_a_staff, cast.town_a, RunState.QUEUED)
    make_run(cast.town_a_staff, cast.town_a, RunState.FAILED, message="没有生成。")
    boxes = boxes_of(client, cast.town_a_staff)
    assert boxes[Box.TODO]["报告已生成"] == 1
    assert boxes[Box.MINE] == {"正在生成报告": 1}
    assert boxes[Box.RETURNED] == {"报告没有生成": 1}
    record_read(by=cast.town_a_staff, action="report", rows=[ready.pk], model=ReportRun)
    assert "报告已生成" not in boxes_of(client, cast.town_a_staff)[Box.TODO]


# --- the registry -----------------------------------------------------------------------------


@pytest.fixture
def registered(monkeypatch):
    """The registry as it was, after the test."""
    monkeypatch.setattr(inbox, "_SOURCES", dict(inbox._SOURCES))


def test_later_apps_add_their_matters(client, cast, registered):
    @waiting(Box.RETURNED, order=1, roles={Role.SECRETARY})
    def logs_returned(request):
        return Matter("10月日志", 7, "份", [Line("甲一支部 10月日志", "/logs/1/", "第 3 项缺佐证")],
                      "/logs/")

    @waiting(Box.RETURNED, order=2, roles={Role.SECRETARY})
    def nothing(request):
        return None

    assert boxes_of(client, cast.secretary_a)[Box.RETURNED] == {"10月日志": 7}
    text = client.get("/").content.decode()
    assert "第 3 项缺佐证" in text
    assert "全部 7 份" in text
    assert "10月日志" not in boxes_of(client, cast.town_a_staff)[Box.RETURNED]


def test_a_matter_without_things_is_left_out(rf, registered):
    inbox._SOURCES.clear()

    @waiting(Box.TODO, order=1, roles={Role.TOWN})
    def empty(request):
        return Matter("没有", 0, "份")

    request = rf.get("/")
    request.scope = type("Scope", (), {"roles": frozenset({Role.TOWN})})()
    assert [(filled.box, filled.count) for filled in boxes_for(request)] == [
        (box, 0) for box in Box
    ]


def test_queries_do_not_grow(client, filled, django_assert_num_queries,
                             django_assert_max_num_queries):
    client.force_login(filled.district_staff)
    client.get("/")
    with django_assert_max_num_queries(50) as few:
        client.get("/")
    for _ in range(8):
        branch = make.make_organization(town=filled.town_b)
        make.make_term(branch, "2020-01-01", 3)
        make.make_member(branch, workplace=make.make_entity(town=filled.town_b))
    with django_assert_num_queries(len(few.captured_queries)):
        client.get("/")
