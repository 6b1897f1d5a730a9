"""PDF and workbook of a bulletin: asked for, built by the job, frozen, each number a link."""

import io
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pypdf
import pytest
from django.conf import settings
from django.urls import reverse

from accounts.scope import scope_for
from common import jobs
from common.models import Job
from common.refusals import Refused
from reports import actions
from reports.choices import Part, PeriodMode, RunState, Wording
from reports.models import Bulletin, BulletinLine, ReportRun
from tests import factories as make
from tests.factories import on

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
DAY = on("2026-06-30")


@pytest.fixture
def bulletin(cast):
    made = Bulletin.objects.create(name="2026 年上半年工作数据", as_of=DAY)
    lines = (
        {"section": "底数", "indicator": "entities", "wording": Wording.OVER, "step": 2,
         "label": "=小微企业", "conditions": "主体类型=小微企业"},
        {"section": "底数", "indicator": "org_coverage", "part": Part.PERCENT, "label": "覆盖率"},
        {"section": "底数", "indicator": "employees", "divisor": 100, "unit": "百人",
         "label": "从业人员"},
        {"section": "走访", "indicator": "visits", "mode": PeriodMode.TOTAL, "label": "走访"},
    )
    for position, values in enumerate(lines, start=1):
        BulletinLine.objects.create(
            bulletin=made, position=position, number=str(position), **values
        )
    make.make_entity(town=cast.town_b, employees=123)
    return made


def content(field):
    with field.open("rb") as file:
        return io.BytesIO(file.read())


def built(bulletin, user, area, is_worded=False):
    run = actions.request_bulletin(
        bulletin=bulletin, area=area, is_worded=is_worded, by=user, scope=scope_for(user)
    )
    jobs.complete(Job.objects.get(subject=run.pk))
    run.refresh_from_db()
    assert (run.state, run.number[:2], run.as_of) == (RunState.DONE, "SJ", DAY)
    return run


def sheet_lines(run):
    [sheet] = openpyxl.load_workbook(content(run.xlsx)).worksheets
    return list(sheet.iter_rows(min_row=5))


def links_of(run):
    """Addresses that the PDF opens, in order."""
    pages = pypdf.PdfReader(content(run.pdf)).pages
    notes = [one.get_object() for page in pages for one in page.get("/Annots", ())]
    return [note["/A"]["/URI"] for note in notes]


def test_words_order_and_numbers_of_the_page(client, cast, bulletin):
    run = built(bulletin, cast.district_staff, cast.district)
    page = client_page(client, cast.district_staff, bulletin)
    shown = [one for _title, lines in page.context["sections"] for one in lines]
    rows = sheet_lines(run)
    assert [row[1].value for row in rows] == [one.label for one in shown]
    assert [row[2].value for row in rows] == [6, "66.7%", 2.23, 0]
    assert [row[4].value for row in rows] == [None, 4, None, None]
    assert [row[5].value for row in rows] == [None, 6, None, None]
    assert [row[7].value for row in rows] == [one.basis for one in shown]
    assert rows[0][1].data_type == "s", "a label that looks like a formula stays text"
    text = "".join(page.extract_text() for page in pypdf.PdfReader(content(run.pdf)).pages)
    at = [text.index(words) for words in ("小微企业", "覆盖率", "从业人员", "累计至")]
    assert at == sorted(at)


def client_page(client, user, bulletin):
    client.force_login(user)
    return client.get(reverse("reports:bulletin", args=[bulletin.pk]))


def test_every_number_opens_its_list_in_both_files(client, cast, bulletin):
    run = built(bulletin, cast.town_b_staff, cast.town_b)
    rows = sheet_lines(run)
    links = [cell.hyperlink.target for row in rows for cell in row if cell.hyperlink]
    assert links == links_of(run)
    assert len(links) == len(rows) + 2
    client.force_login(cast.town_b_staff)
    for row in rows:
        for cell in row:
            if not cell.hyperlink:
                continue
            parts = urlsplit(cell.hyperlink.target)
            assert f"{parts.scheme}://{parts.netloc}" == settings.PUBLIC_URL
            assert parse_qs(parts.query)["area"] == [cast.town_b.code]
            answer = client.get(f"{parts.path}?{parts.query}")
            if row[1].value == "从业人员":
                assert "合计 183" in answer.content.decode()
            elif cell.column_letter != "C" or "%" not in str(cell.value):
                assert answer.context["size"] == cell.value


