"""Items 1 to 16: files and zips that are refused whole, except an old .xls, which is read."""

import io
import zipfile

import xlwt

from tests.common.workbooks import SHEET, STRINGS, changed, text_table
from tests.hostile.making import appended, hostile, ledger, line, replaced, zipped
from tests.ledgers import desk

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
