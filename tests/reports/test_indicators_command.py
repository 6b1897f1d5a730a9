"""``manage indicators``: the JSON of ledgers.md §2, whose rows it counts, and wrong calls."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.choices import Role
from activities.opening import open_month
from areas.choices import AreaLevel
from common.commands import WrongCall
from enterprises.choices import EntityKind
from reports.indicators import ALL, FAMILY
from reports.management.commands.indicators import Command
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    """甲镇 has a covered entity and one that is not, 乙街道 a market in the park."""
    top = make.make_area(AreaLevel.DISTRICT, code="990101", name="明川区")
    first = make.make_area(AreaLevel.TOWN, top, code="990101101", name="甲镇")
    second = make.make_area(AreaLevel.TOWN, top, code="990101001", name="乙街道")
    park = make.make_area(AreaLevel.PARK, top, code="P1", name="高新园")
    make.cover(make.make_entity(town=first, section="C"), make.make_organization(town=first))
    make.make_entity(town=first, section="F", chain="五金")
    make.make_entity(town=second, kind=EntityKind.MARKET, section="", park=park)
    return {"first": first, "second": second, "park": park}


def indicators(*arguments, **options):
    output = StringIO()
    call_command("indicators", *arguments, "--json", stdout=output, **options)
    return json.loads(output.getvalue())


def one(key, *arguments):
    (found,) = indicators("--keys", key, *arguments)["indicators"]
    return found


def by(key, dimension, *arguments):
    return [tuple(cell.values()) for cell in one(key, "--by", dimension, *arguments)["by"]]


def test_share(district):
    assert indicators("--as-of", "2026-06-30", "--keys", "org_coverage") == {
        "area": "990101",
        "as_of": "2026-06-30",
        "indicators": [
            {
                "key": "org_coverage", "label": "组织覆盖率", "unit": "家",
                "basis": "有在用党组织覆盖的主体 ÷ 正常经营的主体", "kind": "share",
                "met": 1, "total": 3, "percent": "33.3", "by": [],
            }
        ],
    }


def test_count(district):
    found = one("entities", "--by", "kind")
    assert found["value"] == 3
    assert {"met", "total", "percent"}.isdisjoint(found)
    assert found["by"] == [
        {"key": "小微企业", "label": "小微企业", "value": 2},
        {"key": "专业市场", "label": "专业市场", "value": 1},
    ]


def test_empty_total_has_no_percent(district):
    assert one("eligible_organized")["percent"] is None
    assert one("eligible_organized", "--by", "town")["by"] == []


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        ("town", [("990101001", "乙街道", 0, 1, "0.0"), ("990101101", "甲镇", 1, 2, "50.0")]),
        ("kind", [("小微企业", "小微企业", 1, 2, "50.0"), ("专业市场", "专业市场", 0, 1, "0.0")]),
        (
            "industry",
            [
                ("C", "制造业", 1, 1, "100.0"), ("F", "批发和零售业", 0, 1, "0.0"),
                ("", "未填行业", 0, 1, "0.0"),
            ],
        ),
        ("chain", [("五金", "五金", 0, 1, "0.0"), ("", "未填产业链", 1, 2, "50.0")]),
        ("park", [("P1", "高新园", 0, 1, "0.0"), ("", "不在园区", 1, 2, "50.0")]),
        ("grid", [("", "未落网格", 1, 3, "33.3")]),
    ],
)
def test_cells(district, dimension, expected):
    assert by("org_coverage", dimension) == expected


@pytest.mark.parametrize("dimension", ["kind", "industry", "chain", "park", "grid"])
def test_organizations_and_members_are_divided_by_town_only(district, dimension):
    organization = make.make_organization(town=district["second"])
    make.make_member(organization)
    for key in ("organizations", "members", "affiliated_members", "secretary_filled"):
        assert by(key, dimension) == []
    assert by("organizations", "town") == [("990101001", "乙街道", 1), ("990101101", "甲镇", 1)]
    assert by("members", "town") == [("990101001", "乙街道", 1)]
    assert by("affiliated_members", "town") == [("990101001", "乙街道", 1, 1, "100.0")]


def test_all_there_are_by_default(district):
    found = indicators()
    assert found["as_of"] == timezone.localdate().isoformat()
    keys = [i["key"] for i in found["indicators"]]
    assert keys[:17] == [i.key for i in FAMILY]
    assert keys[17:30] == [
        "log_submitted", "log_on_time", "log_accepted", "log_zero", "log_exempt",
        "three_meetings_complete", "rated_share", "stars_3", "stars_4", "stars_5",
        "commitments_signed", "commitment_share", "commitments_fulfilled",
    ]
    assert keys == [one.key for one in ALL]


@pytest.mark.parametrize(
    "keys", [["members,entities"], ["members", "entities"], ["members， entities"]]
)
def test_keys_with_commas_or_spaces_in_the_order_asked(district, keys):
    found = indicators("--keys", *keys)["indicators"]
    assert [i["key"] for i in found] == ["members", "entities"]


def test_empty_database():
    found = indicators("--by", "town")
    assert found["area"] is None
    assert all(i["by"] == [] for i in found["indicators"])


# --- Whose rows ---------------------------------------------------------------------------------


def total(*arguments):
    return one("org_coverage", *arguments)["total"]


def test_area(district):
    assert indicators("--area", "990101101")["area"] == "990101101"
    assert total("--area", "990101101") == 2
    assert total("--area", "P1") == 1
    assert total("--area", "990101") == 3


def test_user_without_area_sees_what_the_user_may_see(district):
    make.make_user("staff", Role.TOWN, area=district["first"])
    assert total("--user", "staff") == 2
    assert indicators("--user", "staff")["area"] == "990101"


def test_user_and_area_must_both_take_a_row(district):
    make.make_user("staff", Role.TOWN, area=district["second"])
    assert total("--user", "staff", "--area", "990101001") == 1
    assert total("--user", "staff", "--area", "P1") == 1
    assert total("--user", "staff", "--area", "990101101") == 0


def test_user_without_grant_gets_zeros(district):
    make.make_user("nobody")
    assert one("org_coverage", "--user", "nobody") | {"basis": ""} == {
        "key": "org_coverage", "label": "组织覆盖率", "unit": "家", "basis": "", "kind": "share",
        "met": 0, "total": 0, "percent": None, "by": [],
    }


def test_met_does_not_depend_on_seeing_the_organization(district):
    """甲镇's entity is covered by an organization of 乙街道."""
    entity = make.make_entity(town=district["first"])
    make.cover(entity, make.make_organization(town=district["second"]))
    make.make_user("staff", Role.TOWN, area=district["first"])
    assert one("org_coverage", "--user", "staff")["met"] == 2
    assert one("organizations", "--user", "staff")["value"] == 1


