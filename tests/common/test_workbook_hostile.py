"""Hostile files: each is refused with its own sentence, and this process does not feel it."""

import io
import os
import re
import resource
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from common.workbook import parts
from common.workbook.reader import Unreadable
from tests.common.workbooks import (
    ROWS,
    SHEET,
    STRINGS,
    book,
    changed,
    opened,
    read,
    refusal,
    with_xml,
    zipped,
)

DAMAGED = "文件不完整或已损坏"
LARGE = "文件太大"
LONGEST_VERDICT = 10


def ole(stream):
    """Return the beginning of an OLE2 file whose directory names one stream."""
    name = f"{stream}\0".encode("utf-16-le").ljust(128, b"\0")
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0") + name.ljust(512, b"\0")


def in_directory(field, value, name=SHEET):
    """Return a workbook with a field of one entry of its zip directory overwritten."""
    content = bytearray(book())
    entry = content.rfind(name.encode()) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[entry + field : entry + field + len(value)] = value
    return bytes(content)


def flipped():
    """Return a workbook with one bit of a compressed sheet changed."""
    content = bytearray(book([*(["甲", n] for n in range(2000))]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = archive.getinfo(SHEET)
    content[entry.header_offset + 30 + len(SHEET) + entry.compress_size // 2] ^= 1
    return bytes(content)


def laughing(part):
    entities = b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9))
    doctype = b'<!DOCTYPE x [<!ENTITY a0 "ha">' + entities + b"]>"
    return part.replace(b"<sst", doctype + b"<sst", 1).replace("青石镇".encode(), b"&a9;")


def in_sheet(old, new):
    return changed(book(), {SHEET: lambda part: part.replace(old, new, 1)})


def many_rows(count):
    cells = b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><v>1</v></c></row>'
    return with_xml(b"".join(cells % (n, n, n) for n in range(5, 5 + count)))


CASES = {
    "empty": (lambda: b"", "文件是空的"),
    "web page": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "这是网页"),
    "web page in utf-16": (lambda: "<HTML><BODY>".encode("utf-16"), "这是网页"),
    "web archive": (lambda: b"MIME-Version: 1.0\r\nX: y", "这是网页"),
    "xml table": (lambda: b'<?xml version="1.0"?><Workbook/>', "这是 XML 文件"),
    "macros": (lambda: changed(book(), add={"xl/vbaProject.bin": b"x"}), "文件里有宏"),
    "encrypted": (lambda: ole("EncryptedPackage"), "文件有打开密码"),
    "encrypted zip": (lambda: in_directory(8, b"\x01\x00"), "文件有打开密码"),
    "old word": (lambda: ole("WordDocument"), "这是 Word 文档"),
    "word": (lambda: zipped(word__document__xml=b"x", **{"word/document.xml": b"x"}), "Word"),
    "pdf": (lambda: b"%PDF-1.7\n", "这是 PDF"),
    "picture": (lambda: b"\xff\xd8\xff\xe0" + book(), "这是图片"),
    "xlsb": (lambda: zipped(**{"xl/workbook.bin": b"x"}), "读不了这种格式"),
    "ods": (lambda: zipped(mimetype=b"x", **{"content.xml": b"x"}), "读不了这种格式"),
    "archive": (lambda: zipped(**{"台账.xlsx": book()}), "这是压缩包"),
    "program": (lambda: b"MZ" + bytes(200), "这不是表格文件"),
    "noise": (lambda: bytes(range(256)) * 20, "这不是表格文件"),
    "text in no encoding": (lambda: b"a,b\r\n\xff\xff\xff,1\r\n", "文字编码"),
    "signature alone": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), DAMAGED),
    "broken .xls": (lambda: ole("Workbook"), DAMAGED),
    "truncated": (lambda: book()[:3000], DAMAGED),
    "two workbooks in one": (lambda: book() + book(), DAMAGED),
    "something before": (lambda: b"PK\x03\x04" + bytes(40) + book(), DAMAGED),
    "flipped bit": (flipped, DAMAGED),
    "wrong checksum": (lambda: in_directory(16, b"\x00\x00\x00\x00"), DAMAGED),
    "size understated": (lambda: in_directory(24, b"\x64\x00\x00\x00"), DAMAGED),
    "climbing name": (lambda: changed(book(), add={"../../x": b"x"}), DAMAGED),
    "absolute name": (lambda: changed(book(), add={"/etc/x": b"x"}), DAMAGED),
    "no workbook part": (lambda: changed(book(), drop=["xl/workbook.xml"]), DAMAGED),
    "no relations": (lambda: changed(book(), drop=["xl/_rels/workbook.xml.rels"]), DAMAGED),
    "truncated xml": (lambda: changed(book(), {SHEET: lambda part: part[:600]}), DAMAGED),
    "dtd": (lambda: in_sheet(b"<worksheet", b"<!DOCTYPE x><worksheet"), DAMAGED),
    "billion laughs": (lambda: changed(book(), {STRINGS: laughing}), DAMAGED),
    "string index": (lambda: in_sheet(b't="s"><v>0<', b't="s"><v>99999<'), DAMAGED),
    "negative row": (lambda: with_xml(b'<row r="-2"><c r="A-2"><v>1</v></c></row>'), DAMAGED),
    "made-up searches": (lambda: with_xml(b"<!--" + b"<c <f " * 200_000 + b"-->"), DAMAGED),
    "links": (lambda: changed(book(), add={"xl/externalLinks/a.xml": b"x"}), "指向其他文件"),
    "embedded": (lambda: changed(book(), add={"xl/embeddings/a.bin": b"x"}), "嵌入对象"),
    "60,000 entries": (
        lambda: changed(book(), add={f"x/{n}": b"" for n in range(60_000)}),
        LARGE,
    ),
    "one huge cell": (
        lambda: with_xml(b'<row r="5"><c r="A5" t="inlineStr"><is><t>' + b"x" * 60_000_000),
        LARGE,
    ),
    "3 million strings": (
        lambda: changed(book(), {STRINGS: lambda part: part + b"<si><t/></si>" * 3_000_000}),
        LARGE,
    ),
    "corner cell": (
        lambda: with_xml(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "《表1》的 XFD1048576 单元格有内容",
    ),
    "column out of range": (
        lambda: with_xml(b'<row r="5"><c r="ZZZZZ5"><v>1</v></c></row>'),
        "ZZZZZ5 单元格有内容",
    ),
    "far column, many rows": (
        lambda: with_xml(
            b'<row r="5"><c r="XFD5"><v>1</v></c></row>'
            b'<row r="40000"><c r="A40000"><v>1</v></c></row>'
        ),
        "XFD5 单元格有内容",
    ),
    "far row": (
        lambda: with_xml(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        "第 1048576 行离其余各行太远",
    ),
    "utf-16": (
        lambda: changed(book(), {SHEET: lambda part: part.decode().encode("utf-16")}),
        "文件内部的文字编码读不了",
    ),
    "open quote": (lambda: '主体类型,名称,所属镇街\r\n1,"甲,2\r\n'.encode(), "没有收尾的引号"),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_file_is_refused_with_its_sentence(case):
    make, words = CASES[case]
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    sentence = refusal(content)
    assert words in sentence
    assert sentence.endswith("。")
    assert sentence.count("。") == 1
    assert time.monotonic() - started < LONGEST_VERDICT
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


HARMLESS = {
    "rows without numbers": changed(
        book(), {SHEET: lambda part: re.sub(rb' r="[A-Z]*\d+"', b"", part)}
    ),
    "deep nesting": in_sheet(b"<sheetData>", b"<sheetData>" + b"<row>" * 100_000),
    "sheet under another path": changed(
        book(),
        {"xl/_rels/workbook.xml.rels": lambda part: part.replace(b"sheet1.xml", b"Other.XML")},
        drop=[SHEET],
        add={"xl/worksheets/Other.XML": zipfile.ZipFile(io.BytesIO(book())).read(SHEET)},
    ),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_odd_file_that_holds_no_danger_is_read(case):
    assert [row for _, row in read(HARMLESS[case])] == ROWS


def test_cell_of_megabytes_is_cut_before_it_reaches_this_process():
    noise = os.urandom(4_000_000).hex().encode()
    xml = b'<row r="5"><c r="A5" t="inlineStr"><is><t>' + noise + b"</t></is></c></row>"
    rows = read(with_xml(xml + b'<row r="6"><c r="B6"><v>1</v></c></row>'))
    assert len(rows[3][1][0]) == 32_768
    assert rows[4] == (6, ["", 1.0, "", ""])


def test_many_long_texts_arrive_whole():
    long = [
        ["主体类型", "名称", "所属镇街"],
        *(["小微企业", "长" * 3000, "青石镇"] for _ in range(1500)),
    ]
    rows = read(book(*[long]))
    assert len(rows) == 1500
    assert {len(row[1]) for _, row in rows} == {3000}


def test_table_that_needs_more_memory_is_large_and_not_blamed_on_a_cell():
    assert LARGE in refusal(many_rows(20_000), memory_limit=30 * 1024 * 1024)
    assert parts.farthest_cell(io.BytesIO(many_rows(500))) is None


def test_row_limit_holds_while_rows_are_streamed():
    table = opened(many_rows(5_000), row_limit=4_000)
    with pytest.raises(Unreadable, match="超过 4,000 行"):
        list(table.rows)


def test_reader_that_cannot_start_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr("common.workbook.reader.sys.executable", "/bin/false")
    with pytest.raises(RuntimeError):
        opened(book())


def test_silence_is_ended():
    with pytest.raises(Unreadable, match="读取用时过长"):
        opened(many_rows(20_000), timeout=0.01)


# --- the process ------------------------------------------------------------------------------


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pid_of(table):
    return table._child._process.pid


def test_process_ends_with_the_table():
    table = opened(many_rows(20_000))
    next(table.rows)
    assert is_running(pid_of(table))
    table.close()
    assert not is_running(pid_of(table))


def test_process_ends_when_the_rows_are_dropped():
    table = opened(many_rows(20_000))
    pid = pid_of(table)
    next(table.rows)
    table.rows.close()
    assert not is_running(pid)


def test_process_ends_when_the_table_is_forgotten():
    table = opened(many_rows(20_000))
    pid = pid_of(table)
    next(table.rows)
    del table
    assert not is_running(pid)


def test_process_that_is_killed_is_a_refusal():
    table = opened(many_rows(20_000))
    next(table.rows)
    os.kill(pid_of(table), signal.SIGKILL)
    with pytest.raises(Unreadable, match="读取用时过长"):
        list(table.rows)


def test_process_dies_with_its_parent(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(many_rows(20_000))
    program = textwrap.dedent("""
        import sys, time
        from tests.common.workbooks import opened
        table = opened(sys.argv[1])
        next(table.rows)
        print(table._child._process.pid, flush=True)
        time.sleep(60)
    """)
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def test_process_knows_no_secrets(monkeypatch):
    monkeypatch.setenv("FIELD_KEYS", "secret")
    with opened(many_rows(20_000)) as table:
        assert b"secret" not in Path(f"/proc/{pid_of(table)}/environ").read_bytes()
