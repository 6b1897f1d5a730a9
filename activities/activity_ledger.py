"""活动记录 (ledgers.md §1): key 党组织 + 日期 + 主题.

Organizations that keep lists bring their activities this way; those that came with a monthly log
are exported, too, but changed in the log only.
"""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from activities.choices import ActivityType
from activities.models import Activity
from common.cells import name_key
from common.ledgers.columns import (
    Column,
    DateCell,
    FlagCell,
    IntegerCell,
    ManyChoicesCell,
    ProseCell,
    TextCell,
)
from common.ledgers.facets import FEW, Plain, rows_of
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options, Row
from common.ledgers.rules import refuse_repeated
from organizations.facets import find_organization
from organizations.finder import OrganizationFinder
from organizations.models import PartyOrganization
from registers.hosting import Hosting, host_column

Key = tuple[uuid.UUID, date, str]


class OrganizationCell(TextCell):
    """A Party organization: read as text, stored as its id, printed by its name."""

    finder: OrganizationFinder

    def render(self, value, obj=None, **kwargs):
        return self.finder.name(value) if isinstance(value, uuid.UUID) else value or ""


class Held(Plain):
    """The activity itself. A cell that reads as what is stored prints says nothing new: logs keep
    texts as they were typed."""

    def load(self, ids, options):
        super().load(ids, options)
        names = ["id", "log_id", "log__month"]
        self.logs = {
            row["id"]: row["log__month"] for row in rows_of(Activity, "id", ids, names)
            if row["log_id"]
        }

    def plan(self, row, options):
        organization = row.facts.get("organization")
        name = self.columns[0].column_name
        if organization:
            row.cells[name] = organization
        else:
            row.cells.pop(name, None)
        if known := self.found.get(row.record):
            self._keep_what_reads_the_same(row, known)
            row.facts["moved"] = bool(organization) and organization != known["organization_id"]
        super().plan(row, options)

    def _keep_what_reads_the_same(self, row: Row, known: dict[str, Any]) -> None:
        for column in self.columns[1:]:
            stored = known[column.attribute]
            if row.given(column) and stored != row.get(column):
                printed = column.show(stored)
                if printed and column.cell.clean(printed) == row.get(column):
                    row.cells[column.column_name] = stored


