"""Cycles and reviews: open, score, hand on, publish, decide, re-check."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from common import jobs, parameters, workdays
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from evaluations import rules
from evaluations.choices import (
    CycleState,
    FindingState,
    GrantChange,
    GrantLevel,
    Level,
    ReviewState,
    VersionState,
)
from evaluations.computing import add_scores, begun
from evaluations.flow import CYCLE_FLOW, FINDING_FLOW, REVIEW_FLOW
from evaluations.models import (
    Band,
    Finding,
    RatingCycle,
    Review,
    SchemeVersion,
    Score,
    StarGrant,
)
from evaluations.publication import DISPUTED
from evaluations.queries import Block, blocks, proposals, scored
from evaluations.scoring import Clash, Given, Overtaken, WrongScores

# state of a review → the level whose turn it is, and the right that scoring needs.
TURN: Mapping[str, tuple[str, str]] = {
    ReviewState.SELF: (Level.SELF, "rate_self"),
    ReviewState.TOWN: (Level.TOWN, "rate_town"),
    ReviewState.DISTRICT: (Level.DISTRICT, "rate_district"),
    ReviewState.CITY: (Level.CITY, "rate_district"),
}
# The verb that hands a review on from a level.
HAND_ON: Mapping[str, frozenset[str]] = {
    Level.SELF: frozenset({"assess"}),
    Level.TOWN: frozenset({"review"}),
    Level.DISTRICT: frozenset({"finish", "refer"}),
    Level.CITY: frozenset({"record_city"}),
}
# The totals that a step back takes away.
_SCORED_ANEW: Mapping[str, tuple[str, ...]] = {
    "withdraw": (Level.SELF,),
    "return_self": (Level.SELF, Level.TOWN),
    "return_town": (Level.TOWN, Level.DISTRICT),
    "reopen": (Level.DISTRICT, Level.CITY),
    "rescore": (Level.DISTRICT, Level.CITY),
}


# --- Cycles -------------------------------------------------------------------------------------


def open_cycle(
    *,
    version: SchemeVersion,
    name: str,
    first_on: date,
    last_on: date,
    self_by: date,
    town_by: date,
    district_by: date,
    by: User | None,
    scope: Scope,
    via: Via = Via.PAGE,
) -> RatingCycle:
    """Freeze the version, and make a review of everybody who is rated, with empty scores.

    Rated are the organizations that are active on the last day, the towns or the departments.
    Raises Refused for a version without criteria or bands, or dates out of order.
    """
    if not scope.may("run_cycles"):
        raise Refused("您没有开展评定的权限。")
    if not first_on < last_on:
        raise Refused("考核期的开始应早于结束。")
    if not self_by <= town_by <= district_by:
        raise Refused("截止日期应依次为自评、初评、复评。")
    if not version.criteria.exists() or not version.bands.exists():
        raise Refused("这个方案还没有指标或星级规则，不能开始评定。")
    with recording(by=by, via=via):
        SchemeVersion.objects.filter(pk=version.pk).update(state=VersionState.FROZEN)
        cycle = RatingCycle.objects.create(
            version=version, name=name, first_on=first_on, last_on=last_on, self_by=self_by,
            town_by=town_by, district_by=district_by,
            publish_days=parameters.value("rating.publish_days"),
        )
        Review.objects.bulk_create(Review(cycle=cycle, **one) for one in begun(cycle))
        add_scores(cycle)
        jobs.start(kind="evaluations.compute", subject=cycle.pk, by=by)
    return cycle


def recompute(*, cycle: RatingCycle, by: User, scope: Scope) -> jobs.Job:
    """Ask for the computed scores anew; people's scores stay."""
    if not scope.may("run_cycles"):
        raise Refused("您没有计算系统分的权限。")
    if cycle.state != CycleState.OPEN:
        raise Refused("公示开始后，系统分不再变动。")
    return jobs.start(kind="evaluations.compute", subject=cycle.pk, by=by)


# --- Scoring ------------------------------------------------------------------------------------


