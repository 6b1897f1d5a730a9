"""Items 41 to 60: cells, keys and numbers of rows. Row 2 is the first below the header."""

import io

import xlwt

from members.rules import check_character
from tests.common.workbooks import changed, text_table
from tests.hostile.making import COLUMNS, appended, hostile, ledger, line
from tests.hostile.sheets import table, written
from tests.ledgers import desk
from tests.ledgers.desk import CODES, PEOPLE


def person(number, name="孙三", **cells):
    return desk.member(name, PEOPLE[0], "红星支部") | {"公民身份号码": number} | cells


def number_of(born: str, order: str = "001") -> str:
    """An ID number of district 990101 with a right check character."""
    body = f"990101{born}{order}"
    return body + check_character(body)


def firms(**column) -> bytes:
    """A ledger with one firm per value of one column."""
    (name, values), = column.items()
    rows = [desk.entity(f"店{at}") | {name: value} for at, value in enumerate(values)]
    return table(list(desk.entity("x") | {name: ""}), *(row.values() for row in rows))


def value(letter: str, content: str, kind: str = "") -> dict[str, str]:
    """One cell of :func:`line` with its raw XML."""
    sort = f' t="{kind}"' if kind else ""
    return {letter: f'<c r="@"{sort}>{content}</c>'}


STAFF, NAME, CODE = (COLUMNS[name] for name in ("从业人员数", "名称", "统一社会信用代码"))


# --- identities -------------------------------------------------------------------------------


@hostile("members")
def numbers_as_numbers():
    return ledger(person(9.90101199001010e17), person("9.90101E+17", "周五"))


@hostile("members")
def numbers_written_oddly():
    man, woman = "99010119820714013X", "99010119710714012X"
    full = PEOPLE[1].translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    return ledger(
        person(man.lower(), "孙一", 性别="男"), person(f"'{PEOPLE[0]}", "孙二", 性别="男"),
        person(f" {full[:6]}\u200b {full[6:]} ", "孙三", 性别="女"),
        person(woman.replace("X", "Ｘ"), "孙四", 性别="女"),
    )


@hostile("members")
def numbers_that_are_wrong():
    wrong = PEOPLE[0][:-1] + ("1" if PEOPLE[0][-1] != "1" else "2")
    return ledger(
        person(wrong), person("990101900101001"), person(number_of("19900230")),
        person(number_of("20990101")), person(number_of("20180101", "011"), "孙五"),
    )


@hostile()
def codes_that_are_wrong():
    return firms(统一社会信用代码=[
        CODES[0][:-1] + "X", CODES[0][:8] + "IOZSV" + CODES[0][13:], CODES[0][:17],
        9.19901010000000e17,
    ])


# --- formulas and errors ------------------------------------------------------------------------


@hostile()
def formulas_with_and_without_results():
    return appended([
        line(5, **value(STAFF, "<f>1+1</f>")),
        line(6, "戊店", **value(STAFF, "<f>1+1</f><v></v>")),
        line(7, "己店", **value(STAFF, "<f>1+1</f><v>99</v>")),
        line(8, "庚店", **value(STAFF, '<f t="shared" si="0"/>')),
    ])


@hostile()
def formulas_as_names():
    return firms(名称=[
        '=HYPERLINK("http://x","y")', "==cmd|'/c calc'!A1", "+1+1", "-2+3|cmd", "@SUM(1)",
        "\t=1", "\r=1", "＝1+1",
    ])


@hostile()
def errors_in_cells():
    return appended([
        line(5, **value(STAFF, "<v>#REF!</v>", "e")),
        line(6, "戊店", **value(NAME, "<v>#N/A</v>", "e")),
        line(7, "己店", **value(CODE, "<v>#NAME?</v>", "e")),
        line(8, "庚店", **value(CODE, "<f>NA()</f><v>#N/A</v>", "e")),
    ])


@hostile()
def errors_written_unusually():
    return appended([
        line(5, **{CODE: "<c\nr='@'\nt='e'>\n<v>#N/A</v>\n</c>"}),
        line(6, "戊店", **{CODE: '<c t = "e" r = "@" ><v >#N/A</v ></c >'}),
        line(7, "己店", **{CODE: '<c r="@" t="e"><v><![CDATA[#N/A]]></v></c>'}),
        line(8, "庚店", **{CODE: '<c r="@" t="e"/>'}),
        line(9, "辛店", **{CODE: '<c r="@"><f\n>1+1</f></c>'}),
        line(10, "壬店", **{CODE: '<c r="@"><f/></c>'}),
    ])


@hostile(file_name="台账.xls")
def errors_in_an_old_workbook():
    target = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("封面").write(0, 0, "封面")
    sheet = book.add_sheet("台账")
    rows = [list(desk.entity("x")), *(desk.entity(name).values() for name in "甲乙丙")]
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell != "":
                sheet.write(at, column, cell)
    sheet.row(1).set_cell_error(2, 0x2A)
    sheet.row(2).set_cell_error(2, 0x07)
    book.save(target)
    return target.getvalue()


@hostile()
def error_written_as_a_reference():
    return appended(line(5, **{CODE: '<c r="@" t="&#101;"><v>#N/A</v></c>'}))