def test_scope_is_that_of_the_day(district):
    """Who has moved to 甲镇 since then counted in 乙街道."""
    make.make_user("staff", Role.TOWN, area=district["first"])
    entity = make.make_entity(town=district["second"])
    make.change(entity, "2026-06-30", town=district["first"])
    assert total("--user", "staff", "--as-of", "2026-06-29") == 2
    assert total("--user", "staff", "--as-of", "2026-06-30") == 3


# --- Wrong calls --------------------------------------------------------------------------------

WRONG = [
    ("--keys", "covrage"),
    ("--area", "000000"),
    ("--user", "nobody"),
    ("--as-of", "2026-02-30"),
    ("--by", "colour"),
    ("--from", "2026-01-01"),
    ("--from", "2026-02-01", "--to", "2026-01-01"),
]


@pytest.mark.parametrize("arguments", WRONG)
def test_wrong_call_is_refused_in_one_sentence(arguments):
    with pytest.raises(WrongCall) as refusal:
        indicators(*arguments)
    assert str(refusal.value).endswith("。")
    assert "\n" not in str(refusal.value)


def test_exit_code_and_output_of_a_wrong_call(capsys):
    with pytest.raises(SystemExit) as exit_:
        Command().run_from_argv(["manage.py", "indicators", "--keys", "covrage", "--json"])
    assert exit_.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "没有指标“covrage”。\n"


# --- Periods ------------------------------------------------------------------------------------


def period(key, *arguments):
    found = one(key, *arguments)
    return found.get("from"), found.get("to")


def test_stocks_have_no_period(district):
    assert period("entities", "--from", "2026-01-01", "--to", "2026-06-30") == (None, None)


@pytest.mark.parametrize(
    ("key", "day", "expected"),
    [
        ("log_submitted", "2026-11-23", ("2026-10-01", "2026-10-31")),
        ("log_submitted", "2026-11-30", ("2026-11-01", "2026-11-30")),
        ("log_exempt", "2024-03-01", ("2024-02-01", "2024-02-29")),
        ("three_meetings_complete", "2026-11-23", ("2026-07-01", "2026-09-30")),
        ("three_meetings_complete", "2026-12-31", ("2026-10-01", "2026-12-31")),
    ],
)
def test_without_a_period_a_flow_is_of_the_last_full_one(district, key, day, expected):
    assert period(key, "--as-of", day) == expected


@pytest.mark.parametrize(
    ("key", "asked", "expected"),
    [
        ("log_submitted", ("2026-01-01", "2026-10-31"), ("2026-01-01", "2026-10-31")),
        ("log_submitted", ("2026-01-15", "2026-10-30"), ("2026-02-01", "2026-09-30")),
        ("log_submitted", ("2026-11-01", "2026-11-23"), ("2026-11-01", "2026-11-30")),
        ("three_meetings_complete", ("2026-01-01", "2026-10-31"), ("2026-01-01", "2026-09-30")),
        ("three_meetings_complete", ("2026-10-01", "2026-10-31"), ("2026-10-01", "2026-12-31")),
    ],
)
def test_a_given_period_is_taken_in_whole_ones(district, key, asked, expected):
    assert period(key, "--from", asked[0], "--to", asked[1]) == expected


def test_logs_of_a_period_by_town(district):
    for month in (date(2026, 8, 1), date(2026, 9, 1)):
        open_month(month)
    asked = ("--from", "2026-08-01", "--to", "2026-09-30")
    assert one("log_submitted", *asked)["total"] == 2
    assert by("log_submitted", "town", *asked) == [("990101101", "甲镇", 0, 2, "0.0")]
    assert by("log_submitted", "kind", *asked) == []
