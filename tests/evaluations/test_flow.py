"""Every state × verb × role of reviews, cycles, findings and commitments."""

from datetime import date

import pytest

from accounts.choices import Role
from evaluations.choices import (
    CommitmentState,
    CycleState,
    FindingState,
    ReviewState,
)
from evaluations.flow import COMMITMENT_FLOW, CYCLE_FLOW, FINDING_FLOW, REVIEW_FLOW
from evaluations.models import Commitment, Finding, RatingCycle, RatingScheme, Review, Veto
from tests.flows import assert_table

pytestmark = pytest.mark.django_db

R, C, F, P = ReviewState, CycleState, FindingState, CommitmentState
DISTRICT, TOWN, SECRETARY = {Role.DISTRICT}, {Role.TOWN}, {Role.SECRETARY}
# flow → verb → states that allow it, where it leads, who may.
TABLES = {
    "review": (REVIEW_FLOW, {
        "assess": ({R.SELF}, R.TOWN, SECRETARY),
        "withdraw": ({R.TOWN}, R.SELF, SECRETARY),
        "return_self": ({R.TOWN}, R.SELF, TOWN),
        "review": ({R.TOWN}, R.DISTRICT, TOWN),
        "return_town": ({R.DISTRICT}, R.TOWN, DISTRICT),
        "finish": ({R.DISTRICT}, R.SCORED, DISTRICT),
        "refer": ({R.DISTRICT}, R.CITY, DISTRICT),
        "record_city": ({R.CITY}, R.SCORED, DISTRICT),
        "reopen": ({R.SCORED}, R.DISTRICT, DISTRICT),
        "publish": ({R.SCORED}, R.PUBLISHED, DISTRICT),
        "object": ({R.PUBLISHED}, R.OBJECTED, DISTRICT),
        "uphold": ({R.OBJECTED}, R.PUBLISHED, DISTRICT),
        "rescore": ({R.OBJECTED}, R.DISTRICT, DISTRICT),
        "unpublish": ({R.PUBLISHED}, R.SCORED, set()),
        "grant": ({R.PUBLISHED}, R.GRANTED, set()),
        "pass_over": ({R.PUBLISHED}, R.UNRATED, set()),
    }),
    "cycle": (CYCLE_FLOW, {
        "publish": ({C.OPEN}, C.PUBLISHED, DISTRICT),
        "reopen": ({C.PUBLISHED}, C.OPEN, DISTRICT),
        "close": ({C.PUBLISHED}, C.CLOSED, DISTRICT),
    }),
    "finding": (FINDING_FLOW, {
        "confirm": ({F.SUSPECTED, F.DISMISSED}, F.CONFIRMED, DISTRICT | TOWN),
        "dismiss": ({F.SUSPECTED, F.CONFIRMED}, F.DISMISSED, DISTRICT | TOWN),
    }),
    "commitment": (COMMITMENT_FLOW, {
        "approve": ({P.PROPOSED}, P.BRANCH, SECRETARY | TOWN),
        "town_approve": ({P.BRANCH}, P.TOWN, TOWN),
        "register": ({P.TOWN}, P.REGISTERED, DISTRICT),
        "send_back": ({P.BRANCH}, P.PROPOSED, TOWN),
        "return_town": ({P.TOWN}, P.BRANCH, DISTRICT),
        "show": ({P.REGISTERED}, P.SHOWN, SECRETARY | TOWN),
        "appraise": ({P.SHOWN}, P.APPRAISED, TOWN),
        "find_hollow": ({P.REGISTERED, P.SHOWN, P.APPRAISED}, P.HOLLOW, DISTRICT | TOWN),
        "clear": ({P.HOLLOW}, P.SHOWN, DISTRICT | TOWN),
    }),
}
CASES = [(name, verb) for name, (_flow, table) in TABLES.items() for verb in table]


@pytest.fixture
def rows(cast):
    """One row of each flow."""
    version = RatingScheme.objects.get(name="党组织星级评定").versions.get()
    cycle = RatingCycle.objects.create(
        version=version, name="2026 年度", first_on=date(2026, 1, 1), last_on=date(2026, 12, 31),
        self_by=date(2026, 11, 28), town_by=date(2026, 12, 10), district_by=date(2026, 12, 20),
    )
    review = Review.objects.create(cycle=cycle, organization=cast.organization_a)
    return {
        "cycle": cycle, "review": review,
        "finding": Finding.objects.create(review=review, veto=Veto.objects.first(), text="情况"),
        "commitment": Commitment.objects.create(
            organization=cast.organization_a, entity=cast.entity_a, year=2026,
            signed_on=date(2026, 3, 1),
        ),
    }


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_name_every_verb(name):
    flow, table = TABLES[name]
    assert table.keys() == flow.transitions.keys()


@pytest.mark.parametrize(("name", "verb"), CASES)
def test_state_verb_role(rows, name, verb):
    flow, table = TABLES[name]
    assert_table(flow, rows[name], verb, *table[verb])
