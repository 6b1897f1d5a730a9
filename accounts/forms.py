"""Forms of the account pages."""

from typing import Any, ClassVar

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.choices import SignInEvent
from accounts.lockout import failure_limit
from accounts.models import User
from accounts.passwords import TOO_COMMON, TOO_SIMILAR, shortest
from accounts.trail import record_sign_in
from common.forms import speak_plainly

_NEW_HELP = (
    "至少 {} 位，不能全是数字，不要用账号、姓名（包括拼音）、单位或常见密码。建议用几个词连成一句。"
)


class LoginForm(AuthenticationForm):
    """账号 and 密码; an error says how many tries are left, never which of the two is wrong."""

    error_messages: ClassVar[dict[str, str]] = {
        "invalid_login": "账号或密码不正确",
        "inactive": "账号或密码不正确",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"
        speak_plainly(self)

    @property
    def tries_left(self) -> int | None:
        """Tries before the lock; None when nothing was tried or nothing is counted."""
        if not self.is_bound or not settings.AXES_ENABLED:
            return None
        credentials = {"username": self.cleaned_data.get("username", "")}
        failures = AxesProxyHandler.get_failures(self.request, credentials)
        return max(failure_limit() - failures, 0)


_RULES = {
    "password_too_similar": TOO_SIMILAR,
    "password_too_common": TOO_COMMON,
    "password_entirely_numeric": "新密码不能全是数字，请加上字母或词语。",
}


class _NewPasswordMixin:
    """Our words for Django's password forms; what is wrong with a new password stands at it."""

    error_messages: ClassVar[dict[str, str]] = {
        "password_mismatch": "两次填写的新密码不一样，请重新填写。",
        "password_incorrect": "现在的密码不正确，请重新填写。",
    }
    labels: ClassVar[dict[str, str]] = {
        "old_password": "现在的密码",
        "new_password1": "新密码",
        "new_password2": "再填一次新密码",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels[name]
            field.help_text = _NEW_HELP.format(shortest()) if name == "new_password1" else ""
        speak_plainly(self)
        self.fields["new_password2"].error_messages["required"] = "请再填一次新密码。"

    @sensitive_variables("password")
    def validate_password_for_user(self, user: User, *_field: str) -> None:
        """The rules of AUTH_PASSWORD_VALIDATORS, one sentence for each that is broken."""
        password = self.cleaned_data.get("new_password1")
        if not password:
            return
        try:
            validate_password(password, user)
        except ValidationError as problem:
            broken = (_RULES.get(error.code) or error.messages[0] for error in problem.error_list)
            for sentence in dict.fromkeys(broken):
                self.add_error("new_password1", sentence)

    def save(self, commit: bool = True) -> User:
        """Whoever has set a password of one's own need not change it again."""
        self.user.must_change_password = False
        with transaction.atomic():
            record_sign_in(SignInEvent.PASSWORD, user=self.user)
            return super().save(commit)


class ChangePasswordForm(_NewPasswordMixin, PasswordChangeForm):
    """修改密码."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        old, new = cleaned.get("old_password"), cleaned.get("new_password1")
        if old and old == new:
            self.add_error("new_password1", ValidationError("新密码和现在的一样，请换一个。"))
        return cleaned


class LinkPasswordForm(_NewPasswordMixin, SetPasswordForm):
    """设置密码 by a one-time link."""
