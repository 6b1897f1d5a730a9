"""From upload to undo with real jobs: nothing changes twice, what was before comes back."""

from contextlib import closing
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Grant
from accounts.scope import acting_scope
from areas.models import Area
from common import jobs
from common.changes import update, write
from common.ledgers import batches, purge
from common.ledgers.undo import Undo
from common.models import BatchState, FlowStep, HistoryEntry, ImportBatch, Via
from common.refusals import Refused
from common.trace import recording
from enterprises.models import Entity
from members.models import Member
from organizations.models import CoverageLink, PendingUnit
from tests import digest, factories
from tests.extent import few
from tests.imports import district
from tests.imports.district import KINDS, ROWS, export, export_rows, read_typed, typed
from tests.ledgers import desk
from tests.ledgers.desk import CODES, DAY, PEOPLE, counts, load, undo
from tests.together import together

LATER = date(2026, 9, 30)
# Other values in many columns of each ledger, for the records of the district.
EDITS = {
    "areas": [{"区划代码": "P1", "名称": "高新园二期", "层级": "园区", "上级代码": "990101001",
               "启用日期": "2020-01-01"}],
    "organizations": [
        desk.organization("红星支部", 上级党组织="乙街道党委", 所属镇街="乙街道", 类别="联合党支部",
                          组建方式="联合组建", 书记姓名="王五", 书记联系电话="13900000009",
                          本届起始日期="2026-05-01", 任期年限=5, 依托单位="商会、新来的厂"),
        desk.organization("兜底支部", 组建方式="区域兜底", 所属镇街="甲镇", 撤销日期="2026-08-01",
                          状态="撤销"),
        desk.organization("新支部", 上级党组织="红星支部"),
    ],
    "enterprises": [
        desk.entity("红星厂", CODES[0], 成立日期="2019-05-01", 从业人员数=86, 营业收入=2480,
                    法定代表人="何雨禾", 联系电话="13600000044", 覆盖党组织="联合支部",
                    组建方式="联合组建", 资质标签="高新技术"),
        desk.entity("商会", CODES[2], 主体类型="行业协会商会", 覆盖党组织="甲镇党委",
                    经营状态="停业", 园区="P1"),
        desk.entity("面馆", 所属镇街="乙街道", 覆盖党组织="兜底支部", 覆盖起始日期="2023-02-01",
                    组建方式="区域兜底", 从业人员数=3),
        desk.entity("未来厂", CODES[1], 覆盖党组织="兜底支部", 组建方式="挂靠组建"),
    ],
    "members": [
        desk.member("孙三", PEOPLE[0], "联合支部", 组织关系转入日期="2026-02-01", 工作单位="面馆",
                    管理党组织="红星支部", 手机="13900000001"),
        desk.member("周五", PEOPLE[2], "兜底支部", 加入党组织日期="2024-07-01",
                    转正日期="2025-07-01", 党籍状态="已转出", 党籍变动日期="2026-06-01"),
    ],
    "instructors": [
        desk.instructor("吴六", 所属镇街="乙街道", 聘期止="2027-06-30", 联系主体="面馆、新来的厂",
                        联系党组织="联合支部"),
        desk.instructor("郑七", 联系电话="13800000077", 聘期起="2026-07-01", 聘期止="2027-06-30"),
    ],
}


@pytest.fixture
def typed_files(monkeypatch):
    """Rows come as they are: reading workbooks is tested elsewhere."""
    monkeypatch.setattr(batches, "open_table", read_typed)


@pytest.fixture
def filled(db, typed_files):
    """The whole district, as of the day of the desk."""
    for kind in KINDS:
        assert load(kind, typed(ROWS[kind])).state == BatchState.APPLIED


def bring(kind, rows, **choices):
    """Import rows; they are applied."""
    batch = load(kind, typed(rows), **choices)
    assert batch.state == BatchState.APPLIED, desk.messages(batch) or batch.message
    return batch


def looked_at(kind, rows, **choices):
    """Import rows up to the check."""
    return load(kind, typed(rows), check_only=True, **choices)


