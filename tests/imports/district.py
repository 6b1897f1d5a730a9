"""A small district for the tests of imports, and random edits of its ledgers."""

import io
import json
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import date
from random import Random
from types import SimpleNamespace
from typing import Any

from django.db.models import Model

from accounts.scope import acting_scope
from common.ledgers import ledger_of
from common.ledgers.export import ledger_rows, write_export
from common.ledgers.rows import Options
from tests.ledgers import desk
from tests.ledgers.desk import CODES, PEOPLE

KINDS = ["areas", "organizations", "enterprises", "members", "instructors"]

ORGANIZATIONS = [
    desk.organization("甲镇党委", 类别="党委", 书记姓名="赵一", 书记联系电话="13800000011"),
    desk.organization("乙街道党委", 类别="党委", 所属镇街="乙街道", 党组织代码="Y01"),
    desk.organization(
        "红星支部",
        上级党组织="甲镇党委",
        依托单位="红星厂、未来厂",
        书记姓名="钱二",
        本届起始日期="2024-03-01",
        任期年限=3,
    ),
    desk.organization(
        "联合支部",
        类别="联合党支部",
        组建方式="联合组建",
        上级党组织="甲镇党委",
        党组织代码="L01",
        所属园区="高新园",
    ),
    desk.organization("兜底支部", 组建方式="区域兜底", 上级党组织="乙街道党委", 所属镇街="乙街道"),
]
ENTITIES = [
    desk.entity(
        "红星厂",
        CODES[0],
        成立日期="2019-05-01",
        覆盖党组织="红星支部",
        组建方式="单独组建",
        资质标签="专精特新",
        营业收入=2210,
    ),
    desk.entity(
        "商会",
        CODES[2],
        主体类型="行业协会商会",
        覆盖党组织="联合支部",
        覆盖起始日期="2022-01-01",
        组建方式="联合组建",
    ),
    desk.entity("小卖部", 村社区="东社区", 网格="甲一网格", 从业人员数=2),
    desk.entity(
        "面馆", 所属镇街="乙街道", 覆盖党组织="兜底支部", 组建方式="区域兜底", 从业人员数=3
    ),
    desk.entity("百货市场", 主体类型="专业市场", 所属镇街="乙街道"),
]
MEMBERS = [
    desk.member("孙三", PEOPLE[0], "红星支部", 工作单位="红星厂", 岗位层级="管理层"),
    desk.member("李四", PEOPLE[1], "联合支部", 管理党组织="红星支部", 工作单位="未来厂"),
    desk.member(
        "周五",
        PEOPLE[2],
        "兜底支部",
        加入党组织日期="2024-07-01",
        人员类别="预备党员",
        转正日期=None,
    ),
]
INSTRUCTORS = [
    desk.instructor("吴六", 所属镇街="甲镇", 联系主体="红星厂、未来厂", 联系党组织="红星支部"),
    desk.instructor("郑七", 联系主体="小卖部", 联系电话="13800000077"),
]
ROWS = {
    "areas": desk.AREAS,
    "organizations": ORGANIZATIONS,
    "enterprises": ENTITIES,
    "members": MEMBERS,
    "instructors": INSTRUCTORS,
}
# The key and what must be filled: they stand in every file.
ALWAYS = {
    "areas": ["区划代码", "名称", "层级"],
    "organizations": [
        "党组织全称",
        "党组织代码",
        "类别",
        "组建方式",
        "所属镇街",
        "成立日期",
        "状态",
    ],
    "enterprises": [
        "主体类型",
        "名称",
        "统一社会信用代码",
        "所属镇街",
        "地址",
        "所属行业",
        "从业人员数",
        "经营状态",
        "法定代表人",
        "联系电话",
    ],
    "members": [
        "姓名",
        "性别",
        "民族",
        "公民身份号码",
        "学历",
        "人员类别",
        "党籍状态",
        "加入党组织日期",
        "转正日期",
        "组织关系所在党组织",
        "手机",
    ],
    "instructors": [
        "姓名",
        "政治面貌",
        "工作单位",
        "来源",
        "专职兼职",
        "聘期起",
        "聘期止",
        "联系电话",
    ],
}


