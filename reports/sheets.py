"""The lists behind figures (reports/sheet.py) of entities, organizations, members, instructors and
logs. Other rows: reports/sheets_events.py."""

from datetime import date
from typing import Any

from django.db.models import F

from accounts.scope import Scope
from activities.choices import LogState
from activities.models import ActivityLog
from common.filters import ScopedFilterSet
from common.ledgers.declared import declared_ledgers
from common.lists import Sort
from common.masking import mask_id_number
from common.secrets import disclose
from common.tables import Column
from enterprises.models import Entity
from enterprises.tables import industry_words
from evaluations.models import Commitment, CommitmentItem
from members.choices import MemberCategory
from members.models import Member
from organizations.choices import MODE_RANK, CoverageState, OrganizationCategory
from organizations.coverage import valid_links, with_coverage
from organizations.models import Instructor, PartyOrganization
from organizations.queries import listed as organizations_listed
from organizations.queries import set_terms, stage_words
from reports.charts import STATE_LOOK
from reports.declared import sheet_of
from reports.honours import HONOUR_SHEET
from reports.named import UNIT_SHEET
from reports.opening import address, opening
from reports.rule_figures import RULE_SHEET
from reports.schemes import CRITERION_SHEET, STAR_SHEET
from reports.sheet import Sheet, take_over
from reports.sheets_events import EVENT_SHEETS
from reports.tickets import TICKET_SHEET

COVERAGE_TONES = {state.label: look for state, (look, _fill) in STATE_LOOK.items()} | {
    CoverageState.NOT_COUNTED.label: "out"
}

LOG_TONES = {
    LogState.OWED.label: "bad", LogState.RETURNED.label: "bad", LogState.SUBMITTED.label: "info",
    LogState.ACCEPTED.label: "ok", LogState.CONFIRMED.label: "ok",
}


class EntitySearch(ScopedFilterSet):
    search_fields = ("name_key__contains", "uscc__istartswith", "initials__istartswith")
    search_hint = "名称、信用代码或拼音首字母"


class OrganizationSearch(ScopedFilterSet):
    search_fields = (
        "name_key__contains", "short_name__contains", "code__istartswith", "initials__istartswith",
    )
    search_hint = "名称、代码或拼音首字母"


class PersonSearch(ScopedFilterSet):
    search_fields = ("name__contains", "initials__istartswith")
    search_hint = "姓名或拼音首字母"


# --- Entities -----------------------------------------------------------------------------------

_ENTITY = ("town_name", "community_name", "grid_name", "park_name", "section", "division",
           "staff", "coverage", "opens")


def _prepare_entities(rows: list[Any], scope: Scope, day: date) -> None:
    ids = [row.pk for row in rows]
    known = with_coverage(Entity.objects.filter(pk__in=ids).at(day), day).annotate(
        town_name=F("state__town__name"),
        community_name=F("state__community__name"),
        grid_name=F("state__grid__name"),
        park_name=F("state__park__name"),
        section=F("state__section"),
        division=F("state__division"),
        staff=F("state__employees"),
        opens=opening(Entity, scope),
    )
    take_over(rows, {row.pk: row for row in known}, _ENTITY)
    best: dict[Any, tuple[int, str]] = {}
    links = valid_links(day).filter(entity__in=ids)
    for entity, mode, name in links.values_list("entity_id", "mode", "organization__name"):
        best[entity] = min(best.get(entity, (len(MODE_RANK), "")), (MODE_RANK[mode], name))
    for row in rows:
        row.organization_name = best.get(row.pk, (0, ""))[1]


def _place(row: Any) -> str:
    community, grid = row.community_name or "", row.grid_name or ""
    return grid if grid.startswith(community) else f"{community} {grid}".strip()


ENTITY_SHEET = Sheet(
    Entity, "主体", "家", EntitySearch,
    (
        Column("name", "名称", link=address, sort=("name", "-name"), fixed=True,
               sub=Column("uscc", "统一社会信用代码")),
        Column("kind", "类型", value="get_kind_display"),
        Column("town", "所属镇街", value="town_name", short="镇街",
               sub=Column("place", "社区、网格", value=_place)),
        Column("coverage", "覆盖状态", kind="cov", tones=COVERAGE_TONES, short="状态",
               value=lambda row: CoverageState(row.coverage).label if row.coverage else ""),
        Column("organization", "党组织", value="organization_name"),
        Column("staff", "从业人数", kind="number", short="从业"),
        Column("industry", "行业", shown=False,
               value=lambda row: industry_words(row.section or "", row.division or "")),
        Column("chain", "产业链", shown=False),
        Column("park", "园区", value="park_name", shown=False),
        Column("founded", "成立日期", value="founded_on", kind="date", wide=True,
               sort=("founded", "-founded")),
    ),
    (
        Sort("name", "按名称", "name_key"),
        Sort("-name", "按名称倒排", "-name_key"),
        Sort("founded", "成立早的在前", "founded_on"),
        Sort("-founded", "成立晚的在前", "-founded_on"),
    ),
    _prepare_entities,
)

