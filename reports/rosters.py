"""The full lists behind a report's figures, frozen with it: columns and rows of plain texts.

No ID numbers and no phones: who needs them opens the record and leaves a reason.
"""

import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from enterprises.choices import EntityKind
from enterprises.industries import division_name, section_name
from organizations.choices import MODE_RANK, CoverageState, SetUpMode
from organizations.coverage import valid_links, with_coverage
from organizations.models import Post
from reports.figures import Extent
from reports.indicators import INDICATORS
from reports.populations import ENTITIES, MEMBERS, ORGANIZATIONS

Roster = dict[str, Any]  # {"title", "columns": [..], "rows": [[..], ..]}


def build(extent: Extent, day: date) -> list[Roster]:
    """All lists of a report."""
    return [
        *_entities(extent, day),
        _eligible(extent, day),
        _organizations(extent, day),
        _members(extent, day),
    ]


_ENTITY_COLUMNS = [
    "名称",
    "统一社会信用代码",
    "所属镇街",
    "村社区",
    "园区",
    "网格",
    "行业",
    "产业链",
    "从业人员数",
    "成立日期",
    "覆盖状态",
    "党组织",
    "组建方式",
]


def _entities(extent: Extent, day: date) -> Iterable[Roster]:
    """One list per kind: every entity that counts, with its coverage state."""
    covering = _best_links(day)
    rows = with_coverage(ENTITIES.rows(extent, day), day).order_by(
        "state__town__code", "name", "pk"
    )
    by_kind: dict[str, list[list[str]]] = {}
    fields = (
        "kind",
        "pk",
        "name",
        "uscc",
        "state__town__name",
        "state__community__name",
        "state__park__name",
        "state__grid__name",
        "state__section",
        "state__division",
        "chain",
        "state__employees",
        "founded_on",
        "coverage",
    )
    for (
        kind,
        pk,
        name,
        code,
        town,
        community,
        park,
        grid,
        section,
        division,
        chain,
        staff,
        founded,
        coverage,
    ) in rows.values_list(*fields).iterator(chunk_size=5000):
        organization, mode = covering.get(pk, ("", ""))
        by_kind.setdefault(kind, []).append(
            [
                name,
                code,
                town or "",
                community or "",
                park or "",
                grid or "",
                _industry(section, division),
                chain,
                "" if staff is None else str(staff),
                founded.isoformat() if founded else "",
                CoverageState(coverage).label,
                organization,
                SetUpMode(mode).label if mode else "",
            ]
        )
    for kind in EntityKind:
        if kind.value in by_kind:
            yield {"title": kind.label, "columns": _ENTITY_COLUMNS, "rows": by_kind[kind.value]}


def _best_links(day: date) -> dict[Any, tuple[str, str]]:
    """Entity → (organization, mode) of its best valid link."""
    found: dict[Any, tuple[str, str]] = {}
    links = valid_links(day).values_list("entity_id", "organization__name", "mode")
    for entity, organization, mode in links.order_by("starts_on").iterator(chunk_size=5000):
        if entity not in found or MODE_RANK[mode] < MODE_RANK[found[entity][1]]:
            found[entity] = (organization, mode)
    return found


def _industry(section: str, division: str) -> str:
    if division:
        return f"{section}{division} {division_name(division)}"
    return f"{section} {section_name(section)}" if section else ""


def _eligible(extent: Extent, day: date) -> Roster:
    """应建未建: entities with enough full members and no organization of their own."""
    rows = with_coverage(INDICATORS["eligible_organized"].unmet_rows(extent, day), day)
    rows = rows.order_by("state__town__code", "name", "pk")
    return {
        "title": "应建未建",
        "columns": ["名称", "主体类型", "所属镇街", "从业人员数", "现状"],
        "rows": [
            [
                name,
                EntityKind(kind).label,
                town or "",
                "" if staff is None else str(staff),
                CoverageState(coverage).label,
            ]
            for name, kind, town, staff, coverage in rows.values_list(
                "name", "kind", "state__town__name", "state__employees", "coverage"
            )
        ],
    }


def _organizations(extent: Extent, day: date) -> Roster:
    secretary = dict(Post.objects.at(day).values_list("organization_id", "person"))
    rows = ORGANIZATIONS.rows(extent, day).order_by("state__town__code", "name", "pk")
    return {
        "title": "党组织",
        "columns": ["党组织全称", "党组织代码", "所属镇街", "成立日期", "书记"],
        "rows": [
            [name, code, town or "", founded.isoformat(), secretary.get(pk, "")]
            for pk, name, code, town, founded in rows.values_list(
                "pk", "name", "code", "state__town__name", "founded_on"
            )
        ],
    }


def _members(extent: Extent, day: date) -> Roster:
    rows = MEMBERS.rows(extent, day).order_by("town_code", "name", "pk")
    return {
        "title": "党员",
        "columns": [
            "姓名",
            "性别",
            "管理党组织所在镇街",
            "工作单位",
            "加入党组织日期",
            "组织关系在管理党组织",
        ],
        "rows": [
            [
                name,
                sex,
                town or "",
                workplace or "",
                joined.isoformat(),
                "是" if affiliated == managed else "否",
            ]
            for name, sex, town, workplace, joined, affiliated, managed in rows.values_list(
                "name",
                "sex",
                "town_name",
                "state__workplace__name",
                "joined_on",
                "affiliated_with",
                "managed_by",
            ).iterator(chunk_size=5000)
        ],
    }


def packed(rosters: list[Roster]) -> bytes:
    """The lists as one compressed file; the same lists give the same bytes."""
    text = json.dumps(rosters, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def unpacked(content: bytes) -> list[Roster]:
    """The lists of a packed file."""
    return json.loads(gzip.decompress(content))


def digest(rosters: list[Roster]) -> str:
    """SHA-256 of the lists."""
    text = json.dumps(rosters, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
