"""Undo, export, template, report and accounts, as other programs call them (ledgers.md §2)."""

import hashlib
import json

import pytest
from django.conf import settings
from django.db import connection
from python_calamine import CalamineWorkbook

from common.trace import tracked_tables
from tests.acceptance.office import AREAS, counted, id_number, uscc
from tests.ledgers.desk import entity, instructor, member, organization

LATER = ("--effective", "2026-09-30")


def digest():
    """A digest of every tracked table."""
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(tracked_tables()):
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
            )
            found[name] = cursor.fetchone()[0]
    return found


@pytest.fixture
def loaded(office):
    """A branch with a member, two entities and an instructor; 三厂 is waited for."""
    office.bring("organizations", [organization("甲支部", 书记姓名="周一", 依托单位="三厂")])
    office.bring("enterprises", [
        entity("一厂", uscc(1), 覆盖党组织="甲支部", 组建方式="单独组建"), entity("二厂", uscc(2)),
    ])
    office.bring("members", [member("周甲", id_number(1), "甲支部", 工作单位="三厂")])
    office.bring("instructors", [instructor("王导", 联系主体="一厂、三厂")])
    return office


# --- undo -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "rows"), [
    ("enterprises", [
        entity("一厂", uscc(1), 从业人员数=60, 覆盖党组织="甲支部", 组建方式="联合组建"),
        entity("三厂", uscc(3), 覆盖党组织="甲支部", 组建方式="单独组建"),
        entity("二厂", uscc(2), 经营状态="注销", 注销日期="2026-09-01"),
    ]),
    ("organizations", [
        organization("甲支部", 书记姓名="吴二", 本届起始日期="2026-09-01", 任期年限=3,
                     依托单位="二厂"),
        organization("乙支部", 上级党组织="甲支部", 依托单位="没有的厂"),
    ]),
    ("members", [
        member("周甲", id_number(1), "甲支部", 党籍状态="已转出", 党籍变动日期="2026-09-01"),
        member("周乙", id_number(2), "甲支部", 管理党组织="甲支部", 工作单位="一厂"),
    ]),
    ("instructors", [instructor("王导", 联系主体="二厂", 聘期止="2027-12-31"), instructor("李导")]),
    ("areas", [{"区划代码": "X", "名称": "新园", "层级": "园区", "上级代码": "P1"},
               {**AREAS[3], "名称": "高新区"}]),
])
def test_an_undone_import_leaves_everything_as_it_was(loaded, kind, rows):
    before = digest()
    answer = loaded.bring(kind, rows, *LATER)
    assert digest() != before
    code, undone = loaded.json("undo_import", answer["batch"])
    assert (code, undone) == (0, {"undone": len(rows), "kept": []})
    assert digest() == before
    assert loaded.run("undo_import", answer["batch"])[0] == 1


def test_records_that_others_changed_or_refer_to_are_kept_whole(loaded):
    rows = [
        entity("四厂", uscc(4)),  # changed since
        entity("五厂", uscc(5), 覆盖党组织="甲支部", 组建方式="单独组建"),  # referred to since
        entity("六厂", uscc(6)),  # changed and changed back
        entity("七厂", uscc(7)),  # a change since undone
    ]
    answer = loaded.bring("enterprises", rows)
    loaded.bring("enterprises", [entity("四厂", uscc(4), 从业人员数=99)])
    loaded.bring("members", [member("周乙", id_number(2), "甲支部", 工作单位="五厂")])
    loaded.bring("enterprises", [entity("六厂", uscc(6), 备注="改")])
    loaded.bring("enterprises", [entity("六厂", uscc(6), 备注="")], "--empty-clears")
    passing = loaded.bring("enterprises", [entity("七厂", uscc(7), 从业人员数=5)])
    loaded.json("undo_import", passing["batch"])
    code, undone = loaded.json("undo_import", answer["batch"])
    assert (code, undone["undone"]) == (0, 2)
    assert [kept.keys() for kept in undone["kept"]] == [{"row", "message"}] * 2
    assert [kept["row"] for kept in undone["kept"]] == [2, 3]
    left = {row["名称"]: row for row in loaded.exported("enterprises")}
    assert set(left) == {"一厂", "二厂", "四厂", "五厂"}
    assert left["五厂"]["覆盖党组织"] == "甲支部"


def test_what_was_not_applied_is_not_undone(loaded):
    answer = loaded.load("enterprises", [entity("四厂", uscc(4))], "--check-only")
    assert loaded.run("undo_import", answer["batch"])[0] == 1


def test_waiting_units_come_and_go_with_the_import_that_brings_the_entity(loaded):
    answer = loaded.bring("enterprises", [entity("三厂", uscc(3))])
    assert counted(answer) == (1, 0, 0)  # what was linked is not counted as updated
    assert loaded.figures("--keys", "org_coverage", "with_members_coverage") == {
        "org_coverage": (2, 3), "with_members_coverage": (1, 1)}
    loaded.json("undo_import", answer["batch"])
    assert loaded.figures("--keys", "org_coverage")["org_coverage"] == (1, 2)
    assert loaded.exported("members")[0]["工作单位"] == "三厂"
    loaded.bring("enterprises", [entity("三厂", uscc(3))])
    assert loaded.figures("--keys", "org_coverage")["org_coverage"] == (2, 3)


