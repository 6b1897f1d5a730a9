"""Items 17 to 26: parts, entities, links and names for which a workbook is refused whole."""

from tests.common.workbooks import SHEET, STRINGS, changed
from tests.hostile.making import appended, hostile, ledger, line, replaced

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"


# --- parts ------------------------------------------------------------------------------------


@hostile()
def no_workbook_part():
    return changed(ledger(), drop=[WORKBOOK])


@hostile()
def no_relations():
    return changed(ledger(), drop=[RELATIONS])


@hostile()
def no_sheet_part():
    return changed(ledger(), drop=[SHEET])


@hostile()
def relations_in_a_loop():
    return replaced(b"worksheets/sheet1.xml", b"workbook.xml", RELATIONS)


@hostile()
def xml_cut_off():
    return changed(ledger(), {SHEET: lambda xml: xml[:600]})


@hostile()
def xml_without_its_end():
    return replaced(b"</worksheet>", b"")


@hostile()
def xml_with_an_open_cell():
    return appended(line(5).replace(b"</is></c>", b"</is>", 1))


@hostile()
def xml_with_a_wrong_end():
    return appended(line(5).replace(b"</is></c>", b"</is></d>", 1))


@hostile()
def xml_with_a_bare_ampersand():
    return appended(line(5).replace("丁店".encode(), "丁&店".encode()))


@hostile()
def xml_with_an_attribute_twice():
    return appended(line(5).replace(b'r="B5"', b'r="B5" r="B6"'))


@hostile()
def xml_without_quotes():
    return appended(line(5).replace(b'r="B5"', b"r=B5"))


@hostile()
def xml_with_bad_bytes():
    return appended(line(5).replace("丁店".encode(), "丁店".encode("gbk")))


@hostile()
def xml_with_two_roots():
    return replaced(b"</worksheet>", b"</worksheet><worksheet/>")


@hostile()
def broken_strings():
    return replaced(b"</si></sst>", b"</sst>", STRINGS)


@hostile()
def broken_workbook_part():
    return replaced(b"</sheets>", b"", WORKBOOK)


@hostile()
def broken_styles():
    return replaced(b"</styleSheet>", b"", STYLES)


@hostile()
def made_up_searches():
    return appended(b"<!--" + b"<c <f " * 200_000 + b"-->")


# --- entities ---------------------------------------------------------------------------------


def declared(doctype: bytes, use: bytes, name: str = STRINGS) -> bytes:
    """A ledger with a DTD in a part, and an entity in place of a word."""
    root = {STRINGS: b"<sst", SHEET: b"<worksheet", WORKBOOK: b"<workbook", RELATIONS: b"<Relat"}

    def change(xml: bytes) -> bytes:
        return xml.replace(root[name], doctype + root[name], 1).replace("甲镇".encode(), use)

    return changed(ledger(), {name: change})


@hostile()
def entity_of_a_file():
    return declared(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', b"&a;")


@hostile()
def entity_of_a_file_in_the_workbook():
    return declared(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', b"", WORKBOOK)


@hostile()
def entity_of_a_file_in_relations():
    return declared(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', b"", RELATIONS)


@hostile()
def billion_laughs():
    nested = b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    return declared(b'<!DOCTYPE x [<!ENTITY a0 "ha">' + nested + b"]>", b"&a9;")


@hostile()
def quadratic_entities():
    return declared(b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]>', b"&a;" * 10_000)


@hostile()
def foreign_dtd():
    return declared(b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">', b"", SHEET)


@hostile()
def dtd_far_down():
    return declared(b"<!--" + b" " * 100_000 + b"--><!DOCTYPE x>", b"")


@hostile()
def deep_rows():
    depth = 100_000
    return appended(b"<row>" * depth + b"</row>" * depth)


@hostile()
def deep_rows_that_stay_open():
    return replaced(b"<sheetData>", b"<sheetData>" + b"<row>" * 100_000)


@hostile()
def deep_text_runs():
    depth = 100_000
    return replaced(b"</sst>", b"<si>" + b"<r>" * depth + b"</r>" * depth + b"</si></sst>", STRINGS)


@hostile()
def sheet_in_utf16():
    return changed(ledger(), {SHEET: lambda xml: xml.decode().encode("utf-16")})


@hostile()
def strings_in_utf16():
    return changed(ledger(), {STRINGS: lambda xml: xml.decode().encode("utf-16")})


@hostile()
def sheet_in_utf7():
    def change(xml: bytes) -> bytes:
        head, _, body = xml.partition(b"?>")
        return head.replace(b"UTF-8", b"UTF-7") + b"?>" + body.decode().encode("utf-7")

    return changed(ledger(), {SHEET: change})


# --- what points elsewhere --------------------------------------------------------------------


@hostile()
def external_links():
    link = b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    return changed(ledger(), add={"xl/externalLinks/externalLink1.xml": link})


@hostile()
def embedded_object():
    return changed(ledger(), add={"xl/embeddings/oleObject1.bin": b"x"})


@hostile()
def data_connection():
    return changed(ledger(), add={"xl/connections.xml": b"<connections/>"})


@hostile()
def query_table():
    return changed(ledger(), add={"xl/queryTables/queryTable1.xml": b"<queryTable/>"})


@hostile()
def active_control():
    return changed(ledger(), add={"xl/activeX/activeX1.bin": b"x"})


# --- names of the file ------------------------------------------------------------------------


@hostile(file_name="..\\..\\a.xlsx")
def name_that_climbs():
    return ledger()


@hostile(file_name="长" * 296 + ".xlsx")
def name_of_300_characters():
    return ledger()


@hostile(file_name="台账\x00.xlsx")
def name_with_nul():
    return ledger()


@hostile(file_name="台账\u202excod.xlsx")
def name_that_runs_backwards():
    return ledger()


@hostile(file_name="台账.xlsx.exe")
def name_of_a_program():
    return ledger()


