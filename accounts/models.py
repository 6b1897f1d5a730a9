"""Users, departments and grants."""

import uuid
from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django_otp.models import Device, ThrottlingMixin

from accounts import offices
from accounts.choices import Role, SignInEvent
from common.dated import DatedQuerySet, DatedRecord
from common.pinyin import spelled
from common.scoping import ScopedQuerySet
from common.secrets import SecretField


class AccountManager(UserManager.from_queryset(ScopedQuerySet)):
    """Accounts: created as Django does, listed within a scope like any row."""

    use_in_migrations = False


class User(AbstractUser):
    """用户. Rights come from grants only; Django's own groups and permissions are not used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(
        "账号", max_length=150, unique=True, validators=[AbstractUser.username_validator],
        error_messages={"unique": "已经有这个账号，请换一个。"},
    )
    is_active = models.BooleanField("启用", default=True)
    name = models.CharField("姓名", max_length=60, blank=True)
    large_type = models.BooleanField("大字版", default=False)
    must_change_password = models.BooleanField("须改密码", default=False)
    # Counted up when all sessions of the account shall end: when it is disabled, for instance.
    session_round = models.PositiveIntegerField("会话轮次", default=0)

    # Whether signing in needs a code as well; set with the device, so that no page has to ask.
    uses_totp = models.BooleanField("动态口令", default=False)

    objects = AccountManager()

    class Meta:
        verbose_name = "用户"
        verbose_name_plural = "用户"

    def __str__(self) -> str:
        return self.name or self.username

    def get_absolute_url(self) -> str:
        return reverse("accounts:user_detail", args=[self.pk])

    @property
    def standing(self) -> str:
        """停用, 待设密码 (nobody has set one by the link yet) or 在用."""
        if not self.is_active:
            return "停用"
        return "在用" if self.has_usable_password() else "待设密码"

    @property
    def name_spelled(self) -> str:
        """The name in pinyin, which passwords must not contain."""
        return spelled(self.name)

    def get_session_auth_hash(self) -> str:
        """What a session must carry to be the user's: a new password or a new round ends it."""
        return f"{super().get_session_auth_hash()}.{self.session_round}"


class OneTimeLink(models.Model):
    """一次性链接 to set a password. Only a digest of its token is kept; it is used once, for some
    hours, and a newer one or disabling the account voids it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="links", verbose_name="用户")
    digest = models.CharField("摘要", max_length=64, unique=True)
    created_at = models.DateTimeField("发出时间", default=timezone.now)
    expires_at = models.DateTimeField("有效期至")
    closed_at = models.DateTimeField("用过或作废时间", null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "一次性链接"

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%F %T}"


class TotpDevice(ThrottlingMixin, Device):
    """动态口令 (TOTP, RFC 6238) of a user: six digits every 30 seconds. The key is encrypted; a
    wrong code makes the next try wait, twice as long each time."""

    secret = SecretField("密钥")
    last_step = models.BigIntegerField("用过的最后一步", default=-1)
    enrolled_at = models.DateTimeField("绑定时间", default=timezone.now)

    class Meta:
        verbose_name = "动态口令"
        constraints = [models.UniqueConstraint(fields=["user"], name="one_totp_device_per_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.enrolled_at:%F}"

    def get_throttle_factor(self) -> int:
        """Seconds to wait after the first wrong code."""
        return 1


class RecoveryCode(models.Model):
    """恢复码: lets its owner in once without the phone. Only a keyed digest is kept."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="recovery_codes", verbose_name="用户"
    )
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = "恢复码"
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_unique")
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class SignInEntry(models.Model):
    """登录记录: what happened to an account: signing in, failing to, and who set it right."""

    at = models.DateTimeField("时间", default=timezone.now)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="用户")
    account = models.CharField("账号", max_length=150)
    event = models.CharField("事项", max_length=20, choices=SignInEvent)
    address = models.GenericIPAddressField("网络地址", null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="经办人")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "登录记录"
        indexes = [models.Index(fields=["account", "event", "at"], name="sign_in_account")]

    def __str__(self) -> str:
        return f"{self.account} {self.event} {self.at:%F %T}"


class Department(models.Model):
    """承办部门: a government department that answers tickets."""

    named_openly = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("名称", max_length=100, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "部门"

    def __str__(self) -> str:
        return self.name


class GrantQuerySet(ScopedQuerySet, DatedQuerySet):
    """Grants."""

    def of(self, user: User) -> "GrantQuerySet":
        """Grants of ``user`` that count today."""
        return self.filter(user=user).counting(timezone.localdate())

    def held(self, user_id: Any) -> list["Grant"]:
        """The same with areas and users; whether an office is still held is asked only of grants
        that hang on one, since every page begins with this."""
        today = timezone.localdate()
        grants = list(self.filter(user=user_id).at(today).select_related("user", "area"))
        official = {grant.pk for grant in grants if grant.role in offices.offices()}
        if official:
            counted = self.filter(pk__in=official).counting(today)
            official -= set(counted.values_list("pk", flat=True))
        return [grant for grant in grants if grant.pk not in official]

    def counting(self, day: date) -> "GrantQuerySet":
        """Grants that count on ``day``: within their time, and the office that they hang on is
        still held."""
        return self.at(day).filter(offices.counting(day))


class Grant(DatedRecord):
    """授权: a role of a user over an area, an organization, an instructor's assignments or a
    department, from a day to a day. Several grants add up.

    ``person``: the secretary that it was given to; it ends with the post (accounts/offices.py).
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="用户")
    role = models.CharField("角色", max_length=20, choices=Role)
    area = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, blank=True, verbose_name="区划"
    )
    organization = models.ForeignKey(
        "organizations.PartyOrganization",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="党组织",
    )
    instructor = models.ForeignKey(
        "organizations.Instructor",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="指导员",
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name="部门"
    )
    person = models.CharField("任职人", max_length=60, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["user", "role", "starts_on"]
        verbose_name = "授权"

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.place or ''}".strip()

    @property
    def place(self) -> models.Model | None:
        """What it is over."""
        return self.area or self.organization or self.instructor or self.department

    @property
    def is_begun(self) -> bool:
        return self.starts_on <= timezone.localdate()
