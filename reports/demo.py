"""The bulletin of the fictional district: this year's work in a dozen figures."""

from datetime import date

from common.models import Via
from common.trace import recording
from reports.choices import Part, PeriodMode, Wording
from reports.models import Bulletin, BulletinLine

ON_DAY, THIS_YEAR = PeriodMode.DAY, PeriodMode.YEAR
# Section, label, indicator, conditions, part, period; the rest by name.
LINES = (
    ("组织覆盖", "小微企业", "entities", "主体类型=小微企业", Part.VALUE, ON_DAY, {}),
    ("组织覆盖", "小微企业党的组织覆盖率", "org_coverage", "主体类型=小微企业", Part.PERCENT,
     ON_DAY, {}),
    ("组织覆盖", "专业市场党的组织覆盖率", "org_coverage", "主体类型=专业市场", Part.PERCENT,
     ON_DAY, {}),
    ("组织覆盖", "应建未建党组织的企业", "eligible_organized", "", Part.UNMET, ON_DAY, {}),
    ("队伍建设", "党员", "members", "", Part.VALUE, ON_DAY, {}),
    ("队伍建设", "党建指导员", "instructors", "", Part.VALUE, ON_DAY, {"unit": "名"}),
    ("队伍建设", "书记培训", "trainings", "类别=书记培训", Part.VALUE, THIS_YEAR, {}),
    ("党内生活", "主题党日", "activities", "活动类型=主题党日", Part.VALUE, THIS_YEAR, {}),
    ("党内生活", "走访企业", "visited_entities", "", Part.VALUE, THIS_YEAR, {}),
    ("服务企业", "专场招聘会", "help", "类别=招聘会", Part.VALUE, THIS_YEAR, {"unit": "场"}),
    ("服务企业", "征集就业岗位", "help_quantity_1", "类别=就业岗位", Part.VALUE, THIS_YEAR,
     {"unit": "个", "wording": Wording.OVER, "step": 100}),
    ("服务企业", "企业诉求按期办结率", "tickets_closed_on_time", "", Part.PERCENT, THIS_YEAR, {}),
)


def load(*, today: date) -> int:
    """Write the bulletin; the number of lines. Where one is there, nothing is done."""
    if Bulletin.objects.exists():
        return 0
    with recording(by=None, via=Via.COMMAND):
        bulletin = Bulletin.objects.create(name=f"{today.year} 年小个专党建工作数据", as_of=today)
        for at, (section, label, indicator, conditions, part, mode, more) in enumerate(LINES, 1):
            BulletinLine.objects.create(
                bulletin=bulletin, position=at, number=str(at), section=section, label=label,
                indicator=indicator, conditions=conditions, part=part, mode=mode, **more,
            )
    return len(LINES)
