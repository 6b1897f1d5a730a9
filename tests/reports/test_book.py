"""The rating book: asked for, built by the job, frozen, within the asker's scope."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.scope import Scope, scope_for
from common import jobs
from common.models import Job
from common.refusals import Refused
from evaluations.choices import Method
from evaluations.models import (
    Band,
    Criterion,
    Evidence,
    RatingCycle,
    RatingScheme,
    Review,
    SchemeVersion,
    Score,
    StarGrant,
)
from reports import actions, book
from reports.choices import RunState
from reports.figures import Extent
from reports.models import ReportRun
from tests import factories as make
from tests.numbers import Follower

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
DAY = date(2026, 10, 31)
WHOLE = Extent(Scope(everything=True))


@pytest.fixture
def cycle(db):
    scheme = RatingScheme.objects.create(name="方案", rated="organization")
    version = SchemeVersion.objects.create(scheme=scheme, number=1, bonus_cap=2)
    for number, category in enumerate(("班子", "班子", "活动"), start=1):
        Criterion.objects.create(
            version=version, category=category, number=number, name=f"指标{number}", points=10,
            method=Method.MANUAL, is_bonus=number > 2,
        )
    Band.objects.create(version=version, rank=3, label="三星", minimum=8, granted_by="town")
    return RatingCycle.objects.create(
        version=version, name="2026 年度评定", first_on=date(2026, 1, 1), last_on=DAY,
        self_by=DAY, town_by=DAY, district_by=DAY,
    )


def review(cycle, organization, *scores, **values):
    """A review with what the town gave for each criterion."""
    criteria = list(cycle.version.criteria.all())
    one = Review.objects.create(
        cycle=cycle, organization=organization, total_town=sum(scores), **values
    )
    for criterion, score in zip(criteria, scores, strict=True):
        Score.objects.create(
            review=one, criterion=criterion, by_self=10, by_town=score, computed=Decimal("9.5"),
            basis="4 个季度中 3 个", reasons={"town": "少一次"},
        )
    proof = Evidence.objects.create(review=one, title="签到表", file="x")
    proof.criteria.set(criteria[:2])
    return one


@pytest.fixture
def rated(cast, cycle):
    band = cycle.version.bands.get()
    best = review(cycle, cast.organization_a, 10, 9, 1, band=band, state="granted")
    StarGrant.objects.create(
        organization=cast.organization_a, scheme=cycle.version.scheme, review=best, rank=3,
        label="三星", granted_by="town", document="1号", change="rated", starts_on=DAY,
    )
    review(cycle, cast.organization_b, 5, 5, 0)
    review(cycle, cast.organization_joint, 5, 5, 0)
    return cycle


def content(field):
    with field.open("rb") as file:
        return io.BytesIO(file.read())


def built(cast, cycle, user, area):
    run = actions.request_book(cycle=cycle, area=area, by=user, scope=scope_for(user))
    jobs.complete(Job.objects.get(subject=run.pk))
    run.refresh_from_db()
    return run


def test_ranking_scores_and_evidence(cast, rated):
    run = built(cast, rated, cast.district_staff, cast.district)
    assert (run.state, run.number[:2], run.as_of) == (RunState.DONE, "PD", DAY)
    assert [row["rank"] for row in run.payload["ranking"]] == [1, 2, 2]
    assert run.payload["ranking"][0]["result"] == "三星"
    assert [band["count"] for band in run.payload["bands"]] == [1, 2]
    workbook = openpyxl.load_workbook(content(run.xlsx))
    names = workbook.sheetnames
    assert names[:2] == ["排名", "001 中共甲一支部委员会"]
    lines = list(workbook[names[1]].iter_rows(values_only=True))
    assert lines[2][4:9] == ("系统分", "自评", "镇街初评", "区复评", "市评")
    assert lines[4][2:7] == ("指标2", 10, 9.5, 10, 9)
    assert lines[4][11] == "镇街初评：少一次"
    assert lines[-1][:3] == ("签到表", "文件", "1、2")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(content(run.pdf)).pages)
    text = text.replace("\n", "")
    for words in ("中共乙一支部委员会", "三星（1号）", "镇街初评：少一次", "签到表", "三星1个"):
        assert words in text, words


def test_a_town_gets_its_own(cast, rated):
    run = built(cast, rated, cast.town_b_staff, cast.town_b)
    assert [row["name"] for row in run.payload["ranking"]] == ["中共乙一支部委员会"]
    assert run.payload["ranking"][0]["rank"] == 2
    with pytest.raises(Refused, match="管理范围"):
        built(cast, rated, cast.town_b_staff, cast.town_a)


def test_its_numbers_open_their_lists(client, cast, rated):
    for user, area in ((cast.district_staff, cast.district), (cast.town_b_staff, cast.town_b)):
        run = built(cast, rated, user, area)
        client.force_login(user)
        numbers = [(band["count"], band["url"]) for band in run.payload["bands"]]
        numbers.append((len(run.payload["ranking"]), run.payload["url"]))
        for number, url in numbers:
            assert client.get(url).context["page"].total == number, url
        follower = Follower(client)
        assert follower.wrong(follower.page(run.get_absolute_url())) == []


def test_frozen(cast, rated):
    run = built(cast, rated, cast.district_staff, cast.district)
    before = run.checksum
    Score.objects.update(by_town=0)
    drawn = actions.draw(run.payload, _lists(run), run.number, run.checksum)
    workbook = openpyxl.load_workbook(io.BytesIO(drawn["xlsx"]))
    assert workbook["001 中共甲一支部委员会"]["G5"].value == 9
    assert actions.checksum_of(run.payload) == before


def _lists(run):
    return actions.rosters.unpacked(content(run.lists).getvalue())


def test_the_queries_do_not_depend_on_how_many_are_rated(cast, rated):
    def count():
        with CaptureQueriesContext(connection) as queries:
            book.build(WHOLE, cast.district, RatingCycle.objects.get(), DAY, lambda *_a, **_k: 0)
        return len(queries)

    few = count()
    for _ in range(4):
        review(rated, make.make_organization(town=cast.town_a), 1, 2, 0)
    assert count() == few


def test_pages(client, cast, rated):
    client.force_login(cast.town_b_staff)
    form = client.get(reverse("reports:book_new"), {"cycle": rated.pk})
    assert form.context["form"].initial["area"] == cast.town_b.code
    typed = {"cycle": rated.pk, "area": cast.town_b.code}
    answer = client.post(reverse("reports:book_new"), typed)
    run = ReportRun.objects.get()
    assert answer.url == run.get_absolute_url()
    assert "正在" in client.get(answer.url).content.decode()
    jobs.complete(Job.objects.get(subject=run.pk))
    page = client.get(answer.url).content.decode()
    assert "乙街道2026 年度评定结果册" in page
    assert "中共乙一支部委员会" in page
    listed = client.get(reverse("reports:run_list"), {"kind": "book"})
    assert listed.context["page"].total == 1
    assert client.get(reverse("reports:run_list"), {"kind": "coverage"}).context["page"].total == 0
    file = client.get(reverse("reports:run_file", args=[run.pk, "pdf"]))
    assert file.getvalue().startswith(b"%PDF")
