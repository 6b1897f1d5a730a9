"""Forms of ledgers: a form is a one-row import (common/ledgers/forms.py), tried on entities."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from common import constraints
from common.ledgers.forms import CONFIRMED, EFFECTIVE, EXISTS, MEANING
from common.ledgers.rows import Options
from common.models import HistoryEntry
from common.secrets import conceal, disclose
from enterprises.models import Entity, EntityState
from enterprises.rules import check_symbol
from organizations.choices import SetUpMode
from organizations.models import CoverageLink
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "/entities/new/"
CODE = "91990101MA00TE5T2P"
ASKED = (MEANING, EFFECTIVE, CONFIRMED)


def edit_url(entity) -> str:
    return reverse("enterprises:entity_edit", args=[entity.pk])


def typed(page, **values) -> dict[str, str]:
    """What a browser would send of the page's form, with some fields changed."""
    form = page.context["form"]
    sent = {field.html_name: field.value() or "" for field in form}
    if not form.question:
        sent = {name: value for name, value in sent.items() if name not in ASKED}
    return sent | values


def state(entity, day=None) -> EntityState:
    return EntityState.objects.at(day or timezone.localdate()).get(entity=entity)


def text_of(page) -> str:
    return page.content.decode()


@pytest.fixture
def district(cast, client):
    client.force_login(cast.district_staff)
    return client


@pytest.fixture
def town(cast, client):
    client.force_login(cast.town_a_staff)
    return client


# --- A new record -------------------------------------------------------------------------------


def new_entity(**values) -> dict[str, str]:
    given = {
        "entity_kind": "小微企业",
        "name": "新办电子有限公司",
        "uscc": "91990101MA7LLJY1XW",
        "town": "甲镇",
        "address": "工业路 18 号",
        "industry": "39",
        "employees": "12",
        "status": "正常",
        "legal_representative": "吴永康",
        "phone": "13900000002",
    }
    return given | values


@pytest.fixture
def code():
    """A right credit code for a new entity."""
    body = "91990101MA7LLJY1X"
    return body + check_symbol(body)


def test_new_record_goes_through_the_engine(cast, town, code):
    answer = town.post(NEW, new_entity(uscc=code, founded_on="2024-05-01"))
    entity = Entity.objects.get(name="新办电子有限公司")
    assert answer.url == entity.get_absolute_url()
    assert (entity.uscc, entity.founded_on) == (code, date(2024, 5, 1))
    assert entity.initials == "xbdzyxgs"
    assert disclose(entity.phone) == "13900000002"
    first = entity.states.get()
    assert (first.town, first.employees, first.division) == (cast.town_a, 12, "39")
    assert first.starts_on == date.min
    entry = HistoryEntry.objects.filter(owner=entity.pk).first()
    assert (entry.actor, entry.via) == (cast.town_a_staff.pk, "page")


def test_errors_stand_at_their_fields_and_nothing_is_written(cast, town):
    page = town.post(NEW, new_entity(uscc=CODE[:-1], name="", employees="十二", founded_on="2024"))
    errors = page.context["form"].errors
    assert page.status_code == 200
    assert errors["name"] == ["必填，请补上。"]
    assert "应为 18 位" in errors["uscc"][0]
    assert errors["employees"] == ["不是数字，请只填数字，如 1200。"]
    assert "founded_on" in errors
    assert 'id="id_uscc_error"' in text_of(page)
    assert not Entity.objects.filter(address="工业路 18 号").exists()


def test_errors_of_several_cells_stand_at_one(town, code):
    page = town.post(NEW, new_entity(uscc=code, founded_on="2024-05-01", closed_on="2024-05-01"))
    assert page.context["form"].errors == {"closed_on": ["注销日期应晚于成立日期。"]}


def test_unknown_town_names_the_nearest(district, code):
    page = district.post(NEW, new_entity(uscc=code, town="甲镇镇"))
    assert page.context["form"].errors == {"town": ["没有这个镇街，是不是“甲镇”？"]}


