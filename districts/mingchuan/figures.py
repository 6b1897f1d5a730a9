"""Counts the published figures from the written workbooks, by plain Python.

An independent check of the generator: the definitions are those of ledgers.md §3 once more, and
nothing but the files is known here.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from districts.mingchuan.reading import Ledgers, Row, read

__all__ = ["count", "read"]

RANKS = ("单独组建", "联合组建", "挂靠组建", "区域兜底", "商圈组建", "行业统建")
STATES = {"单独组建": "单独组建", "联合组建": "联合组建"}  # any other mode: 挂靠或兜底


def _days(row: Row, header: str) -> Any:
    return row.get(header) or None


def _running(row: Row, day: date) -> bool:
    """The organization is active on the day."""
    ends = _days(row, "撤销日期")
    if row["成立日期"] > day:
        return False
    return ends > day if ends else row["状态"] == "在用"


def _counts(row: Row, day: date) -> bool:
    """The entity exists on the day and was in business."""
    starts, ends = _days(row, "成立日期"), _days(row, "注销日期")
    if (starts and starts > day) or (ends and ends <= day):
        return False
    return row["经营状态"] == "正常" or (row["经营状态"] == "注销" and ends is not None)


@dataclass(slots=True, eq=False)
class _Entity:
    row: Row
    links: list[tuple[Row, str, date]] = field(default_factory=list)
    members: list[Row] = field(default_factory=list)
    terms: list[tuple[date, date]] = field(default_factory=list)

    def state(self, day: date) -> str:
        """Coverage state of an entity that counts."""
        modes = [
            mode
            for organization, mode, start in self.links
            if start <= day and _running(organization, day)
        ]
        if modes:
            best = min(modes, key=RANKS.index)
            return STATES.get(best, "挂靠或兜底")
        return "仅工作覆盖" if self._has_contact(day) else "未覆盖"

    def _has_contact(self, day: date) -> bool:
        mass = any(self.row.get(header) in ("√", "是") for header in ("工会", "共青团", "妇联"))
        return mass or any(starts <= day <= ends for starts, ends in self.terms)


class _Tables:
    """Entities with their links, members and instructors, put together from the rows."""

    def __init__(self, ledgers: Ledgers) -> None:
        self.organizations: dict[object, Row] = {}
        for row in ledgers.rows["organizations"]:
            self.organizations[row["党组织全称"]] = row
            if row["党组织代码"]:
                self.organizations[row["党组织代码"]] = row
        self.entities = [_Entity(row) for row in ledgers.rows["enterprises"]]
        self._by_reference: dict[object, _Entity] = {}
        for entity in self.entities:
            self._by_reference[entity.row["名称"]] = entity
            if entity.row["统一社会信用代码"] and entity.row["主体类型"] != "专业市场":
                self._by_reference[entity.row["统一社会信用代码"]] = entity
        self._link(ledgers.rows["organizations"])
        self.members = ledgers.rows["members"]
        for row in self.members:
            if row["工作单位"]:
                self._by_reference[row["工作单位"]].members.append(row)
        for row in ledgers.rows["instructors"]:
            for entity in self._cell(row["联系主体"]):
                entity.terms.append((row["聘期起"], row["聘期止"]))  # type: ignore[arg-type]

    def _cell(self, value: object) -> list[_Entity]:
        text = str(value or "")
        for separator in ("，", ",", ";", "\n"):
            text = text.replace(separator, "、")
        return [self._by_reference[part] for part in text.split("、") if part]

    def _link(self, organizations: list[Row]) -> None:
        for entity in self.entities:
            if entity.row["覆盖党组织"]:
                organization = self.organizations[entity.row["覆盖党组织"]]
                founded = [_days(organization, "成立日期"), _days(entity.row, "成立日期")]
                default = max(day for day in founded if day)
                start = _days(entity.row, "覆盖起始日期") or default
                entity.links.append((organization, str(entity.row["组建方式"]), start))
        for organization in organizations:
            for entity in self._cell(organization["依托单位"]):
                if all(linked is not organization for linked, *_ in entity.links):
                    founded = [_days(organization, "成立日期"), _days(entity.row, "成立日期")]
                    start = max(day for day in founded if day)
                    entity.links.append((organization, str(organization["组建方式"]), start))


def _member_counts(row: Row, day: date) -> bool:
    since = _days(row, "党籍变动日期")
    is_normal = row["党籍状态"] == "正常" or (since is not None and since > day)
    return _days(row, "加入党组织日期") <= day and is_normal


def _is_full(row: Row, day: date) -> bool:
    since = _days(row, "转正日期")
    return _member_counts(row, day) and row["人员类别"] == "正式党员" and since <= day


def _kind_figures(entities: list[_Entity], day: date) -> dict[str, Any]:
    """Figures of one kind; `entities` are those that count."""
    covered = ("单独组建", "联合组建", "挂靠或兜底")
    states = [entity.state(day) for entity in entities]
    members = [sum(_member_counts(row, day) for row in one.members) for one in entities]
    full = [sum(_is_full(row, day) for row in one.members) for one in entities]
    organizations = {
        id(organization)
        for entity in entities
        for organization, _, start in entity.links
        if start <= day and _running(organization, day)
    }
    return {
        "entities": len(entities),
        "covered": sum(state in covered for state in states),
        "work_covered": sum(state != "未覆盖" for state in states),
        "states": dict(Counter(states)),
        "members": sum(members),
        "covering_organizations": len(organizations),
        "eligible": sum(count >= 3 for count in full),
        "eligible_organized": sum(
            count >= 3 and state == "单独组建" for count, state in zip(full, states, strict=True)
        ),
        "with_members": sum(count >= 1 for count in members),
        "with_members_covered": sum(
            count >= 1 and state in covered for count, state in zip(members, states, strict=True)
        ),
    }


def tables(ledgers: Ledgers) -> "_Tables":
    """Put the rows together once; count_at() then counts them as of any date."""
    return _Tables(ledgers)


def count_at(joined: _Tables, day: date) -> dict[str, Any]:
    """All figures as of a day: {"members": n, "kinds": {主体类型: figures}}."""
    by_kind: dict[str, list[_Entity]] = defaultdict(list)
    for entity in joined.entities:
        if _counts(entity.row, day):
            by_kind[str(entity.row["主体类型"])].append(entity)
    active = [row for row in _distinct(joined) if _running(row, day)]
    return {
        "as_of": day.isoformat(),
        "members": sum(_member_counts(row, day) for row in joined.members),
        "organizations": len(active),
        "secretaries": sum(bool(row["书记姓名"]) for row in active),
        "kinds": {kind: _kind_figures(entities, day) for kind, entities in by_kind.items()},
    }


def _distinct(joined: _Tables) -> list[Row]:
    return list({id(row): row for row in joined.organizations.values()}.values())


def count(ledgers: Ledgers, day: date) -> dict[str, Any]:
    """All figures as of a day, and the bad rows set aside."""
    figures = count_at(tables(ledgers), day)
    return figures | {"bad_rows": [list(one) for one in ledgers.bad]}
