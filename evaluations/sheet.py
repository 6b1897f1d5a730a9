"""The rating sheet of one review: lines by category, a column for each level, what differs, what is
missing, the totals and the star that they would make. It asks five queries, however many criteria
there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg

from common.tables import display
from evaluations import rules
from evaluations.actions import TURN
from evaluations.choices import GrantLevel, Level, Method, ReviewState
from evaluations.models import Band, Criterion, Evidence, Review, Score
from evaluations.queries import BONUS, COMMITMENTS_VALID, CONDITIONS, Block
from evaluations.records import basis_url, url_of
from evaluations.rules import LEVELS, Scored

SHORT = {
    Level.SELF: "自评", Level.TOWN: "镇街", Level.DISTRICT: "区", Level.CITY: "市",
}
# What the list of lines can be narrowed to.
FILTERS = {
    "open": "还没有得分的", "diff": "有差异的", "lacking": "缺佐证的", "hand": "需人工打分的",
}


@dataclass(frozen=True)
class Cell:
    """What a level says of a criterion; ``value`` None: nothing yet. ``is_own``: the level has
    said so itself, and did not only leave what was there."""

    level: str
    value: Decimal | None
    is_own: bool = False
    is_different: bool = False
    is_mine: bool = False

    @property
    def short(self) -> str:
        return SHORT[Level(self.level)]

    @property
    def label(self) -> str:
        return Level(self.level).label


@dataclass(frozen=True)
class Remark:
    """Why a level differs: “比自评少 1：5 家联合企业只有 4 份协议”."""

    words: str


@dataclass(frozen=True)
class Piece:
    """A chip of evidence. ``url`` "": it cannot be opened."""

    pk: UUID
    title: str
    url: str
    numbers: Sequence[int]


@dataclass(frozen=True)
class Typed:
    """What stands in the fields of a line when the page comes back."""

    score: str
    reason: str


@dataclass
class Line:
    """A criterion with everything that is said of it."""

    score: Score
    scored: Scored
    cells: list[Cell]
    remarks: list[Remark]
    pieces: list[Piece]
    url: str
    level: str  # whose fields the line has; "" where nothing can be entered
    typed: Typed | None = None
    problem: str = ""
    theirs: str = ""

    @property
    def criterion(self) -> Criterion:
        return self.score.criterion

    @property
    def entered(self) -> str:
        """What stands in the field: what the level said, else what counts without it."""
        if self.typed:
            return self.typed.score
        value = self.scored.at(self.level)
        return "" if value is None else display(value)

    @property
    def reason(self) -> str:
        return self.typed.reason if self.typed else self.score.reasons.get(self.level, "")

    @property
    def seen(self) -> str:
        """What the fields were made from, so that only what was changed is saved."""
        value = self.scored.at(self.level) if self.level else None
        reason = self.score.reasons.get(self.level, "")
        return f"{self.score.revision}|{'' if value is None else display(value)}|{reason}"

    @property
    def is_manual(self) -> bool:
        return self.score.computed is None

    @property
    def is_open(self) -> bool:
        return self.scored.at(LEVELS[-1]) is None

    @property
    def is_different(self) -> bool:
        return any(cell.is_different for cell in self.cells)

    @property
    def is_lacking(self) -> bool:
        """Evidence is asked for, people score it, and there is none."""
        given = self.scored.at(LEVELS[-1])
        return bool(self.criterion.evidence and self.is_manual and not self.pieces and given)

    @property
    def asks_reason(self) -> bool:
        """Whether there is anything that a score could differ from."""
        return bool(self.level) and (
            not self.is_manual or self.level != Level.SELF or bool(self.reason)
        )

    @property
    def unfolds(self) -> bool:
        """Whether the field for the reason is open."""
        return bool(self.reason or self.problem)

    def is_among(self, key: str) -> bool:
        """Whether a filter of FILTERS takes the line; every other key takes all."""
        tests = {
            "open": self.is_open, "diff": self.is_different, "lacking": self.is_lacking,
            "hand": self.is_manual,
        }
        return bool(self.problem or self.theirs or tests.get(key, True))


@dataclass(frozen=True)
class Sum:
    """The sum of a category or of all at a level; None where the level has not spoken."""

    level: str
    value: Decimal | None

    @property
    def short(self) -> str:
        return SHORT[Level(self.level)]


@dataclass(frozen=True)
class Group:
    """A category."""

    name: str
    points: Decimal
    count: int
    sums: Sequence[Sum]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Preview:
    """The star that a total would make. ``rank`` 0: none."""

    rank: int
    most: int
    words: str

    @property
    def stars(self) -> Iterator[bool]:
        """Filled or not, for a row of stars."""
        return (at < self.rank for at in range(self.most))


@dataclass
class Sheet:
    """A review as the page shows it. ``level``: whose fields are open, "" for none."""

    review: Review
    level: str
    lines: list[Line]
    levels: list[str]
    pieces: list[Piece] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Filter → how many lines."""
        return {key: sum(line.is_among(key) for line in self.lines) for key in FILTERS}

    def groups(self, key: str = "") -> list[Group]:
        """The lines by category, as far as a filter takes them."""
        found = []
        for name, rows in groupby(self.lines, key=lambda line: line.criterion.category):
            every = list(rows)
            shown = [line for line in every if line.is_among(key)]
            if shown:
                points = sum((line.criterion.points for line in every), Decimal(0))
                sums = [Sum(level, _sum(every, level)) for level in self.levels]
                found.append(Group(name, points, len(every), sums, shown))
        return found

    @property
    def totals(self) -> list[Sum]:
        """The total of each level that is shown."""
        return [Sum(level, self.total(level)) for level in self.levels]

    def total(self, level: str) -> Decimal | None:
        """As it was handed on, or as it stands while the level is at it."""
        kept = getattr(self.review, f"total_{level}")
        if kept is not None or level != level_at(self.review):
            return kept
        rows = [line.scored for line in self.lines]
        return rules.total(rows, level, self.review.cycle.version.bonus_cap)

    @property
    def current(self) -> Decimal | None:
        """The total that the star is told by."""
        known = [one.value for one in self.totals if one.value is not None]
        return known[-1] if known else None

    @property
    def points(self) -> Decimal:
        """What can be had without a bonus."""
        rows = (line.criterion for line in self.lines)
        return sum((one.points for one in rows if not one.is_bonus), Decimal(0))

    def preview(self, bands: Sequence[Band], blocks: Iterable[Block]) -> Preview:
        """The star of the total as it stands, without the quotas."""
        against = list(blocks)
        meets = {COMMITMENTS_VALID} - {block.condition for block in against}
        if any(line.criterion.is_bonus and line.scored.at(LEVELS[-1]) for line in self.lines):
            meets.add(BONUS)
        why = "有否决情形" if any(not block.condition for block in against) else "缺双向承诺"
        return preview(self.current, bands, meets, why if against else "")


