"""One row of each small ledger, as a clerk of 甲镇 would type it; those that others name first."""

from datetime import date
from typing import Any

from accounts.scope import acting_scope
from common import changes
from common.ledgers import ledger_of
from common.ledgers.check import check_rows
from common.ledgers.rows import Options
from common.models import Via
from common.trace import recording

DAY = date(2026, 11, 23)
# What a row names must be there first.
NEEDS = {
    "contacts": ("sites",),
    "trainings": ("teams", "mass_organizations"),
    "attendances": ("teams", "mass_organizations", "trainings"),
    "campaign_claims": ("campaigns",),
    "meetings": ("mass_organizations",),
    "help": ("mass_organizations",),
}


def write(kind: str, *rows: dict[str, Any]) -> None:
    """Write rows through the check of their ledger, without a batch."""
    numbered = list(enumerate(rows or [ROWS[kind]], start=2))
    checked = check_rows(ledger_of(kind)(), numbered, Options(DAY, acting_scope(None)))
    assert [row.errors for row in checked if row.errors] == []
    with recording(by=None, via=Via.COMMAND):
        changes.write([change for row in checked for change in row.changes])


def prepare(kind: str) -> None:
    """Write what the sample of a ledger names."""
    for needed in NEEDS.get(kind, ()):
        write(needed)