def ask(batch, verb, user=None, **seen):
    """A person asks; the job runs."""
    jobs.complete(batches.request(batch, verb, by=user, scope=acting_scope(user), **seen))
    batch.refresh_from_db()


# --- Nothing changes twice ----------------------------------------------------------------------


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("is_correction", few((False, True)), ids=few(("change", "correction")))
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_file_again_changes_nothing(kind, is_correction):
    choices = {"day": LATER, "is_correction": is_correction}
    rows = ROWS[kind]
    # What 依托单位 promised was linked since: the first file says nothing of it.
    assert counts(looked_at(kind, rows, **choices)) == (0, 0, len(rows), 0)

    bring(kind, EDITS[kind], **choices)
    again = looked_at(kind, EDITS[kind], **choices)

    assert counts(again) == (0, 0, len(EDITS[kind]), 0)
    assert batches.earlier_batch(again) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("identity", few((False, True)), ids=few(("masked", "full")))
def test_an_export_reads_back_without_a_change(identity):
    """Through real workbooks; masked numbers are found by their 记录号."""
    district.fill()
    for kind in KINDS:
        back = load(kind, export(kind, LATER, identity=identity), day=LATER, check_only=True)
        assert counts(back) == (0, 0, back.rows.count(), 0), (kind, desk.messages(back))


@pytest.mark.usefixtures("filled")
def test_an_export_of_any_day_reads_back_after_edits():
    for kind in KINDS:
        bring(kind, EDITS[kind], day=LATER)
    for kind in KINDS:
        for day in (date(2026, 3, 31), DAY, LATER, date(2027, 1, 31)):
            back = looked_at(kind, export_rows(kind, day), day=day)
            assert counts(back) == (0, 0, back.rows.count(), 0), (kind, day)


# --- What was before comes back -----------------------------------------------------------------


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("is_correction", few((False, True)), ids=few(("change", "correction")))
@pytest.mark.parametrize("kind", KINDS)
def test_undo_leads_back_to_what_was_before(kind, is_correction):
    before = digest.digest()
    batch = bring(kind, EDITS[kind], day=LATER, is_correction=is_correction)
    new, updated, *_rest = counts(batch)
    assert updated
    assert digest.digest() != before

    assert undo(batch) == {"undone": new + updated, "kept": []}
    assert digest.digest() == before
    assert batch.state == BatchState.UNDONE


@pytest.mark.django_db
@pytest.mark.usefixtures("typed_files")
def test_the_whole_first_load_can_be_undone():
    before = digest.digest()
    loaded = [bring(kind, ROWS[kind]) for kind in KINDS]

    for batch in reversed(loaded):
        assert undo(batch)["kept"] == []
    assert digest.digest() == before


@pytest.mark.usefixtures("filled")
def test_a_replaced_coverage_comes_back():
    def links():
        return list(
            CoverageLink.objects.filter(entity__name="红星厂").order_by("starts_on")
            .values_list("organization__name", "mode", "starts_on", "ends_on")
        )

    before = links()
    batch = bring("enterprises", [EDITS["enterprises"][0]], day=LATER)
    assert [(name, start) for name, _mode, start, _end in links()][-1] == ("联合支部", LATER)

    undo(batch)
    assert links() == before


@pytest.mark.usefixtures("filled")
def test_a_unit_linked_by_its_entity_waits_again_after_the_undo():
    assert PendingUnit.objects.get().text == "未来厂"
    batch = bring("enterprises", [desk.entity("未来厂", CODES[1])])
    assert counts(batch) == (1, 0, 0, 0)  # what waited is not counted
    assert not PendingUnit.objects.exists()
    assert Member.objects.get(name="李四").states.get().workplace.name == "未来厂"

    undo(batch)
    assert PendingUnit.objects.get().text == "未来厂"
    assert Member.objects.get(name="李四").states.get().workplace_text == "未来厂"


