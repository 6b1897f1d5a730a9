"""Puts the district together, one part after the other, each with its own stream of chance."""

from datetime import date, timedelta
from random import Random

from districts.mingchuan.codes import Numbers
from districts.mingchuan.describe import Describer
from districts.mingchuan.firms import Plan, build_firms
from districts.mingchuan.history import Teller
from districts.mingchuan.instructors import build_instructors
from districts.mingchuan.members import build_members
from districts.mingchuan.named import MARKET, NAMED, NOT_COUNTED
from districts.mingchuan.organizations import Organization, build_network, complete
from districts.mingchuan.others import build_others
from districts.mingchuan.records import District, Entity
from districts.mingchuan.shops import SELF_EMPLOYED, build_shops
from districts.mingchuan.timeline import Timeline

REASONS = ("无党员", "无党员", "无党员", "出资人不支持", "其他")  # where nobody is a member


def _round_off(rng: Random, entities: list[Entity], today: date) -> None:
    """Why there is no organization, and how far the enterprise has come."""
    for entity in entities:
        covered = entity.organization is not None and entity.organization.is_active
        if entity.counts and not covered and not entity.reason:
            entity.reason = _reason(rng, entity, today)
        if entity.founded is not None and rng.random() < 0.7:
            years = (today - entity.founded).days // 365
            entity.stage = entity.stage or ("初创期", "成长期", "成熟期")[(years > 3) + (years > 9)]


def _reason(rng: Random, entity: Entity, today: date) -> str:
    if entity.members:
        full = sum(member.full_since is not None for member in entity.members)
        return "党员组织关系未转" if full >= 3 else "正式党员不足3名"
    if entity.founded is not None and entity.founded > today - timedelta(days=365):
        return "新成立"
    return rng.choice(REASONS)


def _in_file_order(plans: list[Plan]) -> list[Entity]:
    return [entity for plan in plans for entity in plan.all()]


def build_district(
    *, today: date, seed: int = 990101, self_employed: int = SELF_EMPLOYED
) -> District:
    """The whole district as of `today`; the same for the same (seed, today, self_employed)."""

    def stream(topic: str) -> Random:
        return Random(f"{seed}/{topic}")  # noqa: S311 -- invented data, not a secret

    numbers, timeline = Numbers(), Timeline(today)
    taken = [item.name for item in NAMED] + [MARKET[1], NOT_COUNTED[1]]
    describer = Describer(stream("firms"), numbers, taken)
    network = build_network(stream("network"))
    plans = build_firms(stream("plans"), describer)
    story = Teller(stream("history"), timeline, network, describer).tell(plans)
    others = build_others(stream("others"), describer, timeline, network)
    shops = build_shops(stream("shops"), numbers, timeline, network, self_employed)
    entities = [
        *_in_file_order(plans),
        *others.markets,
        *story.closed,
        *others.not_counted,
    ]
    branches = story.branches + others.branches
    members = build_members(
        stream("members"), numbers, timeline, network, branches, entities, shops
    )
    instructors = build_instructors(
        stream("instructors"), numbers, timeline, network, story, others.markets, shops
    )
    organizations: list[Organization] = [*network.all(), *branches]
    complete(stream("organizations"), numbers, organizations, timeline)
    _round_off(stream("rest"), entities, today)
    return District(today, organizations, entities, shops, members, instructors)
