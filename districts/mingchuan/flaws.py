"""Rows that every real file has: wrong, told by the receipt, never counted."""

from dataclasses import dataclass

from districts.mingchuan.ledgers import Ledger
from districts.mingchuan.sheets import Cell


@dataclass(frozen=True, slots=True)
class Flaw:
    """One bad row: the file, how far down it stands, what is wrong, its cells by header."""

    file_name: str
    depth: float
    column: str
    problem: str
    cells: dict[str, Cell]


_FIRM: dict[str, Cell] = {
    "主体类型": "小微企业",
    "所属镇街": "青石镇",
    "村社区": "青石社区",
    "地址": "青石镇青石社区工业路66号",
    "所属行业": "33",
    "成立日期": "2021-11-30",
    "从业人员数": 9,
    "营业收入(万元)": 180,
    "资产总额(万元)": 120,
    "经营状态": "正常",
    "法定代表人": "郑海斌",
    "联系电话": "13900011001",
}
_SHOP: dict[str, Cell] = {
    "主体类型": "个体工商户",
    "所属镇街": "和平街道",
    "村社区": "解放社区",
    "地址": "和平街道解放社区老街12号",
    "所属行业": "F",
    "成立日期": "2020-05-18",
    "从业人员数": 2,
    "经营状态": "正常",
    "法定代表人": "唐秋芬",
}
_MEMBER: dict[str, Cell] = {
    "姓名": "梁景川",
    "性别": "男",
    "民族": "汉族",
    "学历": "大专",
    "人员类别": "正式党员",
    "党籍状态": "正常",
    "加入党组织日期": "2012-07-01",
    "转正日期": "2013-07-01",
    "组织关系所在党组织": "中共青石镇青石社区支部委员会",
    "手机": "13900011002",
}
_ENTERPRISES, _SHOPS = "03-小微企业和专业市场台账.xlsx", "04-个体工商户台账.xlsx"
_ORGANIZATIONS, _MEMBERS = "02-党组织台账.xlsx", "05-党员花名册.xlsx"
_INSTRUCTORS = "06-党建指导员台账.xlsx"
_TWICE = _FIRM | {
    "名称": "鸿景门窗有限公司",
    "统一社会信用代码": "91990101MA00TE5T2P",
    "经营状态": "停业",  # so that it would not count even if one of the two rows were taken
}

FLAWS = (
    Flaw(
        _ORGANIZATIONS,
        0.8,
        "撤销日期",
        "撤销不晚于成立",
        {
            "党组织全称": "中共明川第二丝绸有限公司支部委员会",
            "简称": "第二丝绸党支部",
            "类别": "党支部",
            "组建方式": "单独组建",
            "上级党组织": "中共明川区委非公有制经济组织和社会组织工作委员会",
            "所属镇街": "南门街道",
            "成立日期": "2018-06-20",
            "撤销日期": "2016-03-01",
            "状态": "撤销",
        },
    ),
    Flaw(
        _ENTERPRISES,
        0.2,
        "统一社会信用代码",
        "代码成了数字",
        _FIRM | {"名称": "鑫旺塑料制品有限公司", "统一社会信用代码": 9.19901e17, "所属行业": "29"},
    ),
    Flaw(
        _ENTERPRISES,
        0.29,
        "统一社会信用代码",
        "校验位不对，末位应为 P",
        _FIRM | {"名称": "诚泰模具厂", "统一社会信用代码": "91990101MA00TE5T2X"},
    ),
    Flaw(
        _ENTERPRISES,
        0.5,
        "成立日期",
        "只有年月",
        _FIRM
        | {
            "名称": "瑞丰粮油加工有限公司",
            "统一社会信用代码": "91990101MA8KH3P50F",
            "所属行业": "13",
            "成立日期": "2024.7",
        },
    ),
    Flaw(
        _ENTERPRISES,
        0.6,
        "所属镇街",
        "没有这个镇街",
        _FIRM
        | {
            "名称": "松岭林产品有限公司",
            "统一社会信用代码": "91990101MA8KH3P69C",
            "所属镇街": "松岭乡",
            "村社区": "",
            "所属行业": "20",
        },
    ),
    Flaw(_ENTERPRISES, 0.71, "统一社会信用代码", "代码在文件中重复", _TWICE),
    Flaw(_ENTERPRISES, 0.9, "统一社会信用代码", "代码在文件中重复", _TWICE),
    Flaw(
        _SHOPS, 0.62, "法定代表人", "必填项为空", _SHOP | {"名称": "张记磨刀铺", "法定代表人": ""}
    ),
    Flaw(
        _MEMBERS,
        0.3,
        "公民身份号码",
        "证件号码成了数字",
        _MEMBER | {"公民身份号码": 9.90101198506e17},
    ),
    Flaw(
        _MEMBERS,
        0.55,
        "公民身份号码",
        "校验位不对",
        _MEMBER | {"姓名": "沈素琴", "性别": "女", "公民身份号码": "990101198506300021"},
    ),
    Flaw(
        _MEMBERS,
        0.8,
        "组织关系所在党组织",
        "没有这个党组织",
        _MEMBER
        | {
            "姓名": "罗新柏",
            "公民身份号码": "990101198506300973",
            "组织关系所在党组织": "中共青石镇青石社区老年支部委员会",
        },
    ),
    Flaw(
        _INSTRUCTORS,
        0.5,
        "聘期止",
        "聘期止早于聘期起",
        {
            "姓名": "钟远达",
            "性别": "男",
            "政治面貌": "中共党员",
            "工作单位": "白鹭市场监督管理所",
            "来源": "市监所",
            "专职兼职": "兼职",
            "聘期起": "2025-01-01",
            "聘期止": "2024-12-31",
            "所属镇街": "白鹭镇",
            "联系电话": "13900011003",
        },
    ),
)


def add_flaws(ledgers: list[Ledger]) -> None:
    """Put the bad rows between the good ones."""
    for ledger in ledgers:
        for flaw in reversed(FLAWS):
            if flaw.file_name == ledger.file_name:
                cells = [flaw.cells.get(header) for header in ledger.headers]
                ledger.rows.insert(int(len(ledger.rows) * flaw.depth), cells)