@pytest.mark.usefixtures("filled")
def test_undos_one_after_the_other_lead_back_through_every_state():
    stack = []
    for kind in [*KINDS, *KINDS]:
        before = digest.digest()
        rows = EDITS[kind] if len(stack) < len(KINDS) else ROWS[kind]
        batch = bring(kind, rows, day=LATER, valid_rows_only=True)
        stack.append((batch, before))
    for batch, before in reversed(stack):
        assert undo(batch)["kept"] == []
        assert digest.digest() == before


# --- What an undo keeps -------------------------------------------------------------------------


@pytest.mark.usefixtures("filled")
def test_a_record_that_was_changed_since_is_kept_and_named():
    batch = bring("enterprises", EDITS["enterprises"], day=LATER)
    entity = Entity.objects.get(name="红星厂")
    with recording(by=None, via=Via.PAGE):
        write([update(Entity, entity.pk, {"legal_representative": "别人改的"})])

    result = undo(batch)

    assert result["undone"] == 3
    assert [kept["row"] for kept in result["kept"]] == [2]
    assert "红星厂" in result["kept"][0]["message"]
    assert "有人改过" in result["kept"][0]["message"]
    entity.refresh_from_db()
    assert entity.legal_representative == "别人改的"
    assert entity.coverage_links.filter(organization__name="联合支部").exists()  # whole
    assert not Entity.objects.filter(name="未来厂").exists()


@pytest.mark.usefixtures("filled")
def test_a_change_that_was_taken_back_does_not_count():
    batch = bring("enterprises", EDITS["enterprises"], day=LATER)
    entity = Entity.objects.get(name="红星厂")
    for name in ("别人改的", entity.legal_representative):
        with recording(by=None, via=Via.PAGE):
            write([update(Entity, entity.pk, {"legal_representative": name})])

    assert undo(batch)["kept"] == []


@pytest.mark.usefixtures("filled")
def test_a_created_record_that_others_refer_to_is_kept():
    first = bring("organizations", [desk.organization("新支部")])
    second = bring("members", [
        desk.member("孙三", PEOPLE[0], "新支部", 组织关系转入日期="2026-02-01"),
    ], day=LATER)

    kept = undo(first)["kept"]
    assert [(one["row"], "引用" in one["message"]) for one in kept] == [(2, True)]
    assert undo(second) == {"undone": 1, "kept": []}


@pytest.mark.usefixtures("filled")
def test_the_earlier_of_two_imports_keeps_what_the_later_one_changed():
    first = bring("enterprises", EDITS["enterprises"], day=LATER)
    bring("enterprises", [EDITS["enterprises"][0] | {"从业人员数": 99}], day=LATER)

    result = undo(first)

    assert (result["undone"], [kept["row"] for kept in result["kept"]]) == (3, [2])


@pytest.mark.usefixtures("filled")
def test_undoing_a_creation_empties_its_history():
    batch = bring("members", [desk.member("新人", "990101198001010014", "红星支部")])
    member = Member.objects.get(name="新人")
    with recording(by=None, via=Via.PAGE):
        write([update(Member, member.pk, {"position": "会计"})])
        write([update(Member, member.pk, {"position": ""})])

    assert undo(batch)["kept"] == []
    entries = HistoryEntry.objects.filter(owner=member.pk)
    assert entries.filter(operation="U").exists()
    assert not entries.filter(before__isnull=False).exists()
    assert not entries.filter(after__isnull=False).exists()


@pytest.mark.usefixtures("filled")
def test_a_preview_says_what_the_undo_then_does():
    batch = bring("enterprises", EDITS["enterprises"], day=LATER)
    entity = Entity.objects.get(name="商会")
    with recording(by=None, via=Via.PAGE):
        write([update(Entity, entity.pk, {"remarks": "改过"})])
    before = digest.digest()

    preview = Undo(batch).preview()

    assert digest.digest() == before
    assert undo(batch) == preview


