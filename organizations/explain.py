"""为何算 / 不算覆盖: the coverage state of one entity on a day, with the records that prove it.

The state is read off the same rows that organizations/coverage.py counts; a test compares the two
for every entity of random districts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Model

from common.dated import BEGINNING, FOREVER, DatedRecord, Period, run_start
from enterprises.choices import BusinessStatus
from enterprises.models import Entity, EntityState
from organizations.choices import MODE_RANK, CoverageState, OrganizationStatus
from organizations.coverage import (
    STATE_OF_MODE,
    first_day,
    serving_assignments,
    valid_links,
    visit_days,
    with_last_visit,
)
from organizations.models import (
    Appointment,
    Assignment,
    CoverageLink,
    ParentLink,
    PartyOrganization,
    Term,
)
from organizations.rules import election_due


class Sign(StrEnum):
    """How a reason bears on coverage: for it, against it, not at all."""

    YES = "yes"
    NO = "no"
    DASH = "dash"


@dataclass(frozen=True)
class Reason:
    """One line: sign, sentence, detail below it, and the record whose page proves it."""

    sign: Sign
    sentence: str
    detail: str = ""
    record: Model | None = None

    @property
    def url(self) -> str:
        """Address of the record's page; whether the reader may open it, the page decides."""
        return self.record.get_absolute_url() if self.record else ""


@dataclass(frozen=True)
class Explanation:
    """The state of an entity on a day and why, the decisive reasons first."""

    entity: Entity
    day: date
    state: CoverageState
    reasons: tuple[Reason, ...]

    @property
    def is_counted(self) -> bool:
        return self.state != CoverageState.NOT_COUNTED

    @property
    def is_covered(self) -> bool:
        return self.state in STATE_OF_MODE.values()


def explain(entity: Entity, day: date) -> Explanation:
    """Why ``entity`` is covered on ``day``, or not; at most eight queries."""
    states = list(entity.states.all())
    state = next(row for row in states if row.starts_on <= day < row.ends_on)
    if obstacle := _why_not_counted(entity, states, state, day):
        return Explanation(entity, day, CoverageState.NOT_COUNTED, (obstacle,))
    links = sorted(
        valid_links(day).filter(entity=entity).select_related("organization"),
        key=lambda link: (MODE_RANK[link.mode], link.starts_on, link.organization.name),
    )
    covered = _link_reasons(links, day) if links else _why_no_link(entity, day)
    work = _work_reasons(entity, state, day, is_covered=bool(links))
    reasons = [_counted(entity), *covered, *work]
    if links:
        result = STATE_OF_MODE[links[0].mode]
    elif any(reason.sign == Sign.YES for reason in work):
        result = CoverageState.WORK_ONLY
    else:
        result = CoverageState.NONE
    return Explanation(entity, day, result, tuple(reasons))


# --- Does it count ------------------------------------------------------------------------------


def _why_not_counted(
    entity: Entity, states: list[EntityState], state: EntityState, day: date
) -> Reason | None:
    if entity.founded_on and day < entity.founded_on:
        return Reason(Sign.NO, "当天还没有成立，不计入", f"成立日期 {entity.founded_on}", entity)
    if entity.closed_on and entity.closed_on <= day:
        return Reason(Sign.NO, "当天已经注销，不计入", f"注销日期 {entity.closed_on}", entity)
    if state.status != BusinessStatus.NORMAL:
        sentence = f"经营状态为{state.get_status_display()}，不计入"
        timeline = [Period(s.starts_on, s.ends_on, {"status": s.status}) for s in states]
        since = run_start(timeline, "status", day)
        return Reason(Sign.NO, sentence, "" if since == BEGINNING else f"{since} 起", entity)
    return None


def _counted(entity: Entity) -> Reason:
    founded = f"成立日期 {entity.founded_on}" if entity.founded_on else "没有填成立日期"
    return Reason(Sign.YES, "正常经营，计入分母", f"{founded}，当天没有注销", entity)


# --- Links --------------------------------------------------------------------------------------


def _link_reasons(links: list[CoverageLink], day: date) -> Iterable[Reason]:
    """The best link, its organization, and the others, which change nothing."""
    best, *others = links
    organization = best.organization
    yield Reason(
        Sign.YES, f"由{organization}覆盖，计入分子",
        _joined(best.get_mode_display(), _period(best)), organization,
    )
    yield Reason(Sign.YES, "该党组织当天在用", _standing(organization, day), organization)
    for link in others:
        yield Reason(
            Sign.DASH, f"{link.organization}也覆盖，不影响本项",
            _joined(link.get_mode_display(), _period(link), "已按最优的一种计"),
            link.organization,
        )


def _standing(organization: PartyOrganization, day: date) -> str:
    """Since when it exists, until when the present term runs, under whom it stands."""
    term = (
        Term.objects.filter(organization=organization, starts_on__gt=BEGINNING)
        .filter(starts_on__lte=day)
        .order_by("starts_on")
        .last()
    )
    parent = ParentLink.objects.at(day).filter(organization=organization).select_related("parent")
    superior = parent.first()
    return _joined(
        f"{organization.founded_on} 成立",
        f"本届至 {_last(election_due(term.starts_on, term.years))}" if term and term.years else "",
        f"上级：{superior.parent}" if superior else "",
    )


