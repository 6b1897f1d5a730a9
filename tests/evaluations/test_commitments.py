"""A commitment on its page: drafted, approved by three levels, shown, kept item by item,
appraised; who waits for what."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.scope import scope_for
from common.inbox import Person, boxes_for
from common.refusals import Refused
from evaluations import commitment_actions as actions
from evaluations.choices import Appraised, Appraiser, CommitmentState, Side
from evaluations.commitment_actions import Promised
from evaluations.flow import COMMITMENT_FLOW
from evaluations.models import Commitment
from tests.evaluations.test_flow import TABLES

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def by(user):
    return {"by": user, "scope": scope_for(user)}


@pytest.fixture
def draft(cast):
    one = Commitment.objects.create(
        organization=cast.organization_a, entity=cast.entity_a, year=2026,
        signed_on=date(2026, 3, 1),
    )
    for side in Side:
        one.items.create(side=side, number=1, text="一项", owner="周一", due_on=date(2026, 11, 30))
    return one


def set_state(one, state):
    Commitment.objects.filter(pk=one.pk).update(state=state)
    one.refresh_from_db()
    return one


def step(one, user, verb, note=""):
    actions.step(commitment=one, verb=verb, note=note, **by(user))


def test_all_the_way(cast, draft):
    step(draft, cast.secretary_a, "approve")
    step(draft, cast.town_a_staff, "town_approve")
    step(draft, cast.district_staff, "register")
    step(draft, cast.secretary_a, "show")
    for item in draft.items.all():
        actions.fulfil(item=item, done_on=TODAY, evidence="照片", **by(cast.secretary_a))
    for appraiser in Appraiser:
        actions.appraise(
            commitment=draft, appraiser=appraiser, grade=Appraised.GOOD, **by(cast.town_a_staff)
        )
    step(draft, cast.town_a_staff, "appraise")
    assert draft.state == CommitmentState.APPRAISED
    assert not draft.items.filter(done_on=None).exists()
    assert COMMITMENT_FLOW.steps(draft).count() == 5


def test_both_sides_promise_with_owner_and_deadline(cast, draft):
    item = draft.items.get(side=Side.ENTERPRISE)
    draft.items.filter(pk=item.pk).update(owner="")
    with pytest.raises(Refused, match="还有 1 项没有责任人"):
        step(draft, cast.secretary_a, "approve")
    item.delete()
    with pytest.raises(Refused, match="还没有企业承诺"):
        step(draft, cast.secretary_a, "approve")


def test_four_kinds_of_people_appraise(cast, draft):
    set_state(draft, CommitmentState.SHOWN)
    actions.appraise(commitment=draft, appraiser="self", grade="good", **by(cast.secretary_a))
    actions.appraise(commitment=draft, appraiser="self", grade="fair", **by(cast.secretary_a))
    assert draft.appraisals.get().grade == Appraised.FAIR
    with pytest.raises(Refused, match="没有办理"):
        actions.appraise(
            commitment=draft, appraiser="superior", grade="good", **by(cast.secretary_a)
        )
    with pytest.raises(Refused, match="还缺互评、群众评议、上级评议"):
        step(draft, cast.town_a_staff, "appraise")


def test_items_are_drafted_one_by_one(cast, draft):
    said = Promised(Side.ENTERPRISE, "减租", "郑三", date(2026, 12, 1))
    second = actions.add_item(commitment=draft, said=said, **by(cast.secretary_a))
    assert second.number == 2
    first = draft.items.get(side=Side.ENTERPRISE, number=1)
    actions.drop_item(item=first, **by(cast.secretary_a))
    second.refresh_from_db()
    assert second.number == 1
    actions.change_item(item=second, said=Promised(said.side, "免租"), **by(cast.secretary_a))
    assert draft.items.get(side=Side.ENTERPRISE).text == "免租"
    set_state(draft, CommitmentState.BRANCH)
    with pytest.raises(Refused, match="已送审"):
        actions.add_item(commitment=draft, said=said, **by(cast.secretary_a))


@pytest.mark.parametrize("state", CommitmentState)
def test_items_are_struck_off_while_the_commitment_runs(cast, draft, state):
    set_state(draft, state)
    item = draft.items.first()
    if state not in {CommitmentState.REGISTERED, CommitmentState.SHOWN}:
        with pytest.raises(Refused, match="不能销号"):
            actions.fulfil(item=item, done_on=TODAY, evidence="照片", **by(cast.secretary_a))
        return
    with pytest.raises(Refused, match="佐证"):
        actions.fulfil(item=item, done_on=TODAY, evidence=" ", **by(cast.secretary_a))
    with pytest.raises(Refused, match="晚于今天"):
        actions.fulfil(item=item, done_on=date(2026, 11, 24), evidence="x", **by(cast.secretary_a))
    actions.fulfil(item=item, done_on=TODAY, evidence="照片", **by(cast.secretary_a))
    actions.unfulfil(item=item, **by(cast.secretary_a))
    item.refresh_from_db()
    assert (item.done_on, item.evidence) == (None, "照片")


# --- Pages --------------------------------------------------------------------------------------


def test_a_secretary_drafts_on_the_page(client, cast):
    client.force_login(cast.secretary_a)
    empty = client.get(reverse("commitments:commitment_create"))
    assert empty.context["form"].initial["organization"] == cast.organization_a.name
    typed = {
        "organization": cast.organization_a.name, "entity": cast.entity_a.name, "year": "2026",
        "signed_on": "2026-03-01", "by_organization": "每季度走访一次",
        "by_enterprise": "提供活动室｜郑三｜2026-04-30",
    }
    answer = client.post(reverse("commitments:commitment_create"), typed)
    one = Commitment.objects.get()
    assert answer.url == one.get_absolute_url()
    added = {"side": Side.ENTERPRISE, "text": "减租", "owner": "郑三", "due_on": "2026-12-01"}
    client.post(reverse("commitments:item_add", args=[one.pk]), added)
    wrong = client.post(reverse("commitments:item_add", args=[one.pk]), added | {"due_on": "x"},
                        follow=True)
    assert "日期看不懂" in wrong.content.decode()
    assert one.items.count() == 3
    page = client.get(reverse("commitments:commitment_edit", args=[one.pk]))
    assert page.context["form"].initial["by_enterprise"].endswith("减租｜郑三｜2026-12-01")


def test_the_page_offers_what_the_flow_allows(client, cast, draft):
    table = TABLES["commitment"][1]
    for user in (cast.secretary_a, cast.town_a_staff, cast.district_staff):
        client.force_login(user)
        for state in CommitmentState:
            set_state(draft, state)
            context = client.get(draft.get_absolute_url()).context
            offered = {one.verb for one in (*context["ahead"], *context["back"])}
            roles = scope_for(user).roles
            assert offered == {
                verb for verb, (sources, _target, who) in table.items()
                if state in sources and roles & who
            }


def test_steps_and_fulfilment_on_the_page(client, cast, draft):
    client.force_login(cast.secretary_a)
    client.post(reverse("commitments:commitment_step", args=[draft.pk]), {"verb": "approve"})
    draft.refresh_from_db()
    assert draft.state == CommitmentState.BRANCH
    client.force_login(cast.town_a_staff)
    address = reverse("commitments:commitment_step", args=[draft.pk])
    refused = client.post(address, {"verb": "send_back"}, follow=True)
    assert "请写明原因" in refused.content.decode()
    client.post(address, {"verb": "send_back", "note": "时限太松"})
    assert "时限太松" in client.get(draft.get_absolute_url()).content.decode()
    set_state(draft, CommitmentState.SHOWN)
    item = draft.items.first()
    client.post(reverse("commitments:item_fulfil", args=[item.pk]),
                {"done_on": "2026-11-20", "evidence": "照片"})
    item.refresh_from_db()
    assert item.done_on == date(2026, 11, 20)
    unknown = client.post(address, {"verb": "?"}, follow=True)
    assert "请从页面上的按钮办理" in unknown.content.decode()


def test_foreign_and_forbidden(client, cast, draft):
    client.force_login(cast.town_b_staff)
    assert client.get(draft.get_absolute_url()).status_code == 404
    client.force_login(cast.sector_staff)
    assert client.get(draft.get_absolute_url()).status_code == 404
    client.force_login(cast.secretary_a)
    set_state(draft, CommitmentState.SHOWN)
    edit = reverse("commitments:commitment_edit", args=[draft.pk])
    assert client.get(edit).status_code == 403


# --- Many at once -------------------------------------------------------------------------------

LIST = "/commitments/"


@pytest.fixture
def others(cast, draft):
    """Another of 甲镇, and one of 乙街道, in the state of the draft."""
    return [
        Commitment.objects.create(organization=branch, entity=entity, year=2026,
                                  signed_on=date(2026, 3, 2), state=draft.state)
        for branch, entity in (
            (cast.organization_a, cast.entity_joint), (cast.organization_b, cast.entity_b),
        )
    ]


def press_all(client, user, state):
    """(What the list offers for all of a state, the answer to pressing it.)"""
    client.force_login(user)
    url = f"{LIST}?state={state}"
    together = client.get(url).context["together"]
    if together is None:
        return None, None
    sent = {"verb": together["key"], "pk": together["pks"]}
    return together, client.post(url, sent, follow=True).content.decode()


def states():
    return sorted(Commitment.objects.values_list("state", flat=True))


def test_town_and_district_approve_all_at_once(client, cast, draft, others):
    Commitment.objects.update(state=CommitmentState.BRANCH)
    for user in (cast.secretary_a, cast.district_staff, cast.sector_staff):
        assert press_all(client, user, CommitmentState.BRANCH) == (None, None)
    together, page = press_all(client, cast.town_a_staff, CommitmentState.BRANCH)
    assert (set(together["pks"]), together["left"]) == ({draft.pk, others[0].pk}, 0)
    assert "已镇街审定 2 份" in page
    assert states() == ["branch", "town", "town"]
    _together, page = press_all(client, cast.district_staff, CommitmentState.TOWN)
    assert "已备案 2 份" in page
    assert states() == ["branch", "registered", "registered"]


def test_appraised_at_once_where_all_four_have_spoken(client, cast, draft, others):
    Commitment.objects.update(state=CommitmentState.SHOWN)
    for appraiser in Appraiser:
        draft.appraisals.create(appraiser=appraiser, grade="good", appraised_on=TODAY)
    others[0].appraisals.create(appraiser="self", grade="good", appraised_on=TODAY)
    together, page = press_all(client, cast.town_a_staff, CommitmentState.SHOWN)
    assert (together["pks"], together["left"]) == ([draft.pk], 1)
    assert "已评诺 1 份" in page
    assert "四方还没有评完" in page
    assert states() == ["appraised", "shown", "shown"]


def test_what_others_have_moved_on_is_told_and_foreign_ones_refuse_all(
    client, cast, draft, others
):
    Commitment.objects.update(state=CommitmentState.BRANCH)
    set_state(draft, CommitmentState.TOWN)
    client.force_login(cast.town_a_staff)
    url, sent = f"{LIST}?state=branch", {"verb": "town_approve"}
    page = client.post(url, sent | {"pk": [draft.pk, others[0].pk]}, follow=True).content.decode()
    assert "已镇街审定 1 份" in page
    assert "1 份没有镇街审定：刚有人办过" in page
    assert client.post(url, sent | {"pk": [others[1].pk]}).status_code == 404
    client.force_login(cast.secretary_a)
    assert client.post(url, sent | {"pk": [draft.pk]}).status_code == 403


# --- What waits ---------------------------------------------------------------------------------


def waiting(user):
    boxes = boxes_for(Person(user, scope_for(user)))
    return {matter.label: matter.count for box in boxes for matter in box.matters
            if "承诺" in matter.label}


def test_who_waits_for_what(cast, draft):
    assert waiting(cast.secretary_a) == {"双向承诺待审定": 1}
    step(draft, cast.secretary_a, "approve")
    assert waiting(cast.secretary_a) == {}
    assert waiting(cast.town_a_staff) == {"双向承诺待审": 1}
    assert waiting(cast.town_b_staff) == {}
    step(draft, cast.town_a_staff, "send_back", note="时限太松")
    assert waiting(cast.secretary_a) == {"双向承诺": 1}
    set_state(draft, CommitmentState.TOWN)
    assert waiting(cast.district_staff) == {"双向承诺待备案": 1}
    set_state(draft, CommitmentState.REGISTERED)
    assert waiting(cast.secretary_a) == {"双向承诺待亮诺": 1, "承诺事项到期": 2}


# --- On the pages of organizations and entities -------------------------------------------------


def test_records_show_what_they_promised(client, cast, draft):
    client.force_login(cast.town_a_staff)
    for record in (cast.organization_a, cast.entity_a):
        page = client.get(record.get_absolute_url()).content.decode()
        assert draft.get_absolute_url() in page
        assert "兑现 0/2" in page
    other = client.get(cast.organization_joint.get_absolute_url()).content.decode()
    assert draft.get_absolute_url() not in other