# --- Confirming ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("filled")
def test_a_second_confirmation_is_told_who_was_first():
    importer = factories.make_user("he", Role.IMPORTER, area=Area.objects.get(code="990101"))
    importer.name = "何秀兰"
    importer.save()
    batch = looked_at("enterprises", EDITS["enterprises"], user=importer)
    stale = ImportBatch.objects.get(pk=batch.pk)
    ask(batch, "apply", importer)

    with pytest.raises(Refused, match="何秀兰已经确认入库"):
        ask(stale, "apply", importer)
    assert FlowStep.objects.filter(row=batch.pk, verb="apply").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("typed_files")
def test_two_people_at_once_apply_once():
    for kind in ("areas", "organizations"):
        bring(kind, ROWS[kind])
    batch = looked_at("enterprises", ROWS["enterprises"])

    def confirm(seen):
        try:
            return batches.request(seen, "apply", by=None, scope=acting_scope(None))
        except Refused as refusal:
            return str(refusal)

    answers = together(2, confirm, ready=lambda: ImportBatch.objects.get(pk=batch.pk))

    batch.refresh_from_db()
    assert batch.state == BatchState.APPLIED
    assert Entity.objects.count() == len(ROWS["enterprises"])
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert FlowStep.objects.filter(row=batch.pk, verb="apply").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("typed_files")
def test_a_change_under_way_during_the_check_is_seen_by_the_apply():
    """Another import is being written, and somebody saves something meanwhile: the trace numbers
    what was saved behind the import, which nobody sees yet."""
    bring("areas", ROWS["areas"])
    other = connection.copy()
    other.set_autocommit(False)
    with closing(other), other.cursor() as cursor:
        cursor.execute("UPDATE areas_area SET name = '别人改的园' WHERE code = 'P1'")
        with recording(by=None, via=Via.PAGE):
            write([update(Area, Area.objects.get(code="G1").pk, {"name": "甲二网格"})])
        batch = looked_at("areas", EDITS["areas"], is_correction=True)
        other.commit()

    ask(batch, "apply")

    assert batch.state == BatchState.CHECKED
    assert "有变动" in batch.message
    assert Area.objects.get(code="P1").name == "别人改的园"


@pytest.mark.usefixtures("filled")
def test_a_batch_is_looked_at_again_when_the_ledger_has_changed():
    batch = looked_at("enterprises", EDITS["enterprises"], day=LATER)
    entity = Entity.objects.get(name="红星厂")
    with recording(by=None, via=Via.PAGE):
        write([update(Entity, entity.pk, {"legal_representative": "别人改的"})])
    before = digest.digest()

    ask(batch, "apply")

    assert batch.state == BatchState.CHECKED
    assert "请再看一遍" in batch.message
    assert digest.digest() == before
    row = batch.rows.get(label="红星厂")
    assert ["法定代表人", "别人改的", "何雨禾"] in row.diff
    ask(batch, "apply")
    assert batch.state == BatchState.APPLIED


@pytest.mark.usefixtures("filled")
def test_a_change_elsewhere_does_not_stop_the_import():
    batch = looked_at("enterprises", EDITS["enterprises"], day=LATER)
    member = Member.objects.get(name="孙三")
    with recording(by=None, via=Via.PAGE):
        write([update(Member, member.pk, {"position": "会计"})])

    ask(batch, "apply")
    assert batch.state == BatchState.APPLIED


@pytest.mark.usefixtures("filled")
def test_rows_are_checked_again_when_the_askers_grants_have_changed():
    towns = {area.code: area for area in Area.objects.filter(level="town")}
    user = factories.make_user("zhou", Role.TOWN, area=towns["990101001"])
    rows = [desk.entity("小卖部", 村社区="东社区", 从业人员数=5)]
    batch = looked_at("enterprises", rows, user=user)
    assert counts(batch) == (0, 1, 0, 0)
    Grant.objects.filter(user=user).update(area=towns["990101002"])

    ask(batch, "apply", user)

    assert batch.state == BatchState.CHECKED
    assert counts(batch) == (0, 0, 0, 1)


