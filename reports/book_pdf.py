"""The rating book on paper: the ranking, then each that is rated with what it lost points on, who
changed what, and its evidence. All criteria stand in the workbook."""

from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string

from reports.book import Sheet
from reports.pdf import printed

NUMBER, _CATEGORY, NAME, POINTS, COMPUTED = range(5)


def draw(payload: dict[str, Any], sheets: list[Sheet], imprint: dict[str, str]) -> bytes:
    """The PDF of a book. ``imprint``: number and checksum as printed."""
    return printed(render_to_string("reports/book.html", context(payload, sheets, imprint)))


def context(
    payload: dict[str, Any], sheets: list[Sheet], imprint: dict[str, str]
) -> dict[str, Any]:
    """What the template prints."""
    by_review = {sheet["id"]: sheet for sheet in sheets}
    used = [at for at, level in enumerate(payload["levels"]) if level["is_used"]]
    return {
        **payload,
        "imprint": imprint,
        "has_towns": any(row["town"] for row in payload["ranking"]),
        "levels": [payload["levels"][at] for at in used],
        "entries": [
            _entry(row, by_review[row["id"]], used, len(payload["levels"]))
            for row in payload["ranking"]
        ],
    }


def _entry(row: dict[str, Any], sheet: Sheet, used: list[int], levels: int) -> dict[str, Any]:
    """One that is rated: its categories side by side, a line for each level that has scored."""
    return {
        "row": row,
        "totals": [row["totals"][at]["value"] for at in used],
        "categories": sheet["categories"],
        "lines": [
            {
                "label": row["totals"][at]["label"], "total": row["totals"][at]["value"],
                "sums": [category["sums"][at] for category in sheet["categories"]],
            }
            for at in used if row["totals"][at]["value"]
        ],
        "lost": _lost(sheet, levels),
        "evidence": sheet["evidence"],
    }


def _lost(sheet: Sheet, levels: int) -> list[dict[str, str]]:
    """Criteria that did not get all their points, with why."""
    last, bonus = COMPUTED + levels + 1, COMPUTED + levels + 2
    return [
        {
            "number": row[NUMBER], "name": row[NAME], "why": row[-2] or row[-1],
            "points": f"{(Decimal(row[POINTS]) - Decimal(row[last])).normalize():f}",
        }
        for row in sheet["rows"]
        if not row[bonus] and row[last] and Decimal(row[last]) < Decimal(row[POINTS])
    ]