def test_new_record_that_exists_leads_to_it(cast, town):
    page = town.post(NEW, new_entity(uscc=CODE))
    assert page.context["form"].non_field_errors() == [EXISTS]
    assert cast.entity_a.get_absolute_url() in text_of(page)
    assert Entity.objects.get(uscc=CODE).name == "甲一五金有限公司"


def test_new_record_outside_the_scope_is_refused(cast, town, code):
    page = town.post(NEW, new_entity(uscc=code, town="乙街道"))
    assert "不在您的管理范围内" in text_of(page)
    assert not Entity.objects.filter(uscc=code).exists()


def test_sector_committee_brings_what_its_organizations_cover(cast, client, code):
    client.force_login(cast.sector_staff)
    covered = {"organization_id": "中共乙一支部委员会", "mode": "联合组建", "town": "甲镇"}
    refused = client.post(NEW, new_entity(uscc=code))
    assert "不在您的管理范围内" in text_of(refused)
    answer = client.post(NEW, new_entity(uscc=code, **covered))
    entity = Entity.objects.get(uscc=code)
    assert answer.url == entity.get_absolute_url()
    assert client.get(answer.url).status_code == 200


def test_foreign_record_is_not_touched_by_its_key(cast, client):
    client.force_login(cast.town_b_staff)
    page = client.post(NEW, new_entity(uscc=CODE, town="乙街道"))
    assert "不在您的管理范围内" in text_of(page)
    assert cast.entity_a.get_absolute_url() not in text_of(page)
    assert Entity.objects.get(uscc=CODE).name == "甲一五金有限公司"


def test_choices_are_limited_to_the_scope(cast, town):
    page = text_of(town.get(NEW))
    assert ">甲镇</option>" in page
    assert "乙街道" not in page
    assert "中共甲一支部委员会" in page
    assert "中共乙一支部委员会" not in page


def test_warnings_are_confirmed_once(cast, town, code):
    strange = new_entity(uscc=code, founded_on="2030-01-01")
    page = town.post(NEW, strange)
    assert [label for label, _ in page.context["form"].question.warnings] == ["成立日期"]
    assert "确认保存" in text_of(page)
    assert not Entity.objects.filter(uscc=code).exists()
    answer = town.post(NEW, strange | {CONFIRMED: page.context["form"].question.mark})
    assert answer.status_code == 302
    assert Entity.objects.filter(uscc=code).exists()


OPTIONAL = ("revenue", "founded_on", "organization_id", "starts_on", "grid", "tags", "chain")
HOSTILE = [
    "9" * 400,
    "-1",
    "1e5",
    "NaN",
    "１２",
    "😀",
    "\u202e",
    "=1+1",
    "'\"<b>",
    "9999-12-31",
    "2026-02-30",
    "%",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_odd_values_are_no_error(town, code, value):
    for data in (dict.fromkeys(new_entity(), value), dict.fromkeys(OPTIONAL, value)):
        page = town.post(NEW, new_entity(uscc=code) | data)
        assert page.status_code in (200, 302)


# --- A change -----------------------------------------------------------------------------------


def test_form_shows_what_is_stored(cast, town):
    form = town.get(edit_url(cast.entity_a)).context["form"]
    shown = {name: form[name].value() for name in ("entity_kind", "town", "industry", "mode")}
    assert shown == {
        "entity_kind": "小微企业",
        "town": "甲镇",
        "industry": "33",
        "mode": "单独组建",
    }


def test_plain_value_is_saved_without_a_question(cast, town):
    url = edit_url(cast.entity_a)
    answer = town.post(url, typed(town.get(url), address="和平路 20 号"))
    assert answer.url == cast.entity_a.get_absolute_url()
    assert Entity.objects.get(pk=cast.entity_a.pk).address == "和平路 20 号"
    assert EntityState.objects.filter(entity=cast.entity_a).count() == 1


def test_nothing_changed_writes_nothing(cast, town):
    url = edit_url(cast.entity_a)
    before = HistoryEntry.objects.count()
    page = town.post(url, typed(town.get(url)), follow=True)
    assert "没有改动。" in text_of(page)
    assert HistoryEntry.objects.count() == before


def test_dated_value_is_asked_for_change_or_correction(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), employees="41"))
    assert page.context["form"].question.changes == [("从业人员数", "20", "41")]
    assert state(cast.entity_a).employees == 20
    assert "变更：从某天起变了" in text_of(page)


