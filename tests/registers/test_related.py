"""What names an enterprise or an organization, counted on its page; each number opens its list."""

import pytest
from django.test import Client

from accounts.scope import scope_for
from common.ledgers.related import figures_of_ledgers
from evaluations.models import Honour
from tests.counting import queries_of
from tests.registers.samples import ROWS, write
from tests.services.tickets import raised

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
NAMED = (
    "teams", "mass_organizations", "sites", "alliances", "contacts", "model_posts",
    "new_employment", "trainings", "attendances", "funds", "campaigns", "campaign_claims",
    "meetings", "enterprise_years", "plans",
)
OF_ENTITY = {
    "企业诉求": 1, "荣誉": 1, "群团组织": 1, "联系组和联系点": 1, "示范岗和责任区": 1,
    "新就业群体": 1, "联席会议和党代表联系": 1, "企业年度数据": 1, "一企一策": 1, "帮扶成果": 2,
}
OF_ORGANIZATION = {
    "群团组织": 1, "阵地驿站": 1, "党建联盟和结对": 1, "联系组和联系点": 1, "示范岗和责任区": 1,
    "新就业群体": 1, "参训记录": 1, "经费": 1, "任务认领和进度": 1, "一企一策": 1, "帮扶成果": 1,
}


@pytest.fixture
def rows(cast):
    """One row of each ledger, two helps for the entity, one of them hosted by the organization."""
    for kind in NAMED:
        write(kind)
    beneficiary = {"受益主体": "甲一五金有限公司、甲联食品有限公司"}
    write("help", {**ROWS["help"], **beneficiary},
          {**ROWS["help"], **beneficiary, "名称": "二", "主办单位": "中共甲一支部委员会"})
    raised(cast.secretary_a, cast.entity_a)
    Honour.objects.create(year=2026, level="town", kind="other", name="好", entity=cast.entity_a)


def told(user, record):
    """Title → number on the page of a record, after each number was compared with its list."""
    client = Client()
    client.force_login(user)
    page = client.get(record.get_absolute_url())
    panels = page.context["panels"]["context"]
    shown = [one.context for one in panels if one.template == "ledgers/related.html"]
    found = {}
    for figure in shown[0]["figures"] if shown else ():
        assert client.get(figure.url).context["page"].total == figure.value, figure.url
        found[figure.label] = figure.value
    return found


def test_every_number_opens_its_list(cast, rows):
    assert told(cast.district_staff, cast.entity_a) == OF_ENTITY
    assert told(cast.district_staff, cast.organization_a) == OF_ORGANIZATION


def test_the_panel_keeps_to_the_scope(cast, rows):
    assert told(cast.town_a_staff, cast.entity_a) == OF_ENTITY
    assert told(cast.secretary_a, cast.entity_a).keys() <= OF_ENTITY.keys()
    assert figures_of_ledgers(scope_for(cast.town_b_staff), cast.entity_a) == []
    assert figures_of_ledgers(scope_for(cast.no_grant), cast.entity_a) == []
    # A list is not narrowed by what its reader may not see.
    client = Client()
    client.force_login(cast.town_b_staff)
    assert client.get(f"/registers/help/?about_entity={cast.entity_a.pk}").status_code == 404


def test_one_query_for_all_ledgers(cast, rows, django_assert_num_queries):
    for user in (cast.district_staff, cast.town_a_staff, cast.secretary_a):
        scope = scope_for(user)
        with django_assert_num_queries(1):
            figures_of_ledgers(scope, cast.entity_a)
    client = Client()
    client.force_login(cast.district_staff)
    url = cast.entity_a.get_absolute_url()
    before = queries_of(client, url)
    write("funds", {**ROWS["funds"], "拨给党组织": "", "拨给市场主体": "甲一五金有限公司"})
    assert queries_of(client, url) == before
