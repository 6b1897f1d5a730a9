"""Commitments, honours and two rating cycles for the fictional district, as if they had gone
through all hands: one cycle is finished, the next one is under way. Rows are written set-based, in
one recorded transaction."""

from datetime import date
from random import Random

from activities.demo import People
from common import changes
from common.models import FlowStep, Via
from common.trace import recording
from evaluations.demo_cycles import Cycles
from evaluations.demo_promises import Teller
from evaluations.models import Commitment, RatingCycle


def load(*, seed: int, today: date, people: People) -> int:
    """Fill in; the number of commitments. Where there are cycles already, nothing is done."""
    if RatingCycle.objects.exists():
        return 0
    with recording(by=None, via=Via.COMMAND):
        teller = Teller(Random(f"{seed}/ratings"), today, people)  # noqa: S311 -- invented data
        teller.commitments()
        teller.honours()
        changes.lock_writes()
        changes.write(teller.changes)
        FlowStep.objects.bulk_create(teller.steps, batch_size=1000)
        Cycles(teller).run()
    return Commitment.objects.count()