def save_scores(
    *, review: Review, given: Mapping[UUID, Given], by: User, scope: Scope
) -> list[Score]:
    """Save the scores that differ from what is there, for the level whose turn it is.

    Returns the rows that were written. Raises WrongScores, Overtaken (of two at once one wins,
    and the other sees both), Refused when it is not this user's turn, or no longer the turn that
    ``review`` was read in.
    """
    with recording(by=by, via=Via.PAGE):
        fresh = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
        if fresh.state != review.state:
            raise Refused(f"这份评定现在{fresh.get_state_display()}，请看最新内容。")
        level = turn_of(fresh, scope)
        rows = {
            row.criterion_id: row
            for row in fresh.scores.select_related("criterion").filter(criterion__in=given)
        }
        changed = _changed(rows, given, level)
        _refuse_clashes(rows, changed, level)
        _refuse_problems(rows, changed)
        for criterion, one in changed.items():
            row = rows[criterion]
            setattr(row, f"by_{level}", one.score)
            row.reasons = {**row.reasons, level: one.reason.strip()[:300]}
            row.revision += 1
        Score.objects.bulk_update(
            [rows[criterion] for criterion in changed], [f"by_{level}", "reasons", "revision"]
        )
    return [rows[criterion] for criterion in changed]


def turn_of(review: Review, scope: Scope) -> str:
    """The level whose turn it is. Raises Refused when it is nobody's, or not this user's."""
    if review.state not in TURN:
        raise Refused(f"这份评定{review.get_state_display()}，不能打分。")
    level, right = TURN[review.state]
    if not scope.may(right):
        raise Refused(f"现在{review.get_state_display()}，不由您打分。")
    return level


def _changed(
    rows: Mapping[UUID, Score], given: Mapping[UUID, Given], level: str
) -> dict[UUID, Given]:
    return {
        criterion: one
        for criterion, one in given.items()
        if criterion in rows
        and (getattr(rows[criterion], f"by_{level}"), rows[criterion].reasons.get(level, ""))
        != (one.score, one.reason.strip())
    }


def _refuse_clashes(rows: Mapping[UUID, Score], changed: Mapping[UUID, Given], level: str) -> None:
    clashes = [
        Clash(criterion, getattr(rows[criterion], f"by_{level}"), one.score)
        for criterion, one in changed.items()
        if rows[criterion].revision != one.revision
    ]
    if clashes:
        raise Overtaken(clashes)


def _refuse_problems(rows: Mapping[UUID, Score], changed: Mapping[UUID, Given]) -> None:
    problems = {}
    for criterion, one in changed.items():
        if one.score is None:
            continue
        row = rows[criterion]
        problem = rules.problem_with(one.score, row.criterion.points, row.computed, one.reason)
        if problem:
            problems[criterion] = problem
    if problems:
        raise WrongScores(problems)


def hand_on(*, review: Review, verb: str, by: User, scope: Scope, note: str = "") -> None:
    """Submit the level's scores: their total is kept. Raises Refused when something is missing:
    a criterion that nobody has scored, or a veto that nobody has judged."""
    with recording(by=by, via=Via.PAGE):
        # Nobody saves a score between the sum and the step.
        Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
        level = turn_of(review, scope)
        if verb not in HAND_ON[level]:
            raise Refused(f"现在{review.get_state_display()}，不能这样办。")
        rows = scored(review)
        missing = [one.criterion.number for one in rows if one.at(level) is None]
        if missing:
            raise Refused(f"还有 {len(missing)} 项没有得分：{_listed(missing)}。")
        if level != Level.SELF and review.findings.filter(
            state=FindingState.SUSPECTED
        ).exists():
            raise Refused("先核实待核实的否决情形。")
        total = rules.total(rows, level, review.cycle.version.bonus_cap)
        REVIEW_FLOW.apply(
            review, verb, by=by, scope=scope, note=note, **{f"total_{level}": total}
        )


def _listed(numbers: list[int], most: int = 8) -> str:
    shown = "、".join(f"第 {number} 项" for number in numbers[:most])
    return shown if len(numbers) <= most else f"{shown}等"


def step(*, review: Review, verb: str, by: User, scope: Scope, note: str = "") -> None:
    """A step that brings no scores: withdraw, return, reopen, object, uphold, rescore. What is to
    be scored anew has no total any more."""
    with recording(by=by, via=Via.PAGE):
        if verb == "return_self" and review.organization_id is None:
            raise Refused("镇街和部门没有支部自评，不能退回支部。")
        if verb == "return_town" and review.department_id is not None:
            raise Refused("部门没有镇街初评，不能退回镇街。")
        cleared = {f"total_{level}": None for level in _SCORED_ANEW.get(verb, ())}
        REVIEW_FLOW.apply(review, verb, by=by, scope=scope, note=note, **cleared)


