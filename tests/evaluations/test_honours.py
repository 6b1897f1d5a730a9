"""荣誉 as a ledger, and the three-good selection that ends in it."""

import io
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.scope import acting_scope, scope_for
from common.inbox import Person, boxes_for
from common.ledgers import ledger_of
from common.ledgers.export import write_export
from common.ledgers.rows import Options
from common.refusals import Refused
from evaluations import honour_actions as actions
from evaluations.choices import HonourKind, HonourLevel, NominationState
from evaluations.flow import NOMINATION_FLOW
from evaluations.honour_actions import Decision, Recommended
from evaluations.models import Honour, Nomination
from tests import digest
from tests.ledgers.desk import counts, load, messages, undo

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def row(cast, **cells):
    return {
        "年度": 2026, "级别": "市级", "荣誉类别": "先进基层党组织", "荣誉名称": "先进基层党组织",
        "党组织": cast.organization_a.name, "市场主体": "", "个人": "", "表彰日期": "2026-07-01",
        "表彰单位": "市委", "文号": "市委发〔2026〕1号", **cells,
    }


def bring(*rows, **choices):
    return load("honours", rows, day=DAY, **choices)


def several(cast):
    return (
        row(cast), row(cast, 荣誉类别="优秀党员", 荣誉名称="优秀共产党员", 个人="周一"),
        row(cast, 荣誉类别="示范点", 荣誉名称="示范点", 党组织="", 市场主体=cast.entity_a.name),
    )


def test_all_columns_and_the_same_file_twice(cast):
    assert counts(bring(*several(cast))) == (3, 0, 0, 0)
    one = Honour.objects.get(person="周一")
    assert (one.kind, one.level, one.year) == (HonourKind.MEMBER, HonourLevel.CITY, 2026)
    assert (one.organization, one.entity, one.holder) == (cast.organization_a, None, "周一")
    assert (one.granted_on, one.granted_by) == (date(2026, 7, 1), "市委")
    assert counts(bring(*several(cast))) == (0, 0, 3, 0)
    assert counts(bring(row(cast, 文号="市委发〔2026〕2号"))) == (0, 1, 0, 0)


def test_export_then_import_changes_nothing(cast):
    bring(*several(cast))
    target = io.BytesIO()
    ids = Honour.objects.values_list("pk", flat=True)
    options = Options(DAY, acting_scope(None))
    write_export(target, ledger_of("honours")(), ids, options, identity=False, by="")
    target.seek(0)
    batch = load("honours", target, day=DAY, empty_clears=True)
    assert counts(batch) == (0, 0, 3, 0), messages(batch)


def test_undo_leaves_the_database_as_it_was(cast):
    bring(row(cast))
    before = digest.digest()
    batch = bring(row(cast, 备注="奖牌"), *several(cast)[1:])
    assert counts(batch) == (2, 1, 0, 0)
    assert undo(batch) == {"undone": 3, "kept": []}
    assert digest.digest() == before


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"党组织": ""}, "党组织", "至少填一项"),
        ({"党组织": "没有的支部"}, "党组织", "没有这个党组织"),
        ({"级别": "世界级"}, "级别", "没有这个选项"),
        ({"荣誉名称": ""}, "荣誉名称", "必填"),
        ({"市场主体": "没有的企业"}, "市场主体", "没有“没有的企业”"),
    ],
)
def test_errors_hold_the_row_back(cast, cells, column, words):
    batch = bring(row(cast, **cells))
    assert counts(batch) == (0, 0, 0, 1)
    [(_number, where, message)] = messages(batch)
    assert where == column
    assert words in message


def test_scope(cast):
    batch = bring(row(cast), user=cast.town_b_staff)
    assert counts(batch) == (0, 0, 0, 1)
    bring(*several(cast))
    assert Honour.objects.within(scope_for(cast.secretary_a)).count() == 3
    assert Honour.objects.within(scope_for(cast.town_b_staff)).count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_list(client, cast, number, django_assert_num_queries):
    bring(*several(cast)[:number])
    client.force_login(cast.town_a_staff)
    address = reverse("honours:honour_list")
    client.get(address)
    with django_assert_num_queries(8):
        assert client.get(address).context["page"].total == number
    if number == 3:
        for query, found in (
            ({"holder": "person"}, 1), ({"holder": "organization"}, 1), ({"holder": "entity"}, 1),
            ({"level": "city"}, 3), ({"year": 2025}, 0), ({"town": cast.town_a.pk}, 3),
        ):
            assert client.get(address, query).context["page"].total == found, query


