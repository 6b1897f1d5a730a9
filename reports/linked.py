"""Figures with the addresses of their lists, as plain values: for frozen payloads and pages."""

from datetime import date
from typing import Any

from areas.models import Area
from common.periods import Span
from reports.drill import ALL, MET, UNMET, rows_url
from reports.figures import Share, Where


def share(
    figure: Share,
    key: str,
    day: date,
    area: Area | None,
    where: Where | None = None,
    span: Span | None = None,
) -> dict[str, Any]:
    """A share with the addresses of its three lists."""
    return {
        **figure.as_json(),
        "unmet": figure.unmet,
        "met_url": rows_url(key, MET, day, area, where, span),
        "unmet_url": rows_url(key, UNMET, day, area, where, span),
        "total_url": rows_url(key, ALL, day, area, where, span),
    }


def number(
    value: int,
    key: str,
    day: date,
    area: Area | None,
    where: Where | None = None,
    span: Span | None = None,
) -> dict[str, Any]:
    """A count with the address of its list."""
    return {"value": value, "url": rows_url(key, ALL, day, area, where, span)}