def fill() -> None:
    """Load the whole district, as of the day of the desk."""
    for kind in KINDS:
        batch = desk.load(kind, ROWS[kind])
        assert batch.state == "applied", desk.messages(batch)


def export(kind: str, day: date, *, identity: bool = True) -> io.BytesIO:
    """The ledger as a workbook, as an export writes it."""
    ledger = ledger_of(kind)()
    ids = ledger.model.objects.values_list("pk", flat=True)
    target = io.BytesIO()
    options = Options(day=day, scope=acting_scope(None))
    write_export(target, ledger, ids, options, identity=identity, by="测试")
    target.seek(0)
    return target


# --- Without a workbook -------------------------------------------------------------------------


def typed(rows: Iterable[Mapping[str, Any]]) -> io.BytesIO:
    """Rows as a file that :func:`read_typed` reads: no workbook, no process to read it."""
    return io.BytesIO(json.dumps(list(rows)).encode())


def read_typed(file: Any, **_options: Any) -> Any:
    """In the place of ``open_table``: the rows of :func:`typed` as a table."""
    rows = json.load(file)
    names = list(dict.fromkeys(name for row in rows for name in row))
    values = ([_cell(row.get(name)) for name in names] for row in rows)
    table = SimpleNamespace(
        kind="xlsx",
        sheet="",
        header_row=1,
        dropped_rows=[],
        unnamed_columns=[],
        other_sheets=[],
        columns=[SimpleNamespace(text=name, name=name) for name in names],
        rows=enumerate(values, start=2),
    )
    return nullcontext(table)


def _cell(value: Any) -> Any:
    """A cell as the reader gives it: numbers are floats, an empty one is ""."""
    if value is None:
        return ""
    return float(value) if isinstance(value, int) else value


def export_rows(kind: str, day: date) -> list[dict[str, str]]:
    """The rows that an export of ``day`` holds, in full."""
    ledger = ledger_of(kind)()
    model: type[Model] = ledger.model
    options = Options(day=day, scope=acting_scope(None))
    ids = model.objects.values_list("pk", flat=True)
    return list(ledger_rows(ledger, ids, options, identity=True))


# --- Random edits -------------------------------------------------------------------------------

DAYS = [
    "2018-02-01",
    "2020-01-01",
    "2021-06-15",
    "2023-04-01",
    "2025-01-01",
    "2026-03-01",
    "2026-06-30",
    "2026-08-15",
    "2027-02-01",
]
BRANCHES = ["红星支部", "联合支部", "L01", "兜底支部", "甲镇党委"]
FIRMS = ["红星厂", CODES[2], "小卖部", "未来厂", "面馆", "新来的厂"]
NEW = ["未来厂", "新来的厂"]
PHONES = ["13800000001", "13900000002", "0731-22220001"]

