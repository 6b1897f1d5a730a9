"""Stars and commitments as figures: equal to plain Python, each number with its list, frozen in
the report."""

import io
import random
from datetime import date, timedelta

import openpyxl
import pypdf
import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.scope import Scope, scope_for
from areas.choices import AreaLevel
from common.dated import FOREVER
from evaluations.choices import VALID_COMMITMENTS, CommitmentState, Side
from evaluations.models import Commitment, CommitmentItem, RatingScheme, StarGrant
from organizations.models import OrganizationState, PartyOrganization
from reports import actions, payload
from reports.figures import Extent, cells, figures
from reports.kinds import ShareIndicator
from reports.ratings import RATINGS
from reports.ratings_table import ratings
from tests import factories as make
from tests.reports.figures_of import linked_numbers

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
DAY = date(2026, 6, 30)
EDGES = [DAY + timedelta(days=n) for n in (-400, -30, -1, 0, 1, 40)]


@pytest.fixture
def towns():
    """Three towns with organizations that hold stars and commitments at every edge."""
    rng = random.Random(5)
    district = make.make_area(AreaLevel.DISTRICT)
    found = [make.make_area(AreaLevel.TOWN, district) for _ in range(3)]
    schemes = [
        RatingScheme.objects.create(name=f"方案{at}", rated="organization", has_stars=at < 1)
        for at in range(2)
    ]
    entities = [make.make_entity(town=town) for town in (*found, found[0])]
    for _ in range(24):
        branch = make.make_organization(
            town=rng.choice(found), founded_on=rng.choice([date(2010, 1, 1)] * 5 + EDGES)
        )
        if rng.random() < 0.4:
            make.change(branch, rng.choice(EDGES), town=rng.choice([*found, None]))
        for scheme in schemes:
            _grant(rng, branch, scheme)
        for entity in rng.sample(entities, rng.randrange(3)):
            _commit(rng, branch, entity)
    return found


def _grant(rng, branch, scheme):
    starts_on = rng.choice(EDGES)
    StarGrant.objects.create(
        organization=branch, scheme=scheme, rank=rng.choice([2, 3, 4, 5]), label="星",
        granted_by="district", document="1号", change="rated", starts_on=starts_on,
        ends_on=rng.choice([day for day in EDGES if day > starts_on] + [FOREVER]),
    )


def _commit(rng, branch, entity):
    one = Commitment.objects.create(
        organization=branch, entity=entity, year=rng.choice([2026] * 4 + [2025]),
        signed_on=rng.choice(EDGES), state=rng.choice(CommitmentState.values),
    )
    for number in range(1, rng.randrange(5)):
        one.items.create(
            side=Side.ORGANIZATION, number=number, text="一项",
            due_on=rng.choice([None, *EDGES]), done_on=rng.choice([None, *EDGES]),
        )


def plain():
    """Indicator → (ids met, ids in all), counted row by row."""
    active = {
        one.pk for one in PartyOrganization.objects.all()
        if one.founded_on <= DAY and (one.dissolved_on is None or one.dissolved_on > DAY)
    }
    stars = {}
    for grant in StarGrant.objects.filter(scheme__name="方案0"):
        if grant.starts_on <= DAY < grant.ends_on and grant.organization_id in active:
            stars.setdefault(grant.rank, set()).add(grant.organization_id)
    valid = {
        one.pk: one for one in Commitment.objects.all()
        if one.year == DAY.year and one.signed_on <= DAY and one.state in VALID_COMMITMENTS
    }
    due = {
        item.pk: item for item in CommitmentItem.objects.all()
        if item.commitment_id in valid and (item.due_on is None or item.due_on <= DAY)
    }
    done = {pk for pk, item in due.items() if item.done_on and item.done_on <= DAY}
    signers = {one.organization_id for one in valid.values()}
    return {
        "rated_share": (set().union(*stars.values()), active),
        **{f"stars_{rank}": (set(), stars.get(rank, set())) for rank in (3, 4, 5)},
        "commitments_signed": (set(), set(valid)),
        "commitment_share": (signers & active, active),
        "commitments_fulfilled": (done, set(due)),
    }