def preview(
    total: Decimal | None, bands: Sequence[Band], meets: set[str], blocked: str
) -> Preview:
    """``bands``: the best first; what is missing for a better one is said. ``blocked``: why there
    is none in any case, "" if nothing blocks."""
    most = max((band.rank for band in bands), default=0)
    if total is None:
        return Preview(0, most, "还没有得分")
    reached = [band for band in bands if total >= band.minimum]
    if blocked:
        return Preview(0, most, f"{blocked}，不授星")
    held = next((band for band in reached if set(band.conditions) <= meets), None)
    words = [f"预计{held.label}，由{GrantLevel(held.granted_by).label}审定"] if held else []
    if reached and reached[0] is not held:
        missing = [CONDITIONS[key] for key in reached[0].conditions if key not in meets]
        words.append(f"分数够{reached[0].label}，还要{'、'.join(missing)}")
    if not reached and bands:
        lowest = min(bands, key=lambda band: band.minimum)
        words.append(f"{lowest.label}要 {display(lowest.minimum)} 分")
    return Preview(held.rank if held else 0, most, "；".join(words))


def level_at(review: Review) -> str:
    """The level whose turn it is; "" when scoring is over."""
    return TURN[review.state][0] if review.state in TURN else ""


def columns_of(review: Review, *, is_office: bool) -> list[str]:
    """The levels that have a column: all three for the office, for a branch those that have
    spoken; the city only where it takes part."""
    at = level_at(review)
    spoken = [one for one in LEVELS if getattr(review, f"total_{one}") is not None or one == at]
    plain = (Level.SELF, Level.TOWN, Level.DISTRICT)
    if not review.organization_id:
        plain = (Level.TOWN, Level.DISTRICT) if review.town_id else (Level.DISTRICT,)
    return [one for one in LEVELS if one in spoken or (is_office and one in plain)]


def read(review: Review, level: str, *, is_office: bool) -> Sheet:
    """The sheet of a review; ``level``: whose fields are open for this user, "" for none.
    ``review`` comes with its cycle, version and organization."""
    levels = columns_of(review, is_office=is_office)
    pieces = pieces_of(review)
    by_number: dict[int, list[Piece]] = {}
    for piece in pieces:
        for number in piece.numbers:
            by_number.setdefault(number, []).append(piece)
    rows = review.scores.select_related("criterion").order_by("criterion__number")
    lines = [
        _line(score, review, levels, level, by_number.get(score.criterion.number, []))
        for score in rows
    ]
    return Sheet(review, level, lines, levels, pieces)