@pytest.mark.usefixtures("filled")
def test_a_check_of_another_day_is_made_again():
    """Scope is that of the day: a grant may have ended without anybody changing it."""
    batch = looked_at("enterprises", EDITS["enterprises"], day=LATER)
    yesterday = timezone.now() - timedelta(days=1)
    ImportBatch.objects.filter(pk=batch.pk).update(checked_at=yesterday)
    batch.refresh_from_db()

    ask(batch, "apply")

    assert batch.state == BatchState.APPLIED
    assert batch.checked_at > yesterday


@pytest.mark.usefixtures("filled")
def test_a_page_of_an_earlier_check_is_refused():
    batch = looked_at("enterprises", EDITS["enterprises"])
    seen = batches.version(batch)
    ask(batch, "check")

    with pytest.raises(Refused, match="重新检查过"):
        ask(batch, "apply", seen=seen)
    ask(batch, "apply", seen=batches.version(batch))
    assert batch.state == BatchState.APPLIED


# --- What looks alike, what stands ----------------------------------------------------------------


@pytest.mark.usefixtures("filled")
def test_rows_that_look_like_another_record_are_marked_and_go_on():
    first = bring("enterprises", [
        desk.entity("红星厂", CODES[1]),
        desk.entity("红星厂", CODES[2], 主体类型="行业协会商会", 所属镇街="乙街道"),
    ], valid_rows_only=True)
    assert [row.is_suspect for row in first.rows.order_by("number")] == [True, False]
    assert "请核对是否重复" in first.rows.first().warnings[0]["message"]
    assert CODES[0] in first.rows.first().warnings[0]["message"]

    second = looked_at("members", [desk.member("孙三", "990101199001010035", "红星支部")])
    assert second.counts["suspect"] == 1
    third = looked_at("instructors", [desk.instructor("吴六", 联系电话="13800000099")])
    assert third.counts["suspect"] == 1
    fourth = looked_at("organizations", [
        desk.organization("联合支部", 党组织代码="L02"), desk.organization("红星支部二"),
    ])
    assert [row.is_suspect for row in fourth.rows.order_by("number")] == [True, False]


@pytest.mark.usefixtures("filled")
def test_two_rows_of_one_file_that_look_alike_name_each_other():
    batch = looked_at("enterprises", [
        desk.entity("星光（明川）厂", CODES[1]), desk.entity("星光(明川)厂", "91990101MA00TE5T1R"),
    ])
    messages = desk.messages(batch, "warnings")
    assert [(number, text[:6]) for number, _column, text in messages] == [
        (2, "与第 3 行"), (3, "与第 2 行"),
    ]


# --- Purge ----------------------------------------------------------------------------------------


def aged(batch, **values):
    """The batch as it would be a while later."""
    ImportBatch.objects.filter(pk=batch.pk).update(
        **values, uploaded_at=timezone.now() - timedelta(days=40)
    )


@pytest.mark.usefixtures("filled")
def test_files_and_rows_go_after_a_while_and_receipts_stay(django_capture_on_commit_callbacks):
    old = timezone.now() - timedelta(days=31)
    applied = bring("enterprises", EDITS["enterprises"])
    waiting = looked_at("members", EDITS["members"])
    running = looked_at("organizations", EDITS["organizations"])
    recent = looked_at("areas", EDITS["areas"])
    aged(applied, applied_at=old)
    aged(waiting)
    aged(running, state=BatchState.APPLYING)
    names = [batch.file.name for batch in (applied, waiting, running, recent)]

    with django_capture_on_commit_callbacks(execute=True):
        assert purge.purge() == 2

    for batch in (applied, waiting, running, recent):
        batch.refresh_from_db()
    assert [batch.rows.exists() for batch in (applied, waiting, running, recent)] == [
        False, False, True, True,
    ]
    assert [default_storage.exists(name) for name in names] == [False, False, True, True]
    assert (applied.state, applied.counts["update"]) == (BatchState.APPLIED, 3)
    assert (waiting.state, waiting.message) == (BatchState.DISCARDED, purge.EXPIRED)
    with pytest.raises(Refused, match="保存期限"):
        ask(applied, "undo")
    assert purge.purge() == 0
