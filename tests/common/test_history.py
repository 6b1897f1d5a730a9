"""The history of a record as its page shows it."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.choices import Role
from accounts.scope import district_scope, scope_for
from areas.choices import AreaLevel
from common.dated import FOREVER
from common.history import Change, history_of
from common.models import ImportBatch, Via
from common.secrets import conceal
from common.trace import recording
from enterprises.models import Entity, EntityState
from organizations.models import CoverageLink, Post
from tests import factories

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)


@pytest.fixture
def district():
    return factories.make_area(AreaLevel.DISTRICT, name="明川区")


@pytest.fixture
def town(district):
    return factories.make_area(parent=district, name="青石镇")


@pytest.fixture
def user():
    person = factories.make_user("zhoumin")
    person.name = "周敏"
    person.save()
    return person


def lines(record, scope=None):
    """(label, old, new, note) of every line, newest act first."""
    page = history_of(record, scope or district_scope())
    return [
        (change.label, change.old, change.new, change.note)
        for entry in page.entries
        for change in entry.changes
    ]


@pytest.fixture
def acts():
    """Acts of one test share its transaction; the trace tells them apart by their context."""
    return lambda by=None, via=Via.PAGE, context=None: recording(by=by, via=via, context=context)


def test_new_record_is_one_line(acts, user, town):
    with acts(user):
        entity = factories.make_entity(name="恒源五金", town=town)

    [entry] = history_of(entity, district_scope()).entries

    assert entry.changes == [Change("市场主体", "", "登记")]
    assert (entry.by, entry.through) == ("周敏", "页面修改")


def test_field_of_record_shows_old_and_new(acts, user):
    with acts(user):
        entity = factories.make_entity(phone=conceal("13800000007"))
    with acts(user):
        Entity.objects.filter(pk=entity.pk).update(
            phone=conceal("13900000021"), address="工业路 20 号", initials="zz"
        )

    assert lines(entity)[:-1] == [
        ("地址", "和平路 1 号", "工业路 20 号", ""),
        ("联系电话", "138****0007", "139****0021", ""),
    ]


def test_same_secret_encrypted_anew_is_no_change(acts):
    with acts():
        entity = factories.make_entity(phone=conceal("13800000007"))
    with acts():
        Entity.objects.filter(pk=entity.pk).update(phone=conceal("13800000007"))

    assert lines(entity) == [("市场主体", "", "登记", "")]


def test_change_of_dated_value_is_told_from_its_day(acts, town):
    with acts():
        entity = factories.make_entity(town=town, employees=38)
    with acts():
        factories.change(entity, DAY, employees=41)

    assert lines(entity)[0] == ("从业人员数", "38", "41", "2026-03-01 起")
    assert len(lines(entity)) == 2


def test_correction_of_dated_value_has_no_day(acts):
    with acts():
        entity = factories.make_entity(employees=38, above_scale=None)
    with acts():
        EntityState.objects.filter(entity=entity).update(employees=41, above_scale=True)

    assert lines(entity)[:-1] == [("从业人员数", "38", "41", ""), ("是否规模以上", "", "是", "")]


def test_earlier_values_are_told_though_they_changed_again(acts):
    with acts():
        entity = factories.make_entity(employees=10)
    with acts():
        factories.change(entity, DAY, employees=20)
    with acts():
        EntityState.objects.filter(entity=entity, starts_on=DAY).update(employees=30)
    with acts():
        EntityState.objects.filter(entity=entity, starts_on=DAY).delete()
        EntityState.objects.filter(entity=entity).update(ends_on=FOREVER)

    assert lines(entity) == [
        ("从业人员数", "30", "10", "2026-03-01 起"),
        ("从业人员数", "20", "30", "2026-03-01 起"),
        ("从业人员数", "10", "20", "2026-03-01 起"),
        ("市场主体", "", "登记", ""),
    ]


def test_new_post_names_the_person_and_end_of_post_empties_it(acts):
    with acts():
        organization = factories.make_organization()
    with acts():
        post = factories.make_post(organization, "2024-01-01", person="王建平")
    with acts():
        Post.objects.filter(pk=post.pk).update(ends_on=DAY)

    assert lines(organization)[:-1] == [
        ("书记姓名", "王建平", "", "2026-03-01 起"),
        ("书记姓名", "", "王建平", "2024-01-01 起"),
    ]


def test_next_term_of_equal_length_is_told(acts):
    with acts():
        organization = factories.make_organization()
        term = factories.make_term(organization, "2023-01-01", 3)
    with acts():
        term.ends_on = date(2026, 1, 1)
        term.save()
        factories.make_term(organization, "2026-01-01", 3)

    assert lines(organization)[0] == ("届次", "", "任期年限 3，2026-01-01 起", "")


def test_link_is_told_at_both_ends(acts, town):
    with acts():
        entity = factories.make_entity(name="恒源五金", town=town)
        organization = factories.make_organization(name="五金党支部", town=town)
    with acts():
        link = factories.cover(entity, organization, starts_on="2024-03-18")
    with acts():
        CoverageLink.objects.filter(pk=link.pk).update(ends_on=DAY)
    with acts():
        CoverageLink.objects.filter(pk=link.pk).delete()

    begun = "五金党支部，单独组建，2024-03-18 起"
    ended = "五金党支部，单独组建，2024-03-18 至 2026-03-01 前"
    assert lines(entity)[:-1] == [
        ("覆盖关系", ended, "已去掉", ""),
        ("覆盖关系", begun, ended, ""),
        ("覆盖关系", "", begun, ""),
    ]
    assert [line[2] for line in lines(organization)[:-1]] == [
        "结束：恒源五金", "变更：恒源五金", "新增：恒源五金",
    ]


def test_many_links_are_counted(acts, django_assert_max_num_queries):
    with acts():
        organization = factories.make_organization()
    with acts():
        for _ in range(6):
            factories.cover(factories.make_entity(), organization)

    for _ in range(5):
        with acts():
            factories.cover(factories.make_entity(), organization)

    with django_assert_max_num_queries(8):
        assert lines(organization)[5] == ("覆盖关系", "", "新增 6 条", "")


def test_names_outside_the_scope_are_not_shown(acts, district, town):
    other_town = factories.make_area(parent=district, name="柳河镇")
    with acts():
        entity = factories.make_entity(name="恒源五金", town=town)
        organization = factories.make_organization(name="柳河党支部", town=other_town)
    with acts():
        factories.cover(entity, organization, starts_on="2024-03-18")
    with acts():
        factories.change(entity, DAY, town=other_town)
    with acts():
        factories.change(entity, DAY + timedelta(days=1), town=town)
    clerk = factories.make_user(role=Role.TOWN, area=town)

    told = lines(entity, scope_for(clerk))

    assert told[0] == ("所属镇街", "柳河镇", "青石镇", "2026-03-02 起")
    assert told[2] == ("覆盖关系", "", "（不在您的范围内），单独组建，2024-03-18 起", "")


def test_import_and_its_undo_name_the_batch(acts, user):
    with acts():
        entity = factories.make_entity(employees=38)
    batch = ImportBatch.objects.create(
        number="20261118-01", kind="enterprises", file_name="a.xlsx", sha256="0" * 64,
        effective_on=DAY, asked_by=user, undo_context=uuid.uuid4(),
    )
    with acts(user, Via.IMPORT, batch.pk):
        EntityState.objects.filter(entity=entity).update(employees=41)
    with acts(user, Via.UNDO, batch.undo_context):
        EntityState.objects.filter(entity=entity).update(employees=38)

    entries = history_of(entity, district_scope()).entries

    assert [entry.through for entry in entries[:2]] == [
        "撤销导入批次 20261118-01", "导入批次 20261118-01",
    ]


def test_change_without_context_is_told_too():
    entity = factories.make_entity()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE enterprises_entity SET address = '新路 1 号'")

    [entry] = history_of(entity, district_scope()).entries

    assert (entry.by, entry.through) == ("数据库", "直接写入")


def test_pages_follow_each_other_without_gap(acts):
    with acts():
        entity = factories.make_entity(address="路 0 号")
    for number in range(1, 6):
        with acts():
            Entity.objects.filter(pk=entity.pk).update(address=f"路 {number} 号")

    first = history_of(entity, district_scope(), size=4)
    second = history_of(entity, district_scope(), size=4, before=first.next)

    assert [entry.changes[0].new for entry in (*first.entries, *second.entries)] == [
        "路 5 号", "路 4 号", "路 3 号", "路 2 号", "路 1 号", "登记",
    ]
    assert second.next == ""
    assert history_of(entity, district_scope(), size=4, before="x").entries == first.entries
