"""星级和双向承诺 by town: what the dashboard and the coverage report show of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from areas.models import Area
from reports.figures import Extent, Figure, Indicator, Number, Share, cells, figures
from reports.kinds import ShareIndicator
from reports.linked import number, share
from reports.populations import TOWN
from reports.ratings import RATINGS


def ratings(extent: Extent, area: Area | None, day: date) -> dict[str, Any] | None:
    """Every figure in whole and by town, each with its lists; None where no star is held and no
    commitment is on file."""
    whole = figures(RATINGS, extent, day)
    if not (whole["rated_share"].met or whole["commitments_signed"].value):
        return None
    by_town = cells(RATINGS, TOWN, extent, day)
    towns = {cell.key: cell.label for one in RATINGS for cell in by_town[one.key]}
    found = {key: {cell.key: cell.figure for cell in row} for key, row in by_town.items()}

    def line(key: str, label: str, parts: Mapping[str, Figure], where=None) -> dict[str, Any]:
        return {
            "key": key, "label": label,
            "figures": {
                one.key: _linked(one, parts.get(one.key), day, area, where) for one in RATINGS
            },
        }

    return {
        "bases": [
            {"key": one.key, "label": one.label_on(day), "unit": one.unit,
             "basis": one.basis_on(day)}
            for one in RATINGS
        ],
        "rows": [
            line(key, towns[key], {name: row[key] for name, row in found.items() if key in row},
                 {TOWN: key})
            for key in sorted(towns, key=lambda key: (not key, key))
        ],
        "total": line("", "合计", whole),
    }


def _linked(
    one: Indicator, figure: Figure | None, day: date, area: Area | None, where: Any
) -> dict[str, Any]:
    head = {"label": one.label_on(day), "unit": one.unit}
    if isinstance(one, ShareIndicator):
        known = figure if isinstance(figure, Share) else Share(0, 0)
        return head | share(known, one.key, day, area, where)
    value = figure.value if isinstance(figure, Number) else 0
    return head | number(value, one.key, day, area, where)
