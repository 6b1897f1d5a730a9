"""评定方案: the list, a version with its tables, editing on screen and by workbook."""

import tempfile
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from accounts.scope import RIGHTS
from common.refusals import Refused
from common.views import AccessMixin, PageView, ScopedFormView
from evaluations import scheme_actions, schemes
from evaluations.choices import Method
from evaluations.models_schemes import RatingScheme, SchemeVersion
from evaluations.scheme_forms import FileForm, RowForm, SchemeForm, VersionForm
from evaluations.scheme_parts import BANDS, PARTS, VETOES, Part, words
from evaluations.scheme_sheets import write_part


class SchemeList(PageView):
    """Schemes with their versions."""

    roles = RIGHTS["read_ratings"]
    template_name = "ratings/scheme_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title="评定方案", schemes=schemes.all_schemes(),
            may_edit=self.request.scope.may("edit_schemes"), **kwargs,
        )


class SchemeCreate(ScopedFormView):
    """A new scheme."""

    roles = RIGHTS["edit_schemes"]
    form_class = SchemeForm
    template_name = "ratings/scheme_form.html"
    title, submit_label, success_message = "新方案", "新建", "方案已建立，请添加指标和星级规则。"


class VersionCreate(AccessMixin, View):
    """编制新版本, as a copy of the newest."""

    roles = RIGHTS["edit_schemes"]
    model = RatingScheme
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        scheme = schemes.scheme_or_404(pk)
        try:
            version = scheme_actions.new_version(scheme=scheme, by=request.user, scope=self.scope)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("evaluations:scheme_list")
        messages.success(request, f"第 {version.number} 版已建立，内容和上一版相同，可以开始改。")
        return redirect(version)


class OfVersion(AccessMixin):
    """A page of one version: schemes are the same for everybody."""

    roles = RIGHTS["read_ratings"]
    model = SchemeVersion
    kwargs: dict[str, Any]

    def check_access(self) -> None:
        super().check_access()
        self.version: SchemeVersion = schemes.version_or_404(self.kwargs["pk"])

    def part(self) -> Part:
        """The table in the address, or 404."""
        if self.kwargs["part"] not in PARTS:
            raise Http404
        return PARTS[self.kwargs["part"]]

    @property
    def may_edit(self) -> bool:
        return self.request.scope.may("edit_schemes") and not self.version.is_frozen


class VersionDetail(OfVersion, TemplateView):
    """A version: criteria by category, vetoes, bands."""

    template_name = "ratings/version.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.version
        criteria = list(version.criteria.all())
        plain = [one for one in criteria if not one.is_bonus]
        return super().get_context_data(
            title=str(version), version=version, groups=self._groups(criteria),
            points=sum(one.points for one in plain), count=len(plain),
            by_formula=sum(one.method == Method.FORMULA for one in criteria),
            tables=[self._table(part) for part in (VETOES, BANDS)], may_edit=self.may_edit,
            cycles=version.cycles.all(),
            may_copy=version.is_frozen and self.request.scope.may("edit_schemes"), **kwargs,
        )

    def _groups(self, criteria: list[Any]) -> list[dict[str, Any]]:
        """Criteria by category, as they are read."""
        part, found = PARTS["criteria"], []
        for category, rows in groupby(criteria, key=lambda one: one.category):
            every = list(rows)
            lines = [
                dict(zip((one.name for one in part.fields),
                         words(part, row, self.version), strict=True)) | {"pk": row.pk}
                for row in every
            ]
            found.append(
                {"name": category, "rows": lines, "points": sum(row.points for row in every)}
            )
        return found

    def _table(self, part: Part) -> dict[str, Any]:
        return {
            "part": part,
            "rows": [
                {"pk": row.pk, "cells": list(
                    zip((one.header for one in part.fields), words(part, row, self.version),
                        strict=True))}
                for row in part.rows(self.version)
            ],
        }


class OfDraft(OfVersion, ScopedFormView):
    """A form on a version; what is frozen is shown, not edited."""

    roles = RIGHTS["edit_schemes"]
    template_name = "ratings/part_form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.check_access()
        if self.version.is_frozen:
            messages.error(request, scheme_actions.FROZEN)
            return redirect(self.version)
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self.version}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(version=self.version, object=self.version, **kwargs)


class VersionEdit(OfDraft):
    """加分上限 and notes."""

    form_class = VersionForm
    title = "方案说明"


class RowForms(OfDraft):
    """One row of a table."""

    form_class = RowForm

    def row(self) -> Any:
        """The row of the address, None for a new one."""
        return None

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"part": self.part(), "row": self.row()}

    def url_after(self, saved: Any) -> str:
        return f"{saved.get_absolute_url()}#{self.part().key}"


class RowCreate(RowForms):
    """Add a criterion, a veto, a band."""

    @property
    def title(self) -> str:
        return f"添加{self.part().label}"


class RowEdit(RowForms):
    """Change or take away one."""

    def row(self) -> Any:
        found = self.part().rows(self.version).filter(pk=self.kwargs["row"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> str:
        return f"修改{self.part().label}"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("verb") != "delete":
            return super().post(request, *args, **kwargs)
        try:
            scheme_actions.delete_row(
                version=self.version, part=self.part(), pk=self.row().pk, by=request.user,
                scope=self.scope,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "已删去。")
        return redirect(self.url_after(self.version))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(may_delete=True, **kwargs)


class PartUpload(OfDraft):
    """A table as a workbook: all rows right, or nothing written."""

    form_class = FileForm
    success_message = ""
    submit_label = "检查并写入"

    @property
    def title(self) -> str:
        return f"上传{self.part().label}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"part": self.part()}

    def form_valid(self, form: FileForm) -> HttpResponse:
        messages.success(self.request, f"已写入 {form.count} 行。")
        return super().form_valid(form)

    def url_after(self, saved: Any) -> str:
        return f"{saved.get_absolute_url()}#{self.part().key}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        args = [self.version.pk, self.part().key]
        return super().get_context_data(
            download=reverse("evaluations:part_file", args=args), **kwargs
        )


class PartFile(OfVersion, View):
    """A table as a workbook to take away."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        part = self.part()
        target = tempfile.TemporaryFile()  # noqa: SIM115 -- FileResponse closes it
        write_part(target, part, self.version)
        target.seek(0)
        name = f"{self.version}{part.label}.xlsx"
        return FileResponse(target, as_attachment=True, filename=name)