# --- Organizations ------------------------------------------------------------------------------

_ORGANIZATION = ("town_name", "category", "secretary", "due_on", "opens")


def _prepare_organizations(rows: list[Any], scope: Scope, day: date) -> None:
    known = organizations_listed(
        PartyOrganization.objects.filter(pk__in=[row.pk for row in rows]), day
    ).annotate(opens=opening(PartyOrganization, scope))
    take_over(rows, {row.pk: row for row in known}, _ORGANIZATION)
    for row in rows:
        row.stage = stage_words(row.due_on, day)


ORGANIZATION_SHEET = Sheet(
    PartyOrganization, "党组织", "个", OrganizationSearch,
    (
        Column("name", "党组织", value=lambda row: row.name, link=address, fixed=True,
               sort=("name", "-name"), sub=Column("code", "党组织代码")),
        Column("category", "类别",
               value=lambda row: OrganizationCategory(row.category).label if row.category else ""),
        Column("town", "所属镇街", value="town_name", short="镇街"),
        Column("secretary", "书记", value=lambda row: row.secretary or "空缺"),
        Column("due", "应换届日期", value="due_on", kind="date", short="换届",
               sub=Column("stage", "换届提醒")),
        Column("founded", "成立日期", value="founded_on", kind="date", wide=True,
               sort=("founded", "-founded")),
    ),
    (
        Sort("name", "按名称", "name"),
        Sort("-name", "按名称倒排", "-name"),
        Sort("founded", "成立早的在前", "founded_on"),
        Sort("-founded", "成立晚的在前", "-founded_on"),
    ),
    _prepare_organizations,
)

# --- Members ------------------------------------------------------------------------------------


def _prepare_members(rows: list[Any], scope: Scope, day: date) -> None:
    known = Member.objects.filter(pk__in=[row.pk for row in rows]).at(day).annotate(
        category=F("state__category"),
        workplace_name=F("state__workplace__name"),
        opens=opening(Member, scope),
    )
    take_over(rows, {row.pk: row for row in known}, ("category", "workplace_name", "opens"))
    asked = {row.managed_by for row in rows} | {row.affiliated_with for row in rows}
    names = dict(PartyOrganization.objects.filter(pk__in=asked).values_list("pk", "name"))
    for row in rows:
        row.manager_name = names.get(row.managed_by)
        row.affiliation_name = names.get(row.affiliated_with)


def _masked(row: Any) -> str:
    """The masked number of those whose record opens: it tells apart who has the same name."""
    return mask_id_number(disclose(row.id_number)) if row.opens and row.id_number else ""


MEMBER_SHEET = Sheet(
    Member, "党员", "名", PersonSearch,
    (
        Column("name", "姓名", link=address, sort=("name", "-name"), fixed=True,
               sub=Column("id_number", "公民身份号码", value=_masked)),
        Column("sex", "性别"),
        Column("category", "人员类别", short="类别",
               value=lambda row: MemberCategory(row.category).label if row.category else ""),
        Column("manager", "管理党组织", value="manager_name"),
        Column("affiliation", "组织关系所在党组织", value="affiliation_name", shown=False),
        Column("workplace", "工作单位", value="workplace_name"),
        Column("joined", "加入党组织日期", value="joined_on", kind="date", short="入党", wide=True,
               sort=("joined", "-joined")),
    ),
    (
        Sort("name", "按姓名", "name"),
        Sort("-name", "按姓名倒排", "-name"),
        Sort("joined", "入党早的在前", "joined_on"),
        Sort("-joined", "入党晚的在前", "-joined_on"),
    ),
    _prepare_members,
)

# --- Instructors --------------------------------------------------------------------------------


def _prepare_instructors(rows: list[Any], scope: Scope, day: date) -> None:
    set_terms(rows, scope, day)
    found = Instructor.objects.filter(pk__in=[row.pk for row in rows]).annotate(
        opens=opening(Instructor, scope)
    )
    take_over(rows, {row.pk: row for row in found}, ("opens",))


INSTRUCTOR_SHEET = Sheet(
    Instructor, "指导员", "名", PersonSearch,
    (
        Column("name", "姓名", link=address, sort=("name", "-name"), fixed=True,
               sub=Column("workplace", "工作单位")),
        Column("town", "所属镇街", value="town_name", short="镇街",
               sub=Column("grid", "所属网格", value="grid_name")),
        Column("last", "聘期止", value="last_day", kind="date"),
        Column("entities", "联系主体", value="entities_assigned", kind="number"),
    ),
    (Sort("ends", "聘期先到的在前", "term_ends_on", "name"), Sort("name", "按姓名", "name"),
     Sort("-name", "按姓名倒排", "-name")),
    _prepare_instructors,
)

# --- Logs ---------------------------------------------------------------------------------------


