"""The rating book on paper: the ranking, then each that is rated with what it lost points on, who
changed what, and its evidence. All criteria stand in the workbook."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from reports.book import Sheet
from reports.pdf import printed

NUMBER, CATEGORY, NAME, POINTS, COMPUTED = range(5)


def draw(payload: dict[str, Any], sheets: list[Sheet], imprint: dict[str, str]) -> bytes:
    """The PDF of a book. ``imprint``: number and checksum as printed."""
    return printed(render_to_string("reports/book.html", context(payload, sheets, imprint)))


def context(
    payload: dict[str, Any], sheets: list[Sheet], imprint: dict[str, str]
) -> dict[str, Any]:
    """What the template prints."""
    by_review = {sheet["id"]: sheet for sheet in sheets}
    levels = len(payload["levels"])
    return {
        **payload,
        "imprint": imprint,
        "base": settings.PUBLIC_URL,
        "has_towns": any(row["town"] for row in payload["ranking"]),
        "entries": [
            {
                "row": row,
                "categories": _categories(payload, by_review[row["id"]], levels),
                "lost": _lost(by_review[row["id"]], levels),
                "evidence": by_review[row["id"]]["evidence"],
            }
            for row in payload["ranking"]
        ],
    }


def _categories(payload: dict[str, Any], sheet: Sheet, levels: int) -> list[dict[str, Any]]:
    """Points and scores of each category: what the records say, and each level."""
    last, bonus = COMPUTED + levels + 1, COMPUTED + levels + 2
    found = []
    for category in payload["categories"]:
        rows = [
            row for row in sheet["rows"] if row[CATEGORY] == category["name"] and not row[bonus]
        ]
        sums = [_sum(row[at] for row in rows) for at in range(COMPUTED + 1, last + 1)]
        found.append({"name": category["name"], "points": category["points"], "sums": sums})
    rows = [row for row in sheet["rows"] if row[bonus]]
    if rows:
        sums = [_sum(row[at] for row in rows) for at in range(COMPUTED + 1, last + 1)]
        found.append({"name": "加分", "points": payload["bonus_cap"], "sums": sums})
    return found


def _sum(texts: Any) -> str:
    known = [Decimal(text) for text in texts if text]
    return f"{sum(known).normalize():f}" if known else ""


def _lost(sheet: Sheet, levels: int) -> list[dict[str, str]]:
    """Criteria that did not get all their points, with why."""
    last, bonus = COMPUTED + levels + 1, COMPUTED + levels + 2
    return [
        {
            "number": row[NUMBER], "name": row[NAME], "points": row[POINTS], "score": row[last],
            "why": row[-2] or row[-1],
        }
        for row in sheet["rows"]
        if not row[bonus] and row[last] and Decimal(row[last]) < Decimal(row[POINTS])
    ]