def _why_no_link(entity: Entity, day: date) -> list[Reason]:
    """Links of the day whose organization is not active, else how near the others come."""
    links = list(
        CoverageLink.objects.filter(entity=entity)
        .select_related("organization")
        .order_by("starts_on")
    )
    present = [link for link in links if link.starts_on <= day < link.ends_on]
    if present:
        return [_why_not_active(link.organization, day) for link in present]
    ended = [link for link in links if link.ends_on <= day]
    coming = [link for link in links if day < link.starts_on]
    if ended:
        last = max(ended, key=lambda link: link.ends_on)
        detail = f"{last.organization}的覆盖关系到 {_last(last.ends_on)} 为止"
        record = last.organization
    elif coming:
        detail = f"第一条覆盖关系 {coming[0].starts_on} 才开始"
        record = coming[0].organization
    else:
        reason = entity.no_organization_reason
        detail = f"没有覆盖关系{f'，未建原因：{reason}' if reason else ''}"
        record = None
    return [Reason(Sign.NO, "当天没有党组织覆盖", detail, record)]


def _why_not_active(organization: PartyOrganization, day: date) -> Reason:
    if day < organization.founded_on:
        sentence = f"{organization}当天还没有成立，覆盖关系不算"
        return Reason(Sign.NO, sentence, f"成立日期 {organization.founded_on}", organization)
    sentence = f"{organization}当天已经撤销，覆盖关系不算"
    detail = (
        f"撤销日期 {organization.dissolved_on}"
        if organization.dissolved_on
        else f"状态为{OrganizationStatus.DISSOLVED.label}，没有填撤销日期"
    )
    return Reason(Sign.NO, sentence, detail, organization)


# --- Work ---------------------------------------------------------------------------------------


def _work_reasons(
    entity: Entity, state: EntityState, day: date, *, is_covered: bool
) -> list[Reason]:
    """Instructors and mass organizations; for a covered entity they change nothing."""
    asked = visit_days(day)
    found = [
        *_instructor_reasons(entity, day, asked, is_covered), *_mass_reasons(state, is_covered),
    ]
    if is_covered or any(reason.sign == Sign.YES for reason in found):
        return found
    instructor = f" {asked} 天内走访过的在任指导员" if asked else "在任指导员联系"
    sentence = f"没有{instructor}，也没有工会、共青团、妇联"
    return [*found, Reason(Sign.NO, sentence, "因此也不计入工作覆盖")]


def _instructor_reasons(
    entity: Entity, day: date, asked: int, is_covered: bool
) -> Iterable[Reason]:
    """``asked``: how many days back the instructor must have come; 0: need not."""
    assigned = serving_assignments(day).filter(entity=entity).select_related("instructor")
    serving = list(with_last_visit(assigned, day) if asked else assigned)
    appointments = {
        row.instructor_id: row
        for row in Appointment.objects.at(day).filter(
            instructor__in=[one.instructor_id for one in serving]
        )
    } if serving else {}
    for one in serving:
        if is_covered:
            yield Reason(
                Sign.DASH, f"指导员{one.instructor}联系，不影响本项", _ALREADY, one.instructor
            )
        else:
            term = f"聘期 {_period(appointments[one.instructor_id])}"
            yield _serving_reason(one, term, day, asked)
    if is_covered:
        return
    absent = Assignment.objects.at(day).filter(entity=entity).select_related("instructor")
    for assignment in absent.exclude(pk__in=[one.pk for one in serving]):
        yield Reason(
            Sign.NO, f"指导员{assignment.instructor}当天不在聘期内，不计入工作覆盖", "",
            assignment.instructor,
        )


def _serving_reason(one: Assignment, term: str, day: date, asked: int) -> Reason:
    """An instructor in term: counts, or has not come as lately as the setting asks."""
    if not asked:
        return Reason(Sign.YES, f"指导员{one.instructor}在任，计入工作覆盖", term, one.instructor)
    if one.last_visit and one.last_visit >= first_day(day, asked):
        sentence = f"指导员{one.instructor}在任，{asked} 天内走访过，计入工作覆盖"
        return Reason(Sign.YES, sentence, f"{one.last_visit} 走访，{term}", one.instructor)
    sentence = f"指导员{one.instructor}在任，但 {asked} 天内没有走访，不计入工作覆盖"
    last = f"最近一次走访 {one.last_visit}" if one.last_visit else "还没有走访记录"
    return Reason(Sign.NO, sentence, f"{last}，{term}", one.instructor)


_ALREADY = "已算组织覆盖，不再计入“仅工作覆盖”"


def _mass_reasons(state: EntityState, is_covered: bool) -> Iterable[Reason]:
    names = [
        label
        for label, has in (
            ("工会", state.has_union),
            ("共青团", state.has_youth_league),
            ("妇联", state.has_womens_federation),
        )
        if has
    ]
    if not names:
        return
    if is_covered:
        yield Reason(Sign.DASH, f"有{'、'.join(names)}，不影响本项", _ALREADY)
    else:
        yield Reason(Sign.YES, f"有{'、'.join(names)}，计入工作覆盖")


# --- Words --------------------------------------------------------------------------------------


def _joined(*parts: str) -> str:
    return "，".join(part for part in parts if part)


def _last(end: date) -> date:
    """The last day of a period that ends before ``end``."""
    return end - timedelta(days=1)


def _period(row: DatedRecord) -> str:
    """2022-08-01 至 2024-07-31 · 2024-03-18 起 · 至 2024-07-31 · "" without bounds."""
    start = "" if row.starts_on == BEGINNING else f"{row.starts_on} "
    if row.ends_on == FOREVER:
        return f"{start}起" if start else ""
    return f"{start}至 {_last(row.ends_on)}"
