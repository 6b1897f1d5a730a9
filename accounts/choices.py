"""Roles (design.md §1) and the events of signing in."""

from django.db.models import TextChoices


class Role(TextChoices):
    DISTRICT = "district", "区级工作人员"
    SECTOR = "sector", "行业党委"
    TOWN = "town", "镇街工作人员"
    SECRETARY = "secretary", "企业党组织书记"
    INSTRUCTOR = "instructor", "党建指导员"
    DEPARTMENT = "department", "承办部门"
    IMPORTER = "importer", "台账管理员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


# What a grant of each role must name. Without it the grant reaches nothing.
AREA_ROLES = frozenset({Role.DISTRICT, Role.TOWN, Role.IMPORTER})
ORGANIZATION_ROLES = frozenset({Role.SECTOR, Role.SECRETARY})
STAFF_ROLES = frozenset({Role.DISTRICT, Role.SECTOR, Role.TOWN, Role.IMPORTER})
ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# Roles of which a second factor may be required (dated setting totp.required_roles).
TOTP_ROLES = tuple(role for role in Role if role in STAFF_ROLES | ADMIN_ROLES)


class SignInEvent(TextChoices):
    """What may happen to an account, told to the audit administrator."""

    SIGNED_IN = "signed_in", "登录"
    WRONG = "wrong", "密码错误"
    REFUSED = "refused", "锁定中被拒"
    SIGNED_OUT = "signed_out", "退出"
    IDLE = "idle", "久未操作退出"
    TOO_LONG = "too_long", "登录到时退出"
    PASSWORD = "password", "设置密码"
    LINK = "link", "发出链接"
    UNLOCKED = "unlocked", "解除锁定"
    CODE_RIGHT = "code_right", "动态口令通过"
    CODE_WRONG = "code_wrong", "动态口令错误"
    RECOVERY = "recovery", "使用恢复码"
    RECOVERY_MADE = "recovery_made", "更换恢复码"
    TOTP_ON = "totp_on", "绑定动态口令"
    TOTP_OFF = "totp_off", "停用动态口令"
    TOTP_RESET = "totp_reset", "重置动态口令"
