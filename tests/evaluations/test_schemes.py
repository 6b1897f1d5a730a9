"""Schemes: edited on screen and by workbook while they are drafts, never after a cycle opened."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaluations.formulas import choices_for
from evaluations.models import RatingScheme, Score
from evaluations.models_schemes import Criterion, SchemeVersion
from evaluations.scheme_parts import PARTS
from tests.evaluations.cycles import opened, said

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(autouse=True)
def _in_time(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")


@pytest.fixture
def version(cast, client):
    client.force_login(cast.district_staff)
    return RatingScheme.objects.get(name="党组织星级评定").versions.get()


def url(name, *args):
    return reverse(f"evaluations:{name}", args=args)


def rows_of(version):
    """Everything that the version says, without ids."""
    return {
        part.key: [[getattr(row, one.name) for one in part.fields] for row in part.rows(version)]
        for part in PARTS.values()
    }


def downloaded(client, version, part):
    """The workbook as it comes, opened."""
    answer = client.get(url("part_file", version.pk, part))
    return openpyxl.load_workbook(BytesIO(answer.getvalue()))


def uploaded(client, version, part, book):
    target = BytesIO()
    book.save(target)
    file = SimpleUploadedFile("表.xlsx", target.getvalue())
    return client.post(url("part_upload", version.pk, part), {"file": file})


def header_row(book):
    rows = enumerate(book.active.iter_rows(values_only=True), start=1)
    return next(number for number, row in rows if "分值" in row)


@pytest.mark.parametrize("part", PARTS)
def test_a_table_that_is_taken_away_and_sent_back_is_the_same(client, version, part):
    before = rows_of(version)
    answer = uploaded(client, version, part, downloaded(client, version, part))
    assert answer.status_code == 302, answer.content.decode()
    assert rows_of(version) == before


def test_a_wrong_row_is_named_and_nothing_is_written(client, version):
    before = rows_of(version)
    book = downloaded(client, version, "criteria")
    sheet, head = book.active, header_row(book)
    names = [cell.value for cell in sheet[head]]
    first, second, third = head + 1, head + 2, head + 3
    sheet.cell(first, names.index("分值") + 1).value = "很多"
    sheet.cell(second, names.index("公式") + 1).value = "按期开会吧"
    sheet.cell(third, names.index("序号") + 1).value = 4
    sheet.cell(head + 5, names.index("类别") + 1).value = "改了名的类别"
    text = uploaded(client, version, "criteria", book).content.decode()
    assert "有 3 行要改，一行都没有写入。" in text
    assert f"第 {first} 行：分值：" in text
    assert f"第 {second} 行：公式：没有这个选项" in text
    assert f"第 {head + 4} 行：与第 {third} 行的编号 4 重复" in text
    assert rows_of(version) == before


def test_a_row_on_screen_is_read_as_a_row_of_the_file_is(client, version):
    create = url("row_create", version.pk, "criteria")
    label = dict(choices_for("organization"))["dues_paid"]
    row = {
        "category": "基础保障", "number": "200", "name": "党费收缴", "points": "2",
        "method": "系统计算", "formula": "", "per_case": "", "how": "", "evidence": "",
    }
    assert "系统计算的指标要选公式" in client.post(create, row).content.decode()
    taken = client.post(create, row | {"number": "1", "formula": label})
    assert "序号 1 有两行" in taken.content.decode()
    client.post(create, row | {"formula": label})
    made = version.criteria.get(number=200)
    assert (made.formula, made.points, made.is_bonus) == ("dues_paid", D(2), False)
    edit = url("row_edit", version.pk, "criteria", made.pk)
    assert "党费收缴" in client.get(edit).content.decode()
    client.post(edit, row | {"formula": label, "points": "1.5"})
    made.refresh_from_db()
    assert made.points == D("1.5")
    client.post(edit, {"verb": "delete"})
    assert not version.criteria.filter(number=200).exists()


def test_a_better_band_asks_for_more(client, version):
    best = version.bands.get(rank=5)
    edit = url("row_edit", version.pk, "bands", best.pk)
    row = {
        "rank": "5", "label": "五星", "minimum": "75", "share": "10", "granted_by": "市",
        "conditions": "有备案的双向承诺、有加分项得分",
    }
    assert "五星的最低分应高于四星" in client.post(edit, row).content.decode()
    client.post(edit, row | {"minimum": "92"})
    best.refresh_from_db()
    assert (best.minimum, best.conditions) == (D(92), ["commitments_valid", "bonus"])


def test_what_is_frozen_is_not_edited_and_a_new_version_leaves_the_cycle_alone(
    cast, client, version
):
    cycle = opened(cast)
    review = cycle.reviews.get(organization=cast.organization_a)
    version.refresh_from_db()
    before = (rows_of(version), version.bonus_cap, list(Score.objects.order_by("pk").values()))
    row = version.criteria.first()
    for address, values in (
        (url("version_edit", version.pk), {"bonus_cap": "50", "notes": ""}),
        (url("row_create", version.pk, "vetoes"), {"number": "99", "name": "x", "look_back": "1"}),
        (url("row_edit", version.pk, "criteria", row.pk), {"verb": "delete"}),
    ):
        answer = client.post(address, values)
        assert said(client, answer)[-1].startswith("这个版本已经用于评定，不能再改。")
    # Who had the page open while the cycle began is refused by the action itself.
    book = openpyxl.Workbook()
    answer = uploaded(client, version, "criteria", book)
    assert said(client, answer)[-1].startswith("这个版本已经用于评定")

    client.post(url("version_create", version.scheme_id))
    newer = SchemeVersion.objects.get(scheme=version.scheme, number=2)
    assert rows_of(newer) == rows_of(version)
    answer = client.post(url("version_create", version.scheme_id))
    assert said(client, answer)[-1] == "第 2 版还在编制，直接改它就行。"
    client.post(url("version_edit", newer.pk), {"bonus_cap": "3", "notes": "明年用"})
    Criterion.objects.filter(version=newer).delete()
    version.refresh_from_db()
    assert before == (
        rows_of(version), version.bonus_cap, list(Score.objects.order_by("pk").values())
    )
    assert len(client.get(review.get_absolute_url()).context["sheet"].lines) == 84


def test_a_new_scheme_is_made_from_a_workbook(cast, client, version):
    answer = client.post(
        reverse("evaluations:scheme_create"), {"name": "镇街述职评议", "rated": "town"}
    )
    made = SchemeVersion.objects.get(scheme__name="镇街述职评议")
    assert answer.url == made.get_absolute_url()
    assert not made.scheme.has_stars
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["类别", "序号", "指标", "分值", "计分方式"])
    sheet.append(["党建责任", 1, "研究部署", 60, "人工打分"])
    sheet.append(["党建责任", 2, "工作成效", 40, "人工打分"])
    assert uploaded(client, made, "criteria", book).status_code == 302
    assert client.get(made.get_absolute_url()).context["points"] == 100


def test_others_read_schemes_and_do_not_edit_them(cast, client, version):
    client.force_login(cast.town_a_staff)
    assert client.get(version.get_absolute_url()).status_code == 200
    assert downloaded(client, version, "bands").active.title == "星级规则"
    assert client.get(url("part_upload", version.pk, "bands")).status_code == 403
    assert client.get(url("part_file", version.pk, "scores")).status_code == 404
