"""Items 1 to 26: containers that are refused whole, except an old .xls, which is read."""

import io
import zipfile

import xlwt

from tests.common.workbooks import SHEET, STRINGS, changed, text_table
from tests.hostile.making import appended, hostile, ledger, line, replaced, zipped
from tests.ledgers import desk

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
STYLES = "xl/styles.xml"
_MEGABYTE = 1_000_000


# --- what is no workbook ----------------------------------------------------------------------


@hostile()
def empty_file():
    return b""


@hostile()
def web_page():
    return "<html><table><tr><td>名称</td></tr></table></html>".encode()


@hostile(file_name="台账.xls")
def web_page_in_utf16():
    return "<HTML><BODY>".encode("utf-16")


@hostile(file_name="台账.xls")
def web_archive():
    return b"MIME-Version: 1.0\r\nX: y"


@hostile(file_name="台账.xls")
def xml_table():
    return b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


@hostile()
def text_named_workbook():
    rows = [desk.entity(name) for name in ("甲店", "乙店")]
    return text_table([list(rows[0]), *(row.values() for row in rows)]).encode()


@hostile()
def old_workbook_named_new():
    target = io.BytesIO()
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    for at, row in enumerate([list(desk.entity("x")), *(desk.entity(n).values() for n in "甲乙")]):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    book.save(target)
    return target.getvalue()


@hostile()
def pdf():
    return b"%PDF-1.7\n"


@hostile()
def word():
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"x"})


@hostile(file_name="台账.xls")
def old_word():
    return ole("WordDocument")


@hostile()
def binary_workbook():
    return zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x"})


@hostile()
def open_document():
    return zipped({"mimetype": b"x", "content.xml": b"x"})


@hostile()
def program():
    return b"MZ" + bytes(200)


@hostile()
def noise():
    return bytes(range(256)) * 20


@hostile(file_name="台账.csv")
def text_in_no_encoding():
    return b"a,b\r\n\xff\xff\xff,1\r\n"


@hostile(file_name="台账.csv")
def text_with_an_open_quote():
    rows = [desk.entity(str(number)) for number in range(3000)]
    table = text_table([list(rows[0]), *(row.values() for row in rows)])
    return (table + '小微企业,"甲').encode()


def ole(stream: str) -> bytes:
    """The beginning of an OLE2 file whose directory names one stream."""
    name = f"{stream}\0".encode("utf-16-le").ljust(128, b"\0")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0") + name.ljust(512, b"\0")


@hostile(file_name="台账.xls")
def ole_signature_alone():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


@hostile(file_name="台账.xls")
def broken_old_workbook():
    return ole("Workbook")


# --- locked, macros ---------------------------------------------------------------------------


@hostile(file_name="台账.xlsm")
def macros_by_name():
    return ledger()


@hostile()
def macros():
    return changed(ledger(), add={"xl/vbaProject.bin": b"x"})


@hostile()
def encrypted():
    return ole("EncryptedPackage")


@hostile()
def encrypted_zip():
    return in_directory(8, b"\x01\x00")


# --- zips that lie ----------------------------------------------------------------------------


def in_directory(field: int, value: bytes) -> bytes:
    """A ledger with a field of its sheet's entry in the zip directory overwritten."""
    content = bytearray(ledger())
    entry = content.rfind(SHEET.encode()) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + field : entry + field + len(value)] = value
    return bytes(content)


@hostile()
def truncated():
    return ledger()[:3000]


@hostile()
def wrong_checksum():
    return in_directory(16, b"\x00\x00\x00\x00")


@hostile()
def flipped_bit():
    content = bytearray(ledger(*(desk.entity(f"店{number}") for number in range(500))))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(SHEET)
    content[entry.header_offset + 30 + len(SHEET) + entry.compress_size // 2] ^= 1
    return bytes(content)


@hostile()
def two_workbooks_in_one():
    return ledger() + ledger()


@hostile()
def picture_in_front():
    return b"\xff\xd8\xff\xe0" + ledger()


@hostile()
def junk_in_front():
    return b"PK\x03\x04" + bytes(40) + ledger()


@hostile()
def many_entries():
    return changed(ledger(), add={f"x/{number}": b"" for number in range(60_000)})


@hostile()
def huge_cell():
    row = b'<row r="5"><c r="A5" t="inlineStr"><is><t>' + b"x" * (200 * _MEGABYTE)
    return appended(row + b"</t></is></c></row>")


@hostile()
def millions_of_strings():
    strings = b"<si><t/></si>" * (3 * _MEGABYTE)
    return replaced(b"</sst>", strings + b"</sst>", STRINGS)


@hostile()
def million_varied_strings():
    strings = b"".join(b"<si><t>%x</t></si>" % (n * 2654435761) for n in range(_MEGABYTE))
    return replaced(b"</sst>", strings + b"</sst>", STRINGS)


@hostile()
def million_rows():
    row = b'<row r="%d"><c r="A%d"><v>1</v></c></row>'
    return appended(row % (n, n) for n in range(5, _MEGABYTE))


@hostile()
def million_full_rows():
    """As wide as a ledger: reading alone would take longer than a person waits."""
    row = line(777_777)
    return appended(row.replace(b"777777", b"%d" % n) for n in range(5, _MEGABYTE))


@hostile()
def climbing_entry():
    return changed(ledger(), add={"../../x": b"x"})


@hostile()
def absolute_entry():
    return changed(ledger(), add={"/etc/x": b"x"})


@hostile()
def symbolic_link():
    target = io.BytesIO(ledger())
    link = zipfile.ZipInfo("xl/link.xml")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return target.getvalue()


@hostile()
def workbook_in_an_archive():
    return zipped({"台账.xlsx": ledger()})


@hostile()
def workbook_in_a_workbook():
    return changed(ledger(), add={"xl/media/内.xlsx": ledger()})


@hostile()
def size_understated():
    return in_directory(24, b"\x64\x00\x00\x00")


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


