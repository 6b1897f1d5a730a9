"""Dated settings of signing in and of sessions (common/parameters.py): the security
administrator's alone."""

from functools import partial

from accounts.choices import TOTP_ROLES
from common.parameters import Kind, Setting, declare

SIGN_IN = "登录锁定"
SESSIONS = "会话"
PASSWORDS = "密码和链接"

_security = partial(Setting, readers="edit_security", editors="edit_security")

declare(
    _security(
        "login.failure_limit", "同一地点连续错误次数", SIGN_IN, Kind.INTEGER, 5,
        unit="次", minimum=3, maximum=20,
        help="同一账号在同一网络地址上密码错误达到这个次数，暂时锁定。",
    )
)
declare(
    _security(
        "login.account_limit", "同一账号错误次数", SIGN_IN, Kind.INTEGER, 10,
        unit="次", minimum=5, maximum=100,
        help="同一账号在所有网络地址上密码错误达到这个次数，暂时锁定。"
        "90 天内从中成功登录过的地址不受影响，免得他人故意试错，把本人挡在外面。",
    )
)
declare(
    _security(
        "login.address_limit", "同一网络地址错误次数", SIGN_IN, Kind.INTEGER, 50,
        unit="次", minimum=10, maximum=1000,
        help="同一网络地址上各账号的密码错误加起来达到这个次数，该地址暂时不能登录。",
    )
)
declare(
    _security(
        "login.lock_minutes", "锁定时间", SIGN_IN, Kind.INTEGER, 15,
        unit="分钟", minimum=1, maximum=1440,
        help="过了这段时间自行解除，系统管理员也可以提前解除。",
    )
)
declare(
    _security(
        "session.idle_minutes", "无操作自动退出", SESSIONS, Kind.INTEGER, 30,
        unit="分钟", minimum=5, maximum=240, help="超过这段时间没有操作，要重新登录。",
        basis="GB/T 22239-2019 身份鉴别",
    )
)
declare(
    _security(
        "session.absolute_hours", "一次登录最长时间", SESSIONS, Kind.INTEGER, 12,
        unit="小时", minimum=1, maximum=24, help="不论有没有操作，登录满这段时间要重新登录。",
    )
)
declare(
    _security(
        "password.min_length", "密码最少位数", PASSWORDS, Kind.INTEGER, 10,
        unit="位", minimum=8, maximum=32, help="设置新密码时检查，已有的密码不受影响。",
    )
)
declare(
    _security(
        "link.valid_hours", "一次性链接有效时间", PASSWORDS, Kind.INTEGER, 72,
        unit="小时", minimum=1, maximum=720,
        help="新账号和忘记密码的人凭链接自己设密码，用过或过期作废。",
    )
)
declare(
    _security(
        "totp.required_roles", "必须使用动态口令的角色", "动态口令", Kind.CHOICES, (),
        choices=tuple((role.value, role.label) for role in TOTP_ROLES), is_required=False,
        help="从生效日期起，这些角色登录要填手机验证器上的动态口令；还没有绑定的，登录后先绑定。"
        "没有选的角色可以自愿绑定。",
        basis="GB/T 22239-2019 身份鉴别（三级）",
    )
)