def pieces_of(review: Review) -> list[Piece]:
    """The evidence of a review, the earliest first; one query."""
    rows = Evidence.objects.filter(review=review).order_by("added_at", "pk").annotate(
        numbers=ArrayAgg("criteria__number")
    )
    return [
        Piece(
            row.pk, row.title, url_of(row.table, row.row) if row.row else row.get_absolute_url(),
            sorted(number for number in row.numbers if number is not None),
        )
        for row in rows
    ]


def _line(
    score: Score, review: Review, levels: Sequence[str], level: str, pieces: list[Piece]
) -> Line:
    criterion = score.criterion
    scored = Scored(criterion, criterion.points, criterion.is_bonus, score.computed, score.by)
    at = level_at(review)
    cells = [_cell(scored, one, at, review) for one in levels]
    cells = [
        Cell(cell.level, cell.value, cell.is_own, cell.is_different, cell.level == level)
        for cell in cells
    ]
    url = basis_url(criterion.formula, review) if criterion.method == Method.FORMULA else ""
    return Line(score, scored, cells, list(_remarks(score, scored, cells)), pieces, url, level)


def _cell(scored: Scored, level: str, at: str, review: Review) -> Cell:
    """A level that has spoken, or is at it, shows what counts after it."""
    own = scored.by.get(level)
    if own is None and level != at and getattr(review, f"total_{level}") is None:
        return Cell(level, None)
    value, before = scored.at(level), _before(scored, level)
    differs = own is not None and before is not None and own != before
    return Cell(level, value, own is not None, differs)


def _before(scored: Scored, level: str) -> Decimal | None:
    """What counted before a level spoke."""
    place = LEVELS.index(level)
    return scored.at(LEVELS[place - 1]) if place else scored.computed


def _remarks(score: Score, scored: Scored, cells: Sequence[Cell]) -> Iterator[Remark]:
    """In words where a level differs from what was there before, and why."""
    for cell in cells:
        reason = score.reasons.get(cell.level, "")
        before = _before(scored, cell.level)
        if cell.is_different and cell.value is not None and before is not None:
            gap = cell.value - before
            than = _than(scored, cell.level)
            words = f"{cell.label}比{than}{'多' if gap > 0 else '少'} {display(abs(gap))}"
            yield Remark(f"{words}：{reason}" if reason else words)
        elif reason:
            yield Remark(f"{cell.label}：{reason}")


def _than(scored: Scored, level: str) -> str:
    """Whose word it was before."""
    for one in reversed(LEVELS[: LEVELS.index(level)]):
        if scored.by.get(one) is not None:
            return Level(one).label
    return "系统分"


def _sum(lines: Iterable[Line], level: str) -> Decimal | None:
    values = [
        cell.value for line in lines for cell in line.cells
        if cell.level == level and cell.value is not None
    ]
    return sum(values, Decimal(0)) if values else None


# --- The course ---------------------------------------------------------------------------------

_PLACES = {
    ReviewState.SELF: "self", ReviewState.TOWN: "town", ReviewState.DISTRICT: "district",
    ReviewState.CITY: "city", ReviewState.SCORED: "publish", ReviewState.PUBLISHED: "publish",
    ReviewState.OBJECTED: "publish", ReviewState.GRANTED: "end", ReviewState.UNRATED: "end",
}


def stages(review: Review) -> tuple[list[str], int]:
    """The words of the steps, and the number of the current one (one more than there are at the
    end)."""
    words = {"self": "支部自评", "town": "镇街初评", "district": "区复评", "city": "市评"}
    if not review.organization_id:
        words.pop("self")
    if review.department_id:
        words.pop("town")
    if review.state != ReviewState.CITY and review.total_city is None:
        words.pop("city")
    words["publish"] = f"公示 {review.cycle.publish_days} 个工作日"
    words["end"] = "授星" if review.cycle.version.scheme.has_stars else "定等次"
    current = list(words).index(_PLACES[ReviewState(review.state)]) + 1
    is_over = review.state in (ReviewState.GRANTED, ReviewState.UNRATED)
    return list(words.values()), current + is_over


def put_back(
    sheet: Sheet, typed: Mapping[int, Typed], problems: Mapping[UUID, str],
    theirs: Mapping[UUID, str],
) -> None:
    """Show again what was typed, with what is wrong with it and what others have saved."""
    for line in sheet.lines:
        key: Any = line.criterion.pk
        line.typed = typed.get(line.criterion.number)
        line.problem = problems.get(key, "")
        line.theirs = theirs.get(key, "")
