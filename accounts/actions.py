"""Writes on accounts. ``by``: who does it; None is a command on the server."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.db import connection, transaction
from django.utils import timezone

from accounts import offices, rules
from accounts.choices import Role, SignInEvent
from accounts.links import one_time_link, void_links
from accounts.models import Grant, User
from accounts.scope import scope_for
from accounts.trail import record_sign_in
from common.dated import FOREVER
from common.models import Via
from common.pinyin import spelled
from common.refusals import Refused
from common.trace import recording


@dataclass(frozen=True)
class Wanted:
    """An account to be made with its grant; ``username`` "" is made from the name."""

    name: str
    role: str
    place: dict[str, Any]
    username: str = ""
    starts_on: date | None = None
    ends_on: date = FOREVER


@dataclass(frozen=True)
class Issued:
    """A link that was just made, to be handed on; it is kept nowhere."""

    user: User
    link: str


def allow_keeper(by: User | None, user: User | None = None) -> None:
    """Refuse whoever does not keep accounts, and who means the own one."""
    if by is None:
        return
    if not scope_for(by).may("manage_accounts"):
        raise Refused("您没有管理账号的权限。")
    if user is not None and by.pk == user.pk:
        raise Refused(rules.SELF)


def _via(by: User | None) -> Via:
    return Via.PAGE if by else Via.COMMAND


def roles_held(user: User) -> set[str]:
    """Roles of ``user`` today or from some day on, whatever the office."""
    later = Grant.objects.filter(user=user, ends_on__gt=timezone.localdate())
    return set(later.values_list("role", flat=True))


def grant_role(
    *, user: User, role: str, by: User | None, starts_on: date | None = None,
    ends_on: date = FOREVER, **place: Any,
) -> Grant:
    """Give ``user`` a role from a day (today) until a day; the same grant twice stays one.

    A secretary's hangs on the post when the user is the secretary in post, by name. Raises
    Refused: for oneself, and when the three administrators would not be three people.
    """
    today = timezone.localdate()
    in_office = role == Role.SECRETARY and offices.holds(role, user.name, place, today)
    return _grant(
        user, by, role=role, starts_on=starts_on or today, ends_on=ends_on,
        person=user.name if in_office else "", **place,
    )


def _grant(user: User, by: User | None, **values: Any) -> Grant:
    allow_keeper(by, user)
    with recording(by=by, via=_via(by)):
        _lock(user)
        problem = rules.grant_problem(values["role"], roles_held(user))
        if problem:
            raise Refused(problem)
        if values["starts_on"] >= values["ends_on"]:
            raise Refused("开始日期应早于结束日期。")
        begins = values.pop("starts_on")
        same = Grant.objects.of(user).filter(starts_on__lte=begins, **values).first()
        return same or Grant.objects.create(user=user, starts_on=begins, **values)


def end_grant(*, grant: Grant, by: User | None) -> None:
    """收回 a grant at once; one that has not begun goes without a trace in figures."""
    allow_keeper(by, grant.user)
    today = timezone.localdate()
    with recording(by=by, via=_via(by)):
        if grant.ends_on <= today:
            raise Refused("这项授权已经结束，不用再收回。")
        if grant.starts_on >= today:
            grant.delete()
        else:
            grant.ends_on = today
            grant.save(update_fields=["ends_on"])


def create_account(*, wanted: Wanted, by: User | None) -> Issued:
    """开通账号 with its grant and a one-time link."""
    return create_accounts(wanted=[wanted], by=by)[0]


@transaction.atomic
def create_accounts(*, wanted: Sequence[Wanted], by: User | None) -> list[Issued]:
    """All accounts or none, each with its grant and a one-time link."""
    allow_keeper(by)
    names = _Usernames()
    issued = []
    for one in wanted:
        user = _create(one.username, one.name, names, by)
        grant_role(
            user=user, role=one.role, by=by, starts_on=one.starts_on, ends_on=one.ends_on,
            **one.place,
        )
        issued.append(_issue(user, by))
    return issued


def _create(username: str, name: str, names: "_Usernames", by: User | None) -> User:
    user = User(username=names.take(username, name), name=name)
    user.set_unusable_password()
    with recording(by=by, via=_via(by)):
        user.save()
    return user


class _Usernames:
    """Account names that are taken. Who makes accounts waits here for whoever else does."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accounts', 0))")
        self._taken = {name.lower() for name in User.objects.values_list("username", flat=True)}

    def take(self, username: str, name: str) -> str:
        """The given name, or the person's in pinyin: wangjianping, wangjianping2, …"""
        if username.lower() in self._taken:
            raise Refused(f"已经有账号“{username}”，请换一个。")
        base = spelled(name) or "user"
        numbered = (f"{base}{number if number > 1 else ''}" for number in count(1))
        found = username or next(one for one in numbered if one not in self._taken)
        self._taken.add(found.lower())
        return found


