"""The ledgers of the district: headers as offices write them, and the rows below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from districts.mingchuan.life import Session
from districts.mingchuan.records import (
    FULL,
    MARKET,
    PROBATIONARY,
    District,
    Entity,
    Instructor,
    Organization,
)
from districts.mingchuan.sheets import Cell, Column, Sheet
from districts.mingchuan.towns import area_rows

TEXT = True
FILES = {  # file name -> kind of ledger, in the order of loading
    "01-区划台账.xlsx": "areas",
    "02-党组织台账.xlsx": "organizations",
    "03-小微企业和专业市场台账.xlsx": "enterprises",
    "04-个体工商户台账.xlsx": "enterprises",
    "05-党员花名册.xlsx": "members",
    "06-党建指导员台账.xlsx": "instructors",
    "07-活动记录.xlsx": "activities",
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """One workbook: its sheet and its rows, as (canonical header -> cell) in column order."""

    kind: str
    file_name: str
    sheet: Sheet
    headers: tuple[str, ...]  # canonical headers of the columns, in their order
    rows: list[Sequence[Cell]]


class Spelling:
    """Spells dates and names as many hands do; the same for the same stream of chance."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def day(self, day: date | None) -> Cell:
        """One of the spellings in use, or a real Excel date."""
        if day is None:
            return None
        draw = self.rng.random()
        if draw < 0.34:
            return day
        if draw < 0.56:
            return day.isoformat()
        if draw < 0.74:
            return f"{day.year}.{day.month}.{day.day}"
        if draw < 0.88:
            return f"{day.year}/{day.month}/{day.day}"
        return f"{day.year}年{day.month}月{day.day}日" if draw < 0.96 else f"{day:%Y%m%d}"

    def organization(self, organization: Organization | None) -> str:
        """Full name, or the code where there is one."""
        if organization is None:
            return ""
        use_code = organization.code and self.rng.random() < 0.12
        return organization.code if use_code else organization.name

    def entity(self, entity: Entity | None) -> str:
        """Code or name; a market by name only, since its code is that of the organizer."""
        if entity is None:
            return ""
        by_name = entity.kind == MARKET or not entity.code or self.rng.random() < 0.4
        return entity.name if by_name else entity.code

    def entities(self, entities: list[Entity]) -> str:
        """Several entities in one cell."""
        separator = self.rng.choice("、、、，;\n")
        return separator.join(self.entity(entity) for entity in entities)


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _tick(value: bool) -> str:
    return "√" if value else ""


Getter = Callable[[Any], Cell]
Field = tuple[str, str, float, bool, Getter]  # canonical, printed, width, text, value


def _ledger(
    file_name: str,
    sheet: tuple[str, str, str, str, str],
    fields: Sequence[Field],
    records: Sequence[object],
    instructions: tuple[str, ...] = (),
) -> Ledger:
    getters = [getter for *_, getter in fields]
    columns = (
        Column("序号", 6),
        *(Column(printed, width, text) for _, printed, width, text, _ in fields),
    )
    title, unit, tab, total, note = sheet
    return Ledger(
        FILES[file_name],
        file_name,
        Sheet(title, unit, tab, columns, total, note, instructions),
        tuple(canonical for canonical, *_ in fields),
        [[getter(record) for getter in getters] for record in records],
    )


def _areas() -> Ledger:
    fields: list[Field] = [
        ("区划代码", "★区划代码", 18, TEXT, lambda row: row.code),
        ("名称", "★名称", 26, False, lambda row: row.name),
        ("层级", "★层级", 9, False, lambda row: row.level),
        ("上级代码", "上级代码", 18, TEXT, lambda row: row.parent),
        ("网格类型", "网格类型", 10, False, lambda row: row.grid_type),
        ("启用日期", "启用日期", 13, False, lambda row: row.opened),
        ("停用日期", "停用日期", 13, False, lambda row: row.closed),
    ]
    sheet = (
        "明川区区划和网格台账",
        "中共明川区委社会工作部",
        "区划",
        "共 {} 条",
        "注：网格由镇街划定。",
    )
    return _ledger("01-区划台账.xlsx", sheet, fields, area_rows())


