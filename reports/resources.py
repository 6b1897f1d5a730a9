"""工作数据 as ledgers: which figures a district publishes, in its words and order."""

from typing import Any

from django.db.models import Q

from common.ledgers.declared import DeclaredLedger
from common.ledgers.references import NameFinder, Reference, refer
from reports.bulletins import problem_of
from reports.models import Bulletin, BulletinLine

HEADING = "统计"


class Bulletins(DeclaredLedger):
    """工作数据."""

    kind, title, unit, model = "bulletins", "工作数据", "份", Bulletin
    heading = HEADING
    read_right, edit_right = "read_figures", "edit_rules"
    is_open = True
    key = ("name",)
    listed = ("name", "as_of")
    day = "as_of"
    is_counted = False
    synonyms = {"name": ("名称", "题目"), "as_of": ("截止日", "截至日期")}


class BulletinLines(DeclaredLedger):
    """工作数据项."""

    kind, title, unit, model = "bulletin_lines", "工作数据项", "项", BulletinLine
    heading = HEADING
    read_right, edit_right = "read_figures", "edit_rules"
    is_open = True
    names_parents = ("bulletin",)
    about = "bulletin"
    key = ("bulletin", "number")
    names = ("number", "label")
    listed = ("number", "label", "section", "indicator", "conditions", "mode", "unit")
    is_counted = False

    def check_values(self, row, values, options):
        """A line that cannot be counted is an error in the import, not on the page."""
        own = {key: value for key, value in values.items() if key != "bulletin_id"}
        if problem := problem_of(BulletinLine(**_filled(own))):
            row.error(self.fields["indicator"], problem)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """What is empty has the value that it has on the page."""
    return {key: value for key, value in values.items() if value not in (None, "")}


refer(
    "reports.Bulletin",
    Reference(
        lambda options, _name: NameFinder(options, Bulletin, also=Q()),
        choices=lambda scope, _name: Bulletin.objects.within(scope),
    ),
)
