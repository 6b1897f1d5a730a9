"""What an account may be given, as sentences; no queries."""

from collections.abc import Collection

from accounts.choices import ADMIN_ROLES, Role

SELF = "不能给自己授权、停用自己或给自己发链接，请由另一位系统管理员办理。"
APART = "系统管理员、安全管理员、审计管理员要由三个人分别担任，这个账号已经是{}。"
ADMINS_ONLY = "管理员账号看不到业务记录，也不能同时办业务，请另开一个账号。"


def grant_problem(role: str, held: Collection[str]) -> str:
    """Why an account that holds (or will hold) the roles ``held`` may not get ``role``; "" when
    it may."""
    others = ADMIN_ROLES & set(held) - {role}
    if role in ADMIN_ROLES and others:
        return APART.format("、".join(sorted(Role(one).label for one in others)))
    if role in ADMIN_ROLES and set(held) - ADMIN_ROLES:
        return ADMINS_ONLY
    if role not in ADMIN_ROLES and others:
        return ADMINS_ONLY
    return ""


def takeover_problem(held: Collection[str], *, has_password: bool) -> str:
    """Why the system administrator may not set an account's means of signing in anew; "" when he
    may. The other two administrators watch over him: he must not become one of them."""
    if has_password and {Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} & set(held):
        return (
            "安全管理员、审计管理员的密码和动态口令不能在这里重置，"
            "请在服务器上用 create_user 命令的 --new-link 或 --reset-totp 办理。"
        )
    return ""
