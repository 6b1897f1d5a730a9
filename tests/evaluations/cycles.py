"""A small cycle to look at: four organizations, the shipped scheme."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.scope import scope_for
from common.models import Job, JobState
from evaluations import actions
from evaluations.choices import CommitmentState, FindingState, ReviewState
from evaluations.models import (
    Commitment,
    Evidence,
    Finding,
    Objection,
    RatingCycle,
    RatingScheme,
    Review,
    Score,
    StarGrant,
)
from evaluations.models_schemes import SchemeVersion, Veto
from evaluations.shipping import ship

D = Decimal


def opened(cast: Any, **values: Any) -> RatingCycle:
    """A cycle of 2026 with the shipped scheme; its job is over."""
    given = {
        "name": "2026 年度", "first_on": date(2026, 1, 1), "last_on": date(2026, 11, 20),
        "self_by": date(2026, 11, 28), "town_by": date(2026, 12, 10),
        "district_by": date(2026, 12, 20),
    }
    version = RatingScheme.objects.get(name="党组织星级评定").versions.get(number=1)
    cycle = actions.open_cycle(
        version=version, by=cast.district_staff,
        scope=scope_for(cast.district_staff), **(given | values),
    )
    Job.objects.update(state=JobState.DONE)
    return cycle


def commit(cast: Any, *organizations: Any) -> None:
    """Commitments on file, so that nothing blocks."""
    for organization in organizations:
        Commitment.objects.create(
            organization=organization, entity=cast.entity_a, year=2026,
            signed_on=date(2026, 3, 1), state=CommitmentState.REGISTERED,
        )


def score_all(review: Review, less: Decimal | int = 0) -> None:
    """Full points from the branch, bonus nothing; ``less`` on the first criteria."""
    left = D(less)
    rows = list(review.scores.select_related("criterion").order_by("criterion__number"))
    for row in rows:
        points = D(0) if row.criterion.is_bonus else row.criterion.points
        taken = min(left, points)
        left -= taken
        row.by_self, row.computed = points - taken, None
    Score.objects.bulk_update(rows, ["by_self", "computed"])


def at(review: Review, state: str) -> Review:
    """The review put into a state."""
    Review.objects.filter(pk=review.pk).update(state=state)
    review.refresh_from_db()
    return review


def scored(cycle: RatingCycle, points: dict[Any, int]) -> None:
    """Organizations with their totals, all levels done."""
    Finding.objects.filter(review__cycle=cycle).update(state=FindingState.DISMISSED)
    cycle.reviews.exclude(organization__in=points).delete()
    for organization, total in points.items():
        cycle.reviews.filter(organization=organization).update(
            state=ReviewState.SCORED, total_self=total, total_town=total, total_district=total
        )


def page_of(review: Review) -> str:
    return reverse("evaluations:review_detail", args=[review.pk])


def fields(client: Client, review: Review) -> dict[str, str]:
    """The sheet's fields as the page shows them."""
    sheet = client.get(page_of(review)).context["sheet"]
    sent = {"state": review.state}
    for line in sheet.lines if sheet.level else ():
        number = line.criterion.number
        sent |= {
            f"score-{number}": line.entered, f"reason-{number}": line.reason,
            f"seen-{number}": line.seen,
        }
    return sent


def said(client: Client, answer: Any) -> list[str]:
    """The messages on the page that an answer leads to."""
    page = client.get(answer.url) if answer.status_code == 302 else answer
    return [str(message) for message in page.context["messages"]]


def ratings_of(cast: Any) -> dict[type, dict[str, Any]]:
    """Model → rows by where they stand (甲镇, 乙街道), for the table of permissions; the sheets are
    empty."""
    ship()
    version = SchemeVersion.objects.get(scheme__name="堡垒指数")
    cycle = RatingCycle.objects.create(
        version=version, name="2026 年度", first_on=date(2026, 1, 1), last_on=date(2026, 12, 31),
        self_by=date(2026, 11, 28), town_by=date(2026, 12, 10), district_by=date(2026, 12, 20),
    )
    reviews = {
        "a": Review.objects.create(cycle=cycle, organization=cast.organization_a),
        "b": Review.objects.create(cycle=cycle, organization=cast.organization_b),
    }
    veto = Veto.objects.first()
    return {
        RatingScheme: {"-": version.scheme}, SchemeVersion: {"-": version},
        RatingCycle: {"-": cycle}, Review: reviews,
        Evidence: {at: _piece(review) for at, review in reviews.items()},
        Finding: {
            at: Finding.objects.create(review=review, veto=veto, text="情况")
            for at, review in reviews.items()
        },
        Objection: {
            at: Objection.objects.create(review=review, said_on=date(2026, 11, 1), text="异议")
            for at, review in reviews.items()
        },
        StarGrant: {
            at: StarGrant.objects.create(
                organization=review.organization, scheme=version.scheme, rank=3, label="三星",
                granted_by="town", document="1号", change="rated", starts_on=date(2025, 12, 1),
            )
            for at, review in reviews.items()
        },
    }


def _piece(review: Review) -> Evidence:
    """A picture."""
    piece = Evidence(review=review, title="照片", digest=str(review.pk))
    piece.file.save(f"{review.pk}.jpg", ContentFile(b"x"), save=False)
    piece.save()
    return piece