def test_change_begins_on_its_day(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), employees="41"))
    town.post(url, typed(page, meaning="change", effective_on="2025-03-01"))
    assert state(cast.entity_a, date(2025, 2, 28)).employees == 20
    assert state(cast.entity_a, date(2025, 3, 1)).employees == 41


def test_correction_takes_the_whole_period(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), employees="41"))
    town.post(url, typed(page, meaning="correct"))
    assert EntityState.objects.get(entity=cast.entity_a).employees == 41


def test_change_in_the_past_leaves_later_values_alone(cast, town):
    """The values of today that the form shows do not overwrite those of the chosen day."""
    factories.change(cast.entity_a, "2026-01-01", employees=30, stage="growth")
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), fixed_premises="是"))
    town.post(url, typed(page, meaning="change", effective_on="2025-03-01"))
    assert [
        (row.starts_on, row.employees, row.stage, row.fixed_premises)
        for row in EntityState.objects.filter(entity=cast.entity_a)
    ] == [
        (date.min, 20, "", None),
        (date(2025, 3, 1), 20, "", True),
        (date(2026, 1, 1), 30, "growth", True),
    ]


def test_form_of_an_earlier_day(cast, town):
    factories.change(cast.entity_a, "2026-01-01", employees=30)
    url = f"{edit_url(cast.entity_a)}?as_of=2025-12-31"
    page = town.get(url)
    assert page.context["form"]["employees"].value() == "20"
    page = town.post(url, typed(page, employees="25"))
    town.post(url, typed(page, meaning="correct"))
    assert state(cast.entity_a, date(2025, 12, 31)).employees == 25
    assert state(cast.entity_a, date(2026, 1, 1)).employees == 30


@pytest.mark.parametrize("day", ["", "2025", "2025-02-30", "9999-12-31", "x"])
def test_day_of_change_that_is_none(cast, town, day):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), employees="41"))
    page = town.post(url, typed(page, meaning="change", effective_on=day))
    assert page.status_code == 200
    assert "effective_on" in page.context["form"].errors
    assert 'name="effective_on"' in text_of(page)
    assert state(cast.entity_a).employees == 20


def test_odd_meaning_is_asked_again(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), employees="41", meaning="nonsense"))
    assert page.context["form"].question
    assert state(cast.entity_a).employees == 20


def test_empty_field_clears_the_value(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), grid=""))
    town.post(url, typed(page, meaning="correct"))
    assert state(cast.entity_a).grid is None


def test_required_field_cannot_be_cleared(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), address=""))
    assert page.context["form"].errors == {"address": ["必填，请补上。"]}


def test_another_organization_begins_on_the_day_of_change(cast, district):
    """The start of the old link, which the form shows, does not speak of the new one."""
    url = edit_url(cast.entity_a)
    name = "中共甲镇联合支部委员会"
    page = district.post(url, typed(district.get(url), organization_id=name, mode="联合组建"))
    district.post(url, typed(page, meaning="change", effective_on="2025-03-01"))
    links = CoverageLink.objects.filter(entity=cast.entity_a).order_by("starts_on")
    assert [(link.organization, link.mode, link.starts_on) for link in links] == [
        (cast.organization_a, SetUpMode.SINGLE, date(2020, 1, 1)),
        (cast.organization_joint, SetUpMode.JOINT, date(2025, 3, 1)),
    ]


