"""Steps of a commitment (提诺 → 审诺 → 亮诺 → 践诺 → 评诺), its items one by one, and what people
thought of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from common.access import may_on
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from evaluations.choices import Appraised, Appraiser, CommitmentState, Side
from evaluations.commitment_cells import MOST_ITEMS
from evaluations.flow import COMMITMENT_FLOW
from evaluations.models import Commitment, CommitmentAppraisal, CommitmentItem

# The states in which items are being fulfilled, and in which a commitment can be appraised.
RUNNING = frozenset({CommitmentState.REGISTERED, CommitmentState.SHOWN})
# 评议方 → the right that records what they thought; the masses are asked by the branch.
APPRAISES = {
    Appraiser.SELF: "commit", Appraiser.PEERS: "commit", Appraiser.MASSES: "commit",
    Appraiser.SUPERIOR: "rate_town",
}


@dataclass(frozen=True)
class Promised:
    """What an item says."""

    side: str
    text: str
    owner: str = ""
    due_on: date | None = None


def step(*, commitment: Commitment, verb: str, by: User, scope: Scope, note: str = "") -> None:
    """Make a step of the flow. Raises Refused when something is missing for it."""
    transition = COMMITMENT_FLOW.transitions[verb]
    if transition.needs_note and not note.strip():
        raise Refused("请写明原因。")
    with recording(by=by, via=Via.PAGE):
        if verb == "approve":
            _refuse_incomplete(commitment)
        if verb == "appraise":
            _refuse_unappraised(commitment)
        COMMITMENT_FLOW.apply(commitment, verb, by=by, scope=scope, note=note)


def step_all(
    *, commitments: Iterable[Commitment], verb: str, by: User, scope: Scope
) -> list[Commitment]:
    """The step for each of them that it can be made for; those that were moved on meanwhile, or
    lack something, are left as they are."""
    done = []
    for commitment in commitments:
        try:
            step(commitment=commitment, verb=verb, by=by, scope=scope)
        except Refused:
            continue
        done.append(commitment)
    return done


def _refuse_incomplete(commitment: Commitment) -> None:
    items = list(commitment.items.all())
    sides = {item.side for item in items}
    for side in Side:
        if side not in sides:
            raise Refused(f"还没有{side.label}，双方都要有承诺事项。")
    loose = [item for item in items if not item.owner or not item.due_on]
    if loose:
        raise Refused(f"还有 {len(loose)} 项没有责任人或完成时限，补上后再送审。")


def _refuse_unappraised(commitment: Commitment) -> None:
    known = set(commitment.appraisals.values_list("appraiser", flat=True))
    missing = [one.label for one in Appraiser if one not in known]
    if missing:
        raise Refused(f"还缺{'、'.join(missing)}，四方评完才能评诺。")


# --- Items --------------------------------------------------------------------------------------


def add_item(*, commitment: Commitment, said: Promised, by: User, scope: Scope) -> CommitmentItem:
    """Add a promise while the commitment is being drafted."""
    with recording(by=by, via=Via.PAGE):
        _locked_draft(commitment, scope)
        own = commitment.items.filter(side=said.side)
        if own.count() >= MOST_ITEMS:
            raise Refused(f"一方最多 {MOST_ITEMS} 项承诺。")
        last = own.aggregate(last=Max("number"))["last"] or 0
        return CommitmentItem.objects.create(
            commitment=commitment, side=said.side, number=last + 1, text=said.text,
            owner=said.owner, due_on=said.due_on,
        )


def change_item(*, item: CommitmentItem, said: Promised, by: User, scope: Scope) -> None:
    """Change a promise while the commitment is being drafted."""
    with recording(by=by, via=Via.PAGE):
        _locked_draft(item.commitment, scope)
        item.text, item.owner, item.due_on = said.text, said.owner, said.due_on
        item.save(update_fields=["text", "owner", "due_on"])


def drop_item(*, item: CommitmentItem, by: User, scope: Scope) -> None:
    """Take a promise out while the commitment is being drafted; the later ones move up."""
    with recording(by=by, via=Via.PAGE):
        _locked_draft(item.commitment, scope)
        later = item.commitment.items.filter(side=item.side, number__gt=item.number)
        item.delete()
        for one in later.order_by("number"):
            one.number -= 1
            one.save(update_fields=["number"])


def fulfil(
    *, item: CommitmentItem, done_on: date, evidence: str, by: User, scope: Scope
) -> None:
    """践诺销号: strike an item off, with the day and what shows it."""
    if done_on > timezone.localdate():
        raise Refused("完成日期不能晚于今天。")
    if not evidence.strip():
        raise Refused("请写明怎样完成的，有什么佐证。")
    with recording(by=by, via=Via.PAGE):
        _locked_running(item.commitment, scope)
        item.done_on, item.evidence = done_on, evidence.strip()[:200]
        item.save(update_fields=["done_on", "evidence"])


def unfulfil(*, item: CommitmentItem, by: User, scope: Scope) -> None:
    """撤销销号: the item is open again; what was written of it stays to be mended."""
    with recording(by=by, via=Via.PAGE):
        _locked_running(item.commitment, scope)
        item.done_on = None
        item.save(update_fields=["done_on"])


def _locked(commitment: Commitment, scope: Scope, right: str) -> None:
    """Hold the commitment until the end of the transaction, read again."""
    commitment.refresh_from_db(from_queryset=Commitment.objects.select_for_update(of=("self",)))
    if not may_on(commitment, scope, right):
        raise Refused("您没有办理这份承诺书的权限。")


def _locked_draft(commitment: Commitment, scope: Scope) -> None:
    _locked(commitment, scope, "edit_commitments")
    if commitment.state != CommitmentState.PROPOSED:
        raise Refused("已送审，承诺事项不能再改；要改请先退回修改。")


def _locked_running(commitment: Commitment, scope: Scope) -> None:
    _locked(commitment, scope, "commit")
    if commitment.state not in RUNNING:
        raise Refused(f"承诺书{commitment.get_state_display()}，现在不能销号。")


# --- 评诺 ---------------------------------------------------------------------------------------


def appraise(
    *, commitment: Commitment, appraiser: str, grade: str, by: User, scope: Scope
) -> CommitmentAppraisal:
    """Record what one kind of people thought; said again, it replaces what they said before."""
    if appraiser not in APPRAISES or grade not in Appraised:
        raise Refused("请选择评议方和结果。")
    with recording(by=by, via=Via.PAGE):
        _locked(commitment, scope, APPRAISES[Appraiser(appraiser)])
        if commitment.state != CommitmentState.SHOWN:
            raise Refused(f"承诺书{commitment.get_state_display()}，现在不能评议。")
        found, _created = CommitmentAppraisal.objects.update_or_create(
            commitment=commitment, appraiser=appraiser,
            defaults={"grade": grade, "appraised_on": timezone.localdate()},
        )
    return found