def judge(*, finding: Finding, verb: str, note: str, by: User, scope: Scope) -> None:
    """核实 a veto: confirm or dismiss, with the reason."""
    with recording(by=by, via=Via.PAGE):
        FINDING_FLOW.apply(finding, verb, by=by, scope=scope, note=note)


# --- Result -------------------------------------------------------------------------------------


def propose(*, cycle: RatingCycle, by: User, scope: Scope) -> None:
    """拟定星级: write the band that the rules give to every review that has a total; what was
    settled by hand before is open again."""
    if not scope.may("run_cycles"):
        raise Refused("您没有拟定星级的权限。")
    if cycle.state != CycleState.OPEN:
        raise Refused("公示以后不再重新拟定。")
    found = proposals(cycle)
    with recording(by=by, via=Via.PAGE):
        reviews = list(Review.objects.filter(pk__in=found))
        for review in reviews:
            review.band, review.is_tied = found[review.pk].band, found[review.pk].is_tied
            review.note = ""
        Review.objects.bulk_update(reviews, ["band", "is_tied", "note"])


def settle(*, review: Review, band: Band | None, reason: str, by: User, scope: Scope) -> None:
    """Decide by hand where equals stood across a quota's limit."""
    if not scope.may("run_cycles"):
        raise Refused("您没有确定星级的权限。")
    if not review.is_tied:
        raise Refused("只有同分待定的才由人确定。")
    if not reason.strip():
        raise Refused("请写明为什么这样定。")
    with recording(by=by, via=Via.PAGE):
        review.band, review.is_tied, review.note = band, False, reason.strip()[:300]
        review.save(update_fields=["band", "is_tied", "note"])


def publish(*, cycle: RatingCycle, by: User, scope: Scope) -> None:
    """公示: all reviews are scored, no tie is left; for some working days objections are taken."""
    with recording(by=by, via=Via.PAGE):
        late = cycle.reviews.exclude(state=ReviewState.SCORED)
        if late.exists():
            raise Refused(f"还有 {late.count()} 个没有评完，不能公示。")
        if cycle.reviews.filter(is_tied=True).exists():
            raise Refused("有同分待定的，请先确定。")
        if _is_outdated(cycle):
            raise Refused("拟定以后得分或否决情形有变动，请重新拟定星级。")
        today = timezone.localdate()
        CYCLE_FLOW.apply(
            cycle, "publish", by=by, scope=scope, published_on=today,
            published_until=workdays.add_working_days(today, cycle.publish_days),
        )
        for review in cycle.reviews.select_related("cycle"):
            REVIEW_FLOW.apply(review, "publish", by=by, scope=scope)


def _is_outdated(cycle: RatingCycle) -> bool:
    """Whether the rules would propose another band now than the one that is written down; what
    people settled (it has a note) is theirs."""
    found = proposals(cycle)
    return any(
        found[review.pk].band != review.band
        for review in cycle.reviews.filter(note="").select_related("band")
    )


def decide(
    *, cycle: RatingCycle, level: str, document: str, decided_on: date,
    reviews: Iterable[Review], by: User, scope: Scope,
) -> list[StarGrant]:
    """授星: a level grants its bands to ``reviews``, by a document, once publication is over.

    Raises Refused when the level is not the user's, a band is another level's, an objection is
    open, something blocks the star, or publication has not ended.
    """
    _may_decide(cycle, level, document, decided_on, scope)
    rows = list(reviews)
    with recording(by=by, via=Via.PAGE):
        barred = blocks(rows)
        return [
            _grant(review, level, document.strip(), decided_on, barred, by) for review in rows
        ]