# --- export and template ----------------------------------------------------------------------


def test_a_commands_export_has_full_identities_and_a_users_is_masked(loaded):
    loaded.run("create_user", "a", "--role", "town", "--area", "990101001", "--password", "x")
    (full,) = loaded.exported("members")
    assert (full["公民身份号码"], full["手机"]) == (id_number(1), "13800000002")
    (masked,) = loaded.exported("members", "--user", "a")
    assert "*" in masked["公民身份号码"]
    assert "*" in masked["手机"]
    assert masked["记录号"] == full["记录号"]


def test_an_export_of_an_area_and_of_a_user_has_their_rows_only(loaded):
    loaded.bring("enterprises", [entity("乙厂", uscc(8), 所属镇街="乙街道", 园区="高新园")])
    loaded.run("create_user", "b", "--role", "town", "--area", "990101002", "--password", "x")
    loaded.run("create_user", "nobody", "--role", "audit_admin", "--password", "x")
    for words in (("--area", "990101002"), ("--area", "P1"), ("--user", "b")):
        assert [row["名称"] for row in loaded.exported("enterprises", *words)] == ["乙厂"]
    assert loaded.exported("enterprises", "--user", "nobody") == []
    assert loaded.exported("members", "--user", "b") == []


@pytest.mark.parametrize(("kind", "needed"), [
    ("areas", {"区划代码", "名称", "层级"}),
    ("enterprises", {"主体类型", "名称", "所属镇街", "地址", "所属行业", "从业人员数", "经营状态",
                     "法定代表人"}),
    ("organizations", {"党组织全称", "类别", "组建方式", "所属镇街", "成立日期", "状态"}),
    ("members", {"姓名", "性别", "民族", "公民身份号码", "学历", "人员类别", "党籍状态",
                 "加入党组织日期", "组织关系所在党组织", "手机"}),
    ("instructors", {"姓名", "政治面貌", "工作单位", "来源", "专职兼职", "聘期起", "聘期止",
                     "联系电话"}),
])
def test_a_template_has_the_stars_of_the_contract(office, tmp_path, kind, needed):
    path = tmp_path / "模板.xlsx"
    assert office.run("ledger_template", kind, path)[0] == 0
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert {name[:-1] for name in rows[0] if name.endswith("★")} == needed
    assert len(rows) == 1


def test_a_templates_lists_are_limited_to_the_users_scope(loaded, tmp_path):
    loaded.bring("organizations", [organization("乙支部", 所属镇街="乙街道")])
    loaded.run("create_user", "b", "--role", "town", "--area", "990101002", "--password", "x")
    path = tmp_path / "模板.xlsx"
    loaded.run("ledger_template", "enterprises", path, "--user", "b")
    words = {cell for row in table_of_lists(path) for cell in row}
    assert {"乙街道", "乙支部"} <= words
    assert not {"甲镇", "甲支部", "甲一网格"} & words


def table_of_lists(path):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name("选项").to_python()


# --- report -----------------------------------------------------------------------------------


def test_a_report_prints_its_run_and_the_checksum_of_its_payload(loaded, tmp_path):
    data = tmp_path / "data.json"
    words = ("coverage_report", "--area", "990101", "--as-of", "2026-06-30", "--data", data)
    code, text = loaded.run(*words)
    assert code == 0
    run, checksum = text.split()
    assert hashlib.sha256(data.read_bytes()).hexdigest() == checksum
    assert json.loads(data.read_text())
    code, answer = loaded.json(*words)
    assert code == 0
    assert answer["run"] != run


# --- accounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [
    ("--role", "district"),
    ("--role", "town", "--area", "990101001", "--area", "990101002"),
    ("--role", "importer", "--area", "990101"),
    ("--role", "sector", "--organization", "甲支部"),
    ("--role", "secretary", "--organization", "甲支部"),
    ("--role", "instructor", "--instructor", "王导+区委社会工作部+13800000003"),
    ("--role", "department", "--department", "市场监管局"),
    ("--role", "system_admin"),
    ("--role", "security_admin"),
    ("--role", "audit_admin"),
])
def test_an_account_of_each_role_gets_a_one_time_link(loaded, client, words):
    code, text = loaded.run("create_user", "zhou", *words)
    assert code == 0
    assert text.strip().startswith(settings.PUBLIC_URL + "/")
    path = text.strip().removeprefix(settings.PUBLIC_URL)
    assert client.get(path, follow=True).status_code == 200


def test_a_second_call_adds_a_grant(loaded):
    loaded.run("create_user", "zhou", "--role", "town", "--area", "990101001", "--password", "x")
    assert loaded.run("create_user", "zhou", "--role", "town", "--area", "990101002")[0] == 0
    loaded.bring("enterprises", [entity("乙厂", uscc(8), 所属镇街="乙街道")])
    assert loaded.figures("--user", "zhou", "--keys", "entities") == {"entities": 3}
