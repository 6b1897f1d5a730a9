"""Signing in and out, passwords, the personal page."""

from typing import Any
from urllib.parse import urlencode

from axes.helpers import get_cool_off
from django.contrib import messages
from django.contrib.auth import login, logout, views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.generic import FormView, View

from accounts.context import TYPE_COOKIE
from accounts.forms import ChangePasswordForm, LinkPasswordForm, LoginForm
from accounts.links import digest_of, open_link, set_by_link
from accounts.lockout import one_at_a_time
from accounts.middleware import step_after_password, step_of
from accounts.models import Grant
from accounts.scope import scope_for
from common.access import ANYONE, PUBLIC, access
from common.views import AccessMixin, PageView

_YEAR = 365 * 24 * 3600


class LoginView(views.LoginView):
    """登录. Who is signed in already goes on to the inbox."""

    roles = PUBLIC
    template_name = "registration/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with one_at_a_time(request.POST.get("username", "")):
            return super().post(request, *args, **kwargs)


@method_decorator(
    [login_not_required, never_cache, sensitive_post_parameters()], name="dispatch"
)
class AgainView(View):
    """The password once more, inside a page on which somebody was writing when the session ended
    (static/draft.js). GET: who is signed in here, and a token that holds for the next POST."""

    roles = PUBLIC

    def get(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return JsonResponse({"user": "", "token": get_token(request)})
        if step := step_of(request):
            return JsonResponse(self.onward(step) | {"user": ""})
        return JsonResponse({"user": user.username, "token": get_token(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        with one_at_a_time(request.POST.get("username", "")):
            form = LoginForm(request, data=request.POST)
            if not form.is_valid():
                return JsonResponse({"sentence": self.why(form)}, status=400)
            user = form.get_user()
            login(request, user)
        list(messages.get_messages(request))  # that the session had ended is old news
        if step := step_after_password(user, scope_for(user)):
            return JsonResponse(self.onward(step))
        return JsonResponse({"user": user.username, "token": get_token(request)})

    def why(self, form: LoginForm) -> str:
        """What was wrong with the password."""
        if not form.non_field_errors():
            return "请填写密码。"
        if form.tries_left is None:
            return "密码不正确，请重新填写。"
        return f"密码不正确，还可以再试 {form.tries_left} 次。"

    def onward(self, step: str) -> dict[str, str]:
        """The page of what is still to be done; it leads back to the page where the text is."""
        data = self.request.POST or self.request.GET
        query = urlencode({"next": data.get("next", "")})
        return {"url": f"{reverse(step)}?{query}", "token": get_token(self.request)}


class LogoutView(views.LogoutView):
    """退出, by POST."""

    roles = PUBLIC


def locked_out(request: HttpRequest, *_args: Any) -> HttpResponse:
    """Too many tries (django-axes): who can help, and when it opens by itself."""
    cool_off = get_cool_off(request)
    minutes = int(cool_off.total_seconds() // 60) if cool_off else None
    context = {"title": "账号暂时锁定", "minutes": minutes}
    return render(request, "registration/locked.html", context, status=429)


class PasswordView(AccessMixin, views.PasswordChangeView):
    """修改密码."""

    roles = ANYONE
    template_name = "registration/password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("accounts:me")
    title = "修改密码"
    extra_context = {"submit_label": "修改密码"}

    def form_valid(self, form: ChangePasswordForm) -> HttpResponse:
        answer = super().form_valid(form)
        messages.success(self.request, "密码已修改。其他设备上的登录已退出。")
        return answer


_LINK = "link_digest"
# Stands in the address for the token, which goes into the session at once.
_HANDED_IN = "set"


@method_decorator(
    [login_not_required, never_cache, sensitive_post_parameters()], name="dispatch"
)
class LinkView(FormView):
    """设置密码 by a one-time link: the token goes from the address into the session (as a digest)
    at once, so that it stays in no log and no history."""

    roles = PUBLIC
    template_name = "registration/link.html"
    form_class = LinkPasswordForm
    success_url = reverse_lazy("accounts:login")
    extra_context = {"title": "设置密码", "submit_label": "设置密码"}

    def dispatch(self, request: HttpRequest, token: str) -> HttpResponse:
        if token != _HANDED_IN:
            digest = digest_of(token)
            if open_link(digest):
                request.session[_LINK] = digest
                return redirect("accounts:link", _HANDED_IN)
            return self.render_to_response({**self.extra_context, "validlink": False})
        self.link = open_link(request.session.get(_LINK, ""))
        if self.link is None:
            return self.render_to_response({**self.extra_context, "validlink": False})
        return super().dispatch(request)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.link.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(validlink=True, **kwargs)

    def form_valid(self, form: LinkPasswordForm) -> HttpResponse:
        if not set_by_link(digest=self.link.digest, form=form):
            return redirect("accounts:link", _HANDED_IN)
        logout(self.request)  # whoever was signed in here before, and the digest
        messages.success(self.request, f"密码已设置，请用账号 {form.user.username} 登录。")
        return super().form_valid(form)


class PersonalView(PageView):
    """个人设置: who one is, what one may see, large type, password."""

    roles = ANYONE
    template_name = "registration/me.html"
    extra_context = {"title": "个人设置"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        grants = Grant.objects.of(self.request.user).select_related(
            "area", "organization", "instructor", "department"
        )
        return super().get_context_data(grants=grants, **kwargs)


@require_POST
@access(roles=PUBLIC)
def switch_type(request: HttpRequest) -> HttpResponse:
    """大字版 on or off: kept with the user, before signing in in a cookie."""
    is_large = request.POST.get("large") == "1"
    url = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        url = resolve_url("/")
    answer = redirect(url)
    if request.user.is_authenticated:
        request.user.large_type = is_large
        request.user.save(update_fields=["large_type"])
    else:
        answer.set_cookie(
            TYPE_COOKIE,
            "1" if is_large else "0",
            max_age=_YEAR,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return answer