def _organizations(district: District, spell: Spelling) -> Ledger:
    def hosts(one: Organization) -> str:
        return spell.entities(one.hosts) if one.names_hosts else ""

    fields: list[Field] = [
        ("党组织全称", "党组织全称★", 44, False, lambda one: one.name),
        ("简称", "简称", 26, False, lambda one: one.short),
        ("党组织代码", "党组织代码", 15, TEXT, lambda one: one.code),
        ("类别", "类别★", 12, False, lambda one: one.category),
        ("组建方式", "组建方式★", 11, False, lambda one: one.mode),
        ("上级党组织", "上级党组织", 36, False, lambda one: one.parent.name if one.parent else ""),
        ("所属镇街", "所属镇街★", 12, False, lambda one: one.town.name),
        ("所属园区", "所属园区", 18, False, lambda one: one.park),
        ("所属行业", "所属行业", 10, TEXT, lambda one: one.industry),
        ("成立日期", "成立日期★", 13, False, lambda one: spell.day(one.founded)),
        ("撤销日期", "撤销日期", 13, False, lambda one: spell.day(one.dissolved)),
        ("依托单位", "依托单位", 40, False, hosts),
        ("书记姓名", "书记姓名", 10, False, lambda one: one.secretary),
        ("书记出生日期", "书记\n出生日期", 13, False, lambda one: spell.day(one.secretary_born)),
        ("书记联系电话", "书记\n联系电话", 14, TEXT, lambda one: one.secretary_phone),
        ("书记身份", "书记身份", 10, False, lambda one: one.secretary_standing),
        ("本届起始日期", "本届\n起始日期", 13, False, lambda one: spell.day(one.term_start)),
        ("任期年限", "任期\n年限", 7, False, lambda one: one.term_years),
        ("党小组数", "党小组数", 9, False, lambda one: one.groups),
        ("活动场所面积", "活动场所\n面积", 10, False, lambda one: one.room),
        ("党建品牌", "党建品牌", 14, False, lambda one: one.brand),
        ("状态", "状态★", 8, False, lambda one: "在用" if one.is_active else "撤销"),
        ("备注", "备注", 28, False, lambda one: one.note),
    ]
    sheet = (
        "明川区两新组织党组织台账",
        "中共明川区委社会工作部",
        "党组织",
        "共 {} 个",
        "注：带★的为必填项。党组织代码未核发的可不填。",
    )
    return _ledger("02-党组织台账.xlsx", sheet, fields, district.organizations)


def _link_start(spell: Spelling) -> Getter:
    return lambda one: spell.day(one.link_start) if one.prints_start else None


def _enterprises(district: District, spell: Spelling) -> Ledger:
    fields: list[Field] = [
        ("主体类型", "主体类型★", 13, False, lambda one: one.kind),
        ("名称", "单位名称★", 32, False, lambda one: one.name),
        ("统一社会信用代码", "统一社会\n信用代码★", 22, TEXT, lambda one: one.code),
        ("所属镇街", "乡镇（街道）★", 12, False, lambda one: one.town.name),
        ("村社区", "村/社区", 12, False, lambda one: one.community),
        ("园区", "园区", 20, False, lambda one: one.park),
        ("网格", "网格", 22, False, lambda one: one.grid),
        ("地址", "经营场所★", 34, False, lambda one: one.address),
        ("所属行业", "行业类别★", 10, TEXT, lambda one: one.industry),
        ("产业链", "所属产业链", 12, False, lambda one: one.chain),
        ("成立日期", "注册时间", 13, False, lambda one: spell.day(one.founded)),
        ("注销日期", "注销日期", 13, False, lambda one: spell.day(one.closed)),
        ("从业人员数", "职工数★", 9, False, lambda one: one.employees),
        ("营业收入(万元)", "年营业收入\n（万元）", 12, False, lambda one: one.revenue),
        ("资产总额(万元)", "资产总额\n（万元）", 12, False, lambda one: one.assets),
        ("是否规模以上", "规上", 7, False, lambda one: _yes(one.above_scale)),
        ("资质标签", "资质标签", 18, False, lambda one: one.tags),
        ("发展阶段", "发展阶段", 10, False, lambda one: one.stage),
        ("固定场所", "固定场所", 9, False, lambda one: _yes(one.premises)),
        ("经营状态", "经营状态★", 10, False, lambda one: one.status),
        ("法定代表人", "法人姓名★", 11, False, lambda one: one.owner),
        ("法定代表人政治面貌", "法定代表人\n政治面貌", 12, False, lambda one: one.politics),
        ("联系电话", "联系电话★", 14, TEXT, lambda one: one.phone),
        ("覆盖党组织", "覆盖党组织", 42, False, lambda one: spell.organization(one.organization)),
        ("组建方式", "组建方式", 11, False, lambda one: one.mode),
        ("覆盖起始日期", "覆盖\n起始日期", 13, False, _link_start(spell)),
        ("未建原因", "未建原因", 20, False, lambda one: one.reason),
        ("工会", "工会", 6, False, lambda one: _tick(one.union)),
        ("共青团", "共青团", 7, False, lambda one: _tick(one.youth)),
        ("妇联", "妇联", 6, False, lambda one: _tick(one.women)),
        ("党员总数", "党员人数", 8, False, lambda one: one.member_total),
        ("备注", "备注", 22, False, lambda one: one.note),
        ("填报人", "填报人", 9, False, lambda one: f"{one.town.short}所"),
    ]
    sheet = (
        "明川区小微企业和专业市场台账",
        "明川区市场监督管理局",
        "汇总表",
        "共 {} 家",
        "注：停业、吊销、注销、迁出、空壳单位也在册，不计入统计。",
    )
    instructions = (
        "一、带★的为必填项，专业市场没有统一社会信用代码的可以不填。",
        "二、行业类别填国民经济行业分类两位代码，如 33。",
        "三、统一社会信用代码、联系电话两列已设为文本格式，请勿改动。",
    )
    return _ledger(
        "03-小微企业和专业市场台账.xlsx",
        sheet,
        fields,
        district.entities,
        instructions,
    )


