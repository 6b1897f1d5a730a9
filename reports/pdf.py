"""The report on paper: GB/T 9704 typography without a red header (domain: 党政机关公文格式).

Drawn by WeasyPrint from the frozen figures alone. Nothing is fetched: the stylesheet is read here,
and a fetcher that denies every address stands in front of the rest.
"""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from common.garbage import without_collector
from organizations.choices import CoverageState
from reports.charts import state_bar, trend_bars
from reports.drill import absolute
from reports.figures import Share
from reports.rosters import Roster
from reports.trend import Point

SHOWN_ROWS = 10
PAPER_WIDTH = 560


def draw(payload: dict[str, Any], lists: list[Roster], imprint: dict[str, str]) -> bytes:
    """The PDF of a run. ``imprint``: number and checksum as printed."""
    return printed(render_to_string("reports/report.html", context(payload, lists, imprint)))


@without_collector()
def printed(html: str) -> bytes:
    """A page of ours as PDF, in the typography of reports."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- slow to load, and only jobs draw

    style = CSS(string=_stylesheet(), url_fetcher=_deny_all())
    page = HTML(string=html, base_url=settings.PUBLIC_URL, url_fetcher=_deny_all())
    return page.write_pdf(stylesheets=[style])


def _stylesheet() -> str:
    return (Path(settings.BASE_DIR) / "static" / "report.css").read_text(encoding="utf-8")


def _deny_all() -> Any:
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 -- see printed()

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)


def context(
    payload: dict[str, Any], lists: list[Roster], imprint: dict[str, str]
) -> dict[str, Any]:
    """What the template prints: the figures, charts as geometry, capped lists."""
    by_title = {roster["title"]: roster for roster in lists}
    uncovered = _uncovered(by_title.get(payload["main"]["label"]))
    return {
        **payload,
        "imprint": imprint,
        "day": date.fromisoformat(payload["as_of"]),
        "since": date.fromisoformat(payload["against"]) if payload["against"] else None,
        "main_row": next(
            (k for k in payload["kinds"] if k["kind"] == payload["main"]["kind"]), None
        ),
        "main_figures": {entry["key"]: entry for entry in payload["main_family"]},
        "all_figures": {entry["key"]: entry for entry in payload["family"]},
        "without_rate": [kind for kind in payload["kinds"] if not kind["has_rate"]],
        "members_total": sum(kind["members"]["value"] for kind in payload["kinds"]),
        "definitions": _definitions(payload),
        "segments": _segments(payload),
        "trend_chart": _trend(payload),
        "town_table": _table(payload, "town"),
        "park_table": _table(payload, "park"),
        "industry_table": _table(payload, "industry"),
        "eligible": by_title["应建未建"]["rows"][:SHOWN_ROWS],
        "eligible_count": len(by_title["应建未建"]["rows"]),
        "uncovered": uncovered[:SHOWN_ROWS],
        "uncovered_count": len(uncovered),
        "elections_shown": payload["elections"]["rows"][:SHOWN_ROWS],
        "base": settings.PUBLIC_URL,
        "width": PAPER_WIDTH,
    }


def _definitions(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Every figure once: those made of entities for the main kind, because kinds are not added up;
    the others for the whole area. What counts nothing is left out."""
    of_kind = {entry["key"]: entry for entry in payload["main_family"]}
    return [
        {**of_kind[entry["key"]], "whom": payload["main"]["label"]}
        if entry["key"] in of_kind
        else {**entry, "whom": payload["area"]["name"]}
        for entry in payload["family"]
        if of_kind.get(entry["key"], entry).get("total") != 0
    ]


def _table(payload: dict[str, Any], dimension: str) -> dict[str, Any]:
    return next(table for table in payload["tables"] if table["dimension"] == dimension)


def _segments(payload: dict[str, Any]) -> list:
    counts = [
        (CoverageState(state["state"]), state["count"], absolute(state["url"]))
        for state in payload["states"]["shown"]
    ]
    return state_bar(counts, PAPER_WIDTH, payload["main"]["unit"])


def _trend(payload: dict[str, Any]) -> Any:
    points = [
        Point(date.fromisoformat(point["day"]), Share(point["met"], point["total"]))
        for point in payload["trend"]
    ]
    urls = [absolute(point["met_url"]) for point in payload["trend"]]
    return trend_bars(points, urls, PAPER_WIDTH, 170)


def _uncovered(roster: Roster | None) -> list[dict[str, str]]:
    """Entities of the main kind without any coverage, registered earliest first."""
    if roster is None:
        return []
    rows = [dict(zip(roster["columns"], row, strict=True)) for row in roster["rows"]]
    found = [
        {
            "name": row["名称"],
            "town": row["所属镇街"],
            "grid": row["网格"],
            "founded_on": row["成立日期"],
            "employees": row["从业人员数"],
        }
        for row in rows
        if row["覆盖状态"] == CoverageState.NONE.label
    ]
    return sorted(found, key=lambda row: (row["founded_on"] or "9999", row["name"]))
