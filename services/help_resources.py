"""The ledger of help given, and its categories (docs/ledgers.md)."""

from common.ledgers.declared import DeclaredLedger
from common.ledgers.references import EVERY, refer
from registers.references import by_name
from services.help_figures import quantities
from services.help_models import Help, HelpBeneficiary, HelpCategory

HEADING = "帮扶成果"
_MOST_UNITS = 4  # more are no one kind of help
# Every user may name a category.
refer(HelpCategory._meta.label, by_name(HelpCategory, also=EVERY))


class Helps(DeclaredLedger):
    """帮扶成果."""

    kind, title, unit, model = "help", "帮扶成果", "件", Help
    heading = HEADING
    key = ("category", "name", "happened_on", "town", "hosted_by")
    links = {"beneficiaries": (HelpBeneficiary, "help", "entity")}
    listed = (
        "name", "category", "happened_on", "hosted_by", "quantity_1", "unit_1", "amount",
        "beneficiaries",
    )
    sums = ("amount",)
    measured = ("quantity_1", "quantity_2", "amount")
    distinct = ("beneficiaries",)
    day = "happened_on"
    synonyms = {
        "category": ("帮扶类别", "类型", "服务类别"), "name": ("事项", "帮扶事项", "项目名称"),
        "happened_on": ("时间", "帮扶日期", "活动日期"), "town": ("镇街", "属地"),
        "hosted_by": ("主办", "主办党组织", "牵头单位"), "beneficiaries": ("受益企业", "服务企业"),
        "quantity_1": ("数量1",), "unit_1": ("单位1",), "quantity_2": ("数量2",),
        "unit_2": ("单位2",), "amount": ("金额(万元)",), "evidence": ("佐证材料",),
    }

    @classmethod
    def more_totals(cls, rows):
        """The quantities, by their unit; of a list that mixes many units none."""
        found = quantities(rows)
        if len(found) > _MOST_UNITS:
            return []
        return [(f"数量（{unit}）", number) for unit, number in found.items()]

    def derive(self, values):
        """Units that were left out are the category's."""
        if not hasattr(self, "_units"):
            rows = HelpCategory.objects.values_list("pk", "unit_1", "unit_2")
            self._units = {pk: units for pk, *units in rows}
        units = self._units.get(values["category_id"], ("", ""))
        for at, unit in enumerate(units, start=1):
            if values[f"quantity_{at}"] is not None and not values[f"unit_{at}"]:
                values[f"unit_{at}"] = unit


class HelpCategories(DeclaredLedger):
    """帮扶类别: read by everybody who reads ledgers, kept by the district."""

    kind, title, unit, model = "help_categories", "帮扶类别", "类", HelpCategory
    heading = HEADING
    edit_right = "edit_rules"
    is_open, is_counted = True, False
    key = ("name",)
    listed = ("name", "group", "unit_1", "unit_2", "order")
    sums = ()


LEDGERS = (Helps, HelpCategories)
