"""Ids and random pieces for those who need many."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import time_machine

from common.chance import new_id, random_piece


def test_ids_are_of_version_7_and_no_two_are_alike():
    ids = [new_id() for _ in range(20_000)]
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert len(set(ids)) == len(ids)


def test_ids_come_in_the_order_of_their_making():
    ids = [new_id().int for _ in range(20_000)]
    steps = Counter(one < other for one, other in pairwise(ids))
    # Two may fall into one quarter of a microsecond, and the clock may be set back.
    assert steps[False] < len(ids) / 100


def test_an_id_tells_its_millisecond_and_the_part_of_it():
    moment = datetime(2026, 3, 31, 8, 0, 0, 123_750, tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        number = new_id().int
    assert number >> 80 == int(moment.timestamp()) * 1000 + 123
    assert number >> 64 & 0xFFF == 4096 * 3 // 4


def test_ids_of_one_moment_differ():
    with time_machine.travel(datetime(2026, 3, 31, tzinfo=UTC), tick=False):
        ids = {new_id() for _ in range(10_000)}
    assert len(ids) == 10_000
    assert len({random_piece() for _ in range(10_000)}) == 10_000