@hostile()
def errors_as_text():
    return firms(名称=["#N/A", "#REF!", "#1 店"])


@hostile(file_name="台账.csv")
def errors_in_a_text():
    rows = [desk.entity("甲店", "#N/A"), desk.entity("#VALUE!")]
    return text_table([list(rows[0]), *(row.values() for row in rows)]).encode()


@hostile()
def numbers_that_are_none():
    cells = ["NaN", "1e999999", "-0", "1e-400", "abc", ""]
    return appended(
        line(5 + at, f"店{at}", **value(STAFF, f"<v>{cell}</v>")) for at, cell in enumerate(cells)
    )


# --- dates, yes and no, texts -------------------------------------------------------------------


@hostile()
def dates_of_all_kinds():
    return firms(成立日期=[
        "2024年7月1日", "20240701", 20240701, "2024/7/1 08:30", "2024.7", 45474, "2024-02-30",
        "0000-00-00", "9999-99-99", "2024-07-01T00:00:00-05:00", "2024-13-01",
    ])


@hostile()
def dates_since_1904():
    def write(book):
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [*desk.entity("x"), "成立日期"])
        sheet.write_row(1, 0, desk.entity("甲店").values())
        sheet.write_number(1, 10, 44012, day)

    content = written(write)
    book = "xl/workbook.xml"
    return changed(
        content, {book: lambda xml: xml.replace(b"<workbookPr", b'<workbookPr date1904="1"')}
    )


@hostile()
def yes_and_no():
    return firms(固定场所=[
        "是", "否", "√", "TRUE", True, False, 1, 0, "1 ", "×", "也许", 2,
    ])


@hostile()
def control_characters():
    names = ["店_x0000_", "店_x000B_", "店_xFFFE_", "店_xD800_", "店_x0007_"]
    return appended(line(5 + at, name) for at, name in enumerate(names))


@hostile()
def raw_control_character():
    return appended(line(5, "店\x0b"))


@hostile()
def characters_that_cannot_be_seen():
    return firms(名称=[
        "\u202e甲店", "乙\u200d\u200b店", "丙" + "\u0301" * 10_000, "丁店\U0001f600", "𠮷野家",
        "䶮店", "买买提·艾力", "买买提•艾力店", "己\u00a0\u3000店",
    ])


@hostile()
def long_texts():
    names = ["长" * 32_767, "长" * 201, "长" * 200]
    rows = [line(5 + at, name) for at, name in enumerate(names)]
    return appended([*rows, line(8, "x" * 1_000_000)])


@hostile()
def markup_as_names():
    return firms(名称=[
        "<script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>", "{{7*7}}",
        "{% load x %}", "%s%n", "' OR 1=1--", "${jndi:ldap://x}", "甲\r\nSet-Cookie: a=b",
    ])


# --- rows against rows --------------------------------------------------------------------------


@hostile("members")
def same_person_twice():
    return ledger(
        person(PEOPLE[0], "孙三"), person(PEOPLE[0], "孙三"), person(PEOPLE[1], "周五", 性别="女"),
        person(PEOPLE[1], "吴六", 性别="女"),
    )


@hostile("members")
def person_known_elsewhere():
    return ledger(person(PEOPLE[2], "党员甲", 组织关系所在党组织="蓝天支部"))


@hostile(user="town_a_staff")
def firm_of_another_town():
    rows = (desk.entity("甲店"), desk.entity("老店", 所属镇街="乙街道"))
    return ledger(*rows)


@hostile()
def same_name_in_two_towns():
    return ledger(
        desk.entity("老店"), desk.entity("老店", 所属镇街="乙街道"), desk.entity("关门店"),
    )


@hostile("organizations")
def circle_of_superiors():
    return ledger(
        desk.organization("一支部", 上级党组织="二支部"),
        desk.organization("二支部", 上级党组织="三支部"),
        desk.organization("三支部", 上级党组织="一支部"),
        desk.organization("四支部", 上级党组织="四支部"),
    )


@hostile()
def phones_of_all_kinds():
    return firms(联系电话=[
        "+86 138 0000 0001", "138000000012", "0731-28880000", "（010）87654321", 13800000001,
        1.38000000012e11, "8888 7777", "无",
    ])


@hostile(file_name="台账.csv", import__row_limit=1000)
def more_lines_than_allowed():
    rows = [desk.entity(f"店{number}") for number in range(1001)]
    return text_table([list(rows[0]), *(row.values() for row in rows)]).encode()


@hostile(import__row_limit=1000)
def blank_rows_beyond_the_limit():
    blank = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v> </v></c></row>' for n in range(5, 3000))
    return appended(blank.encode())


@hostile(import__row_limit=1000)
def more_rows_than_allowed():
    return ledger(*(desk.entity(f"店{number}") for number in range(1001)))


@hostile(import__row_limit=1000)
def as_many_rows_as_allowed():
    return ledger(*(desk.entity(f"店{number}") for number in range(1000)))


@hostile()
def rows_over_the_default_limit():
    row = line(777_777)
    return appended(row.replace(b"777777", b"%d" % number) for number in range(5, 200_003))


@hostile()
def no_rows():
    return table(list(desk.entity("x")))


@hostile()
def blank_rows_only():
    return table(list(desk.entity("x")), [" "] * 10, ["　"] * 10)