CHOICES: dict[str, dict[str, list[Any]]] = {
    "areas": {
        "名称": ["东社区", "西社区", "高新园二期"],
        "上级代码": ["990101", "990101001", "990101002"],
        "启用日期": DAYS[:4],
        "停用日期": DAYS[5:],
    },
    "organizations": {
        "简称": ["支部甲", "支部乙"],
        "类别": ["党支部", "联合党支部", "党总支"],
        "组建方式": ["单独组建", "联合组建", "挂靠组建"],
        "上级党组织": ["甲镇党委", "乙街道党委"],
        "所属镇街": ["甲镇", "乙街道"],
        "所属园区": ["高新园"],
        "成立日期": DAYS[:4],
        "撤销日期": DAYS[4:],
        "依托单位": ["红星厂", "商会、小卖部", "未来厂、面馆", "新来的厂"],
        "书记姓名": ["赵一", "钱二", "王五"],
        "书记出生日期": ["1970-01-01", "1980-02-02"],
        "书记联系电话": PHONES,
        "书记身份": ["企业主", "员工"],
        "本届起始日期": DAYS[2:],
        "任期年限": [3, 5],
        "党小组数": [0, 2],
        "活动场所面积": [60, 80.5],
        "党建品牌": ["先锋"],
        "状态": ["在用", "撤销"],
        "备注": ["备注一"],
    },
    "enterprises": {
        "所属镇街": ["甲镇", "乙街道"],
        "村社区": ["东社区"],
        "园区": ["高新园"],
        "网格": ["甲一网格"],
        "地址": ["二号", "三号"],
        "所属行业": ["制造业", "F", "51", "住宿和餐饮业"],
        "产业链": ["链一"],
        "成立日期": DAYS[:4],
        "注销日期": DAYS[4:],
        "从业人员数": [3, 8, 30, 120],
        "营业收入": [10, 2210, 99.5],
        "资产总额": [5, 1000],
        "是否规模以上": ["是", "否"],
        "资质标签": ["专精特新", "高新技术、专精特新"],
        "发展阶段": ["初创期", "成熟期"],
        "固定场所": ["是", "否"],
        "经营状态": ["正常", "停业", "注销", "迁出"],
        "法定代表人": ["周一", "冯九"],
        "法定代表人政治面貌": ["群众", "中共党员"],
        "联系电话": PHONES,
        "覆盖党组织": BRANCHES,
        "组建方式": ["单独组建", "联合组建", "挂靠组建", "区域兜底"],
        "覆盖起始日期": DAYS[1:],
        "未建原因": ["人少"],
        "工会": ["是", "否"],
        "共青团": ["是", "否"],
        "三亮经营户": ["是"],
        "党员总数": [0, 3],
        "备注": ["备注二"],
    },
    "members": {
        "民族": ["汉族", "苗族"],
        "学历": ["本科", "大专"],
        "人员类别": ["正式党员", "预备党员"],
        "党籍状态": ["正常", "停止党籍", "已转出", "死亡"],
        "党籍变动日期": DAYS[3:],
        "加入党组织日期": ["2009-07-01", "2010-07-01", "2012-07-01"],
        "转正日期": ["2013-07-01", "2025-07-01"],
        "组织关系所在党组织": BRANCHES,
        "组织关系转入日期": DAYS[2:],
        "管理党组织": BRANCHES,
        "工作单位": FIRMS,
        "工作岗位": ["会计"],
        "岗位层级": ["员工", "管理层"],
        "党内职务": ["委员"],
        "手机": PHONES,
        "是否流动": ["流入", "否"],
        "党费交至": ["2026.5", "2026-06"],
        "月党费": [5, 10.5],
        "备注": ["备注三"],
    },
    "instructors": {
        "职务": ["科员"],
        "来源": ["机关干部", "社区"],
        "专职兼职": ["专职", "兼职"],
        "聘期起": ["2025-01-01", "2026-01-01", "2026-07-01"],
        "聘期止": ["2026-12-31", "2027-06-30"],
        "所属镇街": ["甲镇", "乙街道"],
        "所属网格": ["甲一网格"],
        "联系主体": ["红星厂", "商会、小卖部", "未来厂、面馆", "新来的厂"],
        "联系党组织": ["红星支部", "联合支部、兜底支部"],
        "备注": ["备注四"],
    },
}


def edited(kind: str, random: Random) -> list[dict[str, Any]]:
    """Some rows of a ledger with some cells changed; now and then a row of a new record."""
    chosen = random.sample(ROWS[kind], random.randint(1, len(ROWS[kind])))
    columns = random.sample(list(CHOICES[kind]), random.randint(1, min(6, len(CHOICES[kind]))))
    found = []
    for row in chosen:
        cells = {name: row.get(name) for name in [*ALWAYS[kind], *columns]}
        for name in columns:
            if random.random() < 0.7:
                cells[name] = random.choice(CHOICES[kind][name])
            elif random.random() < 0.3 and name not in ALWAYS[kind]:
                cells[name] = None
        found.append(cells)
    if kind == "enterprises" and random.random() < 0.4:
        found.append(desk.entity(random.choice(NEW), CODES[1]))
    return found