class LogSearch(ScopedFilterSet):
    search_fields = ("organization__name_key__contains", "organization__initials__istartswith")
    search_hint = "党组织名称或拼音首字母"


def _prepare_logs(rows: list[Any], scope: Scope, _day: date) -> None:
    known = ActivityLog.objects.filter(pk__in=[row.pk for row in rows]).annotate(
        organization_name=F("organization__name"),
        town_name=F("town__name"),
        opens=opening(ActivityLog, scope),
    )
    take_over(rows, {row.pk: row for row in known}, ("organization_name", "town_name", "opens"))


LOG_SHEET = Sheet(
    ActivityLog, "日志", "份", LogSearch,
    (
        Column("organization", "党组织", value="organization_name", link=address, fixed=True),
        Column("month", "月份", value=lambda row: f"{row.month.year}年{row.month.month}月",
               sort=("-month", "month")),
        Column("town", "当时所属镇街", value="town_name", short="镇街"),
        Column("state", "报送状态", value="get_state_display", kind="state", tones=LOG_TONES),
        Column("zero", "零报告", value=lambda row: "零报告" if row.is_zero else ""),
        Column("submitted", "报送日", value="submitted_on", kind="date"),
        Column("due", "截止日", value="due_on", kind="date", wide=True),
        Column("reason", "零报告或豁免原因", value="reason", shown=False),
    ),
    (
        Sort("-month", "月份近的在前", "-month", "organization__name"),
        Sort("month", "月份早的在前", "month", "organization__name"),
        Sort("name", "按党组织", "organization__name", "-month"),
    ),
    _prepare_logs,
)

# --- Commitments --------------------------------------------------------------------------------


class CommitmentSearch(ScopedFilterSet):
    search_fields = ("organization__name_key__contains", "entity__name_key__contains")
    search_hint = "党组织或企业名称"


class PromiseSearch(ScopedFilterSet):
    search_fields = (
        "text__contains", "commitment__organization__name_key__contains",
        "commitment__entity__name_key__contains",
    )
    search_hint = "承诺内容、党组织或企业名称"


def _prepare_commitments(rows: list[Any], scope: Scope, _day: date) -> None:
    known = Commitment.objects.filter(pk__in=[row.pk for row in rows]).annotate(
        organization_name=F("organization__name"), entity_name=F("entity__name"),
        opens=opening(Commitment, scope),
    )
    take_over(rows, {row.pk: row for row in known}, ("organization_name", "entity_name", "opens"))


def _prepare_promises(rows: list[Any], scope: Scope, _day: date) -> None:
    known = CommitmentItem.objects.filter(pk__in=[row.pk for row in rows]).annotate(
        organization_name=F("commitment__organization__name"),
        entity_name=F("commitment__entity__name"), opens=opening(CommitmentItem, scope),
    )
    take_over(rows, {row.pk: row for row in known}, ("organization_name", "entity_name", "opens"))


COMMITMENT_SHEET = Sheet(
    Commitment, "承诺书", "份", CommitmentSearch,
    (
        Column("organization", "党组织", value="organization_name", link=address, fixed=True,
               sub=Column("entity", "企业", value="entity_name")),
        Column("town", "所属镇街", value="town_name", short="镇街"),
        Column("signed_on", "签订日期", kind="date", short="签订", sort=("-signed", "signed")),
        Column("state", "进度", value="get_state_display"),
    ),
    (
        Sort("name", "按党组织", "organization__name", "entity__name"),
        Sort("-signed", "最近签订的在前", "-signed_on"),
        Sort("signed", "最早签订的在前", "signed_on"),
    ),
    _prepare_commitments,
)
PROMISE_SHEET = Sheet(
    CommitmentItem, "承诺事项", "项", PromiseSearch,
    (
        Column("text", "承诺内容", link=address, fixed=True,
               sub=Column("side", "承诺方", value="get_side_display")),
        Column("organization", "党组织", value="organization_name",
               sub=Column("entity", "企业", value="entity_name")),
        Column("owner", "责任人"),
        Column("due_on", "完成时限", kind="date", short="时限", sort=("due", "-due")),
        Column("done_on", "完成日期", kind="date", short="完成"),
        Column("evidence", "佐证", shown=False),
    ),
    (
        Sort("due", "先到期的在前", "due_on", "number"),
        Sort("-due", "后到期的在前", "-due_on", "number"),
    ),
    _prepare_promises,
)

SHEETS = {
    sheet.model: sheet
    for sheet in (
        ENTITY_SHEET, ORGANIZATION_SHEET, MEMBER_SHEET, INSTRUCTOR_SHEET, LOG_SHEET, *EVENT_SHEETS,
        TICKET_SHEET, COMMITMENT_SHEET, PROMISE_SHEET, HONOUR_SHEET, RULE_SHEET, UNIT_SHEET,
        CRITERION_SHEET, STAR_SHEET,
        *(sheet_of(ledger) for ledger in declared_ledgers()),
    )
}