def ids(rows):
    return set(rows.values_list("pk", flat=True))


def test_equal_to_plain_python(towns):
    expected, found = plain(), figures(RATINGS, WHOLE, DAY)
    assert [one.key for one in RATINGS] == list(expected)
    for one in RATINGS:
        met, total = expected[one.key]
        assert ids(one.rows(WHOLE, DAY)) == total, one.key
        assert found[one.key].size == len(total)
        assert total, one.key
        if isinstance(one, ShareIndicator):
            assert ids(one.met_rows(WHOLE, DAY)) == met
            assert found[one.key].met == len(met)
            assert 0 < len(met) < len(total), one.key


def test_towns_sum_to_the_whole_and_a_town_sees_its_cell(towns):
    whole, by_town = figures(RATINGS, WHOLE, DAY), cells(RATINGS, "town", WHOLE, DAY)
    for one in RATINGS:
        assert sum(cell.figure.size for cell in by_town[one.key]) == whole[one.key].size
    for town in towns:
        scope = Extent(scope_for(make.make_user(role=Role.TOWN, area=town)))
        own = figures(RATINGS, scope, DAY)
        for one in RATINGS:
            cell = {cell.key: cell.figure for cell in by_town[one.key]}.get(town.code)
            assert own[one.key].size == (cell.size if cell else 0)


def test_the_section_is_what_the_indicators_say(towns):
    found, expected = ratings(WHOLE, None, DAY), figures(RATINGS, WHOLE, DAY)
    for one in RATINGS:
        total = found["total"]["figures"][one.key]
        assert total.get("value", total.get("total")) == expected[one.key].size
        parts = [line["figures"][one.key] for line in found["rows"]]
        assert sum(part.get("value", part.get("total")) for part in parts) == (
            expected[one.key].size
        )
    StarGrant.objects.all().delete()
    Commitment.objects.all().delete()
    assert ratings(WHOLE, None, DAY) is None


@pytest.mark.parametrize("role", [Role.DISTRICT, Role.TOWN])
def test_every_number_on_the_dashboard_opens_as_many_rows(client, towns, role):
    area = towns[0].parent if role == Role.DISTRICT else towns[0]
    client.force_login(make.make_user(role=role, area=area))
    page = client.get(reverse("reports:coverage"), {"as_of": DAY.isoformat()}).content.decode()
    keys = {f"/figures/{one.key}/" for one in RATINGS}
    numbers = [(url, n) for url, n in linked_numbers(page) if url.split("?")[0] in keys]
    assert len(numbers) > 10
    for url, number in numbers:
        answer = client.get(url)
        assert answer.context["size"] == answer.context["page"].total == number, url


@pytest.mark.full
def test_the_report_prints_it_from_frozen_figures(towns):
    district = towns[0].parent
    frozen = payload.build(WHOLE, district, DAY, None)
    frozen |= {"read_at": "2026-07-01 09:12", "asked_by": "系统"}
    lists = [{"title": "应建未建", "columns": ["名称"], "rows": []}]
    share = frozen["ratings"]["total"]["figures"]["commitments_fulfilled"]
    OrganizationState.objects.update(town=None)
    CommitmentItem.objects.update(done_on=None)
    drawn = actions.draw(frozen, lists, "R", "c")
    book = openpyxl.load_workbook(io.BytesIO(drawn["xlsx"]))
    lines = list(book["星级和双向承诺"].iter_rows(values_only=True))
    assert lines[0][:5] == ("镇街", "评星率", "评星率：计入", "评星率：共", "三星党组织")
    assert lines[-1][-3:] == (f"{share['percent']}%", share["met"], share["total"])
    assert "承诺兑现率" in {line[1] for line in book["指标和口径"].iter_rows(values_only=True)}
    pages = pypdf.PdfReader(io.BytesIO(drawn["pdf"])).pages
    text = "".join(page.extract_text() for page in pages).replace("\n", "")
    assert f"兑现率{share['percent']}%" in text
    del frozen["ratings"]
    drawn = actions.draw(frozen, lists, "R", "c")
    assert "星级和双向承诺" not in openpyxl.load_workbook(io.BytesIO(drawn["xlsx"])).sheetnames
