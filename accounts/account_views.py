"""账号: pages of the system administrator. He names organizations and towns in grants, and sees
none of their rows."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.generic import View

from accounts import actions, offices, totp
from accounts.account_forms import AccountForm, BulkForm, GrantForm
from accounts.actions import Issued
from accounts.bulk import write_template
from accounts.filters import AccountFilter
from accounts.models import Grant, User
from accounts.queries import NO_PASSWORD, grant_lines, granted_words
from accounts.scope import RIGHTS, district_scope
from accounts.slips import slips_of
from accounts.tables import COLUMNS, STANDING_TONES
from common.access import access
from common.history import history_of
from common.imports.downloads import answer
from common.lists import ScopedListView, Sort
from common.refusals import Refused
from common.views import (
    AccessMixin,
    ActionView,
    ObjectMixin,
    PageView,
    ScopedDetailView,
    ScopedFormView,
)

KEEPERS = RIGHTS["manage_accounts"]


def sheet(request: HttpRequest, issued: list[Issued], title: str) -> HttpResponse:
    """The slips of links that were just made. They are shown in this answer and never again."""
    context = {"title": title, "slips": slips_of(issued, request)}
    response = render(request, "accounts/sheet.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


class AccountList(ScopedListView):
    """账号, with what each may do today."""

    roles = KEEPERS
    export_roles = frozenset()
    model = User
    template_name = "accounts/user_list.html"
    title, noun, unit = "账号", "账号", "个"
    filterset_class = AccountFilter
    columns = COLUMNS
    sorts = (
        Sort("username", "按账号", "username"),
        Sort("-username", "按账号倒序", "-username"),
        Sort("-login", "刚登录的在前", "-last_login"),
        Sort("login", "久未登录的在前", "last_login"),
    )

    def prepare(self, rows: list[Any]) -> None:
        words = granted_words(rows)
        for row in rows:
            row.granted = words.get(row.pk, "")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(offices=offices.offices(), **kwargs)


class AccountDetail(ScopedDetailView):
    """One account: state, grants of all time, links, what was changed."""

    roles = KEEPERS
    model = User
    template_name = "accounts/user_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        account = self.object
        return super().get_context_data(
            account=account,
            tone=STANDING_TONES[account.standing],
            grants=grant_lines(account, timezone.localdate()),
            is_self=account.pk == self.request.user.pk,
            # Grants name places, which is all that is told of them here.
            history=history_of(account, district_scope()),
            **kwargs,
        )


class AccountCreate(ScopedFormView):
    """开通账号: then the slip."""

    roles = KEEPERS
    form_class = AccountForm
    template_name = "accounts/user_form.html"
    title, submit_label, success_message = "开通账号", "开通", ""

    def form_valid(self, form: AccountForm) -> HttpResponse:
        try:
            issued = form.save()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return sheet(self.request, [issued], "账号已开通")


class GrantCreate(ObjectMixin, ScopedFormView):
    """授权 to an account."""

    roles = KEEPERS
    model = User
    form_class = GrantForm
    template_name = "accounts/grant_form.html"
    title, submit_label, success_message = "增加授权", "授权", "已授权。"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"account": self.object}

    def form_valid(self, form: GrantForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)

    def url_after(self, saved: Any) -> str:
        return self.object.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(object=self.object, **kwargs)


class GrantEnd(ActionView):
    """收回授权."""

    roles = KEEPERS
    model = Grant
    success_message = "已收回，即时生效。"

    def act(self, obj: Grant) -> None:
        actions.end_grant(grant=obj, by=self.request.user)

    def url_after(self, obj: Grant) -> str:
        return obj.user.get_absolute_url()


class AccountAction(ActionView):
    """A verb on an account."""

    roles = KEEPERS
    model = User


class AccountDisable(AccountAction):
    """停用."""

    success_message = "已停用，该账号的登录已全部退出。"

    def act(self, obj: User) -> None:
        actions.set_active(user=obj, is_active=False, by=self.request.user)


class AccountEnable(AccountAction):
    """启用."""

    success_message = "已启用。"

    def act(self, obj: User) -> None:
        actions.set_active(user=obj, is_active=True, by=self.request.user)


class AccountUnlock(AccountAction):
    """解除锁定."""

    success_message = "已解除锁定，可以马上登录。"

    def act(self, obj: User) -> None:
        actions.unlock(user=obj, by=self.request.user)


class TotpReset(AccountAction):
    """重置动态口令 of a lost phone."""

    success_message = "已重置，登录只凭密码；角色要求动态口令的，登录后重新绑定。"

    def act(self, obj: User) -> None:
        totp.reset(user=obj, by=self.request.user)


class AccountLink(AccountAction):
    """新的一次性链接: the slip is the answer."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.issued: list[Issued] = []
        answered = super().post(request, *args, **kwargs)
        return sheet(request, self.issued, "新的一次性链接") if self.issued else answered

    def act(self, obj: User) -> None:
        self.issued = actions.renew_links(users=[obj], by=self.request.user)


class BulkCreate(ScopedFormView):
    """批量开通 from a workbook."""

    roles = KEEPERS
    form_class = BulkForm
    template_name = "accounts/bulk.html"
    title, submit_label, success_message = "批量开通账号", "检查并开通", ""

    def form_valid(self, form: BulkForm) -> HttpResponse:
        try:
            issued = form.save()
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        return sheet(self.request, issued, f"已开通 {len(issued)} 个账号")


@require_safe
@access(roles=KEEPERS)
def bulk_template(request: HttpRequest) -> HttpResponse:
    """下载模板."""
    return answer("账号模板.xlsx", write_template)


class OfficeAccounts(PageView):
    """一次开通 for everybody in an office who has no account: how many first, then the slips."""

    roles = KEEPERS
    template_name = "accounts/office.html"

    @property
    def role(self) -> str:
        role = self.kwargs["role"]
        if role not in offices.offices():
            raise Http404
        return role

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        office = offices.offices()[self.role]
        people = actions.without_account(self.role, timezone.localdate())
        return super().get_context_data(
            title=f"为{office.label}开通账号", office=office, number=len(people), **kwargs
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        issued = actions.create_for_offices(role=self.role, by=request.user)
        if not issued:
            return self.get(request, *args, **kwargs)
        return sheet(request, issued, f"已开通 {len(issued)} 个账号")


class UnsetLinks(AccessMixin, View):
    """重新打印: new links for all accounts that nobody has set a password of yet."""

    roles = KEEPERS
    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        number = self.waiting().count()
        return render(request, "accounts/unset.html", {"title": "重新打印链接", "number": number})

    def post(self, request: HttpRequest) -> HttpResponse:
        issued = actions.renew_links(users=list(self.waiting()), by=request.user)
        if not issued:
            return self.get(request)
        return sheet(request, issued, f"{len(issued)} 个账号的新链接")

    def waiting(self) -> Any:
        rows = User.objects.within(self.scope).exclude(pk=self.request.user.pk)
        return rows.filter(NO_PASSWORD, is_active=True).order_by("username")
