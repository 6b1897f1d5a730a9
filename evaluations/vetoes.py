"""否决情形: what the page says of those that were found, and how a person adds one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from common.transitions import Transition
from evaluations.choices import FindingState, ReviewState
from evaluations.commitment_formulas import valid_commitments
from evaluations.computing import span_of
from evaluations.flow import FINDING_FLOW
from evaluations.models import Finding, Review, Veto
from evaluations.queries import COMMITMENTS_VALID, Block
from evaluations.records import list_url, url_of
from evaluations.rules import is_looked_back

_OVER = frozenset({ReviewState.GRANTED, ReviewState.UNRATED})


@dataclass(frozen=True)
class Shown:
    """A finding with the page of its record, and what this user can do with it."""

    finding: Finding
    url: str
    verbs: Sequence[Transition] = ()


@dataclass
class Against:
    """What speaks against a star. ``suspected`` waits for a judgement, ``confirmed`` and
    ``missing`` (a sentence and an address) block, ``dismissed`` is kept in sight."""

    suspected: list[Shown] = field(default_factory=list)
    confirmed: list[Shown] = field(default_factory=list)
    dismissed: list[Shown] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    missing: str = ""
    missing_url: str = ""


def against(review: Review, scope: Scope | None) -> Against:
    """What speaks against the star of a review; ``scope``: of whoever judges, None for readers.
    Two queries."""
    found = Against()
    lists = {
        FindingState.SUSPECTED: found.suspected, FindingState.CONFIRMED: found.confirmed,
        FindingState.DISMISSED: found.dismissed,
    }
    judged = scope if review.state not in _OVER else None
    for finding in review.findings.select_related("veto").order_by("veto__number", "pk"):
        verbs = FINDING_FLOW.available(finding, judged) if judged else []
        shown = Shown(finding, url_of(finding.table, finding.row), verbs)
        lists[FindingState(finding.state)].append(shown)
        if finding.state == FindingState.CONFIRMED:
            text = f"{finding.veto.name}：{finding.text}"
            found.blocks.append(Block(text, finding.table, finding.row))
    _ask_for_commitment(review, found)
    return found


def _ask_for_commitment(review: Review, found: Against) -> None:
    """As queries.blocks() does for many."""
    if review.organization is None or not review.cycle.version.scheme.has_stars:
        return
    if valid_commitments([review.organization_id], span_of(review.cycle)):
        return
    found.missing = "考核期内没有备案的双向承诺，不授星。"
    found.missing_url = list_url("commitments:commitment_list", review.organization)
    found.blocks.append(Block(found.missing, condition=COMMITMENTS_VALID))


def report(
    *, review: Review, veto: Veto, text: str, happened_on: date, by: User, scope: Scope
) -> Finding:
    """登记 a case that the records do not show; it waits for a judgement like the others.

    Raises Refused without the right, after the end, for a case that lies too far back.
    """
    if not scope.may("judge_vetoes"):
        raise Refused("您没有登记否决情形的权限。")
    if review.state in _OVER:
        raise Refused(f"这份评定{review.get_state_display()}，不能再登记。")
    if veto.version_id != review.cycle.version_id:
        raise Refused("这个周期的方案里没有这种否决情形。")
    if happened_on > timezone.localdate():
        raise Refused("发生日期不能晚于今天。")
    if not is_looked_back(happened_on, review.cycle.last_on, veto.look_back):
        raise Refused(f"只追溯 {veto.look_back} 个月，这件事更早，不登记。")
    if not text.strip():
        raise Refused("请写明情况。")
    with recording(by=by, via=Via.PAGE):
        return Finding.objects.create(
            review=review, veto=veto, text=text.strip()[:300], happened_on=happened_on
        )
