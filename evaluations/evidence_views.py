"""佐证 of a review: attach, say what it counts for, open."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.generic import TemplateView, View

from accounts.scope import RIGHTS, Scope
from common.refusals import Refused
from common.views import ObjectMixin
from evaluations import evidence, sheet
from evaluations.models import Criterion, Evidence
from evaluations.records import Record, records_of
from evaluations.sheet_views import OfReview

_NUMBER = re.compile(r"\d{1,3}")


class ReviewEvidence(OfReview, TemplateView):
    """The evidence of a review; who has the turn adds to it."""

    template_name = "ratings/evidence.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        turn = self.turn()
        if turn is None:
            raise PermissionDenied
        verb, _, argument = request.POST.get("verb", "").partition(":")
        try:
            if verb == "file":
                self._attach_file(turn[1])
            elif verb == "records":
                self._attach_records(turn[1])
            elif verb in ("change", "remove"):
                self._change(argument, verb == "remove", turn[1])
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())
        return redirect(reverse("evaluations:review_evidence", args=[self.object.pk]))

    def _attach_file(self, scope: Scope) -> None:
        posted, file = self.request.POST, self.request.FILES.get("file")
        if file is None:
            raise Refused("请选择照片或 PDF。")
        evidence.attach_file(
            review=self.object, file=file, title=posted.get("title", "") or file.name,
            criteria=self._criteria(), by=self.request.user, scope=scope,
        )
        messages.success(self.request, "已添加佐证。")

    def _attach_records(self, scope: Scope) -> None:
        wanted = set(self.request.POST.getlist("record"))
        chosen = [one for one in self._records(scope) if one.key in wanted]
        if not chosen:
            raise Refused("请先勾选记录。")
        added = evidence.attach_records(
            review=self.object, records=chosen, criteria=self._criteria(), by=self.request.user,
            scope=scope,
        )
        messages.success(self.request, f"已添加 {len(added)} 件佐证。")

    def _change(self, argument: str, is_gone: bool, scope: Scope) -> None:
        piece = next(
            (one for one in self.object.evidence.all() if str(one.pk) == argument), None
        )
        if piece is None:
            raise Http404
        criteria = [] if is_gone else self._criteria()
        if not criteria and not is_gone:
            raise Refused("请写明用于第几项指标；不再需要的请点“去掉”。")
        evidence.count_for(
            piece=piece, title=self.request.POST.get("title", piece.title), criteria=criteria,
            by=self.request.user, scope=scope,
        )
        messages.success(self.request, "已去掉。" if is_gone else "已保存。")

    def _criteria(self) -> list[Criterion]:
        """第 3、43 项: the criteria of the numbers that were typed."""
        text = self.request.POST.get("numbers", "")
        wanted = {int(number) for number in _NUMBER.findall(text)}
        found = list(self.object.cycle.version.criteria.filter(number__in=wanted))
        if missing := wanted - {one.number for one in found}:
            raise Refused(f"没有第 {'、'.join(map(str, sorted(missing)))} 项指标。")
        return found

    def _records(self, scope: Scope) -> list[Record]:
        return list(records_of(self.object, scope))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        review, turn = self.object, self.turn()
        pieces = sheet.pieces_of(review)
        records: dict[str, list[Record]] = {}
        for record in self._records(turn[1]) if turn else ():
            records.setdefault(record.kind, []).append(record)
        asked = self.request.GET.get("for", "")
        number = int(asked) if asked.isdecimal() and len(asked) < 4 else None
        criteria = list(review.cycle.version.criteria.all())
        return super().get_context_data(
            review=review, pieces=pieces, records=records, may_add=turn is not None,
            number=number, title="佐证", criteria=criteria,
            wanted=next((one for one in criteria if one.number == number), None), **kwargs,
        )


class EvidenceFile(ObjectMixin, View):
    """The file itself, for whoever may read its review. A picture opens, a PDF is a download: its
    reader is not ours."""

    roles = RIGHTS["read_ratings"]
    model = Evidence

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        piece = self.object
        ending = piece.file.name.rpartition(".")[2]
        if not piece.file or ending not in evidence.TYPES:
            raise Http404
        try:
            with piece.file.open("rb") as file:
                answer = HttpResponse(file.read(), content_type=evidence.TYPES[ending])
        except FileNotFoundError as error:
            raise Http404 from error
        name = f"{piece.title.rpartition('.')[0] or piece.title}.{ending}"
        disposition = content_disposition_header(ending == "pdf", name)
        answer.headers["Content-Disposition"] = disposition
        answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        # A document of its own when it is opened alone: it may do nothing.
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; frame-ancestors 'none'; sandbox"
        )
        return answer
