"""``district_figures NAME``: a published district's figures, counted from its records."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.scope import district_scope
from areas.models import Area
from common import parameters, workdays
from common.commands import PortalCommand, Refused, WrongCall
from districts import PUBLISHED, published
from districts.books import ORDER, file_name
from reports.bulletins import entries
from reports.figures import Extent
from reports.loading import load
from reports.models import Bulletin


class Command(PortalCommand):
    """Loads the district into an empty database if it is not there yet, then counts. ``./portal``
    gives each district a database of its own."""

    help = "Print the published figures of a district, each counted from its records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="、".join(PUBLISHED))
        parser.add_argument("--from", dest="folder", metavar="FOLDER", help="other workbooks")
        parser.add_argument(
            "--self-employed", type=int, metavar="N", help="fewer shops, for a quick look"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            district = published(options["name"])
        except KeyError as error:
            wanted = "、".join(PUBLISHED)
            raise WrongCall(f"没有“{options['name']}”区的数据，可选 {wanted}。") from error
        bulletin = Bulletin.objects.filter(name=district.TITLE).first()
        if bulletin is None:
            bulletin = self._load(district, options)
        with parameters.remembered():
            extent = Extent.of(district_scope())
            found = entries(bulletin, extent)
            answer = [
                {
                    "figure": one.line.number, "label": one.line.label, "value": one.plain,
                    "unit": one.unit or ("%" if one.is_percent else ""), "basis": one.basis,
                    "rows": one.rows(extent).count(),
                }
                for one in found
            ]
        if options["json"]:
            self.write_json(answer)
        else:
            for one in answer:
                self.stdout.write(f"{one['figure']:<5} {one['label']}　{one['value']}{one['unit']}")

    def _load(self, district: Any, options: dict[str, Any]) -> Bulletin:
        if Area.objects.exists() and not Area.objects.filter(code=district.CODE).exists():
            raise Refused("数据库里已有别的数据，请用空库。")
        workdays.fill()
        self.stderr.write(f"装入{district.TITLE}的台账")
        load(self._files(district, options), day=district.DAY, say=self.stderr.write)
        for key, value in district.SETTINGS.items():
            parameters.set_from(key=key, value=value, on=district.DAY, by=None)
        return Bulletin.objects.get(name=district.TITLE)

    def _files(self, district: Any, options: dict[str, Any]) -> list[tuple[str, Path]]:
        if options["folder"] is None:
            folder = settings.STATE_DIR / "districts" / options["name"]
            return district.books(self_employed=options["self_employed"]).write(folder)
        folder = Path(options["folder"])
        found = [(kind, folder / file_name(kind)) for kind in ORDER]
        there = [(kind, path) for kind, path in found if path.exists()]
        if not there:
            raise WrongCall(f"“{folder}”里没有台账，文件名要像 {file_name('areas')} 这样。")
        return there
