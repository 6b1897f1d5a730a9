"""The frozen figures of a coverage report: everything that page, PDF and xlsx print.

Built once by the job from the indicators; afterwards nothing is counted again. Each figure carries
the address of its list. The full lists behind the figures are in reports/rosters.py.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from areas.choices import AreaLevel
from areas.models import Area
from common import parameters
from enterprises.choices import KIND_UNITS, EntityKind
from enterprises.models import Entity
from organizations.choices import CoverageState
from organizations.coverage import coverage_counts
from reports import attribution, sections
from reports.drill import ALL, MET, UNMET, change_url, rows_url, state_url
from reports.figures import Cell, Extent, Share, cells, figures, percent
from reports.indicators import FAMILY, INDICATORS
from reports.life_table import life
from reports.linked import number, share
from reports.named import quality
from reports.populations import MEMBERS, ORGANIZATIONS
from reports.ratings_table import ratings
from reports.trend import month_ends, org_coverage_trend

SHOWN_STATES = (
    CoverageState.SINGLE,
    CoverageState.JOINT,
    CoverageState.ATTACHED,
    CoverageState.WORK_ONLY,
    CoverageState.NONE,
)
VERSION = 1


def build(
    extent: Extent, area: Area, day: date, against: date | None, report=None
) -> dict[str, Any]:
    """All figures of the report over ``area`` (within the asker's scope) as of ``day``."""
    say = report or (lambda _text, **_numbers: None)
    main = _main_kind(day)
    where = {"kind": main.label}
    say("正在统计总体情况", done=1, total=6)
    payload: dict[str, Any] = {
        "version": VERSION,
        "title": "“小个专”党的组织和工作覆盖情况报告",
        "area": {"code": area.code, "name": area.name, "level": area.level},
        "issuer": _issuer(day, area),
        "as_of": day.isoformat(),
        "against": against.isoformat() if against else None,
        "main": {"kind": main.value, "label": main.label, "unit": KIND_UNITS[main]},
        "kinds": _kinds(extent, area, day),
        "family": _family(extent, area, day),
        "main_family": _family(extent, area, day, where),
    }
    say("正在统计覆盖状态和变化", done=2, total=6)
    payload["states"] = _states(extent, area, day, where)
    payload["change"] = _change(extent, area, against, day, where) if against else None
    payload["trend"] = _trend(extent, area, day, where)
    say("正在分镇街、园区、行业统计", done=3, total=6)
    sums = figures([INDICATORS[key] for key in _COLUMNS], extent, day, where)
    payload["tables"] = [
        _table(dimension, sums, extent, area, day, where)
        for dimension in ("town", "park", "industry")
    ]
    say("正在统计党组织、党员和指导员", done=4, total=6)
    payload["elections"] = sections.elections(extent, day, area)
    payload["secretaries"] = sections.secretaries(extent, day, area)
    payload["members"] = sections.members(extent, day, area)
    payload["instructors"] = sections.instructors(extent, day, area)
    payload["life"] = life(extent, area, day)
    payload["ratings"] = ratings(extent, area, day)
    payload["quality"] = quality(extent, day, area)
    return payload


def _main_kind(day: date) -> EntityKind:
    return EntityKind(parameters.value("report.main_kind", on=day)[0])


def _issuer(day: date, area: Area) -> str:
    named = parameters.value("report.body", on=day) or parameters.value("body.names", on=day)
    return named if area.level == AreaLevel.DISTRICT and named else area.name


def _kinds(extent: Extent, area: Area, day: date) -> list[dict[str, Any]]:
    """表1: entities, members, organizations and the two coverages of each kind that counts."""
    without_rate = set(parameters.value("report.kinds_without_rate", on=day))
    wanted = [INDICATORS[key] for key in ("entities", "org_coverage", "work_coverage")]
    by_kind = cells(wanted, "kind", extent, day)
    here = [cell.key for cell in by_kind["entities"]]
    members_of = MEMBERS.counts(extent, day, "works_at_kind", here)
    covered_by = ORGANIZATIONS.counts(extent, day, "covers_kind", here)
    rows = []
    for at, cell in enumerate(by_kind["entities"]):
        kind = next(kind for kind in EntityKind if kind.label == cell.key)
        where = {"kind": cell.key}
        members, organizations = members_of[cell.key], covered_by[cell.key]
        covering = {"covers_kind": cell.key}
        has_rate = kind.value not in without_rate
        sentence = parameters.value("report.no_rate_reason", on=day)
        reason = sentence.replace("{n}", str(organizations))  # typed text is no format string
        rows.append(
            {
                "kind": kind.value,
                "label": cell.label,
                "unit": KIND_UNITS[kind],
                "entities": number(cell.figure.value, "entities", day, area, where),
                "members": number(members, "members", day, area, {"works_at_kind": cell.key}),
                "organizations": number(organizations, "organizations", day, area, covering),
                "org_coverage": share(
                    by_kind["org_coverage"][at].figure, "org_coverage", day, area, where
                ),
                "work_coverage": share(
                    by_kind["work_coverage"][at].figure, "work_coverage", day, area, where
                ),
                "has_rate": has_rate,
                "reason": "" if has_rate else reason,
            }
        )
    return rows


def _family(extent: Extent, area: Area, day: date, where=None) -> list[dict[str, Any]]:
    """Every figure of the family with its definition; with a kind, those made of entities."""
    wanted = [i for i in FAMILY if not where or "kind" in i.population.dimensions]
    found = figures(wanted, extent, day, where)
    result = []
    for indicator in wanted:
        figure = found[indicator.key]
        entry = {
            "key": indicator.key,
            "label": indicator.label_on(day),
            "unit": indicator.unit,
            "basis": indicator.basis_on(day),
            "kind": indicator.kind,
        }
        if isinstance(figure, Share):
            entry |= share(figure, indicator.key, day, area, where)
        else:
            entry |= number(figure.value, indicator.key, day, area, where)
        result.append(entry)
    return result


def _states(extent: Extent, area: Area, day: date, where) -> dict[str, Any]:
    """Entities of the main kind by coverage state; the states sum to the entities that count."""
    kind = next(kind for kind in EntityKind if kind.label == where["kind"])
    entities = extent.limit(Entity.objects.at(day).existing(day).filter(kind=kind), day)
    counts = coverage_counts(entities, day)
    total = sum(counts[state] for state in SHOWN_STATES)
    return {
        "total": total,
        "shown": [
            {
                "state": state.value,
                "label": state.label,
                "count": counts[state],
                "percent": _percent(counts[state], total),
                "url": state_url(state.value, day, area, where),
            }
            for state in SHOWN_STATES
        ],
        "not_counted": {
            "count": counts[CoverageState.NOT_COUNTED],
            "url": state_url(CoverageState.NOT_COUNTED.value, day, area, where),
        },
    }


def _percent(part: int, total: int) -> str | None:
    value = percent(part, total)
    return None if value is None else str(value)


def _change(extent: Extent, area: Area, start: date, end: date, where) -> dict[str, Any]:
    """表2: from one day to the other, by cause; the lines sum to the difference."""
    found = attribution.change(extent, start, end, where)
    lines = [
        {
            "cause": line.cause.value,
            "label": line.label,
            "met": line.met,
            "total": line.total,
            "met_url": change_url(line.cause.value, MET, start, end, area, where),
            "total_url": change_url(line.cause.value, ALL, start, end, area, where),
        }
        for line in found.lines
    ]
    return {
        "before": share(found.before, "org_coverage", start, area, where),
        "after": share(found.after, "org_coverage", end, area, where),
        "lines": lines,
        "points": _points(found.before, found.after),
    }


def _points(before: Share, after: Share) -> str | None:
    """The difference of two rounded rates in percentage points."""
    if before.percent is None or after.percent is None:
        return None
    return str(after.percent - before.percent)


def _trend(extent: Extent, area: Area, day: date, where) -> list[dict[str, Any]]:
    """图2: the last 23 month ends and the day itself."""
    days = [*month_ends(day - timedelta(days=1), 23), day]
    return [
        {
            "day": point.day.isoformat(),
            **share(point.figure, "org_coverage", point.day, area, where),
        }
        for point in org_coverage_trend(extent, days, where)
    ]


_COLUMNS = ("org_coverage", "work_coverage", "eligible_organized")


def _table(
    dimension: str, sums, extent: Extent, area: Area, day: date, where
) -> dict[str, Any]:
    """A table of the main kind by town, park or industry, in official order, with its sum."""
    wanted = [INDICATORS[key] for key in _COLUMNS]
    found = cells(wanted, dimension, extent, day, where)
    by_key = {key: {cell.key: cell for cell in found[key]} for key in _COLUMNS}
    members = _members_by_town(extent, day, where) if dimension == "town" else {}
    rows = []
    for cell in _with_members(found["org_coverage"], members):
        inside = {**where, dimension: cell.key}
        parts = {key: by_key[key].get(cell.key) for key in _COLUMNS}
        count = members[cell.key].figure.value if cell.key in members else None
        parts["org_coverage"] = cell
        rows.append(_line(cell.key, cell.label, parts, count, day, area, inside))
    total = _line(
        "",
        "合计",
        {key: _Whole(sums[key]) for key in _COLUMNS},
        sum(cell.figure.value for cell in members.values()) if members else None,
        day,
        area,
        dict(where),
    )
    return {"dimension": dimension, "title": _TITLES[dimension], "rows": rows, "total": total}


_TITLES = {"town": "镇街", "park": "园区", "industry": "行业"}


class _Whole:
    """A figure in the place of a cell."""

    def __init__(self, figure: Share) -> None:
        self.figure = figure


def _line(key, label, parts, members, day, area, where) -> dict[str, Any]:
    org = parts["org_coverage"].figure
    work = parts["work_coverage"].figure if parts["work_coverage"] else Share(0, 0)
    eligible = parts["eligible_organized"]
    return {
        "key": key,
        "label": label,
        "members": members,
        "members_url": rows_url("members", ALL, day, area, _of_members(where)),
        "org_coverage": share(org, "org_coverage", day, area, where),
        "work_only": {
            "value": work.met - org.met,
            "url": state_url(CoverageState.WORK_ONLY.value, day, area, where),
        },
        "none": {"value": work.unmet, "url": state_url(CoverageState.NONE.value, day, area, where)},
        "eligible_unorganized": {
            "value": eligible.figure.unmet if eligible else 0,
            "url": rows_url("eligible_organized", UNMET, day, area, where),
        },
    }


def _members_by_town(extent: Extent, day: date, where) -> dict[str, Cell]:
    found = INDICATORS["members"].by("town", extent, day, _of_members(where))
    return {cell.key: cell for cell in found}


def _of_members(where) -> dict[str, str]:
    """The cell of the members who work at what stands in a cell of entities; the members of a park
    or an industry have no column."""
    cell = {"works_at_kind": where["kind"]}
    return cell | ({"town": where["town"]} if "town" in where else {})


def _with_members(found: Iterable[Cell], members: dict[str, Cell]) -> list[Cell]:
    """The cells of entities, and those where members are but no entity: no member is dropped."""
    known = {cell.key: cell for cell in found}
    missing = [cell for key, cell in members.items() if key not in known]
    cells_of = [*known.values(), *(Cell(one.key, one.label, Share(0, 0)) for one in missing)]
    return sorted(cells_of, key=lambda cell: (not cell.key, cell.key)) if missing else cells_of
