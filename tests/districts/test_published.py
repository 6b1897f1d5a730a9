"""The published figures of five districts, each counted from records that came in by Excel."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.choices import Role
from areas.models import Area
from common.models import ImportBatch
from common.tables import display
from districts import PUBLISHED, published
from reports.indicators import INDICATORS
from reports.kinds import MeasuredIndicator
from reports.rule_figures import ParameterIndicator
from tests import factories as make
from tests.counting import unrendered
from tests.extent import few

pytestmark = pytest.mark.django_db

# figure → (value, unit), as the districts published them (domain: seed figures).
EXPECTED = {
    "lukou": {
        "1": (3, "个"), "2": (34, "个"), "3": (14, "场次"), "4": (114, "名"), "5": (100, "%"),
        "6": (7, "场次"), "7": (2, "期"), "8": (3, "人"), "9": (11, "名"), "10": (2, "名"),
        "11": (1, "个"), "14": (9, "场次"), "15": (21, "期"), "16": (5012, "个"),
        "17": (176, "个"), "18": (12, "人"), "19": (1, "名"), "20": (37, "类"), "21": (101, "家"),
    },
    "x": {
        "1": (438, "家"), "2": (433, "名"), "3": (104, "家"), "4": (16, "处"), "5": (55, "名"),
        "6": (6, "处"), "7": (58_271, "户"), "8": (708, "人"), "9": (13, "家"), "10": (100, "%"),
        "11": (165, "名"), "12": (2714, "家"), "13a": (1, "处"), "13b": (3, "家"),
        "14": (648, "家"), "15": (10, "家"), "16": (1, "个"), "17a": (1, "个"), "17b": (6, "个"),
        "17c": (6, "个"), "18a": (28, "岁"), "18b": (3, "名"), "18c": (67, "岁"),
        "19a": (16, "名"), "19b": (1, "名"), "20a": (656, "名"), "20b": (80, "名"),
        "20c": (0, "名"), "21": (12_000, "份"), "22": (26, "条"), "23": (1, "次"),
        "24a": (6, "类"), "24b": (2, "类"),
        # The source names 25 without numbers: these are the data set's own.
        "25a": (36, "个"), "25b": (58, "个"), "25c": (21, "个"), "25d": (5, "个"),
        "25e": (6, "个"), "25f": (6, "名"), "25g": (20, "名"),
    },
    "shucheng": {
        "1": (30, "个"), "2": (220, "名"), "3a": (1, "名"), "3b": (2, "名"), "4": (214, "名"),
        "5": (82.5, "%"), "6": (62, "个"), "7": (18, "个"), "8": (85, "%"), "10a": (20, "场"),
        "10b": (2040, "人次"), "11": (63, "件"), "12": (25, "个"), "13": (263, "名"),
        "14": (30, "名"), "15": (10, "名"), "16": (87, "项"), "17": (84, "件"), "18a": (15, "家"),
        "18b": (2.3, "亿元"), "19": (35, "个"),
    },
    "qikai": {
        "1": (5, "家/组"), "2": (17, "家"), "3a": (4, "个"), "3b": (5, "个"), "4": (182, "人"),
        "5": (159, "家"), "6": (24, "个"), "7": (5, "户"), "8": (6, "方面"), "9a": (4, "个"),
        "9b": (11, "项"), "9c": (14, "条"), "10a": (6, "类"), "10b": (80, "项"), "11a": (3, "家"),
        "11b": (11, "家"), "11c": (29, "家"), "12": (6, "个"), "13a": (153, "份"),
        "13b": (100, "%"), "14": (26, "个"), "15a": (15.22, "亿元"), "15b": (2385, "万元"),
        "17": (136, "条"), "18a": (6, "次"), "18b": (29, "个"), "18c": (100, "个"),
        "19": (92, "项"), "20": (426, "万元"), "21": (237, "名"), "22a": (23, "件"),
        "22b": (236, "家"), "23a": (36, "次"), "23b": (3, "次"), "24a": (18, "家"),
        "24b": (12, "家"), "24c": (15, "户"), "25": (213, "人"), "26a": (8, "家"),
        "26b": (53, "家"), "26c": (5280, "万元"), "27a": (272, "户"), "27b": (1100, "万元"),
        "28": (36, "个"), "29": (8, "个"), "30a": (68, "家"), "30b": (76, "件"), "31a": (18, "期"),
        "31b": (4000, "张"), "31c": (4, "个"),
    },
    "tianyuan": {
        "1": (10, "名"), "2a": (5, "个"), "2b": (10, "个"), "3": (55, "家"), "4": (83, "名"),
        "5a": (103, "次"), "5b": (49, "%"), "6a": (68, "名"), "6b": (66.2, "%"), "7": (3, "条"),
        "8": (73, "家"), "9a": (4, "家"), "9b": (9, "家"), "10a": (91, "名"), "10b": (11, "位"),
    },
}


# The self-employed are scaled down in everyday tests, and their figure with them.
SHOPS = 2_400


def expected(name):
    scaled = {"7": (SHOPS, "户")} if name == "x" else {}
    return EXPECTED[name] | scaled


def figures(name, **options):
    options.setdefault("self_employed", SHOPS)
    answer = StringIO()
    call_command(
        "district_figures", name, json=True, stdout=answer, stderr=StringIO(), **options
    )
    return json.loads(answer.getvalue())


@pytest.mark.parametrize("name", few(PUBLISHED, most=2))
def test_the_published_figures_come_out(name, settings, tmp_path):
    settings.STATE_DIR = tmp_path
    found = figures(name)
    assert {one["figure"]: (one["value"], one["unit"]) for one in found} == expected(name)
    assert not any(
        batch.counts.get("error") or batch.counts.get("warnings")
        for batch in ImportBatch.objects.all()
    )
    assert figures(name) == found, "the second time nothing is loaded"
    follow_every_number(name)


def follow_every_number(name):
    """Each number of the page opens as many rows, or the rows that it is made of."""
    client = Client()
    code = published(name).CODE
    client.force_login(make.make_user(role=Role.DISTRICT, area=Area.objects.get(code=code)))
    [row] = client.get("/bulletins/").context["page"].rows
    page = client.get(f"/bulletins/{row.pk}/")
    for _section, lines in page.context["sections"]:
        for one in lines:
            with unrendered():
                rows = client.get(one.url).context_data
            assert rows["size"] == rows["page"].total, one.line
            if isinstance(INDICATORS[one.line.indicator], (MeasuredIndicator, ParameterIndicator)):
                assert rows["view"].subject.number.endswith(display(one.figure.value)), one.line
            elif not one.is_percent:
                assert rows["size"] == one.plain, one.line


def test_every_figure_is_written_down():
    text = (settings.BASE_DIR / "docs" / "figures.md").read_text(encoding="utf-8")
    for name in PUBLISHED:
        section = text.split(f"## {name} ")[1].split("\n## ")[0]
        told = [line.split("|")[1].strip() for line in section.splitlines() if "| `" in line]
        assert told == list(EXPECTED[name]) == [row["数据编号"] for row in published(name).lines()]


@pytest.mark.parametrize(
    ("name", "ledger", "column", "value", "changed"),
    [
        ("lukou", "trainings", "期名", "党组织书记培训班第二期", {"7": 1}),
        # One of the tasks of the list, with its two measures.
        pytest.param(
            "qikai", "campaign_claims", "任务", "应建尽建", {"9b": 10, "9c": 12},
            marks=pytest.mark.full,
        ),
    ],
)
def test_a_row_taken_out_of_a_workbook_changes_the_figure(
    name, ledger, column, value, changed, settings, tmp_path
):
    settings.STATE_DIR = tmp_path
    books = published(name).books()
    books.rows[ledger] = [row for row in books.rows[ledger] if row[column] != value]
    books.write(tmp_path / "own")
    found = {one["figure"]: one["value"] for one in figures(name, folder=str(tmp_path / "own"))}
    assert found == {key: known for key, (known, _unit) in EXPECTED[name].items()} | changed