def test_new_on_the_page(client, cast):
    client.force_login(cast.town_a_staff)
    typed = {
        "category": "好支部", "name": "好支部", "level": "镇街级", "year": "2026",
        "organization": cast.organization_a.name,
    }
    answer = client.post(reverse("honours:honour_create"), typed)
    one = Honour.objects.get()
    assert answer.url == one.get_absolute_url()
    assert "甲一" in client.get(one.get_absolute_url()).content.decode()


# --- 三好评选 -----------------------------------------------------------------------------------


def by(user):
    return {"by": user, "scope": scope_for(user)}


def recommend(cast, kind=HonourKind.GOOD_SECRETARY, person="周一"):
    return actions.nominate(
        said=Recommended(kind, 2026, cast.organization_a, person, "三件实事"),
        **by(cast.secretary_a),
    )


def test_recommended_reviewed_honoured(cast):
    secretary, branch = recommend(cast), recommend(cast, HonourKind.GOOD_BRANCH, "不算")
    assert branch.person == ""
    for one in (secretary, branch):
        actions.step(nomination=one, verb="review", **by(cast.town_a_staff))
    decision = Decision("区委发〔2026〕9号", DAY, "区委")
    made = actions.honour(
        nominations=[secretary, branch], decision=decision, **by(cast.district_staff)
    )
    assert {one.name for one in made} == {"好支书", "好支部"}
    secretary.refresh_from_db()
    assert secretary.state == NominationState.HONOURED
    assert (secretary.honour.level, secretary.honour.document) == ("district", "区委发〔2026〕9号")


@pytest.mark.parametrize("verb", NOMINATION_FLOW.transitions)
def test_who_may_what(cast, verb):
    one = recommend(cast)
    rights = {"review": cast.town_a_staff, "decline": cast.town_a_staff,
              "refuse": cast.district_staff, "honour": cast.district_staff,
              "renew": cast.secretary_a}
    for state in NominationState:
        Nomination.objects.filter(pk=one.pk).update(state=state)
        one.refresh_from_db()
        transition = NOMINATION_FLOW.transitions[verb]
        may = NOMINATION_FLOW.can(one, verb, scope_for(rights[verb]))
        assert may == (state in transition.sources)
        for stranger in (cast.instructor_a_user, cast.importer, cast.no_grant):
            assert not NOMINATION_FLOW.can(one, verb, scope_for(stranger))


def test_what_is_refused(cast):
    recommend(cast)
    with pytest.raises(Refused, match="已经推荐过"):
        recommend(cast)
    with pytest.raises(Refused, match="推荐的是谁"):
        recommend(cast, person=" ")
    with pytest.raises(Refused, match="请选择好支部"):
        recommend(cast, HonourKind.MEMBER)
    with pytest.raises(Refused, match="文号"):
        actions.honour(nominations=[], decision=Decision(" ", DAY), **by(cast.district_staff))


def test_the_district_honours_all_of_a_year(client, cast):
    one = recommend(cast)
    boxes = boxes_for(Person(cast.town_a_staff, scope_for(cast.town_a_staff)))
    assert [m.count for box in boxes for m in box.matters if "三好" in m.label] == [1]
    client.force_login(cast.town_a_staff)
    step = reverse("honours:nomination_step", args=[one.pk])
    assert "请写明原因" in client.post(step, {"verb": "decline"}, follow=True).content.decode()
    client.post(step, {"verb": "review"})
    client.force_login(cast.district_staff)
    typed = {"year": "2026", "level": "district", "granted_on": "2026-11-20", "document": ""}
    decision = reverse("honours:nomination_honour")
    assert "文号" in client.post(decision, typed, follow=True).content.decode()
    assert "表彰单位" in client.get(reverse("honours:nomination_list")).content.decode()
    client.post(decision, typed | {"document": "9号"})
    assert Honour.objects.get().person == "周一"


def test_recommended_on_the_page(client, cast):
    client.force_login(cast.secretary_a)
    typed = {"kind": "good_member", "organization": cast.organization_a.pk, "person": "郑三",
             "year": "2026", "deeds": "三件实事"}
    address = reverse("honours:nomination_create")
    assert client.post(address, typed).url == Nomination.objects.get().get_absolute_url()
    assert "已经推荐过" in client.post(address, typed).content.decode()
    typed |= {"organization": cast.organization_b.pk}
    assert client.post(address, typed).status_code == 200
    assert Nomination.objects.count() == 1