def _plain_day(day: date | None) -> Cell:
    return None if day is None else f"{day.year}-{day.month:02d}-{day.day:02d}"


def _shops(district: District, spell: Spelling) -> Ledger:
    fields: list[Field] = [
        ("主体类型", "主体类型★", 12, False, lambda one: one.kind),
        ("名称", "字号名称★", 26, False, lambda one: one.name),
        ("统一社会信用代码", "信用代码", 22, TEXT, lambda one: one.code),
        ("所属镇街", "所在街道★", 11, False, lambda one: one.town.name),
        ("村社区", "居委会", 12, False, lambda one: one.community),
        ("网格", "网格", 16, False, lambda one: one.grid),
        ("地址", "经营场所★", 32, False, lambda one: one.address),
        ("所属行业", "行业门类★", 9, False, lambda one: one.industry),
        ("成立日期", "注册时间", 13, False, lambda one: _plain_day(one.founded)),
        ("注销日期", "注销日期", 13, False, lambda one: _plain_day(one.closed)),
        ("从业人员数", "从业人数★", 9, False, lambda one: one.employees),
        ("经营状态", "状态★", 8, False, lambda one: one.status),
        ("法定代表人", "业主★", 10, False, lambda one: one.owner),
        ("法定代表人政治面貌", "法定代表人\n政治面貌", 11, False, lambda one: one.politics),
        ("联系电话", "联系电话", 14, TEXT, lambda one: one.phone),
        ("覆盖党组织", "覆盖党组织", 42, False, lambda one: spell.organization(one.organization)),
        ("组建方式", "组建方式", 11, False, lambda one: one.mode),
        ("覆盖起始日期", "覆盖起始日期", 13, False, _link_day),
        ("三亮经营户", "三亮经营户", 11, False, lambda one: _tick(one.model_shop)),
        ("党员总数", "党员人数", 9, False, lambda one: one.member_total),
    ]
    sheet = (
        "明川区个体工商户台账",
        "明川区市场监督管理局",
        "个体工商户",
        "共 {} 户",
        "注：由市场监管所每月第一个工作日更新。",
    )
    return _ledger("04-个体工商户台账.xlsx", sheet, fields, district.shops)


def _link_day(one: Entity) -> Cell:
    return _plain_day(one.link_start) if one.prints_start else None


def _members(district: District, spell: Spelling) -> Ledger:
    fields: list[Field] = [
        ("姓名", "姓名★", 10, False, lambda one: one.name),
        ("性别", "性别★", 6, False, lambda one: one.sex),
        ("民族", "民族★", 8, False, lambda one: one.nation),
        ("公民身份号码", "身份证号★", 22, TEXT, lambda one: one.identity),
        ("出生日期", "出生日期", 13, False, lambda one: spell.day(one.born)),
        ("学历", "学历★", 8, False, lambda one: one.education),
        ("人员类别", "人员类别★", 10, False, lambda one: FULL if one.full_since else PROBATIONARY),
        ("党籍状态", "党籍状态★", 10, False, lambda one: one.status),
        ("党籍变动日期", "党籍变动日期", 13, False, lambda one: spell.day(one.status_since)),
        ("加入党组织日期", "入党时间★", 13, False, lambda one: spell.day(one.joined)),
        ("转正日期", "转正时间", 13, False, lambda one: spell.day(one.full_since)),
        (
            "组织关系所在党组织",
            "组织关系\n所在党组织★",
            40,
            False,
            lambda one: spell.organization(one.affiliation),
        ),
        ("组织关系转入日期", "组织关系\n转入日期", 13, False, lambda one: spell.day(one.moved_in)),
        ("管理党组织", "管理党组织", 40, False, lambda one: spell.organization(one.management)),
        ("工作单位", "工作单位", 30, False, lambda one: spell.entity(one.employer)),
        ("工作岗位", "工作岗位", 12, False, lambda one: one.job),
        ("岗位层级", "岗位层级", 10, False, lambda one: one.level),
        ("党内职务", "党内职务", 10, False, lambda one: one.office),
        ("手机", "手机号码★", 14, TEXT, lambda one: one.phone),
        ("是否流动", "是否流动", 8, False, lambda one: one.mobile),
        ("党费交至", "党费交至", 12, False, lambda one: one.dues_until),
        ("月党费(元)", "月党费（元）", 9, False, lambda one: one.dues),
        ("备注", "备注", 16, False, lambda one: one.note),
    ]
    sheet = (
        "明川区“小个专”党员花名册",
        "中共明川区委社会工作部",
        "党员花名册",
        "共 {} 名",
        "注：本表含个人信息，仅供工作使用。",
    )
    return _ledger("05-党员花名册.xlsx", sheet, fields, district.members)


