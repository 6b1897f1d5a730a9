"""双向承诺 as a ledger: read, found again, round trip, undo; what an import may not do."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from accounts.scope import acting_scope, scope_for
from common.cells import CellError
from common.ledgers import ledger_of
from common.ledgers.export import write_export, write_template
from common.ledgers.rows import Options
from evaluations.choices import Appraised, CommitmentState, Side
from evaluations.commitment_cells import Promise, printed, promises
from evaluations.models import Commitment, CommitmentItem
from tests import digest
from tests.ledgers.desk import counts, load, messages, undo

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


def row(cast, **cells):
    return {
        "党组织": cast.organization_a.name, "企业": cast.entity_a.name, "年度": 2026,
        "签订日期": "2026年3月1日",
        "党组织承诺": "1. 每季度走访一次｜周一｜2026-12-31\n"
                      "2、办一期培训|吴二|2026.6.30|2026.6.20|签到表",
        "企业承诺": "提供活动室｜郑三｜2026-04-30",
        **cells,
    }


def bring(*rows, **choices):
    return load("commitments", rows, day=DAY, **choices)


def test_promises_are_read_and_printed_alike():
    found = promises("（1）捐 1.5 万元｜王五｜2026-06-30｜2026-06-01｜收据\n\n② 减租")
    assert found == (
        Promise("捐 1.5 万元", "王五", date(2026, 6, 30), date(2026, 6, 1), "收据"),
        Promise("减租"),
    )
    assert promises("1.5 万元")[0].text == "1.5 万元"
    assert promises(printed(found)) == found
    with pytest.raises(CellError, match="第 2 项"):
        promises("减租\n培训｜王五｜年底")
    with pytest.raises(CellError, match="最多五段"):
        promises("一｜二｜2026-1-1｜2026-1-1｜五｜六")


def test_all_columns(cast):
    batch = bring(row(cast, 进度="已评诺", 自评="优秀", 互评="较好", 群众评议="好", 上级评议="一般",
                      备注="试点"))
    assert counts(batch) == (1, 0, 0, 0), messages(batch)
    one = Commitment.objects.get()
    assert (one.organization, one.entity, one.year) == (cast.organization_a, cast.entity_a, 2026)
    assert (one.signed_on, one.state, one.remarks) == (
        date(2026, 3, 1), CommitmentState.APPRAISED, "试点"
    )
    said = one.items.filter(side=Side.ORGANIZATION).values_list("number", "text", "owner")
    assert list(said) == [(1, "每季度走访一次", "周一"), (2, "办一期培训", "吴二")]
    assert one.items.get(side=Side.ENTERPRISE).due_on == date(2026, 4, 30)
    grades = dict(one.appraisals.values_list("appraiser", "grade"))
    assert grades["self"] == Appraised.GOOD
    assert grades["superior"] == Appraised.FAIR


def test_what_is_new_begins_as_a_draft(cast):
    bring(row(cast))
    assert Commitment.objects.get().state == CommitmentState.PROPOSED


def test_the_same_file_twice_and_one_change(cast):
    bring(row(cast))
    assert counts(bring(row(cast))) == (0, 0, 1, 0)
    assert counts(bring(row(cast, 企业承诺="提供活动室｜郑三｜2026-05-31\n减租"))) == (0, 1, 0, 0)
    assert CommitmentItem.objects.filter(side=Side.ENTERPRISE).count() == 2
    assert counts(bring(row(cast, 企业承诺="减租"))) == (0, 1, 0, 0)
    assert CommitmentItem.objects.get(side=Side.ENTERPRISE).text == "减租"
    assert counts(bring(row(cast, 年度=2025, 签订日期="2025-03-01"))) == (1, 0, 0, 0)


def export(user=None):
    target = io.BytesIO()
    ids = Commitment.objects.within(acting_scope(user)).values_list("pk", flat=True)
    options = Options(DAY, acting_scope(user))
    write_export(target, ledger_of("commitments")(), ids, options, identity=False, by="")
    target.seek(0)
    return target


def test_export_then_import_changes_nothing(cast):
    bring(row(cast, 进度="已亮诺", 自评="好"),
          row(cast, 党组织=cast.organization_b.name, 企业=cast.entity_b.name))
    item = CommitmentItem.objects.first()
    CommitmentItem.objects.filter(pk=item.pk).update(text="一｜二", evidence="照片|视频")
    batch = load("commitments", export(), day=DAY, empty_clears=True)
    assert counts(batch) == (0, 0, 2, 0), messages(batch)


def test_undo_leaves_the_database_as_it_was(cast):
    bring(row(cast))
    before = digest.digest()
    changed = row(cast, 党组织承诺="只有一项", 自评="好")
    batch = bring(changed, row(cast, 年度=2027, 签订日期="2026-11-20"))
    assert counts(batch) == (1, 1, 0, 0)
    assert undo(batch) == {"undone": 2, "kept": []}
    assert digest.digest() == before


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"党组织": "没有的支部"}, "党组织", "没有这个党组织"),
        ({"企业": "没有的企业"}, "企业", "没有“没有的企业”"),
        ({"年度": "去年"}, "年度", ""),
        ({"企业承诺": "减租｜王五｜年底"}, "企业承诺", "第 1 项"),
        ({"自评": "还行"}, "自评", "没有这个选项"),
    ],
)
def test_errors_hold_the_row_back(cast, cells, column, words):
    batch = bring(row(cast, **cells))
    assert counts(batch) == (0, 0, 0, 1)
    [(_number, where, message)] = messages(batch)
    assert where == column
    assert words in message


def test_twice_in_a_file(cast):
    assert "重复" in messages(bring(row(cast), row(cast)))[0][2]


def test_an_import_makes_no_steps_and_rewrites_nothing_that_was_approved(cast):
    bring(row(cast, 进度="已亮诺"))
    assert "不在表里改" in messages(bring(row(cast, 进度="已评诺")))[0][2]
    assert "不能再改" in messages(bring(row(cast, 企业承诺="减租")))[0][2]
    done = row(cast, 企业承诺="提供活动室｜郑三｜2026-04-30｜2026-04-02｜照片")
    assert counts(bring(done)) == (0, 1, 0, 0)
    assert counts(bring(row(cast, 进度="", 企业承诺=done["企业承诺"]), empty_clears=True)) == (
        0, 0, 1, 0
    )


def test_a_town_brings_nothing_that_the_district_has_to_file(cast):
    batch = bring(row(cast, 进度="区已备案"), user=cast.town_a_staff)
    assert "由区级导入" in messages(batch)[0][2]
    assert counts(bring(row(cast, 进度="镇街已审"), user=cast.town_a_staff)) == (1, 0, 0, 0)


def test_scope(cast):
    batch = bring(row(cast), user=cast.town_b_staff)
    assert counts(batch) == (0, 0, 0, 1)
    bring(row(cast))
    assert openpyxl.load_workbook(export(cast.town_b_staff)).worksheets[0].max_row == 1
    assert openpyxl.load_workbook(export(cast.town_a_staff)).worksheets[0].max_row == 2


def test_template(cast):
    target = io.BytesIO()
    write_template(target, ledger_of("commitments")(), scope_for(cast.town_a_staff))
    book = openpyxl.load_workbook(target)
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads[:4] == ["党组织★", "企业★", "年度★", "签订日期★"]
    told = {line[0].value: line[2].value for line in book["填写说明"]}
    assert "一行一项" in told["党组织承诺"]


@pytest.mark.parametrize("number", [1, 3])
def test_list(client, cast, number, django_assert_num_queries):
    for year in range(number):
        bring(row(cast, 年度=2026 - year, 签订日期=f"{2026 - year}-03-01"))
    client.force_login(cast.town_a_staff)
    address = reverse("commitments:commitment_list")
    assert client.get(address).context["page"].total == number
    with django_assert_num_queries(8):
        client.get(address)
    for query, found in (
        ({"year": 2026}, 1), ({"state": "proposed"}, number), ({"state": "valid"}, 0),
        ({"kept": "done"}, 0), ({"kept": "late"}, 0), ({"town": cast.town_b.pk}, 0),
        ({"q": "甲一"}, number),
    ):
        if query == {"town": cast.town_b.pk}:
            assert client.get(address, query).status_code == 404
            continue
        assert client.get(address, query).context["page"].total == found, query
