"""Forms of the second factor."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts import totp
from accounts.lockout import address_of
from accounts.models import TotpDevice, User
from common.forms import speak_plainly
from common.refusals import Refused

_TYPED = {"autocomplete": "one-time-code", "size": 14, "inputmode": "numeric"}
WRONG = "动态口令不对，请看验证器上现在的 6 位数字；手机时间要准。"


class _TotpForm(forms.Form):
    """Knows the request; speaks our sentences."""

    use_required_attribute = False

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        self.user: User = request.user
        super().__init__(*args, **kwargs)
        speak_plainly(self)


class CodeForm(_TotpForm):
    """A code, or a recovery code; ``device`` is what it belongs to."""

    code = forms.CharField(
        label="动态口令", max_length=20, widget=forms.TextInput(_TYPED),
        help_text="打开手机上的验证器，填现在显示的 6 位数字。手机不在身边，填一个恢复码。",
    )
    device: TotpDevice | None = None

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        try:
            self.device = totp.check(user=self.user, code=code, address=address_of(self.request))
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal
        if self.device is None:
            raise ValidationError(WRONG)
        return code


class EnrolForm(_TotpForm):
    """The first code of a new device, and the password: an unlocked desk is not enough."""

    code = forms.CharField(
        label="动态口令", max_length=10, widget=forms.TextInput(_TYPED),
        help_text="扫码后验证器上显示的 6 位数字。",
    )
    password = forms.CharField(
        label="现在的密码", strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    @sensitive_variables("password")
    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if not authenticate(self.request, username=self.user.username, password=password):
            raise ValidationError("密码不正确，请重新填写。")
        return password
