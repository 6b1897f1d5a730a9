"""公示: taking it back, objections and what comes of them."""

from datetime import date

from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from evaluations.choices import CycleState, ReviewState
from evaluations.flow import CYCLE_FLOW, REVIEW_FLOW
from evaluations.models import Objection, RatingCycle, Review

# An objection that is not answered, or whose answer is being scored: nothing is granted meanwhile.
DISPUTED = (
    ReviewState.OBJECTED, ReviewState.DISTRICT, ReviewState.CITY, ReviewState.SCORED,
)


def reopen_cycle(*, cycle: RatingCycle, note: str, by: User, scope: Scope) -> None:
    """撤回公示: bands can be proposed anew; the next publication begins from its first day.

    Raises Refused when stars have been granted, or an objection waits for its answer.
    """
    with recording(by=by, via=Via.PAGE):
        if cycle.reviews.filter(state=ReviewState.GRANTED).exists():
            raise Refused("已经有授星的，不能撤回公示。")
        if cycle.reviews.filter(state=ReviewState.OBJECTED).exists():
            raise Refused("还有异议没有核查，查清后再撤回公示。")
        CYCLE_FLOW.apply(
            cycle, "reopen", by=by, scope=scope, note=note, published_on=None,
            published_until=None,
        )
        for review in cycle.reviews.filter(state=ReviewState.PUBLISHED):
            REVIEW_FLOW.advance(review, "unpublish", by=by, note=note)


def object_to(
    *, review: Review, said_on: date, said_by: str, text: str, by: User, scope: Scope
) -> Objection:
    """登记异议 against a result that is being published. A second one joins the first.

    Raises Refused outside the days of publication, or without the right.
    """
    if not scope.may("rate_district"):
        raise Refused("您没有登记异议的权限。")
    cycle = review.cycle
    if cycle.state != CycleState.PUBLISHED:
        raise Refused("公示期间才登记异议。")
    if not cycle.published_on <= said_on <= cycle.published_until:
        raise Refused(
            f"公示期是 {cycle.published_on:%Y-%m-%d} 至 {cycle.published_until:%Y-%m-%d}，"
            "日期应在公示期内。"
        )
    if said_on > timezone.localdate():
        raise Refused("日期不能晚于今天。")
    if not text.strip():
        raise Refused("请写明异议的内容。")
    with recording(by=by, via=Via.PAGE):
        if review.state != ReviewState.OBJECTED:
            REVIEW_FLOW.apply(review, "object", by=by, scope=scope, note="见异议登记")
        return Objection.objects.create(
            review=review, said_on=said_on, said_by=said_by.strip(), text=text.strip()
        )


def answer(
    *, objection: Objection, verb: str, text: str, by: User, scope: Scope
) -> None:
    """The result of looking into an objection. ``verb``: "uphold" (异议不成立; published on once
    all are answered) or "rescore" (异议成立: the district scores again).

    Raises Refused without the right, or when it has been answered.
    """
    if not scope.may("rate_district"):
        raise Refused("您没有核查异议的权限。")
    if verb not in ("uphold", "rescore"):
        raise Refused("请选择异议是否成立。")
    if not text.strip():
        raise Refused("请写明核查结果。")
    with recording(by=by, via=Via.PAGE):
        review = Review.objects.select_for_update(of=("self",)).get(pk=objection.review_id)
        fresh = Objection.objects.get(pk=objection.pk)
        if fresh.answered_on:
            raise Refused("这条异议已经核查过。")
        fresh.answer, fresh.answered_on = text.strip(), timezone.localdate()
        fresh.save(update_fields=["answer", "answered_on"])
        is_last = not review.objections.filter(answered_on=None).exists()
        if review.state != ReviewState.OBJECTED or (verb == "uphold" and not is_last):
            return
        cleared = {"total_district": None, "total_city": None} if verb == "rescore" else {}
        REVIEW_FLOW.apply(
            review, verb, by=by, scope=scope, note="见异议核查结果", **cleared
        )
