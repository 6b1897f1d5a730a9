"""``indicators``: the figures as JSON, for other programs (ledgers.md §2)."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.commands import area_coded, scope_of
from areas.queries import district_area
from common import parameters
from common.commands import PortalCommand, WrongCall, day_option
from common.periods import Span
from reports import tickets
from reports.figures import Extent, Indicator, cells, figures
from reports.indicators import ALL, INDICATORS
from reports.populations import DIMENSIONS as PLACES

DIMENSIONS = (*PLACES, *tickets.DIMENSIONS)

class Command(PortalCommand):
    """Print figures of an area on a day, in whole or by a dimension."""

    help = "Print the indicators as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", metavar="CODE", help="区划代码, default the whole district")
        parser.add_argument("--as-of", metavar="DATE", help="default today")
        parser.add_argument("--from", dest="start", metavar="DATE", help="period of flows")
        parser.add_argument("--to", dest="end", metavar="DATE", help="period of flows")
        parser.add_argument("--by", metavar="|".join(DIMENSIONS))
        parser.add_argument("--keys", nargs="+", action="extend", metavar="KEY")
        parser.add_argument("--user", metavar="NAME", help="count only what this user may see")
        parser.add_argument("--json", action="store_true", help="the only form there is")

    def handle(self, *args: Any, **options: Any) -> None:
        day = day_option(options["as_of"]) or timezone.localdate()
        span = _span(options["start"], options["end"])
        if options["by"] and options["by"] not in DIMENSIONS:
            raise WrongCall(f"--by 只能是 {'、'.join(DIMENSIONS)}，不能是“{options['by']}”。")
        wanted = _named(options["keys"] or [])
        area = area_coded(options["area"]) if options["area"] else None
        extent = Extent.of(scope_of(options["user"]), area)
        shown = area or district_area()
        with parameters.remembered():
            whole = figures(wanted, extent, day, span=span)
            by = options["by"]
            parts = cells(wanted, by, extent, day, span=span) if by else {}
            self.write_json(
                {
                    "area": shown.code if shown else None,
                    "as_of": day,
                    "indicators": [
                        {
                            "key": indicator.key,
                            "label": indicator.label_on(day, span),
                            "unit": indicator.unit,
                            "basis": indicator.basis_on(day, span),
                            "kind": indicator.kind,
                            **_period_of(indicator, day, span),
                            **whole[indicator.key].as_json(),
                            "by": [cell.as_json() for cell in parts.get(indicator.key, [])],
                        }
                        for indicator in wanted
                    ],
                }
            )


def _named(texts: Iterable[str]) -> list[Indicator]:
    """The indicators of ``--keys``, in the order asked; all there are when none is named."""
    keys = dict.fromkeys(key for text in texts for key in re.split(r"[\s,，、]+", text) if key)
    unknown = [key for key in keys if key not in INDICATORS]
    if unknown:
        raise WrongCall(f"没有指标“{'、'.join(unknown)}”。")
    return [INDICATORS[key] for key in keys] or list(ALL)


def _span(start: str | None, end: str | None) -> Span | None:
    """The period that flows count; None without one."""
    if (start is None) != (end is None):
        raise WrongCall("--from 和 --to 要一起填。")
    first, last = day_option(start), day_option(end)
    if not first or not last:
        return None
    if last < first:
        raise WrongCall("--to 不能早于 --from。")
    return Span(first, last)


def _period_of(indicator: Indicator, day: date, asked: Span | None) -> dict[str, date]:
    """The first and the last day that a flow counts, whole periods; nothing of a stock."""
    span = indicator.span(day, asked)
    return {"from": span.first, "to": span.last} if span else {}
