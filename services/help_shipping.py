"""The categories of help that come with the portal: what the published figures of domain.md §8
count. A district edits them and adds its own; a shipped one that was renamed does not come back.
"""

from services.help_choices import HelpGroup
from services.help_models import HelpCategory

# Group → (category, unit, second unit).
CATEGORIES: dict[str, tuple[tuple[str, str, str], ...]] = {
    HelpGroup.JOBS: (
        ("招聘会", "场", "个岗位"),
        ("线上招聘", "期", "个岗位"),
        ("就业岗位", "个", "人"),
        ("返乡创业", "个", ""),
        ("人才引进", "人", ""),
        ("人才认定", "人", ""),
        ("人才补贴", "名", ""),
        ("困难群体就业", "名", ""),
    ),
    HelpGroup.FINANCE: (
        ("金融产品", "类", ""),
        ("融资对接", "家机构", "家企业"),
        ("授信", "家", ""),
        ("担保", "家", ""),
        ("税费减免", "户", ""),
        ("奖补资金", "家", ""),
    ),
    HelpGroup.POLICY: (
        ("技能培训", "场", "人次"),
        ("政策宣传", "次", "家"),
        ("政策惠企", "家", "项"),
        ("办事便利", "家单位", "个事项"),
        ("法律服务", "次", "件"),
        ("问卷调研", "份", ""),
        ("建议征集", "条", ""),
    ),
    HelpGroup.INDUSTRY: (
        ("技术合作", "个", ""),
        ("重大项目参与", "个", ""),
        ("共享设备", "次", "%降本"),
        ("市场对接", "次", "家"),
        ("质量提升", "家", ""),
        ("直播带货", "期", ""),
        ("消费券", "张", ""),
        ("夜市展销", "个", ""),
    ),
    HelpGroup.WELFARE: (
        ("捐款捐物", "次", ""),
        ("无偿献血", "名", ""),
        ("志愿服务", "次", "人次"),
    ),
    HelpGroup.OTHER: (("其他", "件", ""),),
}


def ship() -> None:
    """Add the categories when there are none yet."""
    if HelpCategory.objects.exists():
        return
    HelpCategory.objects.bulk_create(
        HelpCategory(name=name, group=group, unit_1=one, unit_2=two, order=10 * at + 100 * place)
        for place, (group, categories) in enumerate(CATEGORIES.items(), start=1)
        for at, (name, one, two) in enumerate(categories)
    )
