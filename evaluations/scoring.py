"""What a reviewer gives, and how giving can fail (actions.save_scores)."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from common.refusals import Refused


@dataclass(frozen=True)
class Given:
    """What a reviewer entered for a criterion, on the score row of ``revision``. ``score`` None:
    taken back."""

    score: Decimal | None
    reason: str = ""
    revision: int = 0


@dataclass(frozen=True)
class Clash:
    """Someone else has scored the same criterion meanwhile: theirs and mine."""

    criterion: UUID
    theirs: Decimal | None
    mine: Decimal | None


class Overtaken(Refused):
    """Nothing was saved: ``clashes`` says what someone else saved first."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__(f"有 {len(clashes)} 项刚被别人改过，请核对后再保存。")
        self.clashes = clashes


class WrongScores(Refused):
    """Nothing was saved: ``problems`` has a sentence for each criterion that cannot be taken."""

    def __init__(self, problems: dict[UUID, str]) -> None:
        super().__init__(f"有 {len(problems)} 项得分要改。")
        self.problems = problems
