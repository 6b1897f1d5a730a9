"""The schemes that come with the portal: stars of 6 categories and 80 criteria with a bonus, the
fortress index A to D, and the yearly appraisals (述职评议) of towns and of departments. Formulas of
towns come from a higher app (reports/town_formulas.py). They lie in evaluations/schemes/ as tables;
a district edits versions of its own.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from evaluations.choices import Appraised, GrantLevel, Method, RatedKind
from evaluations.models import Band, Criterion, RatingScheme, SchemeVersion, Veto
from evaluations.queries import BONUS, COMMITMENTS_VALID

FOLDER = Path(__file__).parent / "schemes"
_METHODS = {method.label: method for method in Method}
_YES = "是"


@dataclass(frozen=True)
class Shipped:
    """A scheme: its table, and the bands as (rank, label, minimum, share, level, conditions)."""

    name: str
    rated: str
    has_stars: bool
    file: str
    bonus_cap: int
    bands: tuple[tuple[int, str, int, int | None, str, tuple[str, ...]], ...]
    # (case, months of look-back, finder)
    vetoes: tuple[tuple[str, int, str], ...] = ()


STARS = Shipped(
    "党组织星级评定", RatedKind.ORGANIZATION, True, "stars.csv", 10,
    # Cut-offs and quotas of a published table (domain.md §6.1, T1); levels as in S3.
    (
        (5, "五星", 90, 10, GrantLevel.CITY, (COMMITMENTS_VALID, BONUS)),
        (4, "四星", 80, 30, GrantLevel.DISTRICT, (COMMITMENTS_VALID,)),
        (3, "三星", 70, 40, GrantLevel.TOWN, (COMMITMENTS_VALID,)),
    ),
    # domain.md §6.2; look-back of two years (T4).
    (
        ("出资人或书记严重违法违纪", 24, ""),
        ("重大安全生产或污染事故", 24, ""),
        ("重大刑事、治安或群体性事件", 24, ""),
        ("信贷、市场监管、税务不良记录", 24, ""),
        ("承诺走过场", 12, "hollow_commitments"),
        ("长期未开展活动", 12, "inactive"),
        ("弄虚作假", 24, ""),
    ),
)
_GRADES = (90, 80, 60, 0)
FORTRESS = Shipped(
    "堡垒指数", RatedKind.ORGANIZATION, False, "fortress.csv", 0,
    tuple(
        (4 - at, grade, minimum, None, GrantLevel.DISTRICT, ())
        for at, (grade, minimum) in enumerate(zip("ABCD", _GRADES, strict=True))
    ),
)
# Four grades, as commitments are appraised.
_APPRAISED = tuple(
    (4 - at, grade, minimum, None, GrantLevel.DISTRICT, ())
    for at, (grade, minimum) in enumerate(zip(Appraised.labels, _GRADES, strict=True))
)
TOWNS = Shipped("镇街党建工作述职评议", RatedKind.TOWN, False, "towns.csv", 0, _APPRAISED)
DEPARTMENTS = Shipped(
    "部门党建工作述职评议", RatedKind.DEPARTMENT, False, "departments.csv", 0, _APPRAISED
)
SHIPPED = (STARS, FORTRESS, TOWNS, DEPARTMENTS)


def ship() -> None:
    """Add the shipped schemes that are not there; those that are stay as they are."""
    for one in SHIPPED:
        if not RatingScheme.objects.filter(name=one.name).exists():
            _add(one)


def _add(one: Shipped) -> None:
    scheme = RatingScheme.objects.create(name=one.name, rated=one.rated, has_stars=one.has_stars)
    version = SchemeVersion.objects.create(scheme=scheme, number=1, bonus_cap=one.bonus_cap)
    Criterion.objects.bulk_create(criteria_from(one.file, version))
    Band.objects.bulk_create(
        Band(
            version=version, rank=rank, label=label, minimum=minimum, share=share,
            granted_by=level, conditions=list(conditions),
        )
        for rank, label, minimum, share, level, conditions in one.bands
    )
    Veto.objects.bulk_create(
        Veto(version=version, number=at, name=name, look_back=months, formula=key)
        for at, (name, months, key) in enumerate(one.vetoes, start=1)
    )


def criteria_from(file: str, version: SchemeVersion) -> list[Criterion]:
    """The criteria of a table in evaluations/schemes/, not saved."""
    with (FOLDER / file).open(encoding="utf-8", newline="") as table:
        return [
            Criterion(
                version=version, category=row["类别"], number=int(row["序号"]), name=row["指标"],
                points=Decimal(row["分值"]), method=_METHODS[row["计分方式"]],
                formula=row["公式"], how=row["评分办法"], evidence=row["佐证要求"],
                per_case=Decimal(row["每次扣分"]) if row["每次扣分"] else None,
                is_bonus=row["加分项"] == _YES,
            )
            for row in csv.DictReader(table)
        ]
