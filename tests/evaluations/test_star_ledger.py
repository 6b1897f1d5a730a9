"""授星 as a ledger: stars that were held before the portal rated come in by Excel."""

import io
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from accounts.scope import acting_scope, scope_for
from common.dated import FOREVER
from common.ledgers import ledger_of
from common.ledgers.export import write_export
from common.ledgers.rows import Options
from evaluations.models import StarGrant
from evaluations.shipping import ship
from evaluations.star_ledger import RATED_HERE
from tests import digest
from tests.evaluations.cycles import opened
from tests.ledgers.desk import counts, load, messages, undo

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def today():
    ship()
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def row(cast, **cells):
    return {
        "党组织": cast.organization_a.name, "星级": "四星", "文号": "区委组发〔2025〕3号",
        "授予日期": "2025-12-01", **cells,
    }


def bring(*rows, **choices):
    return load("stars", rows, day=DAY, **choices)


def several(cast):
    return (
        row(cast, 授予日期="2023-12-01", 终止日期="2025-12-01", 终止原因="复核升星"),
        row(cast, 星级="5", 审定层级="市级"),
        row(cast, 评定方案="堡垒指数", 星级="A级"),
    )


def test_all_columns_and_the_same_file_twice(cast):
    batch = bring(*several(cast))
    assert counts(batch) == (3, 0, 0, 0), messages(batch)
    found = StarGrant.objects.order_by("starts_on", "-rank").values_list(
        "scheme__name", "rank", "label", "granted_by", "starts_on", "ends_on", "change"
    )
    assert list(found) == [
        ("党组织星级评定", 4, "四星", "district", date(2023, 12, 1), date(2025, 12, 1), "rated"),
        ("党组织星级评定", 5, "五星", "city", date(2025, 12, 1), FOREVER, "rated"),
        ("堡垒指数", 4, "A", "district", date(2025, 12, 1), FOREVER, "rated"),
    ]
    assert counts(bring(*several(cast))) == (0, 0, 3, 0)
    assert counts(bring(row(cast, 星级="三星级", 审定层级="街道"))) == (0, 1, 0, 0)
    assert StarGrant.objects.filter(rank=3, label="三星", granted_by="town").count() == 1


def test_export_then_import_changes_nothing(cast):
    bring(*several(cast))
    target = io.BytesIO()
    ids = StarGrant.objects.values_list("pk", flat=True)
    options = Options(DAY, acting_scope(None))
    write_export(target, ledger_of("stars")(), ids, options, identity=False, by="")
    target.seek(0)
    batch = load("stars", target, day=DAY, empty_clears=True)
    assert counts(batch) == (0, 0, 3, 0), messages(batch)


def test_undo_leaves_the_database_as_it_was(cast):
    bring(row(cast))
    before = digest.digest()
    batch = bring(row(cast, 终止日期="2026-06-01"), several(cast)[0], several(cast)[2])
    assert undo(batch) == {"undone": 3, "kept": []}
    assert digest.digest() == before


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"党组织": ""}, "党组织", "必填"),
        ({"党组织": "没有的支部"}, "党组织", "没有这个党组织"),
        ({"星级": "六星"}, "星级", "没有“六星”，可填五星、四星、三星"),
        ({"评定方案": "堡垒指数"}, "星级", "堡垒指数没有“四星”，可填A、B、C、D"),
        ({"评定方案": "没有的方案"}, "评定方案", "请写明评定方案"),
        ({"文号": ""}, "文号", "必填"),
        ({"终止日期": "2025-11-01"}, "终止日期", "晚于授予日期"),
        ({"审定层级": "省"}, "审定层级", "没有这个选项"),
    ],
)
def test_errors_hold_the_row_back(cast, cells, column, words):
    batch = bring(row(cast, **cells))
    assert counts(batch) == (0, 0, 0, 1)
    [(_number, where, message)] = messages(batch)
    assert where == column
    assert words in message