def _issue(user: User, by: User | None) -> Issued:
    return Issued(user, one_time_link(user, by))


@transaction.atomic
def renew_links(*, users: Iterable[User], by: User | None) -> list[Issued]:
    """新的一次性链接 for accounts; earlier ones are void. Raises Refused for a disabled one."""
    issued = []
    for user in users:
        allow_keeper(by, user)
        if not user.is_active:
            raise Refused(f"账号 {user.username} 已停用，先启用再发链接。")
        if by is not None:
            _refuse_takeover(user)
        issued.append(_issue(user, by))
    return issued


def _refuse_takeover(user: User) -> None:
    problem = rules.takeover_problem(roles_held(user), has_password=user.has_usable_password())
    if problem:
        raise Refused(problem)


def set_active(*, user: User, is_active: bool, by: User | None) -> None:
    """停用 or 启用. Disabling ends every session at once and voids the links; enabling brings
    none of them back."""
    allow_keeper(by, user)
    with recording(by=by, via=_via(by)):
        _lock(user)
        user.refresh_from_db()
        user.is_active = is_active
        user.session_round += 1
        user.save(update_fields=["is_active", "session_round"])
        void_links(user)


@transaction.atomic
def unlock(*, user: User, by: User | None) -> None:
    """解除锁定: forget the wrong passwords of an account."""
    allow_keeper(by, user)
    AxesProxyHandler.reset_attempts(username=user.username)
    record_sign_in(SignInEvent.UNLOCKED, user=user, by=by)


def _lock(user: User) -> None:
    """One writer of an account's grants at a time."""
    User.objects.select_for_update().filter(pk=user.pk).first()


# --- All who hold an office ---------------------------------------------------------------------


def without_account(role: str, day: date) -> list[tuple[str, list[offices.Holder]]]:
    """People in an office of ``role`` who have no grant for it, each with the offices held: the
    same name and phone is one person."""
    people: dict[tuple[str, ...], list[offices.Holder]] = {}
    granted = {
        (grant.user.name, grant.organization_id or grant.instructor_id)
        for grant in Grant.objects.filter(role=role).counting(day).select_related("user")
        if grant.user.is_active
    }
    for holder in offices.offices()[role].holders(day):
        (pk,) = holder.place.values()
        if (holder.person, pk) not in granted:
            key = (holder.person, holder.mark) if holder.mark else (holder.person, str(pk))
            people.setdefault(key, []).append(holder)
    return [(key[0], holders) for key, holders in people.items()]


@transaction.atomic
def create_for_offices(*, role: str, by: User | None) -> list[Issued]:
    """开通 an account for everybody in an office who has none, all or none."""
    allow_keeper(by)
    names, issued = _Usernames(), []
    today = timezone.localdate()
    for person, holders in without_account(role, today):
        user = _create("", person, names, by)
        for holder in holders:
            _grant(
                user, by, role=role, starts_on=today, ends_on=FOREVER,
                person=person if role == Role.SECRETARY else "", **holder.place,
            )
        issued.append(_issue(user, by))
    return issued

