"""Party-building instructors: who looks after which enterprise, market and shop, in which term.

Terms on which a figure rests begin before the trend and end two years or more after the day of
loading, so that no figure changes by itself.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle
from random import Random

from districts.mingchuan import named, names
from districts.mingchuan.codes import Numbers
from districts.mingchuan.history import LATE_MONTH, Story
from districts.mingchuan.organizations import Network
from districts.mingchuan.records import Entity, Instructor
from districts.mingchuan.timeline import Timeline, month_end, years_before
from districts.mingchuan.towns import BY_NAME, TOWNS, Town, grids_of

ENTERPRISES_EACH = 4  # about as many an instructor looks after
MASS_ONLY, MASS_TOO = 0.08, 0.12  # share of enterprises under work coverage with a union etc.
TERM_YEARS = 5
LATE_STARTERS = (("南门街道", 21, 3), ("松岭镇", 22, 2))  # first contact within the last quarter
# Terms of one instructor in each of these end within weeks; no figure rests on them.
EXPIRING_TOWNS = ("城中街道", "东湖街道", "柳溪镇")
FORMER = 10
SHOPS_EACH_TOWN = 4
SOURCES = (
    ("机关干部", 34),
    ("退二线离退休", 15),
    ("园区人员", 8),
    ("社区", 20),
    ("市监所", 12),
    ("老书记", 6),
    ("社会招聘", 5),
)
TITLES = {
    "机关干部": ("组织委员", "宣传委员", "党政办干事", "经济发展办干部"),
    "退二线离退休": ("退休干部", "原副镇长", "原街道调研员"),
    "园区人员": ("园区服务专员", "园区办公室主任"),
    "社区": ("社区党支部委员", "社区副书记"),
    "市监所": ("所长", "副所长", "市场监管员"),
    "老书记": ("原村党支部书记", "原社区书记"),
    "社会招聘": ("专职党务工作者",),
}


def _employer(source: str, town: Town) -> str:
    community = town.community_names[0]
    return {
        "机关干部": f"{town.name}{'办事处' if town.is_subdistrict else '党政综合办公室'}",
        "退二线离退休": f"{town.name}退休干部党支部",
        "园区人员": f"{town.name}园区服务中心",
        "社区": f"{community}居民委员会",
        "市监所": f"{town.short}市场监督管理所",
        "老书记": f"{town.name}老书记工作室",
        "社会招聘": "区委社会工作部",
    }[source]


class Staff:
    """Appoints instructors and gives them their work."""

    def __init__(self, rng: Random, numbers: Numbers, timeline: Timeline, network: Network) -> None:
        self.rng = rng
        self.numbers = numbers
        self.timeline = timeline
        self.network = network
        self.instructors: list[Instructor] = []

    def long_term(self) -> tuple[date, date]:
        """A term from the first of a month before the trend, at least two years to go."""
        starts = month_end(self.timeline.today, self.rng.randint(26, 33)) + timedelta(days=1)
        return starts, years_before(starts, -TERM_YEARS) - timedelta(days=1)

    def appoint(
        self,
        town: Town,
        term: tuple[date, date],
        *,
        known: tuple[str, str, str, str] | None = None,
    ) -> Instructor:
        """Appoint an instructor of a town; `known` gives name, sex, source and title."""
        rng = self.rng
        if known is not None:
            name, sex, source, title = known
        else:
            sex = names.sex_of(rng, 0.58)
            name = names.person(rng, sex)
            source = rng.choices(*zip(*SOURCES, strict=True))[0]
            title = rng.choice(TITLES[source])
        instructor = Instructor(
            name,
            sex,
            _employer(source, town),
            source,
            *term,
            self.numbers.phone(),
            title,
            town=town,
        )
        instructor.is_full_time = source in ("社会招聘", "园区人员") or rng.random() < 0.18
        if rng.random() < 0.6:
            instructor.grid = rng.choice(grids_of(town))
        if rng.random() < 0.25:
            instructor.organizations = [self.network.towns[town.name]]
        self.instructors.append(instructor)
        return instructor


def _mass_organizations(rng: Random, entity: Entity) -> None:
    entity.union = True
    entity.youth = rng.random() < 0.15
    entity.women = rng.random() < 0.12


def _needing_contact(rng: Random, entities: list[Entity], fixed: set[str]) -> list[Entity]:
    """Those under work coverage that need an instructor; the others have a union."""
    needing = []
    for entity in entities:
        draw = rng.random()
        if entity.name not in fixed and draw < MASS_ONLY + MASS_TOO:
            _mass_organizations(rng, entity)
        if entity.name in fixed or draw >= MASS_ONLY:
            needing.append(entity)
    return needing


def _hand_out(entities: list[Entity], instructors: Iterator[Instructor]) -> None:
    for entity in entities:
        next(instructors).entities.append(entity)


def _town(staff: Staff, story: Story, town: Town, markets: list[Entity]) -> None:
    """Instructors of one town and their enterprises."""
    rng, plan = staff.rng, story.plan(town.name)
    is_hardware = town.name == "青石镇"
    fixed = {name for *_, entities in named.INSTRUCTORS for name in entities}
    needing = _needing_contact(rng, plan.work, fixed)
    needing += [market for market in markets if market.town is town and not market.organization]
    needing += _contacted_before(staff, plan.all())
    known = _known(staff, story) if is_hardware else []
    taken = {entity for instructor in known for entity in instructor.entities}
    needing = [entity for entity in needing if entity not in taken]
    late = _late(staff, town, needing)
    needing = [entity for entity in needing if entity not in late]
    count = max(1, round(len(needing) / ENTERPRISES_EACH))
    team = [staff.appoint(town, staff.long_term()) for _ in range(count)]
    _hand_out(needing, cycle(team))
    # Some covered enterprises have a contact too: it adds nothing to the figures.
    done = taken | set(needing)
    covered = [entity for entity in plan.all() if entity.organization and entity not in done]
    _hand_out(rng.sample(covered, len(covered) // 4), cycle(team))


def _contacted_before(staff: Staff, entities: list[Entity]) -> list[Entity]:
    """Most enterprises covered within the trend had a contact before, all of the last quarter."""
    first, last_quarter = staff.timeline.ends[0], staff.timeline.ends[LATE_MONTH - 1]
    return [
        entity
        for entity in entities
        if entity.organization
        and entity.organization.is_active
        and entity.link_start
        and entity.link_start > first
        and (entity.link_start > last_quarter or staff.rng.random() < 0.6)
    ]


def _late(staff: Staff, town: Town, needing: list[Entity]) -> list[Entity]:
    """Old enterprises whose first contact was appointed within the last quarter."""
    for name, month, count in LATE_STARTERS:
        if name == town.name:
            old = [
                entity
                for entity in needing
                if entity.founded
                and entity.founded < staff.timeline.start
                and not entity.has_mass_organization
                and entity.organization is None
            ][:count]
            starts = staff.timeline.ends[month - 1] + timedelta(days=1)
            term = (starts, years_before(starts, -3) - timedelta(days=1))
            staff.appoint(town, term).entities = list(old)
            return old
    return []


def _known(staff: Staff, story: Story) -> list[Instructor]:
    town = BY_NAME["青石镇"]
    entities = {entity.name: entity for entity in story.plan(town.name).all()}
    known = []
    for *person, wanted in named.INSTRUCTORS:
        name, sex, source, title = person
        instructor = staff.appoint(town, staff.long_term(), known=(name, sex, source, title))
        instructor.entities = [entities[one] for one in wanted]
        known.append(instructor)
    return known


def _shops(staff: Staff, shops: list[Entity]) -> None:
    """A few shops of each town have a contact; those of 青石镇 are known by name."""
    uncovered = [shop for shop in shops if shop.counts and shop.code and not shop.organization]
    liaison = staff.appoint(BY_NAME["青石镇"], staff.long_term(), known=named.LIAISON)
    wanted = {code for _, code, *_, members in named.SHOPS if not members}
    liaison.entities = [shop for shop in uncovered if shop.code in wanted]
    for town in TOWNS:
        near = [shop for shop in uncovered if shop.town is town and shop.code not in wanted]
        team = [one for one in staff.instructors if one.town is town and one is not liaison]
        _hand_out(staff.rng.sample(near, min(SHOPS_EACH_TOWN, len(near))), cycle(team))


def _expiring(staff: Staff, story: Story) -> None:
    """Instructors whose term ends within weeks; their enterprises are covered otherwise."""
    for position, name in enumerate(EXPIRING_TOWNS):
        town = BY_NAME[name]
        ends = staff.timeline.today + timedelta(days=(18, 41, 75)[position])
        term = (years_before(ends, 2) + timedelta(days=1), ends)
        covered = [entity for entity in story.plan(name).own if entity.organization]
        staff.appoint(town, term).entities = covered[:3]


def _former(staff: Staff, story: Story) -> None:
    """Instructors whose term is over; those who serve took over their enterprises."""
    serving = [
        one for one in staff.instructors if one.entities and one.starts < staff.timeline.start
    ]
    first = next(one for one in serving if one.name == named.INSTRUCTORS[0][0])
    others = [one for one in serving if one is not first]
    for successor in [first, *staff.rng.sample(others, FORMER - 1)]:
        ends = successor.starts - timedelta(days=1)
        term = (years_before(ends, 2) + timedelta(days=1), ends)
        known = named.FORMER if successor is first else None
        town = successor.town
        if town is not None:
            former = staff.appoint(town, term, known=known)
            former.entities = successor.entities[:5]
            former.note = "聘期届满"


def build_instructors(
    rng: Random,
    numbers: Numbers,
    timeline: Timeline,
    network: Network,
    story: Story,
    markets: list[Entity],
    shops: list[Entity],
) -> list[Instructor]:
    """Instructors of every town; also gives enterprises their unions."""
    staff = Staff(rng, numbers, timeline, network)
    for plan in story.plans:
        for entity in [*plan.own, *plan.attached, *(e for group in plan.joint for e in group)]:
            if rng.random() < 0.5:
                _mass_organizations(rng, entity)
        _town(staff, story, plan.town, markets)
    _shops(staff, shops)
    _expiring(staff, story)
    _former(staff, story)
    return staff.instructors
