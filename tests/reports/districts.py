"""A small random district in which every edge of the definitions occurs."""

import random
from datetime import date, timedelta

from areas.choices import AreaLevel
from common.dated import BEGINNING, FOREVER
from enterprises.choices import BusinessStatus, EntityKind
from members.choices import MemberCategory, MembershipStatus
from organizations.choices import SetUpMode
from tests import factories as make

LEAP_DAY = date(2024, 2, 29)
LONG_AGO = date(2010, 7, 1)


def random_district(seed, size=40):
    """Build it. Returns the days around those on which something may happen, in random order."""
    with make.together():
        return Builder(random.Random(seed), size).build()


class Builder:
    """All dates come from a handful of days, so that they often coincide."""

    def __init__(self, rng, size):
        self.rng, self.size = rng, size
        self.days = [LEAP_DAY, *(LEAP_DAY + timedelta(days=n) for n in rng.sample(range(900), 4))]

    def build(self):
        self.areas()
        self.entities = [self.entity() for _ in range(self.size)]
        self.organizations = [self.organization() for _ in range(self.size // 3)]
        self.instructors = [
            make.make_instructor(*sorted((self.day(), self.day()))) for _ in range(self.size // 6)
        ]
        for entity in self.entities:
            self.links(entity)
        for _ in range(self.size * 2):
            self.member()
        around = sorted({day + timedelta(days=n) for day in self.days for n in (-1, 0, 1)})
        return self.rng.sample(around, len(around))

    # --- Chance ---------------------------------------------------------------------------------

    def pick(self, *values):
        return self.rng.choice(values)

    def chance(self, share):
        return self.rng.random() < share

    def day(self, *others):
        return self.pick(*self.days, *others)

    def period(self):
        first, last = sorted((self.day(BEGINNING), self.day(FOREVER)))
        return (first, last) if first < last else (first, FOREVER)

    def changed(self, record, values):
        """The record with up to two later changes of its state."""
        for start in sorted(self.rng.sample(sorted(set(self.days)), self.pick(0, 1, 2))):
            make.change(record, start, **values())
        return record

    # --- Records --------------------------------------------------------------------------------

    def areas(self):
        top = make.make_area(AreaLevel.DISTRICT)
        self.towns = [make.make_area(AreaLevel.TOWN, top) for _ in range(3)]
        self.parks = [make.make_area(AreaLevel.PARK, top) for _ in range(2)]
        self.grids = [make.make_area(AreaLevel.GRID, self.towns[0]) for _ in range(2)]

    def entity_values(self):
        return {
            "status": self.pick(*[BusinessStatus.NORMAL] * 6, *BusinessStatus),
            "section": self.pick("C", "F", ""),
            "town": self.pick(*self.towns, None),
            "park": self.pick(*self.parks, None),
            "grid": self.pick(*self.grids, None),
            "employees": self.pick(None, 0, 9, 10, 49, 50),
            "above_scale": self.pick(True, False, None),
            "fixed_premises": self.pick(True, True, False, None),
            "has_union": self.pick(True, False, None, None),
            "has_youth_league": self.pick(True, None, None, None),
            "has_womens_federation": self.pick(False, None, None, None),
        }

    def entity(self):
        entity = make.make_entity(
            kind=self.pick(*EntityKind.values), chain=self.pick("", "五金"),
            founded_on=self.day(None, LONG_AGO, LONG_AGO),
            closed_on=self.pick(None, None, FOREVER, self.day()),
            **self.entity_values(),
        )
        return self.changed(entity, self.entity_values)

    def organization(self):
        organization = make.make_organization(
            founded_on=self.day(LONG_AGO, LONG_AGO), dissolved_on=self.pick(None, None, self.day()),
            status=self.pick("in_use", "in_use", "dissolved"), town=self.pick(*self.towns),
        )
        if self.chance(0.7):
            make.make_post(organization, *self.period())
        if self.chance(0.8):
            first = self.day(BEGINNING)
            second = first + timedelta(days=self.pick(365, 1096))
            make.make_term(organization, first, self.pick(None, 1, 2, 3, 5), ends_on=second)
            if self.chance(0.5):
                make.make_term(organization, second, self.pick(None, 0, 3))
        return self.changed(organization, lambda: {"town": self.pick(*self.towns, None)})

    def links(self, entity):
        for organization in self.rng.sample(self.organizations, self.pick(0, 0, 1, 1, 2)):
            make.cover(entity, organization, self.pick(*SetUpMode.values), *self.period())
        if self.chance(0.4):
            make.assign(self.pick(*self.instructors), entity, *self.period())

    def member_values(self):
        return {
            "status": self.pick(*[MembershipStatus.NORMAL] * 5, *MembershipStatus),
            "category": self.pick(*MemberCategory.values),
            "workplace": self.pick(*self.entities[: self.size // 4], None),
        }

    def member(self):
        member = make.make_member(
            joined_on=self.day(LONG_AGO), full_member_on=self.day(None, LONG_AGO, LONG_AGO),
            **self.member_values(),
        )
        self.changed(member, self.member_values)
        turn = self.day()
        make.affiliate(member, self.pick(*self.organizations), ends_on=turn)
        if self.chance(0.9):
            make.affiliate(member, self.pick(*self.organizations), turn)
        if self.chance(0.3):
            make.manage(member, self.pick(*self.organizations), *self.period())
