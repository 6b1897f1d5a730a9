"""Rules of logs, as pure functions: who owes one, until when, what a reviewer is told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from activities.choices import ActivityType, Caution
from activities.contents import Content, Session
from common.periods import add_months, day_in_month, month_end

# Meetings to which not everybody comes.
PARTIAL = frozenset({
    ActivityType.GROUP_MEETING, ActivityType.COMMITTEE_MEETING, ActivityType.HEART_TALK,
})
# A stretch of this many characters that stood in an earlier log is more than a turn of phrase.
REPEATED_CHARACTERS = 40
# Days before the due day from which it is said in colour.
SOON_DAYS = 5


def owes(founded_on: date, dissolved_on: date | None, month: date) -> bool:
    """Whether an organization owes the log of ``month``: it existed on the 1st and does not end
    before the month does (成立日期 ≤ 1st, and 撤销日期, the first day without it, is later than the
    last). One founded on the 15th owes from the next month (DHIS2's rule, ux.md §3)."""
    lasts = dissolved_on is None or dissolved_on > month_end(month)
    return founded_on <= month and lasts


@dataclass(frozen=True)
class Deadlines:
    """The last days, both included, of filing on time and of filing at all."""

    due_on: date
    lock_on: date


def deadlines(month: date, due_day: int, lock_day: int) -> Deadlines:
    """The deadlines of ``month``, in the month after it; the lock is never before the due day."""
    following = add_months(month, 1)
    due_on = day_in_month(following, due_day)
    return Deadlines(due_on, max(due_on, day_in_month(following, lock_day)))


def time_left(today: date, due_on: date, last_day: date, *, is_returned: bool) -> tuple[str, str]:
    """How long a log may still be filed, in a few words, and their tone. ``last_day``: the last one
    of filing at all, with whatever was reopened. A returned log is not late any more."""
    if today > last_day:
        return "已锁定", "bad"
    if is_returned or today > due_on:
        words = f"{last_day.month}月{last_day.day}日前可以{'改' if is_returned else '补报'}"
        return words, "warn" if is_returned else "bad"
    days = (due_on - today).days
    return (f"还有 {days} 天" if days else "今天截止"), "" if days > SOON_DAYS else "warn"


def is_locked(today: date, lock_on: date, reopened_until: Iterable[date]) -> bool:
    """Whether nothing can be filed any more: the lock day has passed, and so has every day until
    which the month was reopened."""
    return today > max([lock_on, *reopened_until])


def cautions(
    content: Content, month: date, roster: int | None, earlier_texts: Collection[str]
) -> list[Caution]:
    """What a reviewer should look at, in the order of the list. ``roster``: members who take part
    in the organization, None when nobody is on it; ``earlier_texts``: contents of earlier logs."""
    found: set[Caution] = set()
    for session in content.activities:
        found |= set(_cautions_of(session, month, roster, earlier_texts))
    return [caution for caution in Caution if caution in found]


def _cautions_of(
    session: Session, month: date, roster: int | None, earlier_texts: Collection[str]
) -> Iterable[Caution]:
    if session.held_on and session.held_on.replace(day=1) != month:
        yield Caution.OUTSIDE_MONTH
    if roster is not None and session.expected is not None:
        if session.expected > roster:
            yield Caution.ABOVE_ROSTER
        elif session.expected < roster and PARTIAL.isdisjoint(session.types):
            yield Caution.BELOW_ROSTER
    counted = (session.expected, session.attended, session.absent)
    if None not in counted and session.attended + session.absent != session.expected:
        yield Caution.ABSENCE_UNEXPLAINED
    if ActivityType.GENERAL_MEETING in session.types and not session.decisions:
        yield Caution.NO_DECISION
    if any(repeats(session.content, text) for text in earlier_texts):
        yield Caution.REPEATED_TEXT


def repeats(text: str, earlier: str, length: int = REPEATED_CHARACTERS) -> bool:
    """Whether ``length`` characters in a row of ``text`` stood in ``earlier``; spaces and line
    breaks do not count. A text shorter than that repeats when the whole of it stood there."""
    plain, old = "".join(text.split()), "".join(earlier.split())
    if not plain:
        return False
    if len(plain) <= length:
        return plain == old
    return any(plain[at : at + length] in old for at in range(len(plain) - length + 1))
