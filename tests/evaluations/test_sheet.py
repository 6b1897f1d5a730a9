"""The rating sheet: what it shows, what it saves, who may do what with it."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.scope import scope_for
from evaluations import actions
from evaluations.choices import CommitmentState, FindingState, ReviewState
from evaluations.flow import REVIEW_FLOW
from evaluations.models import Commitment, Finding, Score
from evaluations.scoring import Given
from tests.evaluations.cycles import at, commit, fields, opened, page_of, said, score_all

pytestmark = pytest.mark.django_db
D, R = Decimal, ReviewState
# A criterion that people score, of one point or more, and one that the records score.
MANUAL, COMPUTED = "manual", "formula"


@pytest.fixture(autouse=True)
def _in_time(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")


@pytest.fixture
def review(cast):
    return opened(cast).reviews.get(organization=cast.organization_a)


def of(review, method):
    """The first score row of a way of scoring."""
    return review.scores.select_related("criterion").filter(criterion__method=method).first()


def post(client, review, sent, verb="save", **more):
    answer = client.post(page_of(review), sent | {"verb": verb} | more)
    review.refresh_from_db()
    return answer


def test_the_sheet_of_eighty_criteria_asks_twelve_queries(
    cast, client, review, django_assert_num_queries
):
    Finding.objects.create(
        review=review, veto=review.cycle.version.vetoes.first(), text="见处理决定"
    )
    at(review, R.TOWN)
    client.force_login(cast.town_a_staff)
    page = client.get(page_of(review))
    assert len(page.context["sheet"].lines) >= 80
    with django_assert_num_queries(12):
        client.get(page_of(review))


def test_only_what_was_changed_is_saved(cast, client, review):
    client.force_login(cast.secretary_a)
    row = of(review, MANUAL)
    sent = fields(client, review)
    sent[f"score-{row.criterion.number}"] = "０.5"
    answer = post(client, review, sent)
    assert said(client, answer) == ["已保存 1 项。"]
    assert list(
        Score.objects.filter(review=review, revision__gt=0).values_list("pk", "by_self")
    ) == [(row.pk, D("0.5"))]
    answer = post(client, review, fields(client, review))
    assert said(client, answer) == ["没有改动。"]
    assert review.scores.get(pk=row.pk).revision == 1


def test_a_score_that_cannot_be_taken_stays_on_the_page(cast, client, review):
    client.force_login(cast.secretary_a)
    row = of(review, MANUAL)
    number = row.criterion.number
    for text, words in (("99", "得分应在 0 至"), ("一分", "请填数字"), ("NaN", "请填数字"),
                        ("0.125", "最多两位小数")):
        answer = post(client, review, fields(client, review) | {f"score-{number}": text})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert f'value="{text}"' in answer.content.decode()
    row.refresh_from_db()
    assert row.by_self is None


def test_another_score_than_the_systems_asks_for_the_reason_and_keeps_both(cast, client, review):
    row = of(review, COMPUTED)
    number, points = row.criterion.number, row.criterion.points
    Score.objects.filter(pk=row.pk).update(computed=points, basis="4 个季度中 4 个季度")
    client.force_login(cast.secretary_a)
    lower = {f"score-{number}": "0.5"}
    answer = post(client, review, fields(client, review) | lower)
    assert answer.status_code == 422
    assert "改成别的分要写明理由" in answer.content.decode()
    answer = post(
        client, review, fields(client, review) | lower | {f"reason-{number}": "一次流会"}
    )
    assert answer.status_code == 302
    page = client.get(page_of(review))
    line = next(one for one in page.context["sheet"].lines if one.criterion.number == number)
    assert (line.score.computed, line.cells[0].value, line.is_different) == (points, D("0.5"), True)
    assert "少" in line.remarks[0].words
    assert "：一次流会" in line.remarks[0].words
    assert "4 个季度中 4 个季度" in page.content.decode()


def test_of_two_reviewers_at_once_one_wins_and_the_other_sees_both(cast, client, review):
    at(review, R.DISTRICT)
    client.force_login(cast.district_staff)
    row, other = review.scores.select_related("criterion").filter(criterion__method=MANUAL)[:2]
    mine = fields(client, review) | {f"score-{row.criterion.number}": "0.4"}
    actions.save_scores(
        review=review, given={row.criterion_id: Given(D("0.5")), other.criterion_id: Given(D(0))},
        by=cast.district_staff, scope=scope_for(cast.district_staff),
    )
    answer = post(client, review, mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "刚有人保存为 0.5 分，您填的是 0.4" in text
    # What I did not touch is not in dispute.
    assert "有 1 项刚被别人改过" in text
    row.refresh_from_db()
    assert row.by_district == D("0.5")
    # Saving again is in knowledge of it.
    shown = {line.criterion.number: line for line in answer.context["sheet"].lines}
    again = {
        "state": review.state, f"score-{row.criterion.number}": "0.4",
        f"seen-{row.criterion.number}": shown[row.criterion.number].seen,
    }
    assert post(client, review, again).status_code == 302
    row.refresh_from_db()
    assert row.by_district == D("0.4")


def test_a_page_of_an_earlier_turn_saves_nothing(cast, client, review):
    client.force_login(cast.secretary_a)
    sent = fields(client, review)
    sent[f"score-{of(review, MANUAL).criterion.number}"] = "0.5"
    at(review, R.TOWN)
    assert post(client, review, sent).status_code == 403
    client.force_login(cast.town_a_staff)
    answer = post(client, review, sent)
    assert said(client, answer) == ["这份评定刚被别人办过，请看最新内容。"]
    assert not review.scores.exclude(revision=0).exists()


def test_from_the_branch_through_town_and_district_and_city(cast, client, review):
    commit(cast, cast.organization_a)
    score_all(review)

    def press(user, verb, **more):
        client.force_login(user)
        answer = post(client, review, {"state": review.state}, verb, **more)
        return said(client, answer)[0]

    assert "等镇街初评" in press(cast.secretary_a, "assess")
    assert "撤回" in press(cast.secretary_a, "withdraw")
    assert (review.state, review.total_self) == (R.SELF, None)
    press(cast.secretary_a, "assess")
    assert press(cast.town_a_staff, "return_self") == "退回支部要写明原因。"
    assert "已退回支部" in press(cast.town_a_staff, "return_self", note="第 3 项缺协议")
    client.force_login(cast.secretary_a)
    assert "第 3 项缺协议" in client.get(page_of(review)).content.decode()
    press(cast.secretary_a, "assess")
    press(cast.town_a_staff, "review")
    press(cast.district_staff, "return_town", note="请核对")
    press(cast.town_a_staff, "review")
    press(cast.district_staff, "refer")
    assert review.state == R.CITY
    assert client.get(page_of(review)).context["sheet"].levels[-1] == "city"
    press(cast.district_staff, "record_city")
    assert (review.state, review.total_city) == (R.SCORED, D(100))
    press(cast.district_staff, "reopen", note="复核")
    assert (review.state, review.total_district, review.total_city) == (R.DISTRICT, None, None)
    press(cast.district_staff, "finish")
    assert (review.state, review.total, review.total_city) == (R.SCORED, D(100), None)


BUTTONS = {
    ("secretary_a", R.SELF): {"assess"}, ("secretary_a", R.TOWN): {"withdraw"},
    ("town_a_staff", R.TOWN): {"return_self", "review"},
    ("district_staff", R.DISTRICT): {"return_town", "finish", "refer"},
    ("district_staff", R.CITY): {"record_city"}, ("district_staff", R.SCORED): {"reopen"},
}


@pytest.mark.parametrize("name", ["secretary_a", "town_a_staff", "district_staff"])
def test_state_verb_role_on_the_page(cast, client, review, name):
    """A press that the page does not offer is refused, and moves nothing; the others are taken one
    by one in the test above."""
    review.scores.exclude(criterion__number__in=[1, 2]).delete()  # what it holds is not asked here
    client.force_login(cast.user(name))
    verbs = sorted({verb for offered in BUTTONS.values() for verb in offered})
    for state in R:
        at(review, state)
        mine = BUTTONS.get((name, state), set())
        page = client.get(page_of(review))
        assert {one.verb for one in (*page.context["forward"], *page.context["back"])} == mine
        for verb in set(verbs) - mine:
            answer = client.post(page_of(review), {"verb": verb, "state": state, "note": "原因"})
            has_right = scope_for(cast.user(name)).may(REVIEW_FLOW.transitions[verb].right)
            assert answer.status_code == (302 if has_right else 403), (state, verb)
            review.refresh_from_db()
            assert review.state == state


def test_a_foreign_review_is_not_there(cast, client, review):
    for name in ("town_b_staff", "secretary_joint", "sector_staff"):
        client.force_login(cast.user(name))
        assert client.get(page_of(review)).status_code == 404
        assert client.post(page_of(review), {"verb": "save"}).status_code == 404


# --- vetoes -------------------------------------------------------------------------------------


def test_what_blocks_is_named_with_its_record(cast, client, review):
    hollow = Commitment.objects.create(
        organization=cast.organization_a, entity=cast.entity_a, year=2026,
        signed_on=date(2026, 3, 1), state=CommitmentState.HOLLOW,
    )
    Finding.objects.create(
        review=review, veto=review.cycle.version.vetoes.get(formula="hollow_commitments"),
        text="承诺被认定走过场。", table=hollow._meta.db_table, row=hollow.pk,
        state=FindingState.CONFIRMED,
    )
    client.force_login(cast.town_a_staff)
    page = client.get(page_of(review))
    found = page.context["against"]
    assert [one.finding.text for one in found.confirmed] == ["承诺被认定走过场。"]
    assert found.missing == "考核期内没有备案的双向承诺，不授星。"
    assert found.missing_url
    assert page.context["preview"].rank == 0
    assert "不授星" in page.context["preview"].words


def test_a_veto_is_reported_and_judged_before_the_town_hands_on(cast, client, review):
    score_all(review)
    at(review, R.TOWN)
    client.force_login(cast.town_a_staff)
    veto = review.cycle.version.vetoes.filter(formula="").first()
    url = reverse("evaluations:finding_report", args=[review.pk])
    values = {"veto": veto.pk, "text": "见处罚决定", "happened_on": "2024-01-01"}
    answer = client.post(url, values)
    assert "只追溯 24 个月" in answer.content.decode()
    assert client.post(url, values | {"happened_on": "2026-05-01"}).status_code == 302
    answer = post(client, review, fields(client, review), "review")
    assert said(client, answer) == ["先核实待核实的否决情形。"]
    finding = Finding.objects.get(review=review)
    judge = reverse("evaluations:finding_judge", args=[finding.pk])
    answer = client.post(judge, {"verb": "dismiss"})
    assert said(client, answer) == ["不触发要写明原因。"]
    client.post(judge, {"verb": "dismiss", "note": "已整改，未达情形"})
    answer = post(client, review, fields(client, review), "review")
    assert review.state == R.DISTRICT


def test_towns_are_rated_without_a_branch(cast, client, review):
    """述职评议 of the towns: the town speaks first, and nothing is handed back to a branch."""
    version = review.cycle.version
    version.scheme.rated = "town"
    version.scheme.save()
    cycle = opened(cast, name="镇街述职", last_on=date(2026, 11, 19))
    towns = cycle.reviews.get(town=cast.town_a)
    assert towns.state == R.TOWN
    client.force_login(cast.town_a_staff)
    page = client.get(page_of(towns))
    assert page.status_code == 200
    assert [one.verb for one in page.context["back"]] == []
    client.force_login(cast.town_b_staff)
    assert client.get(page_of(towns)).status_code == 404
