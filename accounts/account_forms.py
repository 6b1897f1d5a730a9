"""Forms of the system administrator: an account, a grant, accounts from a workbook."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actions import Issued, Wanted, create_account, create_accounts, grant_role
from accounts.bulk import read_accounts
from accounts.choices import Role
from accounts.models import Grant, User
from accounts.places import HELP, place_of
from common import parameters
from common.dated import FOREVER
from common.forms import DayInput, ScopedForm
from common.refusals import Refused


class GrantForm(ScopedForm):
    """授权: a role, over what, from a day until a day. ``account``: who gets it."""

    role = forms.ChoiceField(label="角色", choices=[("", "请选择"), *Role.choices])
    place = forms.CharField(label="范围", required=False, max_length=200, help_text=HELP)
    starts_on = forms.DateField(label="自", widget=DayInput, initial=timezone.localdate)
    last_day = forms.DateField(
        label="至", widget=DayInput, required=False,
        help_text="最后有效的一天。不填的一直有效；在任书记的授权随任职终止，指导员的随聘期终止。",
    )

    def __init__(self, *args: Any, account: User | None = None, **kwargs: Any) -> None:
        self.account = account
        super().__init__(*args, **kwargs)

    @property
    def person(self) -> str:
        """The name of who gets the grant."""
        return self.account.name if self.account else self.cleaned_data.get("name", "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        role, place = cleaned.get("role"), cleaned.get("place", "").strip()
        if role and not self.errors:
            try:
                cleaned["found"] = place_of(role, place, self.person)
            except Refused as refusal:
                self.add_error("place", str(refusal))
        begins, last = cleaned.get("starts_on"), cleaned.get("last_day")
        if begins and last and last < begins:
            self.add_error("last_day", "要晚于开始日期。")
        return cleaned

    @property
    def ends_on(self) -> date:
        last = self.cleaned_data["last_day"]
        return last + timedelta(days=1) if last and last < FOREVER else FOREVER

    def save(self) -> Grant:
        cleaned = self.cleaned_data
        return grant_role(
            user=self.account, role=cleaned["role"], by=self.user,
            starts_on=cleaned["starts_on"], ends_on=self.ends_on, **cleaned["found"],
        )


class AccountForm(GrantForm):
    """开通账号 with its first grant."""

    field_order = ("name", "username", "role", "place", "starts_on", "last_day")

    name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(
        label="账号", max_length=60, required=False, validators=[User.username_validator],
        help_text="登录时填的名字。不填的按姓名拼音取，如 wangjianping。",
    )

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].strip()
        if username and User.objects.filter(username__iexact=username).exists():
            raise ValidationError(f"已经有账号“{username}”，请换一个。")
        return username

    def save(self) -> Issued:
        cleaned = self.cleaned_data
        wanted = Wanted(
            cleaned["name"], cleaned["role"], cleaned["found"], cleaned["username"],
            cleaned["starts_on"], self.ends_on,
        )
        return create_account(wanted=wanted, by=self.user)


class BulkForm(ScopedForm):
    """批量开通 from a workbook: every row is right, or nothing is written."""

    file = forms.FileField(
        label="文件", widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        error_messages={
            "required": "请选择填好的文件。", "empty": "这个文件是空的，请选择填好的文件。",
        },
    )

    def clean_file(self) -> list[Wanted]:
        file, limit = self.cleaned_data["file"], parameters.value("upload.max_mb")
        if file.size > limit << 20:
            raise ValidationError(f"文件超过 {limit} MB，请分成几个文件上传。")
        return read_accounts(file)

    def save(self) -> list[Issued]:
        return create_accounts(wanted=self.cleaned_data["file"], by=self.user)
