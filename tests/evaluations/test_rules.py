"""Totals, bands and quotas."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.rules import (
    BandRule,
    Candidate,
    Scored,
    allocate,
    deducted,
    is_looked_back,
    points_of,
    problem_with,
    ranks,
    total,
)

D = Decimal
BANDS = (
    BandRule("五星", D(90), D(10), frozenset({"bonus"})),
    BandRule("四星", D(80), D(30)),
    BandRule("三星", D(70), D(40)),
)


def candidates(*scores: int, **values) -> list[Candidate]:
    return [Candidate(at, D(score), **values) for at, score in enumerate(scores)]


def bands_of(found) -> list:
    return [found[key].band for key in sorted(found)]


def test_a_band_wants_its_minimum_its_conditions_and_a_place():
    who = [
        Candidate("a", D(95), meets=frozenset({"bonus"})), Candidate("b", D(94)),
        Candidate("c", D(85)), Candidate("d", D(79)), Candidate("e", D(60)),
        *[Candidate(f"x{at}", D(10)) for at in range(5)],
    ]
    found = allocate(who, BANDS)
    assert [found[key].band for key in "abcde"] == ["五星", "四星", "四星", "三星", None]
    assert not any(one.is_tied for one in found.values())


def test_equals_at_the_limit_are_named_and_none_is_cut():
    """Ten rated, three places for four stars, four reach it, the last two with the same score."""
    found = allocate(candidates(89, 88, 85, 85, *[10] * 6), BANDS)
    assert bands_of(found)[:4] == ["四星", "四星", "三星", "三星"]
    assert [found[at].is_tied for at in range(4)] == [False, False, True, True]


def test_one_more_than_the_places_without_a_tie():
    found = allocate(candidates(89, 88, 85, 84, *[10] * 6), BANDS)
    assert bands_of(found)[:4] == ["四星", "四星", "四星", "三星"]
    assert not any(one.is_tied for one in found.values())


def test_who_is_blocked_has_no_band_but_counts_among_the_rated():
    blocked = Candidate("b", D(99), is_blocked=True)
    found = allocate([blocked, *candidates(85, 84, *[10] * 7)], BANDS)
    assert found["b"].band is None
    assert (found[0].band, found[1].band) == ("四星", "四星")


SCORES = st.lists(st.integers(0, 100), min_size=1, max_size=60)


@given(SCORES)
def test_no_quota_is_exceeded_and_nobody_is_overtaken(scores):
    who = candidates(*scores, meets=frozenset({"bonus"}))
    found = allocate(who, BANDS)
    assert len(found) == len(scores)
    order = {"五星": 3, "四星": 2, "三星": 1, None: 0}
    for band in BANDS:
        taken = [one for one in who if found[one.key].band == band.key]
        assert len(taken) <= int(len(scores) * band.share / 100)
        assert all(one.score >= band.minimum for one in taken)
    for better in who:
        for worse in who:
            if better.score > worse.score and not found[better.key].is_tied:
                assert order[found[better.key].band] >= order[found[worse.key].band]
            if better.score == worse.score:
                assert found[better.key] == found[worse.key]


def test_totals_take_the_last_word_and_cap_the_bonus():
    rows = [
        Scored("1", D(10), False, D(8)),
        Scored("2", D(10), False, D(8), {"self": D(10), "town": D(9)}),
        Scored("3", D(10), True, None, {"self": D(9)}),
        Scored("4", D(10), False),
    ]
    assert total(rows, "self", D(5)) == D(23)
    assert total(rows, "town", D(5)) == D(22)
    assert total(rows, "city", D(10)) == D(26)


@pytest.mark.parametrize(
    ("score", "computed", "reason", "problem"),
    [
        ("2", None, "", None),
        ("2.5", None, "", "得分应在 0 至 2 之间。"),
        ("-1", None, "", "得分应在 0 至 2 之间。"),
        ("1.234", None, "", "得分最多两位小数。"),
        ("1", "2", " ", "系统算得 2 分，改成别的分要写明理由。"),
        ("1", "2", "缺一份协议", None),
        ("2", "2", "", None),
    ],
)
def test_which_scores_are_taken(score, computed, reason, problem):
    computed = None if computed is None else D(computed)
    assert problem_with(D(score), D(2), computed, reason) == problem


@given(st.fractions(-1, 2), st.integers(1, 20))
def test_a_formula_never_gives_more_than_the_points(share, points):
    found = points_of(D(share.numerator) / D(share.denominator), D(points))
    assert 0 <= found <= points
    assert found == found.quantize(D("0.1"))


def test_deductions_end_at_nothing():
    assert deducted(D(2), D("0.5"), 3) == D("0.5")
    assert deducted(D(2), D("0.5"), 9) == 0


def test_equals_share_a_place():
    assert ranks({"a": D(90), "b": D(95), "c": D(90), "d": D(80)}) == {
        "b": 1, "a": 2, "c": 2, "d": 4,
    }


def test_looking_back():
    day = date(2026, 12, 31)
    assert is_looked_back(date(2024, 12, 31), day, 24)
    assert not is_looked_back(date(2024, 12, 30), day, 24)
    assert is_looked_back(date(2026, 2, 28), date(2027, 1, 28), 11)
