"""动态口令: enrolling a device, checking a code or a recovery code, giving it up, resetting it.

Codes follow RFC 6238 (SHA-1, 30 seconds, six digits), which every authenticator app understands.
A code is taken once; the step before and after the present one are taken as well, for clocks that
are a little off.
"""

import base64
import re
import secrets
import time
from urllib.parse import quote

from django.db import transaction
from django_otp.oath import TOTP

from accounts import rules
from accounts.actions import allow_keeper, roles_held
from accounts.choices import SignInEvent
from accounts.models import RecoveryCode, TotpDevice, User
from accounts.trail import record_sign_in
from common import parameters
from common.models import Via
from common.refusals import Refused
from common.secrets import conceal, disclose, fingerprint
from common.trace import recording

_KEY_BYTES = 20
_STEP = 30
_TOLERANCE = 1
CODES = 10
FEW = 3  # from here on one is told to make new recovery codes
_CODE = re.compile(r"\d{6}", re.ASCII)


def new_key() -> str:
    """A fresh key in base32, as it is typed into an app."""
    return base64.b32encode(secrets.token_bytes(_KEY_BYTES)).decode()


def address_of_key(key: str, username: str, issuer: str) -> str:
    """What the QR code says: otpauth://totp/…"""
    label = quote(username)
    return f"otpauth://totp/{label}?secret={key}&issuer={quote(issuer)}&digits=6&period={_STEP}"


def step_for(key: str, code: str, last_step: int = -1) -> int | None:
    """The time step that ``code`` belongs to, after ``last_step``; None when it is not right."""
    plain = code.replace(" ", "")
    if not _CODE.fullmatch(plain):
        return None
    totp = TOTP(base64.b32decode(key), step=_STEP)
    totp.time = time.time()
    if not totp.verify(int(plain), tolerance=_TOLERANCE, min_t=last_step + 1):
        return None
    return totp.t()


def is_required(roles: frozenset[str]) -> bool:
    """Whether anybody with these roles must use a code today."""
    return bool(roles & set(parameters.value("totp.required_roles")))


@transaction.atomic
def enrol(*, user: User, key: str, code: str) -> TotpDevice:
    """Bind a device that shows the right code. Raises Refused."""
    _lock(user)
    if TotpDevice.objects.filter(user=user).exists():
        raise Refused("已经绑定过动态口令，换设备请先停用。")
    step = step_for(key, code)
    if step is None:
        raise Refused("动态口令不对，请看验证器上现在的 6 位数字；手机时间要准。")
    device = TotpDevice.objects.create(user=user, secret=conceal(key), last_step=step)
    _set_use(user, uses=True, by=user)
    record_sign_in(SignInEvent.TOTP_ON, user=user)
    return device


@transaction.atomic
def check(*, user: User, code: str, address: str | None = None) -> TotpDevice | None:
    """The device, when ``code`` is its present code or a recovery code that is left, which are
    used up by it. None when it is not right: the next try has to wait. Raises Refused while it
    does."""
    device = TotpDevice.objects.select_for_update().get(user=user)
    allowed, _why = device.verify_is_allowed()
    if not allowed:
        raise Refused("口令连续不对，请等一会儿再试。")
    event = _take(device, code)
    if event is None:
        device.throttle_increment()
        record_sign_in(SignInEvent.CODE_WRONG, user=user, address=address)
        return None
    device.throttle_reset(commit=False)
    device.save()
    record_sign_in(event, user=user, address=address)
    return device


def _take(device: TotpDevice, code: str) -> SignInEvent | None:
    """Use a code up; what it was, None when it is not right."""
    step = step_for(disclose(device.secret), code, device.last_step)
    if step is not None:
        device.last_step = step
        return SignInEvent.CODE_RIGHT
    digest = _digest(code)
    used, _ = RecoveryCode.objects.filter(user_id=device.user_id, digest=digest).delete()
    return SignInEvent.RECOVERY if used else None


def new_recovery_codes(*, user: User) -> list[str]:
    """Fresh recovery codes, shown once; the old ones are void."""
    codes = [secrets.token_hex(5) for _ in range(CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(user=user, digest=_digest(code)) for code in codes
        )
        record_sign_in(SignInEvent.RECOVERY_MADE, user=user)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(code: str) -> str:
    """Keyed, because a code is short."""
    return fingerprint("recovery " + re.sub(r"[\s-]", "", code).lower())


@transaction.atomic
def give_up(*, user: User, roles: frozenset[str]) -> None:
    """停用 by the user, who has just given a code. Raises Refused where it is required."""
    if is_required(roles):
        raise Refused("您的角色必须使用动态口令，不能停用；换手机请系统管理员重置。")
    _remove(user, by=user)
    record_sign_in(SignInEvent.TOTP_OFF, user=user)


@transaction.atomic
def reset(*, user: User, by: User | None) -> None:
    """重置 a lost device: the next sign-in needs the password only (and enrols anew where that is
    required). Ends the account's sessions."""
    allow_keeper(by, user)
    if by is not None:
        problem = rules.takeover_problem(roles_held(user), has_password=True)
        if problem:
            raise Refused(problem)
    _remove(user, by=by)
    User.objects.filter(pk=user.pk).update(session_round=user.session_round + 1)
    record_sign_in(SignInEvent.TOTP_RESET, user=user, by=by)


def _remove(user: User, *, by: User | None) -> None:
    _lock(user)
    TotpDevice.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    _set_use(user, uses=False, by=by)


def _set_use(user: User, *, uses: bool, by: User | None) -> None:
    with recording(by=by, via=Via.PAGE if by else Via.COMMAND):
        user.uses_totp = uses
        user.save(update_fields=["uses_totp"])


def _lock(user: User) -> None:
    User.objects.select_for_update().get(pk=user.pk)
