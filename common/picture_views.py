"""A kept picture (common/pictures) served to whoever may see its record."""

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.generic import View

from common.views import ObjectMixin


class PictureView(ObjectMixin, View):
    """The picture itself; the model has it in ``file``."""

    file_name: ClassVar[str] = "照片.jpg"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with self.object.file.open("rb") as file:
                answer = HttpResponse(file.read(), content_type="image/jpeg")
        except FileNotFoundError as error:
            raise Http404 from error
        answer.headers["Content-Disposition"] = content_disposition_header(False, self.file_name)
        answer.headers["Cache-Control"] = "private, no-store"
        # A document of its own when it is opened alone: it may do nothing.
        answer.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        return answer
