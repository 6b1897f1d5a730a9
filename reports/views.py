"""覆盖情况: the dashboard."""

from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from accounts.scope import RIGHTS
from common.inbox import Matter
from common.views import PageView
from reports import matters
from reports.conditions import Conditions, conditions_of
from reports.counted import Lists
from reports.dashboard import Board

SHOWN_LINES = 12  # of a table of areas, before the rest is folded


class CoverageView(PageView):
    """The dashboard of a district, a sector or a town."""

    roles = RIGHTS["read_figures"]
    template_name = "reports/coverage.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        conditions = conditions_of(self.request, self.scope)
        board = Board(conditions)
        return super().get_context_data(
            title="党的组织和工作覆盖情况",
            conditions=conditions,
            board=board,
            areas=conditions.places.choices(conditions.day, conditions.area),
            matters=to_act_on(conditions, board),
            shown_lines=f":{SHOWN_LINES}",
            folded_lines=f"{SHOWN_LINES}:",
            query=urlencode(conditions.as_query()),
            may_build=self.scope.may("build_reports"),
            now=timezone.localtime(),
            **kwargs,
        )


def to_act_on(conditions: Conditions, board: Board) -> list[Matter]:
    """Gaps that somebody can close, each with the first of its list."""
    extent, day = board.extent, board.day
    plain = Lists(day, conditions.area, {})
    found = [
        matters.eligible(extent, board.lists, board.unit),
        matters.posts_vacant(extent, plain),
        matters.elections_overdue(extent, plain),
        matters.elections_soon(extent, plain),
    ]
    return [matter for matter in found if matter.count]
