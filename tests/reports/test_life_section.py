"""组织生活 on the dashboard and in the report: one table, frozen, each number with its list."""

import io
from datetime import date

import openpyxl
import pypdf
import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.scope import Scope
from activities.models import ActivityLog
from areas.models import Area
from reports import actions, payload
from reports.figures import Extent, figures
from reports.life import LIFE
from reports.life_table import SHARES, life
from tests import factories as make
from tests.reports.districts import random_district
from tests.reports.figures_of import linked_numbers
from tests.reports.lives import random_life

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
DAY = date(2024, 3, 31)  # the last day of a month and of a quarter


@pytest.fixture
def district():
    """Branches with logs and meetings, and entities, so that there is a report."""
    towns = random_life(1)
    random_district(seed=3, size=12)
    return towns[0].parent


def test_the_section_is_what_the_indicators_say(district):
    found, expected = life(WHOLE, None, DAY), figures(LIFE, WHOLE, DAY)
    assert (found["month"]["words"], found["quarter"]["words"]) == ("2024年3月", "2024年第一季度")
    assert found["due"] == "2024-04-06"
    for at, indicator in enumerate(SHARES):
        whole = expected[indicator.key]
        total = found["total"]["shares"][at]
        assert (total["met"], total["total"]) == (whole.met, whole.total)
        assert sum(row["shares"][at]["met"] for row in found["rows"]) == whole.met
        assert sum(row["shares"][at]["total"] for row in found["rows"]) == whole.total
    assert found["log_zero"]["value"] == expected["log_zero"].value
    assert found["log_exempt"]["value"] == expected["log_exempt"].value


def test_nothing_owed_and_nothing_held_is_no_section(db):
    make.make_organization()
    assert life(WHOLE, None, DAY) is None


@pytest.mark.parametrize("role", [Role.DISTRICT, Role.TOWN])
def test_every_number_on_the_dashboard_opens_as_many_rows(client, district, role):
    town = Area.objects.get(pk=ActivityLog.objects.exclude(town=None).first().town_id)
    area = Area.objects.filter(parent=None).first() if role == Role.DISTRICT else town
    client.force_login(make.make_user(role=role, area=area))
    make.make_entity(town=town)
    page = client.get(reverse("reports:coverage"), {"as_of": DAY.isoformat()}).content.decode()
    numbers = [(url, n) for url, n in linked_numbers(page) if "/log_" in url or "three" in url]
    assert len(numbers) > 8
    for url, number in numbers:
        assert f"from=2024-0{1 if 'three' in url else 3}-01&to=2024-03-31" in url
        answer = client.get(url)
        assert answer.context["size"] == answer.context["page"].total == number, url


def built(district):
    """Figures as the job freezes them, and the one list that the paper cannot do without."""
    frozen = payload.build(WHOLE, district, DAY, None)
    lists = [{"title": "应建未建", "columns": ["名称"], "rows": []}]
    return frozen | {"read_at": "2024-04-01 09:12", "asked_by": "系统"}, lists


def test_the_report_prints_it_from_frozen_figures(district):
    frozen, lists = built(district)
    first = frozen["life"]["total"]["shares"][0]
    ActivityLog.objects.update(state="owed")
    drawn = actions.draw(frozen, lists, "R", "c")
    sheet = openpyxl.load_workbook(io.BytesIO(drawn["xlsx"]))["组织生活"]
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[1][:4] == ("镇街", "日志报送率", "日志报送率：计入", "日志报送率：共")
    zero, exempt = (frozen["life"][key]["value"] for key in ("log_zero", "log_exempt"))
    assert [line[:2] for line in lines[-2:]] == [("零报告", zero), ("豁免", exempt)]
    assert lines[-3][:4] == ("合计", f"{first['percent']}%", first["met"], first["total"])
    pages = pypdf.PdfReader(io.BytesIO(drawn["pdf"])).pages
    text = "".join(page.extract_text() for page in pages)
    assert f"报送率{first['percent']}%" in text.replace("\n", "")


@pytest.mark.full
def test_a_report_of_an_earlier_version_draws_without(district):
    frozen, lists = built(district)
    del frozen["life"]
    drawn = actions.draw(frozen, lists, "R", "c")
    assert "组织生活" not in openpyxl.load_workbook(io.BytesIO(drawn["xlsx"])).sheetnames
    assert drawn["pdf"].startswith(b"%PDF")
