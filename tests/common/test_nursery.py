"""Guarded children that a warm process forks: the same limits, the same ends, as those that are
started one by one."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from common.guarded.errors import Unreadable
from common.guarded.parent import Guarded, Sentences
from common.guarded.processes import Warm
from tests.together import together

SENTENCES = Sentences(too_large="too large", too_slow="too slow", damaged="damaged")
NURSERY = Warm("tests.common.charges")


def child(deed, timeout=20.0, cpu=5):
    """(the guarded child at its deed, its process id)."""
    with tempfile.TemporaryFile() as file:
        file.write(deed.encode())
        file.flush()
        request = {"memory_limit": 300 << 20, "cpu_limit": cpu}
        guarded = Guarded(NURSERY, file, request, timeout=timeout, sentences=SENTENCES)
    kind, pid = guarded.receive()
    assert kind == "pid"
    return guarded, pid


def answer(deed, **how):
    guarded, _pid = child(deed, **how)
    try:
        return guarded.receive()
    finally:
        guarded.close()


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_gone(pid):
    limit = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < limit:
        time.sleep(0.02)
    return not is_running(pid)


def test_children_of_one_nursery_hold_nothing_of_others(monkeypatch):
    monkeypatch.setenv("FIELD_KEYS", "secret")
    guarded, _pid = child("sleep")
    kind, seen = answer("look")
    assert kind == "done"
    # The file, the answer, nothing; and the folder that was just read.
    assert seen["descriptors"] == [0, 1, 2, 3]
    assert "secret" not in seen["environment"]
    assert seen["core"] == 0
    assert seen["parent"] == answer("look")[1]["parent"] != os.getpid()
    guarded.close()


@pytest.mark.parametrize(("deed", "sentence"), [
    ("refuse", "refused"), ("break", "broken"), ("spin", "too slow"),
])
def test_what_is_refused_is_a_sentence(deed, sentence):
    with pytest.raises(Unreadable, match=sentence):
        answer(deed, cpu=1)


@pytest.mark.parametrize("deed", ["eat", "abort"])
def test_more_memory_than_allowed_is_told(deed):
    assert answer(deed) == ("too large", None)


def test_silence_is_not_waited_for():
    guarded, pid = child("sleep", timeout=0.5)
    with pytest.raises(Unreadable, match="too slow"):
        guarded.receive()
    guarded.close()
    assert is_gone(pid)


def test_child_that_nobody_asks_any_longer_is_killed():
    guarded, pid = child("sleep")
    del guarded
    assert is_gone(pid)


def test_killed_child_is_a_refusal():
    guarded, pid = child("sleep")
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(Unreadable, match="too slow"):
        guarded.receive()
    guarded.close()


def test_nursery_that_has_died_is_replaced_and_its_children_are_gone():
    guarded, pid = child("sleep")
    before = answer("look")[1]["parent"]
    os.kill(before, signal.SIGKILL)
    assert is_gone(pid)
    with pytest.raises(Unreadable, match="too slow"):
        guarded.receive()
    guarded.close()
    assert answer("look")[1]["parent"] != before


def test_nursery_that_cannot_start_is_an_error_of_ours(monkeypatch):
    monkeypatch.setattr("common.guarded.processes.sys.executable", "/bin/false")
    monkeypatch.setattr(f"{__name__}.NURSERY", Warm("tests.common.charges"))
    with pytest.raises(RuntimeError):
        child("look")


def test_all_die_with_their_parent():
    program = textwrap.dedent("""
        import os, time
        from tests.common.test_nursery import child
        guarded, pid = child("sleep")
        print(pid, open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[1], flush=True)
        if os.fork() == 0:
            time.sleep(30)  # a child of the parent does not keep them alive
        time.sleep(60)
    """)
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert all(map(is_running, pids))
        parent.kill()
        parent.wait(60)
        assert all(map(is_gone, pids))
    finally:
        os.killpg(parent.pid, signal.SIGKILL)
        parent.stdout.close()


def test_many_at_once():
    found = together(8, lambda: [answer("look")[1]["descriptors"] for _ in range(5)])
    assert found == [[[0, 1, 2, 3]] * 5] * 8
