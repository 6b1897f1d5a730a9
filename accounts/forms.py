"""Forms of the account pages."""

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError

NEW_HELP = "至少 10 位，不能全是数字，不要用姓名、单位、生日或常见密码。建议用几个词连成一句。"


class LoginForm(AuthenticationForm):
    """账号 and 密码; an error says how many tries are left, never which of the two is wrong."""

    error_messages = {
        "invalid_login": "账号或密码不正确",
        "inactive": "账号或密码不正确",
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["password"].label = "密码"
        self.fields["username"].error_messages["required"] = "请填写账号。"
        self.fields["password"].error_messages["required"] = "请填写密码。"

    @property
    def tries_left(self) -> int | None:
        """Tries before the lock; None when nothing was tried or nothing is counted."""
        if not self.is_bound or not settings.AXES_ENABLED:
            return None
        credentials = {"username": self.cleaned_data.get("username", "")}
        failures = AxesProxyHandler.get_failures(self.request, credentials)
        return max(settings.AXES_FAILURE_LIMIT - failures, 0)


def _dress(form: forms.Form) -> None:
    """Our words for Django's password fields."""
    fields = form.fields
    if "old_password" in fields:
        fields["old_password"].label = "现在的密码"
        fields["old_password"].error_messages["required"] = "请填写现在的密码。"
    fields["new_password1"].label = "新密码"
    fields["new_password1"].help_text = NEW_HELP
    fields["new_password1"].error_messages["required"] = "请填写新密码。"
    fields["new_password2"].label = "再填一次新密码"
    fields["new_password2"].help_text = ""
    fields["new_password2"].error_messages["required"] = "请再填一次新密码。"


class _NewPasswordMixin:
    """What is wrong with a new password stands at the field of the new password."""

    error_messages = {
        "password_mismatch": "两次填写的新密码不一样，请重新填写。",
        "password_incorrect": "现在的密码不正确，请重新填写。",
    }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    def save(self, commit=True):
        """Whoever has set a password of one's own need not change it again."""
        self.user.must_change_password = False
        return super().save(commit)


class ChangePasswordForm(_NewPasswordMixin, PasswordChangeForm):
    """修改密码."""

    def clean(self):
        cleaned = super().clean()
        old, new = cleaned.get("old_password"), cleaned.get("new_password1")
        if old and old == new:
            self.add_error("new_password1", ValidationError("新密码和现在的一样，请换一个。"))
        return cleaned


class LinkPasswordForm(_NewPasswordMixin, SetPasswordForm):
    """设置密码 by a one-time link."""