def test_two_stars_never_hold_on_one_day(cast):
    later = row(cast, 星级="五星", 授予日期="2026-06-01")
    batch = bring(row(cast), later)
    assert counts(batch) == (1, 0, 0, 1)
    assert messages(batch) == [(3, "授予日期", "第 2 行还有效，请先给它填终止日期。")]
    bring(row(cast))
    batch = bring(later)
    assert messages(batch) == [
        (2, "授予日期", "2025-12-01 授予的四星还有效，请先给它填终止日期。")
    ]
    batch = bring(row(cast, 授予日期="2025-06-01"))
    assert messages(batch) == [(2, "授予日期", "2025-12-01 又授了星，请填终止日期。")]
    assert counts(bring(row(cast, 终止日期="2026-06-01"), later)) == (1, 1, 0, 0)


def test_what_was_rated_here_is_not_changed_by_a_file(cast):
    review = opened(cast).reviews.filter(organization=cast.organization_a).get()
    bring(row(cast))
    StarGrant.objects.update(review=review)
    assert counts(bring(row(cast))) == (0, 0, 1, 0)
    batch = bring(row(cast, 终止日期="2026-06-01"))
    assert counts(batch) == (0, 0, 0, 1)
    assert messages(batch) == [(2, "终止日期", RATED_HERE)]


def test_scope(cast):
    bring(*several(cast))
    assert StarGrant.objects.within(scope_for(cast.secretary_a)).count() == 3
    assert StarGrant.objects.within(scope_for(cast.town_b_staff)).count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_list(client, cast, number, django_assert_num_queries):
    bring(*several(cast)[:number])
    client.force_login(cast.town_a_staff)
    address = reverse("evaluations:star_list")
    client.get(address)
    with django_assert_num_queries(8):
        assert client.get(address).context["page"].total == number
    if number == 3:
        fortress = StarGrant.objects.get(label="A").scheme
        for query, found in (
            ({"rank": 4}, 1), ({"rank": 5}, 1), ({"scheme": fortress.pk}, 1), ({"held": "no"}, 1),
        ):
            assert client.get(address, query).context["page"].total == found, query


def test_a_star_is_registered_mended_and_its_history_kept(client, cast):
    client.force_login(cast.district_staff)
    typed = {
        "organization": cast.organization_a.name, "label_column": "五星", "document": "1号",
        "starts_on": "2025-12-01",
    }
    answer = client.post(reverse("evaluations:star_create"), typed)
    star = StarGrant.objects.get()
    assert answer.url == star.get_absolute_url()
    page = client.get(answer.url)
    assert page.context["may_edit"]
    assert page.context["history"].entries
    edit = reverse("evaluations:star_edit", args=[star.pk])
    shown = client.get(edit).context["form"].initial
    assert (shown["scheme"], shown["ends_on"]) == ("党组织星级评定", "")
    client.post(edit, {**shown, "ends_on": "2026-06-01", "ended_reason": "停止活动"})
    star.refresh_from_db()
    assert (star.rank, star.ends_on, star.ended_reason) == (5, date(2026, 6, 1), "停止活动")
    history = client.get(reverse("evaluations:star_history", args=[star.pk])).context["history"]
    assert len(history.entries) == 2
    assert "党组织星级评定" in str(history.entries[1].changes)


def test_the_list_as_a_ledger_has_organizations_only(client, cast):
    bring(row(cast))
    scheme = StarGrant.objects.get().scheme
    StarGrant.objects.create(
        town=cast.town_a, scheme=scheme, rank=4, label="好", granted_by="district",
        document="2号", change="rated", starts_on=date(2025, 12, 1),
    )
    client.force_login(cast.district_staff)
    page = client.post(reverse("evaluations:star_list"), {"layout": "ledger"})
    batch = load("stars", io.BytesIO(b"".join(page.streaming_content)), day=DAY)
    assert counts(batch) == (0, 0, 1, 0), messages(batch)