def test_move_out_of_the_scope_is_refused(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), town="乙街道"))
    assert "不在您的管理范围内" in text_of(page)
    assert state(cast.entity_a).town == cast.town_a


def test_old_warnings_are_not_asked_again(cast, town):
    Entity.objects.filter(pk=cast.entity_a.pk).update(founded_on=date(2030, 1, 1))
    url = edit_url(cast.entity_a)
    answer = town.post(url, typed(town.get(url), address="和平路 20 号"))
    assert answer.status_code == 302


# --- Masked numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("phone", ["", "139****0001", "  "])
def test_masked_or_empty_number_is_unchanged(cast, town, phone):
    url = edit_url(cast.entity_a)
    page = town.get(url)
    assert 'placeholder="139****0001"' in text_of(page)
    assert "13900000001" not in text_of(page)
    before = Entity.objects.get(pk=cast.entity_a.pk).phone
    town.post(url, typed(page, phone=phone, address="和平路 20 号"))
    assert Entity.objects.get(pk=cast.entity_a.pk).phone == before


def test_new_number_replaces(cast, town):
    url = edit_url(cast.entity_a)
    town.post(url, typed(town.get(url), phone="13900000009"))
    assert disclose(Entity.objects.get(pk=cast.entity_a.pk).phone) == "13900000009"


def test_wrong_number_is_an_error(cast, town):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), phone="1390000"))
    assert "phone" in page.context["form"].errors


def test_masked_number_where_there_is_none_is_an_error(cast, town):
    Entity.objects.filter(pk=cast.entity_a.pk).update(phone="", kind="self_employed")
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), phone="139****0001"))
    assert page.context["form"].errors == {"phone": ["这是打了星号的号码，请填写完整号码。"]}
    assert Entity.objects.get(pk=cast.entity_a.pk).phone == ""


# --- Two editors --------------------------------------------------------------------------------


def save_meanwhile(entity, **values):
    Entity.objects.filter(pk=entity.pk).update(**values)


def test_second_editor_sees_both_values(cast, town):
    url = edit_url(cast.entity_a)
    mine = typed(town.get(url), address="我改的地址")
    save_meanwhile(cast.entity_a, address="别人改的地址", chain="五金")
    page = town.post(url, mine)
    assert "打开本页后，有人改过这条记录" in text_of(page)
    rows = {c.label: (c.theirs, c.mine) for c in page.context["form"].conflicts}
    assert rows == {
        "地址": ("别人改的地址", "我改的地址"),
        "产业链": ("五金", "没有改，已换成现在的"),
    }
    entity = Entity.objects.get(pk=cast.entity_a.pk)
    assert (entity.address, entity.chain) == ("别人改的地址", "五金")


def test_second_editor_decides_and_keeps_what_others_saved(cast, town):
    url = edit_url(cast.entity_a)
    mine = typed(town.get(url), address="我改的地址")
    save_meanwhile(cast.entity_a, address="别人改的地址", chain="五金")
    page = town.post(url, mine)
    assert town.post(url, typed(page)).status_code == 302
    entity = Entity.objects.get(pk=cast.entity_a.pk)
    assert (entity.address, entity.chain) == ("我改的地址", "五金")


def test_second_editor_of_a_number_is_told_masked(cast, town):
    url = edit_url(cast.entity_a)
    mine = typed(town.get(url), phone="13900000009")
    save_meanwhile(cast.entity_a, phone=conceal("13900000008"))
    page = town.post(url, mine)
    [conflict] = page.context["form"].conflicts
    assert (conflict.theirs, conflict.mine) == ("139****0008", "139****0009")
    assert disclose(Entity.objects.get(pk=cast.entity_a.pk).phone) == "13900000008"


