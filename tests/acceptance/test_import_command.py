"""The answer of ``import_ledger`` to the letter: counts, states, exit codes; what holds a row back
(errors) and what only looks wrong (warnings). Written from ledgers.md §1 and §2."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.acceptance.office import AREAS, counted, id_number, said, uscc
from tests.ledgers.desk import entity, instructor, member, organization

ANSWER = {
    "batch", "state", "created", "updated", "unchanged", "errors", "warnings", "ignored_columns",
}
DAY = ("--effective", "2026-06-30")


@pytest.fixture
def branch(office):
    """甲支部 and 一厂, covered by it."""
    office.bring("organizations", [organization("甲支部")], *DAY)
    office.bring(
        "enterprises", [entity("一厂", uscc(1), 覆盖党组织="甲支部", 组建方式="单独组建")], *DAY
    )
    return office


# --- the answer -------------------------------------------------------------------------------


def test_a_clean_file_is_applied_and_its_second_import_changes_nothing(bare_office):
    file = bare_office.file(AREAS)
    code, answer = bare_office.json("import_ledger", "areas", file)
    assert code == 0
    assert answer.keys() == ANSWER
    assert isinstance(answer["batch"], str)
    rest = {key: answer[key] for key in ANSWER - {"batch"}}
    assert rest == {
        "state": "applied", "created": 5, "updated": 0, "unchanged": 0, "errors": [],
        "warnings": [], "ignored_columns": [],
    }
    again = bare_office.load("areas", file)
    assert (again["state"], counted(again)) == ("applied", (0, 0, 5))


def test_errors_hold_the_whole_file_back(office):
    rows = [entity("一厂", uscc(1)), entity("二厂", "91990101MA0000002X", 所属镇街="丙镇")]
    code, answer = office.json("import_ledger", "enterprises", office.file(rows))
    assert (code, answer["state"]) == (1, "checked")
    assert said(answer["errors"]) == [(3, "统一社会信用代码"), (3, "所属镇街")]
    town = answer["errors"][1]
    assert town.keys() == {"row", "column", "value", "message"}
    assert (town["value"], town["message"]) == ("丙镇", "没有这个镇街，是不是“甲镇”？")
    assert office.exported("enterprises") == []


def test_valid_rows_only_applies_the_others(office):
    rows = [entity("一厂", uscc(1)), entity("二厂", uscc(2), 所属镇街="")]
    code, answer = office.json(
        "import_ledger", "enterprises", office.file(rows), "--valid-rows-only"
    )
    assert (code, answer["state"], counted(answer)) == (0, "applied", (1, 0, 0))
    assert said(answer["errors"]) == [(3, "所属镇街")]


def test_check_only_writes_nothing(office):
    file = office.file([entity("一厂", uscc(1))])
    code, answer = office.json("import_ledger", "enterprises", file, "--check-only")
    assert (code, answer["state"], counted(answer)) == (0, "checked", (1, 0, 0))
    assert office.exported("enterprises") == []


def test_an_unreadable_file_fails(office, tmp_path):
    path = tmp_path / "报表.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing of a workbook")
    code, answer = office.json("import_ledger", "enterprises", path)
    assert (code, answer["state"]) == (1, "failed")
    assert answer["errors"][0].keys() == {"row", "column", "value", "message"}


def test_title_rows_unknown_columns_and_excel_row_numbers(office):
    row = entity("一厂", uscc(1), 所属镇街="")
    headers = list(row)
    rows = [
        dict.fromkeys(headers[:1], "明川区市场主体台账"),
        dict(zip(headers, headers, strict=True)) | {"负责股室": "负责股室"},
        row | {"负责股室": "一股"},
    ]
    plain = [{f"列{at}": r.get(name) for at, name in enumerate([*headers, "负责股室"])}
             for r in rows]
    answer = office.load("enterprises", plain)
    # The desk writes a header row of its own above: title 2, header 3, data 4.
    assert said(answer["errors"]) == [(4, "所属镇街")]
    assert answer["ignored_columns"] == ["负责股室"]


# --- wrong calls ------------------------------------------------------------------------------


def command_line(*words):
    """Exit code, output and complaints of manage.py; the calls here reach no data."""
    return subprocess.run(
        [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, check=False,
        capture_output=True, text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}, timeout=300,
    )


def test_a_wrong_call_ends_with_2_and_prints_nothing(tmp_path):
    done = command_line("import_ledger", "tractors", str(tmp_path / "x.xlsx"), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


@pytest.mark.parametrize("words", [
    ("import_ledger", "areas", "/nowhere/x.xlsx"),
    ("import_ledger", "areas", "{file}", "--effective", "2026-13-01"),
    ("import_ledger", "areas", "{file}", "--user", "nobody"),
    ("undo_import", "0b0e6b5e-0000-4000-8000-000000000000"),
    ("undo_import", "nonsense"),
    ("export_ledger", "areas", "/nowhere/x.xlsx"),
    ("export_ledger", "areas", "{file}", "--area", "000000"),
    ("export_ledger", "areas", "{file}", "--as-of", "yesterday"),
    ("ledger_template", "areas", "/nowhere/x.xlsx"),
    ("ledger_template", "areas", "{file}", "--user", "nobody"),
    ("indicators", "--area", "000000", "--json"),
    ("indicators", "--by", "colour", "--json"),
    ("indicators", "--keys", "happiness", "--json"),
    ("indicators", "--as-of", "soon", "--json"),
    ("coverage_report", "--area", "000000", "--as-of", "2026-06-30"),
    ("create_user", "zhou", "--role", "town", "--area", "000000"),
    ("create_user", "zhou", "--role", "secretary", "--organization", "没有的支部"),
    ("create_user", "zhou", "--role", "secretary"),
    ("create_user", "zhou", "--role", "town"),
    ("create_user", "zhou", "--role", "instructor", "--instructor", "王导+某单位+1"),
])
def test_what_is_not_there_is_a_wrong_call(office, words):
    file = office.file(AREAS)
    code, text = office.run(*(word.format(file=file) for word in words))
    assert (code, text) == (2, "")


# --- errors -----------------------------------------------------------------------------------


def errors(office, kind, *rows, words=DAY):
    """(row, header) of the errors, and nothing was written."""
    code, answer = office.json("import_ledger", kind, office.file(rows), *words)
    assert (code, answer["state"]) == (1, "checked")
    return said(answer["errors"])


@pytest.mark.parametrize(("kind", "row", "header"), [
    ("enterprises", entity("厂", uscc(9), 成立日期="2024.7"), "成立日期"),
    ("enterprises", entity("厂", uscc(9), 成立日期="2024年7月"), "成立日期"),
    ("enterprises", entity("厂", uscc(9), 从业人员数="约二十"), "从业人员数"),
    ("enterprises", entity("厂", uscc(9), 所属行业="修仙"), "所属行业"),
    ("enterprises", entity("厂", uscc(9), 经营状态="挺好"), "经营状态"),
    ("enterprises", entity("厂", uscc(9), 是否规模以上="也许"), "是否规模以上"),
    ("enterprises", entity("厂", 910, 主体类型="专业市场"), "统一社会信用代码"),
    ("enterprises", entity("厂", "", 主体类型="小微企业"), "统一社会信用代码"),
    ("enterprises", entity("厂", uscc(9), 联系电话=""), "联系电话"),
    ("enterprises", entity("厂", uscc(9), 成立日期="2024-01-01", 注销日期="2024-01-01",
                           经营状态="注销"), "注销日期"),
    ("enterprises", entity("厂", uscc(9), 覆盖党组织="乙支部"), "覆盖党组织"),
    ("organizations", organization("支部", 撤销日期="2020-01-01"), "撤销日期"),
    ("organizations", organization("支部", 上级党组织="没有的党委"), "上级党组织"),
    ("organizations", organization("支部", 上级党组织="支部"), "上级党组织"),
    ("organizations", organization("支部", 成立日期=""), "成立日期"),
    ("members", member("周", id_number(9), "甲支部", 转正日期=""), "转正日期"),
    ("members", member("周", id_number(9), "甲支部", 转正日期="2010-06-30"), "转正日期"),
    ("members", member("周", id_number(9), "甲支部", 党籍状态="死亡", 党籍变动日期="2010-06-30"),
     "党籍变动日期"),
    ("members", member("周", id_number(9)[:-1] + "?", "甲支部"), "公民身份号码"),
    ("members", member("周", id_number(9), "没有的支部"), "组织关系所在党组织"),
    ("members", member("周", "990101********0019", "甲支部"), "公民身份号码"),
    ("instructors", instructor("王导", 聘期起="2026-01-02", 聘期止="2026-01-01"), "聘期止"),
    ("instructors", instructor("王导", 联系党组织="没有的支部"), "联系党组织"),
    ("instructors", instructor("王导", 联系电话="138****0003"), "联系电话"),
    ("areas", {"区划代码": "X", "名称": "旧园", "层级": "园区", "启用日期": "2020-01-01",
               "停用日期": "2020-01-01"}, "停用日期"),
    ("areas", {"区划代码": "X", "名称": "旧园", "层级": "园区", "上级代码": "Y"}, "上级代码"),
    ("areas", {"区划代码": "X", "名称": "旧园", "层级": "园区", "上级代码": "X"}, "上级代码"),
])
def test_each_error_holds_its_row(branch, kind, row, header):
    assert errors(branch, kind, row) == [(2, header)]


def test_an_end_before_a_beginning_that_is_already_known(branch):
    """A blank 成立日期 keeps the known one: the 注销日期 is compared with that."""
    branch.bring("enterprises", [entity("二厂", uscc(2), 成立日期="2024-05-01")], *DAY)
    row = entity("二厂", uscc(2), 成立日期="", 经营状态="注销", 注销日期="2024-05-01")
    assert errors(branch, "enterprises", row) == [(2, "注销日期")]
    area = {"区划代码": "P1", "名称": "高新园", "层级": "园区"}
    branch.bring("areas", [area | {"启用日期": "2020-01-01"}])
    assert errors(branch, "areas", area | {"停用日期": "2019-01-01"}) == [(2, "停用日期")]
    row = organization("甲支部", 撤销日期="2026-01-01")
    branch.bring("organizations", [row], *DAY)
    row = organization("甲支部", 成立日期="2026-01-01")
    assert errors(branch, "organizations", row) == [(2, "撤销日期")]
    person = member("周甲", id_number(1), "甲支部", 党籍状态="死亡", 党籍变动日期="2012-01-01")
    branch.bring("members", [person], *DAY)
    person |= {"加入党组织日期": "2013-01-01", "转正日期": "2014-01-01", "党籍变动日期": ""}
    assert errors(branch, "members", person) == [(2, "党籍变动日期")]
    person = member("周乙", id_number(2), "甲支部", 人员类别="预备党员", 转正日期="2011-07-01")
    branch.bring("members", [person], *DAY)
    person |= {"加入党组织日期": "2012-01-01", "转正日期": ""}
    assert errors(branch, "members", person) == [(2, "转正日期")]


def test_equal_days_that_are_no_backward_order(branch):
    day = "2010-07-01"
    row = member("周", id_number(9), "甲支部", 转正日期=day, 党籍状态="死亡", 党籍变动日期=day)
    branch.bring("members", [row], *DAY)
    one_day = instructor("王导", 聘期起="2026-01-01", 聘期止="2026-01-01")
    branch.bring("instructors", [one_day], *DAY)


def test_a_cycle_through_the_file_and_what_is_known(branch):
    branch.bring("organizations", [organization("乙支部", 上级党组织="甲支部")], *DAY)
    found = errors(branch, "organizations", organization("甲支部", 上级党组织="乙支部"))
    assert found == [(2, "上级党组织")]
    rows = [{**AREAS[1], "上级代码": "G1"}]
    assert errors(branch, "areas", *rows) == [(2, "上级代码")]


@pytest.mark.parametrize(("kind", "rows", "header"), [
    ("enterprises", [entity("一厂", uscc(1)), entity("二厂", uscc(1))], "统一社会信用代码"),
    ("enterprises", [entity("小店"), entity("小店")], "名称"),
    ("organizations", [organization("支部"), organization("支部")], "党组织全称"),
    ("members", [member("周", id_number(1), "甲支部"), member("吴", id_number(1), "甲支部")],
     "公民身份号码"),
    ("areas", [AREAS[0], AREAS[0]], "区划代码"),
    ("instructors", [instructor("王导"), instructor("王导")], "姓名"),
])
def test_a_key_twice_in_the_file(branch, kind, rows, header):
    assert (3, header) in errors(branch, kind, *rows)


def test_a_changed_key_that_belongs_to_another_record(branch):
    branch.bring("enterprises", [entity("二厂", uscc(2)), entity("甲店"), entity("乙店")], *DAY)
    branch.bring("organizations", [organization("乙支部", 党组织代码="D2"), organization("丙支部")])
    numbers = {row["名称"]: row["记录号"] for row in branch.exported("enterprises")}
    row = entity("二厂", uscc(1), 记录号=numbers["二厂"])
    assert errors(branch, "enterprises", row) == [(2, "统一社会信用代码")]
    row = entity("甲店", 记录号=numbers["乙店"])
    assert errors(branch, "enterprises", row) == [(2, "名称")]
    numbers = {row["党组织全称"]: row["记录号"] for row in branch.exported("organizations")}
    row = organization("甲支部", 党组织代码="D2", 记录号=numbers["甲支部"])
    assert errors(branch, "organizations", row) == [(2, "党组织代码")]
    row = organization("甲支部", 记录号=numbers["丙支部"])
    assert errors(branch, "organizations", row) == [(2, "党组织全称")]


def test_an_unknown_or_foreign_record_number_leaves_it_to_the_key(branch):
    branch.run("create_user", "town_b", "--role", "town", "--area", "990101002", "--password", "x")
    branch.run("create_user", "town_a", "--role", "town", "--area", "990101001", "--password", "x")
    branch.bring("enterprises", [entity("乙店", 所属镇街="乙街道")])
    foreign = next(r["记录号"] for r in branch.exported("enterprises") if r["名称"] == "乙店")
    answers = []
    for at, number in enumerate((foreign, "0b0e6b5e-0000-4000-8000-000000000000", "没有")):
        row = entity(f"新店{at}", 记录号=number)
        answer = branch.load("enterprises", [row], "--user", "town_a")
        answers.append((counted(answer), answer["errors"], answer["warnings"]))
    assert answers == [((1, 0, 0), [], [])] * 3


def test_a_row_outside_the_users_scope(branch):
    branch.run("create_user", "town_b", "--role", "town", "--area", "990101002", "--password", "x")
    words = ("--user", "town_b", *DAY)
    foreign = entity("一厂", uscc(1), 从业人员数=99)
    assert [row for row, _ in errors(branch, "enterprises", foreign, words=words)] == [2]
    elsewhere = entity("三厂", uscc(3))
    assert [row for row, _ in errors(branch, "enterprises", elsewhere, words=words)] == [2]
    code, answer = branch.json(
        "import_ledger", "members", branch.file([member("周", id_number(1), "甲支部")]), *words
    )
    assert (code, said(answer["errors"])[0][0]) == (1, 2)
    assert branch.exported("enterprises")[0]["从业人员数"] == "12"


# --- warnings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "row", "header"), [
    ("organizations", organization("乙支部", 依托单位="没有的厂"), "依托单位"),
    ("organizations", organization("乙支部", 本届起始日期="2019-01-01"), "本届起始日期"),
    ("members", member("周", id_number(1), "甲支部", 工作单位="没有的厂"), "工作单位"),
    ("instructors", instructor("王导", 联系主体="没有的厂"), "联系主体"),
    ("enterprises", entity("二厂", uscc(2), 覆盖党组织="甲支部", 组建方式="单独组建"), "组建方式"),
    ("enterprises", entity("二厂", uscc(2), 覆盖党组织="甲支部", 组建方式="联合组建",
                           覆盖起始日期="2019-12-31"), "覆盖起始日期"),
    ("enterprises", entity("一厂", uscc(2)), "名称"),
    ("members", member("周", id_number(1), "甲支部", 组织关系转入日期="2009-01-01"),
     "组织关系转入日期"),
    ("members", member("周", id_number(1, "20040229"), "甲支部"), "加入党组织日期"),
])
def test_what_only_looks_wrong_is_warned_and_goes_on(branch, kind, row, header):
    code, answer = branch.json("import_ledger", kind, branch.file([row]), *DAY)
    assert (code, answer["state"], answer["created"]) == (0, "applied", 1)
    assert (2, header) in said(answer["warnings"])
    assert all(note.keys() == {"row", "column", "value", "message"} for note in answer["warnings"])


def test_a_grid_outside_the_town_is_warned(office):
    row = entity("厂", uscc(1), 所属镇街="乙街道", 网格="甲一网格")
    answer = office.bring("enterprises", [row])
    assert said(answer["warnings"]) == [(2, "网格")]


def test_a_code_that_fails_can_be_confirmed_with_a_reason(office):
    wrong = uscc(1)[:-1] + ("0" if uscc(1)[-1] != "0" else "1")
    assert errors(office, "enterprises", entity("厂", wrong)) == [(2, "统一社会信用代码")]
    office.bring("enterprises", [entity("厂", wrong, 代码核实说明="执照如此")])
    office.bring("enterprises", [entity("老店", "990101600012345", 主体类型="个体工商户")])


# --- references in any order, several values, ways to write ------------------------------------


def test_references_inside_one_file_resolve_in_any_order(bare_office):
    assert counted(bare_office.bring("areas", AREAS[::-1])) == (5, 0, 0)
    rows = [organization("丙", 上级党组织="乙"), organization("乙", 上级党组织="C1"),
            organization("甲", 党组织代码="C1")]
    assert counted(bare_office.bring("organizations", rows)) == (3, 0, 0)
    above = {r["党组织全称"]: r["上级党组织"] for r in bare_office.exported("organizations")}
    assert above == {"丙": "乙", "乙": "甲", "甲": ""}


def exported_of(office, header, *written):
    """What is printed of each of several ways to write a cell, in their order."""
    office.bring("enterprises", [
        entity(f"厂{number}", uscc(number), **{header: one})
        for number, one in enumerate(written, 1)
    ])
    printed = {row["名称"]: row[header] for row in office.exported("enterprises")}
    return [printed[f"厂{number}"] for number in range(1, len(written) + 1)]


def test_ways_to_write_a_day(office):
    ways = ("2024-07-01", "2024/7/1", "2024.7.1", "2024年7月1日", "20240701", "２０２４．７．１")
    assert exported_of(office, "成立日期", *ways) == ["2024-07-01"] * 6


def test_ways_to_say_yes_and_no(office):
    assert exported_of(office, "固定场所", *"是√有Y1否×无N0") == [*"是是是是是否否否否否"]


def test_several_values_in_a_cell(office):
    ways = (separator.join(("专精特新", "高新技术")) for separator in "、，,;\n")
    assert exported_of(office, "资质标签", *ways) == ["专精特新、高新技术"] * 5