def test_the_wording_is_an_option_with_the_exact_number_beside(cast, bulletin):
    assert "余" not in str([cell.value for cell in sheet_lines(
        built(bulletin, cast.district_staff, cast.district))[0]])
    make.make_entity(town=cast.town_a)
    run = built(bulletin, cast.district_staff, cast.district, is_worded=True)
    rows = sheet_lines(run)
    assert [cell.value for cell in rows[0][2:5]] == ["6余家", 7, "家"]
    assert [row[2].value for row in rows[2:]] == ["2.43百人", "0次"]
    assert all(row[2].hyperlink.target == row[3].hyperlink.target for row in rows)
    text = "".join(page.extract_text() for page in pypdf.PdfReader(content(run.pdf)).pages)
    assert "6余家" in text
    assert "准确数" in text


def test_frozen(cast, bulletin):
    run = built(bulletin, cast.district_staff, cast.district)
    make.make_entity(town=cast.town_a)
    BulletinLine.objects.filter(number="1").update(label="别的")
    drawn = actions.draw(run.payload, [], run.number, run.checksum)
    [sheet] = openpyxl.load_workbook(io.BytesIO(drawn["xlsx"])).worksheets
    assert [cell.value for cell in sheet[5][1:3]] == ["=小微企业", 6]
    assert actions.checksum_of(run.payload) == run.checksum


def test_a_town_gets_its_own(cast, bulletin):
    [row, *_rest] = sheet_lines(built(bulletin, cast.town_b_staff, cast.town_b))
    assert row[2].value == 4
    for area in (cast.town_a, cast.district):
        with pytest.raises(Refused, match="管理范围"):
            built(bulletin, cast.town_b_staff, area)
    bulletin.as_of = on("2026-12-31")
    with pytest.raises(Refused, match="还没有到"):
        built(bulletin, cast.town_b_staff, cast.town_b)
    with pytest.raises(Refused, match="没有生成报告的权限"):
        built(bulletin, cast.sector_staff, cast.town_b)


def test_pages(client, cast, bulletin):
    page = client_page(client, cast.town_b_staff, bulletin)
    asking = f"{reverse('reports:bulletin_new')}?bulletin={bulletin.pk}"
    assert asking in page.content.decode()
    form = client.get(asking).context["form"]
    assert form.initial == {"bulletin": str(bulletin.pk), "area": cast.town_b.code}
    answer = client.post(asking, {"bulletin": bulletin.pk, "area": cast.town_b.code})
    run = ReportRun.objects.get()
    assert answer.url == run.get_absolute_url()
    assert (run.is_worded, run.area) == (False, cast.town_b)
    jobs.complete(Job.objects.get(subject=run.pk))
    shown = client.get(answer.url).content.decode()
    assert f"乙街道{bulletin}" in shown
    assert "打开 PDF" in shown
    listed = client.get(reverse("reports:run_list"), {"kind": "bulletin"})
    assert listed.context["page"].total == 1
    assert client.get(reverse("reports:run_list"), {"kind": "coverage"}).context["page"].total == 0
    assert client.get("/reports/?kind=book").context["page"].total == 0
    for kind in ("pdf", "xlsx"):
        file = client.get(reverse("reports:run_file", args=[run.pk, kind]))
        assert file.getvalue()
    for user in (cast.district_staff, cast.town_a_staff):
        client.force_login(user)
        found = client.get(answer.url).status_code
        assert found == (200 if user is cast.district_staff else 404)
    client.force_login(cast.sector_staff)
    assert client.get(asking).status_code == 403
    assert asking not in client_page(client, cast.sector_staff, bulletin).content.decode()
