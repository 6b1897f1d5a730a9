"""The process that reads ledger files: what it gives back, and that it never outlives its use.

Hostile files, each with its verdict, are tried in tests/test_hostile_files.py.
"""

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from common.workbook import parts
from common.workbook.reader import Unreadable
from tests.common.workbooks import book, opened, read, refusal, with_xml

LARGE = "文件太大"


def many_rows(count):
    cells = b'<row r="%d"><c r="A%d"><v>1</v></c><c r="B%d"><v>1</v></c></row>'
    return with_xml(b"".join(cells % (n, n, n) for n in range(5, 5 + count)))


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


def test_too_many_rows_are_refused_before_the_first_is_given():
    assert refusal(many_rows(5_000), row_limit=4_000) == (
        "超过 4,000 行，请按镇街或类型拆成几个文件上传。"
    )


def test_reader_that_cannot_start_is_no_fault_of_the_file(monkeypatch):
    monkeypatch.setattr("common.guarded.processes.sys.executable", "/bin/false")
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
    parent.wait(60)
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(child)


def test_process_knows_no_secrets(monkeypatch):
    monkeypatch.setenv("FIELD_KEYS", "secret")
    with opened(many_rows(20_000)) as table:
        assert b"secret" not in Path(f"/proc/{pid_of(table)}/environ").read_bytes()
