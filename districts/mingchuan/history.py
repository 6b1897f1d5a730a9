"""When enterprises were founded and covered, so that each month end has its published counts.

The trend's events: 59 foundations and 22 closures among enterprises; 40 enterprises newly covered;
three covered ones closed; two own branches and one joint branch dissolved.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from districts.mingchuan import named
from districts.mingchuan.describe import Describer
from districts.mingchuan.firms import Plan
from districts.mingchuan.organizations import (
    JOINT_NAMES,
    Network,
    joint_branch,
    own_branch,
)
from districts.mingchuan.records import (
    ATTACHED,
    CIRCLE,
    CLOSED,
    FALLBACK,
    JOINT,
    SMALL,
    UNIFIED,
    Entity,
    Organization,
)
from districts.mingchuan.timeline import (
    BRANCH_DISSOLVED,
    CLOSED_COVERED,
    JOINT_DISSOLVED,
    MONTHS,
    Timeline,
    between,
    years_before,
)
from districts.mingchuan.timeline import CLOSED as CLOSED_PER_MONTH
from districts.mingchuan.towns import Town

NEW_JOINT_TOWNS = {"泉口镇": 3, "桃林镇": 10, "石桥镇": 15, "白鹭镇": 22}  # town -> month
NEW_OWN, NEW_ATTACHED = 15, 4  # enterprises that came under these within the trend
YOUNG_COVERED = 3  # enterprises founded early in the trend and covered later in it
NEW_UNCOVERED_LATE, NEW_UNCOVERED_EARLY = 2, 5  # uncovered ones founded within the trend
LATE_MONTH = 21  # from this month on: the quarter that the report compares
DISSOLVED_JOINT_TOWN = "柳溪镇"
HARDWARE_TOWN = "青石镇"
MOST_HOSTS = 4  # a joint branch takes one more, five being the usual limit
MOVED_TO_OWN = ("城中街道", "北苑街道")  # here an own branch followed upon a joint one
OLDEST = date(2004, 1, 1)
NAMES = {item.name for item in named.NAMED}


@dataclass(slots=True)
class Story:
    """What the history adds to the plans."""

    plans: list[Plan]
    branches: list[Organization] = field(default_factory=list)
    closed: list[Entity] = field(default_factory=list)
    late_uncovered: list[Entity] = field(default_factory=list)

    def plan(self, town: str) -> Plan:
        """The plan of a town."""
        return next(plan for plan in self.plans if plan.town.name == town)


class Teller:
    """Gives every enterprise of the plans its dates and links."""

    def __init__(
        self, rng: Random, timeline: Timeline, network: Network, describer: Describer
    ) -> None:
        self.rng = rng
        self.timeline = timeline
        self.network = network
        self.describer = describer
        self.story = Story([])
        self._months = timeline.covered_months()
        self._months_founded = timeline.founded_months()

    def tell(self, plans: list[Plan]) -> Story:
        """Return the story of the plans; their enterprises are dated on the way."""
        self.story.plans = plans
        self._date_uncovered()
        self._set_up_joint_branches()
        self._attach()
        self._set_up_own_branches()
        self._found_the_rest()
        self._lose()
        self._close()
        return self.story

    # -- dates -------------------------------------------------------------------------------

    def _found_before(self, entity: Entity, day: date, years: float = 16) -> None:
        """Found the enterprise a year before `day` and before the trend, unless it has a date."""
        if entity.founded is None:
            last = min(day - timedelta(days=370), self.timeline.start - timedelta(days=20))
            first = max(OLDEST, last - timedelta(days=int(years * 365)))
            entity.founded = between(self.rng, first, last)

    def _take_month(self, month: int, months: list[int]) -> date:
        """Use up one event of a month and give it a day."""
        months.remove(month)
        return self.timeline.day_in(self.rng, month)

    def _date_uncovered(self) -> None:
        """Uncovered enterprises: the named ones are the oldest, seven are of the trend."""
        rng = self.rng
        free = [
            entity for plan in self.story.plans for entity in plan.uncovered if not entity.founded
        ]
        rng.shuffle(free)
        late = [month for month in self._months_founded if month >= LATE_MONTH]
        early = [month for month in self._months_founded if month < LATE_MONTH]
        months = rng.sample(late, NEW_UNCOVERED_LATE) + rng.sample(early, NEW_UNCOVERED_EARLY)
        for entity, month in zip(free, months, strict=False):
            entity.founded = self._take_month(month, self._months_founded)
        for entity in free[len(months) :]:
            entity.founded = self.timeline.before_start(rng, 2.1, date(2022, 7, 20))

    # -- coverage ----------------------------------------------------------------------------

    def _join(self, entity: Entity, branch: Organization, day: date) -> None:
        entity.organization, entity.mode, entity.link_start = branch, branch.mode, day
        branch.hosts.append(entity)

    def _set_up_joint_branches(self) -> None:
        for plan in self.story.plans:
            names = [first for first, _ in JOINT_NAMES.get(plan.town.name, ())]
            for first, group in zip(names, plan.joint, strict=True):
                founded = self._joint_founded(plan.town)
                parent = self.network.towns[plan.town.name]
                branch = joint_branch(plan.town, first, founded, parent)
                if plan.town.name == HARDWARE_TOWN:
                    branch.term_start = branch.founded
                    branch.secretary = named.HARDWARE_JOINT_SECRETARY
                self.story.branches.append(branch)
                self._fill_joint(group, branch)

    def _joint_founded(self, town: Town) -> date:
        if town.name in NEW_JOINT_TOWNS:
            return self.timeline.day_in(self.rng, NEW_JOINT_TOWNS[town.name])
        if town.name == HARDWARE_TOWN:
            return min(named.HARDWARE_JOINT_FOUNDED, self.timeline.start - timedelta(days=60))
        return self.timeline.before_start(self.rng, 6)

    def _fill_joint(self, group: list[Entity], branch: Organization) -> None:
        """The first two enterprises and the named ones found the branch, others join later."""
        for position, entity in enumerate(group):
            month = NEW_JOINT_TOWNS.get(branch.town.name)
            if month is not None:
                self._months.remove(month)
            is_founder = position < 2 or entity.name in NAMES
            day = branch.founded if is_founder else self._joining_day()
            self._found_before(entity, day)
            self._join(entity, branch, day)

    def _joining_day(self) -> date:
        reserved = NEW_JOINT_TOWNS.values()
        return self._take_month(
            self.rng.choice([month for month in self._months if month not in reserved]),
            self._months,
        )

    def _attach(self) -> None:
        """挂靠, 兜底, 商圈 and 统建: one each of the last two, some fallback, the rest attached."""
        attached = [entity for plan in self.story.plans for entity in plan.attached]
        free = [entity for entity in attached[2:] if entity.town.name != DISSOLVED_JOINT_TOWN]
        recent = set(self.rng.sample(free, NEW_ATTACHED))
        for position, entity in enumerate(attached):
            mode = (CIRCLE, UNIFIED)[position] if position < 2 else self._mode(position)
            committee = self.network.towns[entity.town.name]
            organization = self.network.functional.get(mode, committee)
            if entity in recent:
                day = self._take_month(self.rng.choice(self._months), self._months)
            else:
                day = self.timeline.before_start(self.rng, 1.8, organization.founded)
            self._found_before(entity, day)
            entity.organization, entity.mode, entity.link_start = organization, mode, day

    @staticmethod
    def _mode(position: int) -> str:
        return FALLBACK if position % 4 == 3 else ATTACHED

    def _set_up_own_branches(self) -> None:
        owners = [(plan, entity) for plan in self.story.plans for entity in plan.own]
        free = [entity for _, entity in owners if entity.founded is None]
        moved = [self.story.plan(town).own[-1] for town in MOVED_TO_OWN]
        free = [entity for entity in free if entity not in moved]
        months = dict(zip(self.rng.sample(free, NEW_OWN), sorted(self._months), strict=True))
        young = sorted(months, key=months.__getitem__)[-YOUNG_COVERED:]
        for plan, entity in owners:
            if entity in moved:
                day = self._leave_joint(plan, entity)
            elif entity in months:
                day = self.timeline.day_in(self.rng, months[entity])
            else:
                day = self.timeline.before_start(self.rng, 9)
            if entity in young:
                month = min(self._months_founded)
                entity.founded = self._take_month(month, self._months_founded)
            self._found_before(entity, day, 12)
            self._found_own(entity, day)

    def _leave_joint(self, plan: Plan, entity: Entity) -> date:
        """An enterprise that stood in a joint branch until it had three full members itself."""
        joint = next(
            branch
            for branch in self.story.branches
            if branch.town is plan.town and branch.category == "联合党支部"
        )
        self._found_before(entity, joint.founded)
        joint.hosts.append(entity)
        return self.timeline.day_in(self.rng, self.rng.randint(4, 19))

    def _found_own(self, entity: Entity, day: date) -> None:
        parent = self.network.towns[entity.town.name]
        if entity.park in self.network.parks:
            parent = self.network.parks[entity.park]
        trade = entity.name.removesuffix("有限公司")
        self.story.branches.append(own_branch(entity, trade, day, parent))
        entity.prints_start = self.rng.random() < 0.6

    # -- foundations and losses ----------------------------------------------------------------

    def _found_the_rest(self) -> None:
        """What is left of the trend's foundations goes to enterprises under work coverage."""
        work = [entity for plan in self.story.plans for entity in plan.work if not entity.founded]
        self.rng.shuffle(work)
        for entity, month in zip(work, list(self._months_founded), strict=False):
            entity.founded = self._take_month(month, self._months_founded)
        for entity in work:
            if entity.founded is None:
                entity.founded = self.timeline.before_start(self.rng, 15, OLDEST)

    def _old_work(self, plan: Plan, count: int) -> list[Entity]:
        """Enterprises under work coverage that are old enough to have lost a branch."""
        limit = years_before(self.timeline.start, 3)
        old = [
            entity
            for entity in plan.work
            if entity.founded < limit and entity.organization is None and entity.name not in NAMES
        ]
        return old[:count]

    def _lose(self) -> None:
        """Branches dissolved within the trend, and the enterprise that found another."""
        for month, town in zip(BRANCH_DISSOLVED, ("东湖街道", "临江街道"), strict=True):
            (entity,) = self._old_work(self.story.plan(town), 1)
            self._found_own(entity, self.timeline.before_start(self.rng, 2))
            branch = self.story.branches[-1]
            self._dissolve(branch, self.timeline.day_in(self.rng, month))
        plan = self.story.plan(DISSOLVED_JOINT_TOWN)
        (moved,) = plan.attached
        left = self._old_work(plan, 2)
        founded = max(
            self.timeline.before_start(self.rng, 1.5),
            *(entity.founded + timedelta(days=90) for entity in (moved, *left)),
        )
        parent = self.network.towns[plan.town.name]
        branch = joint_branch(plan.town, "柳溪竹编工艺", founded, parent)
        branch.hosts = [moved, *left]
        self.story.branches.append(branch)
        self._dissolve(branch, self.timeline.day_in(self.rng, JOINT_DISSOLVED))
        # One of the two names the branch in its own row, the other is known from 依托单位 only.
        left[0].organization, left[0].mode, left[0].link_start = branch, JOINT, founded
        moved.link_start = branch.dissolved

    @staticmethod
    def _dissolve(branch: Organization, day: date) -> None:
        branch.dissolved, branch.is_active = day, False
        branch.note = "正式党员不足3名，经批准撤销"

    def _close(self) -> None:
        """Enterprises that closed within the trend; three of them had an organization."""
        covered = [
            branch
            for branch in self.story.branches
            if branch.mode == JOINT
            and branch.is_active
            and branch.founded < self.timeline.start
            and len(branch.hosts) <= MOST_HOSTS
        ]
        for month in range(1, MONTHS):
            for position in range(CLOSED_PER_MONTH[month]):
                is_covered = month in CLOSED_COVERED and position == 0
                branch = covered.pop() if is_covered else None
                town = branch.town if branch else self.rng.choice(self.story.plans).town
                entity = self._closing(month, town)
                entity.union = branch is None
                if branch is not None:
                    linked = self.timeline.start - timedelta(days=30)
                    self._join(entity, branch, max(branch.founded, linked))
                self.story.closed.append(entity)

    def _closing(self, month: int, town: Town) -> Entity:
        entity = Entity(SMALL, "", town, status=CLOSED)
        entity.industry = self.describer.industry(town)
        entity.employees = self.rng.randint(2, 24)
        self._found_before(entity, self.timeline.start, 11)
        entity.closed = self.timeline.day_in(self.rng, month)
        self.describer.describe(entity)
        return entity