def _instructors(district: District, spell: Spelling) -> Ledger:
    def organizations(one: Instructor) -> str:
        return "、".join(each.name for each in one.organizations)

    fields: list[Field] = [
        ("姓名", "姓名★", 10, False, lambda one: one.name),
        ("性别", "性别", 6, False, lambda one: one.sex),
        ("政治面貌", "政治面貌★", 10, False, lambda one: "中共党员"),
        ("工作单位", "工作单位★", 28, False, lambda one: one.employer),
        ("职务", "职务", 18, False, lambda one: one.title),
        ("来源", "来源★", 14, False, lambda one: one.source),
        ("专职兼职", "专职兼职★", 9, False, lambda one: "专职" if one.is_full_time else "兼职"),
        ("聘期起", "聘期起★", 13, False, lambda one: spell.day(one.starts)),
        ("聘期止", "聘期止★", 13, False, lambda one: spell.day(one.ends)),
        ("所属镇街", "所属镇街", 12, False, lambda one: one.town.name if one.town else ""),
        ("所属网格", "所属网格", 22, False, lambda one: one.grid),
        ("联系主体", "联系主体", 60, False, lambda one: spell.entities(one.entities)),
        ("联系党组织", "联系党组织", 34, False, organizations),
        ("联系电话", "联系电话★", 14, TEXT, lambda one: one.phone),
        ("备注", "备注", 12, False, lambda one: one.note),
    ]
    sheet = (
        "明川区党建指导员台账",
        "中共明川区委社会工作部",
        "指导员",
        "共 {} 名",
        "注：聘期届满未续聘的保留在册。",
    )
    return _ledger("06-党建指导员台账.xlsx", sheet, fields, district.instructors)


def _activities(listed: list[tuple[Organization, Session]], spell: Spelling) -> Ledger:
    def extra(name: str) -> Getter:
        return lambda one: _tick(name in one[1].extras)

    fields: list[Field] = [
        ("党组织", "党组织名称★", 42, False, lambda one: spell.organization(one[0])),
        ("活动类型", "活动类型★", 18, False, lambda one: "、".join(one[1].types)),
        ("主题", "名称/主题★", 26, False, lambda one: one[1].topic),
        ("日期", "活动时间★", 13, False, lambda one: spell.day(one[1].day)),
        ("地点", "地点", 16, False, lambda one: one[1].place),
        ("主持人", "主持人", 10, False, lambda one: one[1].host),
        ("记录人", "记录人", 10, False, lambda one: one[1].recorder),
        ("应到", "应到\n人数", 7, False, lambda one: one[1].expected),
        ("实到", "实到\n人数", 7, False, lambda one: one[1].attended),
        ("请假", "请假\n人数", 7, False, lambda one: one[1].absent),
        ("缺席人员和原因", "缺席人员及原因", 20, False, lambda one: one[1].absentees),
        ("议题", "议题", 26, False, lambda one: one[1].agenda),
        ("内容", "主要内容", 60, False, lambda one: one[1].content),
        ("决议", "决议事项", 30, False, lambda one: one[1].decisions),
        ("微党课", "微党课", 8, False, extra("微党课")),
        ("教育片", "教育片", 8, False, extra("教育片")),
        ("实践活动", "实践活动", 9, False, extra("实践活动")),
        ("书记讲党课", "书记\n讲党课", 8, False, extra("书记讲党课")),
    ]
    sheet = (
        "明川区党组织活动记录（线下登记）", "中共明川区委社会工作部", "活动记录", "共 {} 次",
        "注：没有在平台报日志的月份，按纸质记录补登。",
    )
    return _ledger("07-活动记录.xlsx", sheet, fields, listed)


def build_ledgers(
    district: District, rng: Random, listed: list[tuple[Organization, Session]]
) -> list[Ledger]:
    """The workbooks in the order in which they are to be loaded. ``listed``: the activities that
    stand in a list."""
    spell = Spelling(rng)
    return [
        _areas(),
        _organizations(district, spell),
        _enterprises(district, spell),
        _shops(district, spell),
        _members(district, spell),
        _instructors(district, spell),
        _activities(listed, spell),
    ]
