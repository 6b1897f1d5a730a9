"""``district_figures NAME``: a published district's figures, counted from its records."""

from typing import Any

from django.core.management.base import CommandParser

from accounts.scope import district_scope
from common import parameters
from common.commands import PortalCommand
from districts import PUBLISHED
from reports.bulletins import Entry, entries
from reports.figures import Extent
from reports.loading import load_published


class Command(PortalCommand):
    """Loads the district into an empty database if it is not there yet, then counts. ``./portal``
    gives each district a state of its own."""

    help = "Print the published figures of a district, each counted from its records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="、".join(PUBLISHED))
        parser.add_argument("--from", dest="folder", metavar="FOLDER", help="other workbooks")
        parser.add_argument(
            "--self-employed", type=int, metavar="N", help="fewer shops, for a quick look"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        bulletin = load_published(
            options["name"], folder=options["folder"], self_employed=options["self_employed"],
            say=self.stderr.write,
        )
        with parameters.remembered():
            extent = Extent.of(district_scope())
            found = [_answer(one, extent) for one in entries(bulletin, extent)]
        if options["json"]:
            self.write_json(found)
            return
        for one in found:
            self.stdout.write(f"{one['figure']:<5} {one['label']}　{one['value']}{one['unit']}")


def _answer(entry: Entry, extent: Extent) -> dict[str, Any]:
    """A figure as other programs read it; rows: how many its list has."""
    return {
        "figure": entry.line.number, "label": entry.line.label, "value": entry.plain,
        "unit": "%" if entry.is_percent else entry.unit, "basis": entry.basis,
        "rows": entry.rows(extent).count(),
    }
