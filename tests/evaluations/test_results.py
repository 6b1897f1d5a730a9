"""Cycles: the board and its lists, what waits for whom, quotas and ties, publication, objections,
granting by the right levels, the yearly re-check."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.scope import scope_for
from common.inbox import Person, boxes_for
from common.models import Job
from evaluations.choices import CycleState, GrantLevel, ReviewState
from evaluations.models import RatingCycle, RatingScheme, StarGrant
from evaluations.models_schemes import SchemeVersion
from tests import factories as make
from tests.evaluations.cycles import at, commit, opened, said, scored

pytestmark = pytest.mark.django_db
R = ReviewState


@pytest.fixture(autouse=True)
def _in_time(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")


@pytest.fixture
def cycle(cast):
    return opened(cast)


def url(name, pk):
    return reverse(f"evaluations:{name}", args=[pk])


def press(client, cycle, verb, **more):
    answer = client.post(url("cycle_verb", cycle.pk), {"verb": verb, **more})
    cycle.refresh_from_db()
    return said(client, answer)[-1:]


# --- cycles ---------------------------------------------------------------------------------------


def test_the_district_opens_a_cycle(cast, client):
    client.force_login(cast.district_staff)
    version = SchemeVersion.objects.get(scheme__name="堡垒指数")
    values = {
        "version": version.pk, "name": "2026 年度堡垒指数", "first_on": "2026-01-01",
        "last_on": "2026-11-20", "self_by": "2026-12-20", "town_by": "2026-12-10",
        "district_by": "2026-12-20",
    }
    answer = client.post(reverse("evaluations:cycle_open"), values)
    assert "截止日期应依次为自评、初评、复评" in answer.content.decode()
    assert not RatingCycle.objects.exists()
    answer = client.post(reverse("evaluations:cycle_open"), values | {"self_by": "2026-11-28"})
    cycle = RatingCycle.objects.get()
    assert answer.url == cycle.get_absolute_url()
    assert cycle.reviews.count() == 4
    assert Job.objects.get().subject == cycle.pk
    page = client.get(answer.url)
    assert page.context["running"]
    assert 'id="progress"' in page.content.decode()


def numbers(page):
    """(line, state) → number with its list, of the board of a page."""
    board = page.context["board"]
    lines = [*board.lines, *([board.foot] if board.foot else [])]
    for line in lines:
        for state, number in zip(board.states, line.numbers, strict=True):
            yield line.name, state, number
        yield line.name, "all", line.total


@pytest.mark.parametrize("name", ["district_staff", "town_a_staff", "sector_staff"])
def test_each_number_of_the_board_opens_exactly_its_rows(cast, client, cycle, name):
    at(cycle.reviews.get(organization=cast.organization_a), R.DISTRICT)
    at(cycle.reviews.get(organization=cast.organization_b), R.TOWN)
    client.force_login(cast.user(name))
    page = client.get(cycle.get_absolute_url())
    for line, state, number in numbers(page):
        listed = client.get(number.url)
        assert listed.context["page"].total == number.value, (line, state)
    if page.context["runs"]:
        assert client.get(page.context["late_url"]).context["page"].total == page.context["late"]
    for matter in page.context["matters"]:
        assert client.get(matter.url).context["page"].total == matter.count, matter.label


def test_the_board_does_not_ask_more_for_more_reviews(
    cast, client, cycle, django_assert_num_queries
):
    client.force_login(cast.town_a_staff)
    client.get(cycle.get_absolute_url())
    with django_assert_num_queries(13):
        client.get(cycle.get_absolute_url())
    rows = url("review_list", cycle.pk)
    client.get(rows)
    with django_assert_num_queries(9):
        client.get(rows)


def test_who_has_one_review_is_led_to_it(cast, client, cycle):
    client.force_login(cast.secretary_a)
    mine = cycle.reviews.get(organization=cast.organization_a)
    assert client.get(cycle.get_absolute_url()).url == mine.get_absolute_url()


def waiting(user):
    """Label → count of what waits for a user, of the ratings."""
    return {
        matter.label: matter.count
        for filled in boxes_for(Person(user, scope_for(user))) for matter in filled.matters
        if "星级" in matter.label or "市评" in matter.label or "否决" in matter.label
    }


def test_the_history_of_an_organization_names_its_reviews(cast, client, cycle):
    """A review is a record of its own, and the organization stands at its far end."""
    client.force_login(cast.district_staff)
    page = client.get(f"/organizations/{cast.organization_a.pk}/history/")
    assert "新增：中共甲一支部委员会 2026 年度" in page.content.decode()


def test_what_waits_for_whom(cast, cycle):
    first = cycle.reviews.get(organization=cast.organization_a)
    assert waiting(cast.secretary_a) == {"星级自评": 1}
    assert waiting(cast.town_a_staff) == {}
    at(first, R.TOWN)
    assert waiting(cast.secretary_a) == {}
    assert waiting(cast.town_a_staff) == {"星级评定待初评": 1}
    assert waiting(cast.town_b_staff) == {}
    at(first, R.DISTRICT)
    assert waiting(cast.district_staff) == {"星级评定待复评": 1}
    at(first, R.CITY)
    assert waiting(cast.district_staff) == {"待登记市评结果": 1}


# --- results --------------------------------------------------------------------------------------


@pytest.fixture
def four(cast, cycle):
    """Four organizations, all scored: 95 and two times 85, and 75; one place of 四星 and one of
    五星 only."""
    points = dict(
        zip(
            (cast.organization_a, cast.organization_joint, cast.organization_b, cast.committee),
            (85, 85, 75, 60), strict=True,
        )
    )
    commit(cast, *points)
    cycle.version.bands.filter(rank=4).update(share=25)
    cycle.version.bands.filter(rank=3).update(share=75)
    scored(cycle, points)
    return cycle


def test_ties_are_named_and_settled_by_people(cast, client, four):
    client.force_login(cast.district_staff)
    press(client, four, "propose")
    page = client.get(url("ranking", four.pk))
    rows = {str(row.band): row for row in page.context["rows"]}
    assert (rows["四星"].places, rows["四星"].rows) == (1, [])
    ties = page.context["ties"]
    assert {one.review.organization for one in ties} == {
        cast.organization_a, cast.organization_joint
    }
    assert {one.place for one in ties} == {1}
    assert press(client, four, "publish") == ["有同分待定的，请先确定。"]
    first, second = [one.review for one in ties]
    settle = url("review_settle", first.pk)
    assert said(client, client.post(settle, {"rank": "4"}))[-1:] == ["请写明为什么这样定。"]
    client.post(settle, {"rank": "4", "reason": "集体研究，党建成效更突出"})
    client.post(url("review_settle", second.pk), {"rank": "3", "reason": "集体研究"})
    assert press(client, four, "publish") == ["公示已开始。"]
    assert four.state == CycleState.PUBLISHED


def settled(client, cycle):
    """Published, the ties settled: one 四星, two 三星 (the fourth has too few points)."""
    press(client, cycle, "propose")
    for at_, review in enumerate(cycle.reviews.filter(is_tied=True).order_by("pk")):
        rank = "3" if at_ else "4"
        client.post(url("review_settle", review.pk), {"rank": rank, "reason": "集体研究"})
    press(client, cycle, "publish")


def test_an_objection_holds_up_granting_until_it_is_looked_into(cast, client, four, time_machine):
    client.force_login(cast.district_staff)
    settled(client, four)
    review = four.reviews.get(band__rank=4)
    create = url("objection_create", review.pk)
    values = {"said_on": "2026-11-20", "text": "第 3 项没有协议"}
    assert "日期应在公示期内" in client.post(create, values).content.decode()
    client.post(create, values | {"said_on": "2026-11-23"})
    assert waiting(cast.district_staff) == {"星级评定收尾": 1}
    page = client.get(url("publication", four.pk))
    [objection] = page.context["objections"]
    time_machine.move_to("2026-12-01 10:00+08:00")
    client.force_login(cast.district_staff)
    values = {"level": "district", "document": "区委组发〔2026〕31号", "decided_on": "2026-12-01"}
    answer = client.post(url("decision", four.pk), values)
    assert answer.status_code == 200  # nobody of the district's band waits
    [words] = press(client, four, "reopen", note="重新拟定")
    assert words == "还有异议没有核查，查清后再撤回公示。"
    client.force_login(cast.town_a_staff)
    town = {"level": "town", "document": "甲镇党发〔2026〕9号", "decided_on": "2026-12-01"}
    answer = client.post(url("decision", four.pk), town)
    assert "还有 1 个在核查异议" in answer.content.decode()
    client.force_login(cast.district_staff)
    answer = client.post(
        url("objection_answer", objection.pk), {"verb": "rescore", "text": "属实，扣 1 分"}
    )
    review.refresh_from_db()
    objection.refresh_from_db()
    assert (review.state, review.total_district) == (R.DISTRICT, None)
    assert objection.answer == "属实，扣 1 分"
    # Scored again, taken back, proposed anew, published once more.
    four.reviews.filter(pk=review.pk).update(state=R.SCORED, total_district=84)
    assert press(client, four, "reopen", note="异议成立") == ["已撤回公示，可以重新拟定。"]
    assert set(four.reviews.values_list("state", flat=True)) == {R.SCORED}
    press(client, four, "propose")
    assert not four.reviews.filter(is_tied=True).exists()
    assert press(client, four, "publish") == ["公示已开始。"]
    assert four.published_on == date(2026, 12, 1)


def test_each_level_grants_its_own_bands_by_document(cast, client, four, time_machine):
    client.force_login(cast.district_staff)
    settled(client, four)
    decide = url("decision", four.pk)
    values = {"level": "district", "document": "区委组发〔2026〕31号", "decided_on": "2026-12-01"}
    answer = client.post(decide, values | {"decided_on": "2026-11-23"})
    assert "公示到 2026-11-30 结束" in answer.content.decode()
    time_machine.move_to("2026-12-01 10:00+08:00")
    client.force_login(cast.district_staff)
    assert waiting(cast.district_staff) == {"星级评定收尾": 1}
    assert "请填写文号" in client.post(decide, values | {"document": ""}).content.decode()
    client.post(decide, values)
    assert [(star.rank, star.granted_by) for star in StarGrant.objects.all()] == [
        (4, GrantLevel.DISTRICT)
    ]
    assert waiting(cast.district_staff) == {}
    assert waiting(cast.town_a_staff) == waiting(cast.town_b_staff) == {"星级评定收尾": 1}
    # A town grants what is its own: the other town's 三星 stays.
    client.force_login(cast.town_a_staff)
    town = {"level": "town", "document": "甲镇党发〔2026〕9号", "decided_on": "2026-12-01"}
    answer = client.post(decide, town | {"level": "district"})
    assert answer.status_code == 200
    assert said(client, client.post(decide, town))[-1:] == ["已授星 1 个。"]
    client.force_login(cast.district_staff)
    assert press(client, four, "close") == ["还有 1 个没有授星。"]
    client.force_login(cast.town_b_staff)
    client.post(decide, town | {"document": "乙街发〔2026〕2号"})
    client.force_login(cast.district_staff)
    assert press(client, four, "close") == ["这个评定周期已结束。"]
    assert sorted(StarGrant.objects.values_list("rank", "granted_by")) == [
        (3, "town"), (3, "town"), (4, "district")
    ]
    page = client.get(reverse("evaluations:star_list"))
    assert page.context["page"].total == 3


@pytest.mark.parametrize(
    ("outcome", "held", "change"),
    [("5", 5, "raised"), ("3", 3, "lowered"), ("revoke", None, None)],
)
def test_a_recheck_raises_lowers_or_revokes(cast, client, outcome, held, change):
    scheme = RatingScheme.objects.get(name="党组织星级评定")
    star = StarGrant.objects.create(
        organization=cast.organization_a, scheme=scheme, rank=4, label="四星",
        granted_by=GrantLevel.DISTRICT, document="区委组发〔2025〕3号", change="rated",
        starts_on=date(2025, 12, 1),
    )
    client.force_login(cast.district_staff)
    values = {"outcome": outcome, "reason": "年度复核", "document": "", "on": "2026-11-01"}
    recheck = url("star_recheck", star.pk)
    assert client.post(recheck, values).status_code == 200
    answer = client.post(recheck, values | {"document": "区委组发〔2026〕8号"})
    star.refresh_from_db()
    assert (star.ends_on, star.ended_document) == (date(2026, 11, 1), "区委组发〔2026〕8号")
    now = StarGrant.objects.at(date(2026, 11, 2)).first()
    assert (now.rank if now else None, now.change if now else None) == (held, change)
    page = client.get(answer.url)
    assert len(page.context["course"]) == (2 if held else 1)


def test_a_secretary_reads_the_result_of_the_own_branch_only(cast, client, four):
    client.force_login(cast.district_staff)
    settled(client, four)
    secretary = make.make_user(role=Role.SECRETARY, organization=cast.organization_a)
    client.force_login(secretary)
    page = client.get(url("publication", four.pk))
    listed = [one.organization for _band, rows in page.context["groups"] for one in rows]
    assert listed == [cast.organization_a]
    for name in ("ranking", "decision"):
        assert client.get(url(name, four.pk)).status_code == 403
    assert client.post(url("cycle_verb", four.pk), {"verb": "close"}).status_code == 403
