"""What is done with every request and answer, whatever the page."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

# Nothing here needs a device or an advertiser's interface.
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
GetResponse = Callable[[HttpRequest], HttpResponse]
NUL = "\x00"


class CleanRequestMiddleware:
    """400 for a NUL character anywhere: PostgreSQL text cannot hold it.

    Invalid UTF-8 needs nothing: Django replaces it in paths, queries and forms.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _refuse_nul([request.path_info, *request.COOKIES.values()])
        for key, values in request.GET.lists():
            _refuse_nul([key, *values])
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """After the CSRF check, which has read the form anyway."""
        if request.method != "POST":
            return
        for key, values in request.POST.lists():
            _refuse_nul([key, *values])


def _refuse_nul(texts: Iterable[str]) -> None:
    if any(NUL in text for text in texts):
        raise BadRequest("NUL character")


class PersonalPageMiddleware:
    """Pages of a signed-in user are not kept by browsers or proxies, and no page may use devices;
    a partial update whose session has ended, or whose user must do something first, goes to that
    page instead of showing it inside the page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        location = response.headers.get("Location", "")
        if request.htmx and location.startswith(_whole_pages()):
            return HttpResponseClientRedirect(location)
        return response


def _whole_pages() -> tuple[str, ...]:
    """Pages that never stand inside another one."""
    return tuple(resolve_url(name) for name in (settings.LOGIN_URL, *settings.SIGN_IN_STEPS))