class ActivityLedger(Ledger):
    """活动记录."""

    kind = "activities"
    title = "活动记录"
    unit = "次"
    model = Activity
    name_path = "topic"
    read_right = "read_logs"
    merged_columns = ("党组织",)
    preview = ("活动类型", "日期", "应到", "实到")

    organization = Column(
        "党组织", "organization_id", OrganizationCell(200), required=True,
        suggestions="organizations",
        synonyms=["党组织名称", "党组织全称", "党支部", "党支部名称", "支部名称", "所在党支部"],
    )
    types = Column(
        "活动类型", "types",
        ManyChoicesCell(
            ActivityType.choices,
            {
                "党员大会": ActivityType.GENERAL_MEETING,
                "支部大会": ActivityType.GENERAL_MEETING,
                "党支部党员大会": ActivityType.GENERAL_MEETING,
                "支部委员会": ActivityType.COMMITTEE_MEETING,
                "支部委员会会议": ActivityType.COMMITTEE_MEETING,
                "支委会会议": ActivityType.COMMITTEE_MEETING,
                "党小组会议": ActivityType.GROUP_MEETING,
                "小组会": ActivityType.GROUP_MEETING,
                "上党课": ActivityType.LECTURE,
                "主题党日活动": ActivityType.THEME_DAY,
                "党日活动": ActivityType.THEME_DAY,
                "民主评议党员": ActivityType.APPRAISAL,
                "谈心": ActivityType.HEART_TALK,
                "志愿活动": ActivityType.VOLUNTEERING,
                "志愿者服务": ActivityType.VOLUNTEERING,
                "宣讲活动": ActivityType.PUBLIC_TALK,
            },
        ),
        required=True,
        synonyms=["类型", "活动类别", "会议类型", "会议类别", "会议名称"],
        help="填其中一个或几个，用顿号隔开：" + "、".join(ActivityType.labels),
    )
    topic = Column(
        "主题", "topic", TextCell(200), required=True,
        synonyms=["活动主题", "会议主题", "活动名称", "名称/主题", "名称（主题）"],
    )
    held_on = Column(
        "日期", "held_on", DateCell(), required=True,
        synonyms=[
            "活动日期", "活动时间", "会议日期", "会议时间", "召开日期", "召开时间", "开展日期",
            "开展时间", "时间", "实际开始时间",
        ],
    )
    place = Column(
        "地点", "place", TextCell(100), synonyms=["活动地点", "会议地点", "开展地点", "地址"]
    )
    host = Column("主持人", "host", TextCell(60), synonyms=["主持", "会议主持人"])
    recorder = Column("记录人", "recorder", TextCell(60), synonyms=["记录", "会议记录人"])
    hosted_by = host_column(
        synonyms=["主办", "主体", "举办单位", "组织单位"],
        help="群团、部门、宣讲团等主办的才填；空着就是党组织自己办的",
    )
    expected = Column(
        "应到", "expected", IntegerCell(0, 100_000),
        synonyms=["应到人数", "应到党员", "应到党员数", "应参加人数", "应出席人数"],
    )
    attended = Column(
        "实到", "attended", IntegerCell(0, 100_000),
        synonyms=["实到人数", "实到党员", "实到党员数", "参加人数", "实际参加人数", "出席人数"],
    )
    on_leave = Column(
        "请假", "absent", IntegerCell(0, 100_000),
        synonyms=["请假人数", "缺席", "缺席人数", "请假（缺席）人数"],
    )
    absentees = Column(
        "缺席人员和原因", "absentees", TextCell(500),
        synonyms=["缺席人员", "请假人员", "缺席原因", "缺席人员及原因", "请假人员和原因"],
    )
    agenda = Column("议题", "agenda", ProseCell(5000), synonyms=["会议议题", "议程", "主要议题"])
    content = Column(
        "内容", "content", ProseCell(20_000),
        synonyms=["活动内容", "会议内容", "主要内容", "活动记录", "会议记录"],
    )
    decisions = Column(
        "决议", "decisions", ProseCell(5000), synonyms=["会议决议", "决议事项", "形成决议"]
    )
    has_micro_lecture = Column("微党课", "has_micro_lecture", FlagCell())
    has_film = Column("教育片", "has_film", FlagCell(), synonyms=["党员教育片"])
    has_practice = Column(
        "实践活动", "has_practice", FlagCell(), synonyms=["实践", "主题实践活动"]
    )
    by_secretary = Column(
        "书记讲党课", "by_secretary", FlagCell(), synonyms=["是否书记讲党课", "书记讲课"]
    )

    def make_facets(self):
        others = ("record_number", "hosted_by")
        self.held = Held(Activity, [c for n, c in self.fields.items() if n not in others])
        return [self.held, Hosting(Activity, self.fields["hosted_by"])]

    def load(self, ids, options):
        self._find(options)
        super().load(ids, options)

    def _find(self, options: Options) -> OrganizationFinder:
        cell = self.fields["organization"].cell
        if not hasattr(cell, "finder"):
            cell.finder = OrganizationFinder(options)
        return cell.finder

    def identify(self, rows, options):
        finder = self._find(options)
        known = _organizations_of(row.record for row in rows if row.record)
        for row in rows:
            organization = self.fields["organization"]
            row.facts["organization"] = find_organization(
                row, organization, finder, known.get(row.record)
            )
        keys = {id(row): self._key(row) for row in rows}
        found = _activities_of({key for key in keys.values() if key})
        for row in rows:
            self._claim(row, found.get(keys[id(row)], ()))
        refuse_repeated(
            rows, self.fields["topic"],
            lambda row: None if row.facts.get("by_number") else keys[id(row)],
        )

    def _key(self, row: Row) -> Key | None:
        organization, topic = row.facts["organization"], name_key(row.get(self.fields["topic"]))
        day = row.get(self.fields["held_on"])
        return (organization, day, topic) if organization and day and topic else None

    def _claim(self, row: Row, found: Iterable[uuid.UUID]) -> None:
        topic = self.fields["topic"]
        if row.record is not None:
            if found and row.record not in found:
                row.error(topic, "这个党组织当天已有另一次同名的活动，请核对。")
        elif len(found) > 1:
            row.error(
                topic, f"当天有 {len(found)} 次同名的活动，请先导出台账，用带记录号的表修改。"
            )
        elif found:
            row.record, row.is_new = found[0], False

    def label(self, row):
        return row.get(self.fields["topic"])

    def named(self, record):
        return f"{record.held_on} {record.topic}"

    def check_row(self, row, options):
        if row.changes and (month := self.held.logs.get(row.record)):
            row.error(
                "主题",
                f"这次活动是{month.year}年{month.month}月日志里填的，请由党组织书记在日志里修改。",
            )
        self._check_day(row, options)
        self._check_numbers(row, options)
        f = self.fields
        types, decisions = row.get(f["types"]), row.get(f["decisions"])
        if ActivityType.GENERAL_MEETING in types and row.is_new and not decisions:
            row.warn(f["decisions"], "党员大会没有写决议。")

    def _check_day(self, row: Row, options: Options) -> None:
        day, organization = row.get(self.fields["held_on"]), row.facts.get("organization")
        if day and day > options.day:
            row.warn(self.fields["held_on"], "日期在数据截止日之后，请核对。")
        founded = self._find(options).rows[organization]["founded_on"] if organization else None
        if day and founded and day < founded:
            row.warn(self.fields["held_on"], f"早于这个党组织的成立日期 {founded}，请核对。")

    def _check_numbers(self, row: Row, options: Options) -> None:
        f = self.fields
        expected, attended, absent = self.as_they_will_stand(
            row, ("expected", "attended", "on_leave"), options
        )
        if None in (expected, attended):
            return
        if attended > expected:
            row.warn(f["attended"], f"实到 {attended} 人多于应到 {expected} 人，请核对。")
        elif absent is not None and attended + absent != expected:
            row.warn(f["on_leave"], f"实到加请假是 {attended + absent} 人，应到 {expected} 人。")

    def in_scope(self, row, options):
        if not hasattr(self, "_visible"):
            within = PartyOrganization.objects.within(options.scope)
            self._visible = set(within.values_list("pk", flat=True))
        return row.facts.get("organization") in self._visible

    def absent(self, batch_records, scope):
        """Activities of logs are not expected in a list."""
        return super().absent(batch_records, scope).filter(log=None)


def _organizations_of(records: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    found = rows_of(Activity, "id", set(records), ["id", "organization_id"])
    return {row["id"]: row["organization_id"] for row in found}


def _activities_of(keys: set[Key]) -> dict[Key, list[uuid.UUID]]:
    """Activities by their key, those of logs included."""
    days = {day for _organization, day, _topic in keys}
    rows = Activity.objects.filter(organization__in={key[0] for key in keys}).order_by()
    if len(days) <= FEW:
        rows = rows.filter(held_on__in=days)
    found: dict[Key, list[uuid.UUID]] = {}
    for pk, organization, day, topic in rows.values_list(
        "id", "organization_id", "held_on", "topic"
    ).iterator(chunk_size=5000):
        key = (organization, day, name_key(topic))
        if key in keys:
            found.setdefault(key, []).append(pk)
    return found
