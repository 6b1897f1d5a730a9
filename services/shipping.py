"""Categories of tickets that come with the portal (domain.md §7); a district edits them."""

from services.help_models import HelpCategory
from services.models import TicketCategory

CATEGORIES = (
    ("要素保障", ("用地审批", "规划环评验收", "水电气", "道路照明")),
    ("融资", ("融资贷款", "担保授信")),
    ("用工人才", ("用工招聘", "人才引进和补贴")),
    ("税费社保", ("税费减免", "社会保险")),
    ("生活保障", ("子女入学", "职工公寓", "就医", "食堂")),
    ("政策", ("政策咨询", "项目申报", "资质办理")),
    ("法律维权", ("法律服务", "劳动权益", "消费投诉")),
    ("质量知识产权", ("质量计量认证", "知识产权")),
    ("市场合作", ("供需对接", "技术合作", "设备场地共享")),
    ("党建业务", ("组建党组织", "组织关系转接", "党建活动")),
    ("其他", ()),
)

# Ticket category → what kind of help it ends as; those below follow the one above.
HELPS = {
    "融资": "融资对接", "担保授信": "担保", "用工人才": "就业岗位", "人才引进和补贴": "人才引进",
    "税费社保": "税费减免", "政策": "政策惠企", "生活保障": "办事便利", "要素保障": "办事便利",
    "法律维权": "法律服务", "质量知识产权": "质量提升", "市场合作": "市场对接",
    "技术合作": "技术合作", "设备场地共享": "共享设备",
}


def ship() -> None:
    """Add the shipped categories to a table that has none; those that are there stay."""
    if TicketCategory.objects.exists():
        return
    helps = {one.name: one for one in HelpCategory.objects.all()}
    for at, (name, children) in enumerate(CATEGORIES, start=1):
        parent = TicketCategory.objects.create(
            name=name, order=at * 100, help_category=helps.get(HELPS.get(name, ""))
        )
        TicketCategory.objects.bulk_create(
            TicketCategory(
                parent=parent, name=child, order=at * 100 + number,
                help_category=helps.get(HELPS.get(child, "")),
            )
            for number, child in enumerate(children, start=1)
        )
