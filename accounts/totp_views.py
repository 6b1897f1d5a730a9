"""动态口令: the code at sign-in, enrolling, recovery codes, giving it up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView
from django_otp import login as otp_login

from accounts import totp
from accounts.context import NAME
from accounts.models import RecoveryCode, TotpDevice
from accounts.slips import code_of
from accounts.totp_forms import CodeForm, EnrolForm
from common.access import ANYONE
from common.refusals import Refused
from common.secrets import conceal, disclose
from common.views import AccessMixin

_KEY = "totp_key"  # of a device that is being enrolled, encrypted


def recovery_page(request: HttpRequest) -> HttpResponse:
    """Fresh recovery codes, in this answer and never again."""
    codes = totp.new_recovery_codes(user=request.user)
    context = {"title": "恢复码", "codes": codes}
    response = render(request, "registration/recovery.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


class _CodeView(AccessMixin, FormView):
    """A form that asks for a code."""

    roles = ANYONE
    form_class = CodeForm
    success_url = reverse_lazy("accounts:totp")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.uses_totp:
            return redirect("accounts:totp")
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}


@method_decorator(sensitive_post_parameters(), name="dispatch")
class VerifyView(_CodeView):
    """动态口令 at sign-in, after the password."""

    template_name = "registration/verify.html"
    extra_context = {"title": "动态口令", "submit_label": "登录"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated and (not user.uses_totp or user.is_verified()):
            return redirect("/")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        otp_login(self.request, form.device)
        self.request.session.cycle_key()
        left = RecoveryCode.objects.filter(user=self.request.user).count()
        if left < totp.FEW:
            messages.warning(self.request, f"恢复码还剩 {left} 个，请到个人设置里更换。")
        return redirect(self.following())

    def following(self) -> str:
        """The page that was asked for."""
        url = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )
        return url if is_ours else resolve_url("/")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        return super().get_context_data(next=wanted, **kwargs)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class TotpView(AccessMixin, FormView):
    """绑定动态口令; once bound, what there is and how to give it up."""

    roles = ANYONE
    form_class = EnrolForm
    template_name = "registration/totp.html"
    extra_context = {"title": "动态口令", "submit_label": "绑定"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    @property
    def key(self) -> str:
        """The key that is being enrolled; it stays the same until it is bound."""
        session = self.request.session
        if _KEY not in session:
            session[_KEY] = conceal(totp.new_key())
        return disclose(session[_KEY])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.uses_totp:
            return redirect("accounts:totp")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: EnrolForm) -> HttpResponse:
        code = form.cleaned_data["code"]
        try:
            device = totp.enrol(user=self.request.user, key=self.key, code=code)
        except Refused as refusal:
            form.add_error("code", str(refusal))
            return self.form_invalid(form)
        del self.request.session[_KEY]
        otp_login(self.request, device)
        messages.success(self.request, "已绑定。以后登录时，填好密码再填动态口令。")
        return recovery_page(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        required = totp.is_required(self.request.scope.roles)
        context = {"required": required, **kwargs}
        if user.uses_totp:
            left = RecoveryCode.objects.filter(user=user).count()
            device = TotpDevice.objects.get(user=user)
            return super().get_context_data(device=device, left=left, **context)
        url = totp.address_of_key(self.key, user.username, NAME)
        spaced = " ".join(self.key[at : at + 4] for at in range(0, len(self.key), 4))
        return super().get_context_data(code=code_of(url), key=spaced, **context)


class RecoveryView(_CodeView):
    """更换恢复码: with a code, then the codes once."""

    template_name = "registration/code.html"
    extra_context = {
        "title": "更换恢复码", "submit_label": "更换", "lead": "更换后，以前的恢复码全部作废。",
    }

    def form_valid(self, form: CodeForm) -> HttpResponse:
        return recovery_page(self.request)


class GiveUpView(_CodeView):
    """停用动态口令: with a code."""

    template_name = "registration/code.html"
    extra_context = {
        "title": "停用动态口令", "submit_label": "停用", "lead": "停用后，登录只凭密码。",
    }

    def form_valid(self, form: CodeForm) -> HttpResponse:
        try:
            totp.give_up(user=self.request.user, roles=self.request.scope.roles)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, "动态口令已停用。")
        return super().form_valid(form)

