"""Pages of exported files: progress, then the file; the own files of the last hours."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.views.generic import View

from common.access import having
from common.exports.actions import expires_at, job_of
from common.models import ExportFile
from common.views import ObjectMixin, ScopedDetailView

EXPORTERS = having("take_exports")


class OwnMixin:
    """The asker's own files: who sees the whole district does not see these of others."""

    roles = EXPORTERS
    model = ExportFile

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(asked_by=self.request.user)


class ExportDetail(OwnMixin, ScopedDetailView):
    """One export: under way, ready, or why not."""

    template_name = "exports/export_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        export = self.object
        return super().get_context_data(
            title=f"导出{export.title}",
            export=export,
            job=job_of(export),
            running=not export.made_at and not export.message,
            until=expires_at(export) if export.made_at else None,
            **kwargs,
        )


class ExportDownload(OwnMixin, ObjectMixin, View):
    """The file."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.object.file:
            raise Http404
        return FileResponse(
            self.object.file.open("rb"), as_attachment=True, filename=self.object.file_name
        )