def test_both_typed_the_same(cast, town):
    url = edit_url(cast.entity_a)
    mine = typed(town.get(url), address="同一个地址")
    save_meanwhile(cast.entity_a, address="同一个地址")
    assert town.post(url, mine).status_code == 302


def test_someone_saves_between_check_and_write(cast, town, monkeypatch):
    """The record is compared once more when nobody else can write."""
    url = edit_url(cast.entity_a)
    mine = typed(town.get(url), address="我改的地址")

    def overtaken(**_options):
        save_meanwhile(cast.entity_a, address="别人改的地址")
        return True

    monkeypatch.setattr("common.changes.lock_writes", overtaken)
    page = town.post(url, mine)
    assert "打开本页后，有人改过这条记录" in text_of(page)


@pytest.mark.parametrize("seen", ["", "x", "name=1,=,,=x", "name=" + "9" * 5000])
def test_damaged_mark_is_no_error(cast, town, seen):
    url = edit_url(cast.entity_a)
    page = town.post(url, typed(town.get(url), seen_version=seen))
    assert page.status_code in (200, 302)


# --- What the database refuses ------------------------------------------------------------------


def test_broken_constraint_is_a_sentence_and_nothing_is_half_written(cast, town, monkeypatch):
    url = edit_url(cast.entity_a)

    def overlapping(changes):
        Entity.objects.filter(pk=cast.entity_a.pk).update(address="写了一半")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        EntityState.objects.create(
            entity=cast.entity_a, status="normal", starts_on=date(2025, 1, 1)
        )

    monkeypatch.setattr("common.changes.write", overlapping)
    page = town.post(url, typed(town.get(url), address="和平路 20 号"))
    assert page.status_code == 200
    assert page.context["form"].non_field_errors() == [
        "主体状况的时间与已有记录重叠，没有保存，请核对日期。"
    ]
    assert Entity.objects.get(pk=cast.entity_a.pk).address == "和平路 1 号"


def test_sentence_of_a_unique_constraint(cast):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Entity.objects.filter(pk=cast.entity_joint.pk).update(uscc=CODE)
    assert constraints.sentence_of(caught.value) == "已有相同的市场主体，没有保存，请核对。"


def test_sentence_of_a_foreign_key(cast):
    EntityState.objects.filter(entity=cast.entity_a).update(town=cast.entity_a.pk)
    with pytest.raises(IntegrityError) as caught, transaction.atomic(), connection.cursor() as sql:
        sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
    EntityState.objects.filter(entity=cast.entity_a).update(town=cast.town_a)
    assert constraints.sentence_of(caught.value) == constraints.CONFLICT


def test_busy_import_is_a_sentence(cast, town, monkeypatch):
    url = edit_url(cast.entity_a)

    def waits(**_options):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '10ms'")
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr("common.changes.lock_writes", waits)
    page = town.post(url, typed(town.get(url), address="和平路 20 号"))
    assert page.context["form"].non_field_errors() == [constraints.BUSY]
    assert 'value="和平路 20 号"' in text_of(page)


# --- Who may ------------------------------------------------------------------------------------


def test_form_of_a_foreign_record_is_404(cast, town):
    assert town.get(edit_url(cast.entity_b)).status_code == 404
    assert town.post(edit_url(cast.entity_b), {"name": "x"}).status_code == 404


def test_form_without_the_right_is_403(cast, client):
    client.force_login(cast.secretary_a)
    assert client.get(edit_url(cast.entity_a)).status_code == 403
    assert client.post(edit_url(cast.entity_a), {"name": "x"}).status_code == 403
    assert client.get(NEW).status_code == 403


def test_options_of_a_form_say_that_it_is_one(cast, town):
    form = town.get(edit_url(cast.entity_a)).context["form"]
    options = form._options(date(2026, 1, 1))
    assert isinstance(options, Options)
    assert (options.by_form, options.empty_clears, options.is_correction) == (True, True, False)
