"""The 438 small and micro enterprises that count: who they are, how many members each employs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from districts.mingchuan import named
from districts.mingchuan.describe import Describer
from districts.mingchuan.named import NAMED
from districts.mingchuan.organizations import JOINT_NAMES
from districts.mingchuan.records import SMALL, Entity
from districts.mingchuan.towns import TOWNS, Town

EMPLOYEES = {  # slot -> range; own branches stand in the larger enterprises
    named.OWN: (28, 190),
    named.JOINT: (10, 62),
    named.ATTACHED: (8, 40),
    named.WORK: (3, 66),
    named.UNCOVERED: (3, 28),
}
# Weights by which members beyond the least number are spread, and the most an enterprise takes.
SPREAD = {named.OWN: 7, named.JOINT: 3, named.ATTACHED: 2, named.WORK: 2}
MOST_FULL = {named.OWN: 15, named.JOINT: 2, named.ATTACHED: 2, named.WORK: 2}
MOST_PROBATIONARY = {named.OWN: 2, named.JOINT: 1, named.ATTACHED: 1, named.WORK: 0}


@dataclass(slots=True, eq=False)
class Plan:
    """The enterprises of one town by how they are covered."""

    town: Town
    own: list[Entity] = field(default_factory=list)
    joint: list[list[Entity]] = field(default_factory=list)
    attached: list[Entity] = field(default_factory=list)
    work: list[Entity] = field(default_factory=list)
    uncovered: list[Entity] = field(default_factory=list)

    def slots(self) -> Iterator[tuple[str, Entity]]:
        """Every enterprise with its slot."""
        for slot, entities in (
            (named.OWN, self.own),
            (named.JOINT, [entity for group in self.joint for entity in group]),
            (named.ATTACHED, self.attached),
            (named.WORK, self.work),
            (named.UNCOVERED, self.uncovered),
        ):
            for entity in entities:
                yield slot, entity

    def all(self) -> list[Entity]:
        """Every enterprise of the town."""
        return [entity for _, entity in self.slots()]


def _blank(town: Town, count: int) -> list[Entity]:
    return [Entity(SMALL, "", town) for _ in range(count)]


def _blank_plan(town: Town) -> Plan:
    return Plan(
        town,
        own=_blank(town, town.own),
        joint=[_blank(town, size) for size in town.joint],
        attached=_blank(town, town.attached),
        work=_blank(town, town.work_only),
        uncovered=_blank(town, town.uncovered),
    )


def _put_named(plan: Plan) -> set[Entity]:
    """Turn the first enterprises of each slot into named ones; return those of fixed members."""
    fixed = set()
    for slot in (named.OWN, named.JOINT, named.ATTACHED, named.WORK, named.UNCOVERED):
        waiting = (entity for kind, entity in plan.slots() if kind == slot)
        wanted = [item for item in NAMED if item.town == plan.town.name and item.slot == slot]
        for item, entity in zip(wanted, waiting, strict=False):
            entity.name = item.name
            for name, value in item.values.items():
                setattr(entity, name, value)
            if item.members is not None:
                entity.wanted_full, entity.wanted_probationary = item.members
                fixed.add(entity)
    return fixed


def _least_members(rng: Random, plan: Plan, fixed: set[Entity]) -> None:
    """Three full members for an own branch, one where the enterprise is covered or has members."""
    for entity in plan.own:
        entity.wanted_full = entity.wanted_full or 3
    covered = [entity for group in plan.joint for entity in group] + plan.attached
    for entity in covered:
        entity.wanted_full = entity.wanted_full or 1
    others = plan.work + plan.uncovered
    missing = plan.town.member_firms - sum(entity.wanted_full > 0 for entity in others)
    free = [entity for entity in plan.work if entity not in fixed]
    for entity in rng.sample(free, missing):
        entity.wanted_full = 1


def _spread_members(rng: Random, plan: Plan, fixed: set[Entity]) -> None:
    """Spread the rest of the town's members, only own branches passing two full members."""
    entities = [
        (slot, entity)
        for slot, entity in plan.slots()
        if entity not in fixed and entity.wanted_full > 0
    ]
    present = sum(entity.wanted_full + entity.wanted_probationary for entity in plan.all())
    for _ in range(plan.town.members - present):
        open_to = [
            (slot, entity)
            for slot, entity in entities
            if entity.wanted_full < MOST_FULL[slot]
            or entity.wanted_probationary < MOST_PROBATIONARY[slot]
        ]
        slot, entity = rng.choices(open_to, [SPREAD[slot] for slot, _ in open_to])[0]
        takes_full = entity.wanted_full < MOST_FULL[slot]
        takes_probationary = entity.wanted_probationary < MOST_PROBATIONARY[slot]
        if takes_probationary and (not takes_full or rng.random() < 0.1):
            entity.wanted_probationary += 1
        else:
            entity.wanted_full += 1


def _set_joint_industries(rng: Random, plan: Plan) -> None:
    """The enterprises of a joint branch are of one trade."""
    themes = JOINT_NAMES.get(plan.town.name, ())
    for (_, industries), group in zip(themes, plan.joint, strict=True):
        for entity in group:
            entity.industry = entity.industry or rng.choice(industries.split())


def _describe(describer: Describer, plan: Plan) -> None:
    rng = describer.rng
    for slot, entity in plan.slots():
        if not entity.industry:
            industrial = slot == named.OWN and rng.random() < 0.75
            entity.industry = describer.industry(plan.town, industrial=industrial)
        if not entity.employees:
            low, high = EMPLOYEES[slot]
            # The square of a fraction: many small ones, few large ones.
            entity.employees = low + int((high - low) * rng.random() ** 2)
        members = entity.wanted_full + entity.wanted_probationary
        entity.employees = max(entity.employees, 2 * members)
        describer.describe(entity)


def build_firms(rng: Random, describer: Describer) -> list[Plan]:
    """Plan the enterprises of every town; no dates and no organizations yet."""
    plans = []
    for town in TOWNS:
        plan = _blank_plan(town)
        fixed = _put_named(plan)
        _least_members(rng, plan, fixed)
        _spread_members(rng, plan, fixed)
        _set_joint_industries(rng, plan)
        _describe(describer, plan)
        plans.append(plan)
    return plans