ROWS: dict[str, dict[str, Any]] = {
    "teams": {
        "名称": "甲镇党的创新理论宣讲团",
        "类别": "宣讲团",
        "级别": "镇街",
        "所属镇街": "甲镇",
        "负责人": "周一",
        "成员": "吴二、郑三",
    },
    "mass_organizations": {
        "类别": "共青团",
        "名称": "甲一五金团支部",
        "所在单位": "甲一五金有限公司",
        "所属党组织": "中共甲一支部委员会",
        "所属镇街": "甲镇",
        "成立日期": "2024.5.4",
        "负责人": "李四",
        "联系电话": "13800000011",
        "会员人数": 12,
        "备注": "青年集中",
    },
    "sites": {
        "类别": "老书记工作室",
        "名称": "甲镇老书记工作室",
        "所属镇街": "甲镇",
        "村社区": "甲一村",
        "地址": "一号",
        "依托党组织": "中共甲一支部委员会",
        "启用日期": "2023-07-01",
        "负责人": "孙五",
        "联系电话": "13800000012",
        "服务内容": "政策咨询\n纠纷调解",
    },
    "alliances": {
        "类别": "党建联盟",
        "名称": "五金产业链党建联盟",
        "牵头党组织": "中共甲一支部委员会",
        "所属镇街": "甲镇",
        "区外单位": "某大学、某研究所",
        "成立日期": "2024-03-01",
        "共建内容": "共享设备",
        "成员党组织": "中共甲一支部委员会、中共甲镇联合支部委员会",
    },
    "contacts": {
        "类别": "老书记工作室联系组",
        "名称": "甲镇一组",
        "所属镇街": "甲镇",
        "工作室": "甲镇老书记工作室",
        "老书记": "孙五",
        "指导员": "钱六、赵七",
        "起始日期": "2024-01-01",
        "联系企业": "甲一五金有限公司、甲联食品有限公司",
        "联系党组织": "中共甲一支部委员会",
    },
    "model_posts": {
        "类别": "党员先锋岗",
        "名称": "一号机床先锋岗",
        "党组织": "中共甲一支部委员会",
        "所在单位": "甲一五金有限公司",
        "所属镇街": "甲镇",
        "党员姓名": "周一",
        "挂牌日期": "2025-07-01",
        "职责和承诺": "零差错",
    },
    "new_employment": {
        "姓名": "王骑手",
        "公民身份号码": "990101199001010019",
        "手机": "13800000013",
        "职业": "外卖骑手",
        "所属企业": "甲一五金有限公司",
        "平台或站点": "城北站",
        "政治面貌": "中共党员",
        "所在党组织": "中共甲一支部委员会",
        "所属镇街": "甲镇",
        "报到社区": "甲一村",
        "报到日期": "2025-06-01",
        "兼任": "兼职网格员、食品安全监督员",
    },
    "trainings": {
        "类别": "书记培训",
        "期名": "甲镇书记示范培训班",
        "级别": "镇街级",
        "开始日期": "2026-05-11",
        "结束日期": "2026-05-12",
        "学时": 16,
        "地点": "党校",
        "所属镇街": "甲镇",
        "参训人次": 30,
        "主办单位": "甲镇党的创新理论宣讲团",
    },
    "attendances": {
        "培训": "甲镇书记示范培训班",
        "姓名": "陈八",
        "所在党组织": "中共甲一支部委员会",
        "身份": "书记",
        "学时": 16,
        "结业情况": "结业",
    },
    "funds": {
        "类别": "活动经费",
        "下拨日期": "2026-03-15",
        "金额（元）": 3000.5,
        "拨给党组织": "中共甲一支部委员会",
        "文号": "甲组〔2026〕3号",
        "用途": "主题党日",
    },
    "campaigns": {
        "类别": "百日攻坚",
        "名称": "甲镇组建百日攻坚",
        "所属镇街": "甲镇",
        "开始日期": "2026-04-01",
        "结束日期": "2026-07-10",
        "总目标": 20,
        "计量单位": "家",
        "主办单位": "市场监督管理局",
    },
    "campaign_claims": {
        "行动或项目": "甲镇组建百日攻坚",
        "任务": "排查五金行业",
        "认领镇街": "甲镇",
        "认领党组织": "中共甲一支部委员会",
        "责任人": "周一",
        "认领日期": "2026-04-02",
        "目标数": 8,
        "完成数": 5,
        "进度截至": "2026-06-30",
    },
    "meetings": {
        "类别": "党代表联系",
        "议题": "用工难",
        "日期": "2026-06-01",
        "级别": "镇街级",
        "所属镇街": "甲镇",
        "参加人员": "冯九",
        "内容": "走访",
        "结果": "已协调",
        "主办单位": "甲一五金团支部",
        "联系企业": "甲一五金有限公司",
    },
    "enterprise_years": {
        "市场主体": "甲一五金有限公司",
        "年度": 2025,
        "营业收入（万元）": 1522.5,
        "利润（万元）": -23.85,
        "税收（万元）": 80,
        "从业人员数": 40,
        "资质": "省级小巨人、高新技术企业",
        "当年新认定": "高新技术企业",
    },
    "plans": {
        "市场主体": "甲一五金有限公司",
        "方案名称": "扩产帮扶",
        "主要问题": "用地不足",
        "措施": "协调厂房",
        "负责党组织": "中共甲一支部委员会",
        "责任人": "周一",
        "制定日期": "2026-02-01",
        "完成期限": "2026-12-31",
        "进展": "推进中",
    },
}
ROWS |= {
    "help_categories": {
        "类别": "送医上门", "大类": "公益和民生", "数量单位": "次", "第二数量单位": "人次",
        "次序": 990,
    },
    "help": {
        "类别": "招聘会", "名称": "春风行动专场招聘会", "日期": "2026-02-20", "所属镇街": "甲镇",
        "数量": 2, "单位": "场", "第二数量": 320, "第二单位": "个岗位", "金额（万元）": 1.5,
        "佐证": "甲镇〔2026〕7号", "主办单位": "群团：甲一五金团支部",
        "受益主体": "甲一五金有限公司、甲联食品有限公司",
    },
}
# The header whose value is changed, and to what.
CHANGED = {
    "teams": ("负责人", "许十"),
    "mass_organizations": ("会员人数", 13),
    "sites": ("地址", "二号"),
    "alliances": ("成员党组织", "中共甲一支部委员会"),
    "contacts": ("联系企业", "甲一五金有限公司"),
    "model_posts": ("职责和承诺", "零投诉"),
    "new_employment": ("兼任", "志愿者"),
    "trainings": ("主办单位", "甲一五金团支部"),
    "attendances": ("身份", "党员"),
    "funds": ("金额（元）", 4000),
    "campaigns": ("总目标", 21),
    "campaign_claims": ("完成数", 6),
    "meetings": ("联系企业", "甲联食品有限公司"),
    "enterprise_years": ("利润（万元）", 5),
    "plans": ("进展", "不再推进"),
}
CHANGED |= {"help_categories": ("数量单位", "场"), "help": ("受益主体", "甲联食品有限公司")}
