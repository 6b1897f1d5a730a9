"""What every figure of the coverage family is (ledgers.md §3), defined once. Those of 组织生活:
reports/life.py; of stars and commitments: reports/ratings.py.

    extent = Extent.of(request.scope, area)
    INDICATORS["org_coverage"].figure(extent, day).percent_text     # 23.7%
    INDICATORS["org_coverage"].by("town", extent, day)              # one cell per town
    INDICATORS["org_coverage"].unmet_rows(extent, day, {"town": "990101001", "kind": "小微企业"})

Several at once, in one query per population: figures(FAMILY, …), cells(FAMILY, "kind", …).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from common import parameters
from enterprises.choices import EntityKind
from enterprises.models import Entity
from members.models import Member
from organizations.choices import SetUpMode
from organizations.coverage import is_covered, is_reached_by_work, visit_asked
from reports.declared import DECLARED
from reports.figures import Indicator, flag
from reports.honours import HONOURS
from reports.kinds import RowsIndicator, ShareIndicator
from reports.life import LIFE
from reports.people import PEOPLE
from reports.populations import (
    ENTITIES,
    MEMBERS,
    ORGANIZATIONS,
    has_known_term,
    has_secretary,
    is_affiliated_where_managed,
    is_within_term,
    with_members,
)
from reports.ratings import RATINGS
from reports.rule_figures import RULES
from reports.schemes import SCHEMES
from reports.tickets import TICKETS, TICKETS_OF

FULL_MEMBERS = "eligible.full_members"
STAFF = "staff_threshold"
THREE_CONDITIONS_STAFF = "three_conditions.employees"


def _has_own_organization(day: date) -> Q:
    return is_covered(day, SetUpMode.SINGLE)


def _is_eligible(day: date) -> Q:
    return with_members(Member.objects.full(day), parameters.value(FULL_MEMBERS, on=day))


def _has_members(day: date) -> Q:
    return with_members(Member.objects.counting(day), 1)


def _is_above_scale(_day: date) -> Q:
    return Q(state__above_scale=True)


def _has_staff(day: date) -> Q:
    return Q(state__employees__gte=parameters.value(STAFF, on=day))


def _has_three_conditions(day: date) -> Q:
    """固定场所 and enough employees; the third, 正常经营, holds for every entity that counts."""
    employees = parameters.value(THREE_CONDITIONS_STAFF, on=day)
    return Q(state__fixed_premises=True, state__employees__gte=employees)


def _is_in_park(_day: date) -> Q:
    return Q(state__park__isnull=False)


def _is_association(_day: date) -> Q:
    return Q(kind=EntityKind.ASSOCIATION)


def _is_uncovered(day: date) -> Q:
    return ~is_covered(day)


def _has_work_coverage(day: date) -> Q:
    return is_covered(day) | is_reached_by_work(day)


_COVERED = "有在用党组织覆盖的主体"
_OPERATING = "正常经营的主体"
# An assignment may count only with a visit (setting work_coverage.visit_days).
_VISITED = {"visited": visit_asked}

FAMILY: tuple[Indicator, ...] = (
    RowsIndicator(
        key="entities", label="市场主体", unit="家", population=ENTITIES,
        basis="成立日期不晚于时点、时点未注销且经营状态为正常的主体",
    ),
    RowsIndicator(
        key="organizations", label="党组织", unit="个", population=ORGANIZATIONS,
        basis="成立日期不晚于时点且时点未撤销的党组织",
    ),
    RowsIndicator(
        key="members", label="党员", unit="名", population=MEMBERS,
        basis="加入党组织日期不晚于时点且党籍状态为正常的党员，含预备党员，按管理党组织所在镇街统计",
    ),
    ShareIndicator(
        key="org_coverage", label="组织覆盖率", unit="家", population=ENTITIES, met=is_covered,
        basis=f"{_COVERED} ÷ {_OPERATING}",
    ),
    ShareIndicator(
        key="own_organization", label="单独组建率", unit="家", population=ENTITIES,
        met=_has_own_organization, basis=f"单独组建党组织的主体 ÷ {_OPERATING}",
    ),
    ShareIndicator(
        key="eligible_organized", label="应建已建率", unit="家", population=ENTITIES,
        among=_is_eligible, met=_has_own_organization, settings={"n": FULL_MEMBERS},
        basis="单独组建党组织的主体 ÷ 正常经营且有 {n} 名以上正式党员的主体",
    ),
    ShareIndicator(
        key="with_members_coverage", label="有党员主体覆盖率", unit="家", population=ENTITIES,
        among=_has_members, met=is_covered,
        basis=f"{_COVERED} ÷ 正常经营且有 1 名以上党员的主体",
    ),
    ShareIndicator(
        key="above_scale_coverage", label="规模以上覆盖率", unit="家", population=ENTITIES,
        among=_is_above_scale, met=is_covered, basis=f"{_COVERED} ÷ 正常经营的规模以上主体",
    ),
    ShareIndicator(
        key="staff50_coverage", label="{n} 人以上主体覆盖率", unit="家", population=ENTITIES,
        among=_has_staff, met=is_covered, settings={"n": STAFF},
        basis=f"{_COVERED} ÷ 正常经营且从业人员 {{n}} 人以上的主体",
    ),
    ShareIndicator(
        key="three_conditions_coverage", label="“三有”主体覆盖率", unit="家", population=ENTITIES,
        among=_has_three_conditions, met=is_covered, settings={"n": THREE_CONDITIONS_STAFF},
        basis=f"{_COVERED} ÷ 正常经营、有固定场所且从业人员 {{n}} 人以上的主体",
    ),
    ShareIndicator(
        key="park_coverage", label="园区主体覆盖率", unit="家", population=ENTITIES,
        among=_is_in_park, met=is_covered, basis=f"{_COVERED} ÷ 正常经营且在园区内的主体",
    ),
    ShareIndicator(
        key="association_coverage", label="行业协会商会覆盖率", unit="家", population=ENTITIES,
        among=_is_association, met=is_covered, basis=f"{_COVERED} ÷ 正常运行的行业协会商会",
    ),
    ShareIndicator(
        key="work_coverage_of_uncovered", label="未建主体工作覆盖率", unit="家",
        population=ENTITIES, among=_is_uncovered, met=is_reached_by_work,
        words=_VISITED,
        basis="有在任指导员联系{visited}，或有工会、共青团、妇联的主体"
        " ÷ 正常经营且没有党组织覆盖的主体",
    ),
    ShareIndicator(
        key="work_coverage", label="工作覆盖率", unit="家", population=ENTITIES,
        met=_has_work_coverage, words=_VISITED,
        basis="有在用党组织覆盖，或有在任指导员联系{visited}，或有工会、共青团、妇联的主体"
        f" ÷ {_OPERATING}",
    ),
    ShareIndicator(
        key="affiliated_members", label="党员纳管率", unit="名", population=MEMBERS,
        met=is_affiliated_where_managed,
        basis="组织关系在管理党组织的党员 ÷ 党籍状态为正常的党员，按管理党组织统计",
    ),
    ShareIndicator(
        key="secretary_filled", label="书记配备率", unit="个", population=ORGANIZATIONS,
        met=has_secretary, basis="有书记在任的党组织 ÷ 在用党组织",
    ),
    ShareIndicator(
        key="election_on_time", label="按期换届率", unit="个", population=ORGANIZATIONS,
        among=has_known_term, met=is_within_term,
        basis="本届任期未满的党组织 ÷ 在用且填有本届起始日期、任期年限的党组织",
    ),
)
# What other programs get without naming keys; the rest, those of bulletins, by key.
ALL: tuple[Indicator, ...] = (*FAMILY, *LIFE, *RATINGS, *TICKETS)
_OTHERS = (*PEOPLE, *HONOURS, *DECLARED, *RULES, *SCHEMES, *TICKETS_OF)
INDICATORS: Mapping[str, Indicator] = {one.key: one for one in (*ALL, *_OTHERS)}
ORG_COVERAGE = INDICATORS["org_coverage"]


@dataclass(frozen=True)
class Standing:
    """How one entity counts in one share: met, or not met."""

    indicator: ShareIndicator
    is_met: bool


def standing(entity: Entity, day: date) -> list[Standing]:
    """The shares of the family whose denominator has ``entity`` on ``day``; one query."""
    shares = [
        share
        for share in FAMILY
        if isinstance(share, ShareIndicator) and share.population is ENTITIES
    ]
    flags = {f"{share.key}_met": flag(share.met(day)) for share in shares}
    flags |= {f"{share.key}_among": flag(share.among(day)) for share in shares if share.among}
    row = Entity.objects.counting(day).filter(pk=entity.pk).values(**flags).first()
    if row is None:
        return []
    return [
        Standing(share, row[f"{share.key}_met"])
        for share in shares
        if row.get(f"{share.key}_among", True)
    ]