def _may_decide(
    cycle: RatingCycle, level: str, document: str, decided_on: date, scope: Scope
) -> None:
    right = "rate_town" if level == GrantLevel.TOWN else "rate_district"
    if not scope.may(right):
        raise Refused(f"{GrantLevel(level).label}审定的星级不由您登记。")
    if cycle.state != CycleState.PUBLISHED:
        raise Refused("公示以后才能授星。")
    if timezone.localdate() <= cycle.published_until:
        raise Refused(f"公示到 {cycle.published_until:%Y-%m-%d} 结束，之后才能授星。")
    disputed = cycle.reviews.filter(state__in=DISPUTED).count()
    if disputed:
        raise Refused(f"还有 {disputed} 个在核查异议，查清并重新公示后再授星。")
    if not document.strip():
        raise Refused("请填写审定文件的文号。")
    if decided_on > timezone.localdate():
        raise Refused("审定日期不能晚于今天。")


def _grant(
    review: Review, level: str, document: str, decided_on: date,
    barred: Mapping[UUID, Collection[Block]], by: User,
) -> StarGrant:
    if review.band is None or review.band.granted_by != level:
        raise Refused(f"{review.subject}不由{GrantLevel(level).label}授星。")
    if barred.get(review.pk):
        raise Refused(f"{review.subject}不能授星：{_joined(barred[review.pk])}")
    if not REVIEW_FLOW.advance(review, "grant", by=by, note=document):
        raise Refused(f"{review.subject}{review.get_state_display()}，不能授星。")
    return _begin(review, review.band, document, decided_on)


def _begin(review: Review, band: Band, document: str, starts_on: date) -> StarGrant:
    scheme = review.cycle.version.scheme
    whose = {
        "organization": review.organization, "town": review.town, "department": review.department
    }
    held = StarGrant.objects.filter(scheme=scheme, ends_on__gt=starts_on, **whose)
    held.filter(starts_on__lt=starts_on).update(ends_on=starts_on)
    return StarGrant.objects.create(
        scheme=scheme, review=review, rank=band.rank, label=band.label,
        granted_by=band.granted_by, document=document, change=GrantChange.RATED,
        starts_on=starts_on, **whose,
    )


def _joined(found: Iterable[Block]) -> str:
    return "；".join(str(block) for block in found)


def close_cycle(*, cycle: RatingCycle, by: User, scope: Scope) -> None:
    """End a cycle: who has no band is passed over; whoever still waits for a star holds it up."""
    with recording(by=by, via=Via.PAGE):
        rows = list(cycle.reviews.select_related("band", "cycle"))
        barred = blocks(rows)
        waiting = [
            row for row in rows
            if row.state == ReviewState.PUBLISHED and row.band and not barred.get(row.pk)
        ]
        if waiting:
            raise Refused(f"还有 {len(waiting)} 个没有授星。")
        CYCLE_FLOW.apply(cycle, "close", by=by, scope=scope)
        for row in rows:
            REVIEW_FLOW.advance(
                row, "pass_over", by=by, note=_joined(barred.get(row.pk, ()))
            )


# --- Re-check -----------------------------------------------------------------------------------


def recheck(
    *, grant: StarGrant, band: Band | None, reason: str, document: str, on: date, by: User,
    scope: Scope,
) -> StarGrant | None:
    """年度复核: raise or lower a star from a day, or revoke it (band None); the reason and the
    document are kept. Returns the star that begins."""
    if not scope.may("run_cycles"):
        raise Refused("您没有复核星级的权限。")
    if not reason.strip() or not document.strip():
        raise Refused("请写明原因和文号。")
    if not grant.starts_on < on < grant.ends_on:
        raise Refused("变动日期应在授星以后。")
    if band and band.rank == grant.rank:
        raise Refused("星级没有变。")
    with recording(by=by, via=Via.PAGE), transaction.atomic():
        begins = None
        ends_on, grant.ends_on = grant.ends_on, on
        grant.ended_reason, grant.ended_document = reason.strip()[:300], document.strip()
        grant.save(update_fields=["ends_on", "ended_reason", "ended_document"])
        if band:
            change = GrantChange.RAISED if band.rank > grant.rank else GrantChange.LOWERED
            begins = StarGrant.objects.create(
                organization=grant.organization, town=grant.town, department=grant.department,
                scheme=grant.scheme, review=grant.review, rank=band.rank, label=band.label,
                granted_by=band.granted_by, document=document.strip(), change=change,
                reason=reason.strip()[:300], starts_on=on, ends_on=ends_on,
            )
    return begins
