"""What is done with every request and answer, whatever the page."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from common import parameters

# Nothing here needs a device or an advertiser's interface.
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
# MB above the limit of an upload that are still read, so that the form can say what is wrong.
_ALLOWANCE = 10
GetResponse = Callable[[HttpRequest], HttpResponse]
NUL = "\x00"


class BodySizeMiddleware:
    """413 for a body that says it is far larger than any upload, before a byte of it is read.

    A file a little above the limit is the form's to explain. A body of no stated length is empty to
    Django; one longer than stated is cut by the server.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        stated = request.META.get("CONTENT_LENGTH") or "0"
        if not (stated.isascii() and stated.isdecimal()):
            raise BadRequest("length of the body")
        if int(stated) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            limit = parameters.value("upload.max_mb")
            if int(stated) > (limit + _ALLOWANCE) << 20:
                return render(request, "413.html", {"limit": limit}, status=413)
        return self.get_response(request)


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
