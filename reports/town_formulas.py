"""Formulas for the yearly appraisal of towns (evaluations/formulas.py): the shares that the
dashboard shows of a town, taken by the same definitions on the last day that counts, or over the
days that count."""

from collections.abc import Collection
from uuid import UUID

from accounts.scope import Scope
from areas.models import Area
from common.periods import Span
from evaluations.formulas import TOWN as RATED_TOWN
from evaluations.formulas import Result, Results, formula
from reports.figures import Extent, Share, cells
from reports.indicators import INDICATORS
from reports.populations import TOWN

# Indicators by which a town can be rated; a formula is called town_<key>.
KEYS = (
    "org_coverage", "work_coverage", "eligible_organized", "with_members_coverage",
    "affiliated_members", "secretary_filled", "election_on_time", "log_on_time", "log_accepted",
    "three_meetings_complete", "rated_share", "commitment_share", "commitments_fulfilled",
)
_WHOLE = Extent(Scope(everything=True))


def _results(key: str, ids: Collection[UUID], span: Span) -> Results:
    """The share of each town; a town with nothing to count is left to people."""
    indicator = INDICATORS[key]
    towns = dict(Area.objects.filter(pk__in=ids).values_list("code", "pk"))
    found = cells([indicator], TOWN, _WHOLE, span.last, span=span)[key]
    return {
        towns[cell.key]: _result(cell.figure)
        for cell in found
        if cell.key in towns and isinstance(cell.figure, Share) and cell.figure.percent is not None
    }


def _result(figure: Share) -> Result:
    return Result(figure.percent / 100, f"{figure.percent_text}（{figure.met}/{figure.total}）")


def _register(key: str) -> None:
    @formula(f"town_{key}", INDICATORS[key].label, RATED_TOWN)
    def of_towns(ids: Collection[UUID], span: Span) -> Results:
        return _results(key, ids, span)


for _key in KEYS:
    _register(_key)
