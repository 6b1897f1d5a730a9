"""查看完整号码: a masked phone or ID number is shown in full, once, by POST with a reason, and that
is recorded.

    class EntityPhone(RevealView):
        roles = RIGHTS["see_identity"]
        model, field, label = Entity, "phone", "联系电话"

    path("<uuid:pk>/phone/", EntityPhone.as_view(), name="entity_phone")

A page shows it by ``{% reveal token url label %}`` (common/templatetags/reveal.py): the masked
number with a button, which asks for the reason in place and puts the number there. Without scripts
the same address is a page.
"""

from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import View

from common.masking import mask_id_number, mask_phone
from common.secrets import Unreadable, disclose
from common.trace import record_read
from common.views import ObjectMixin

REASON_LENGTH = 200
_ID_NUMBER_LENGTH = 15


def masked(token: str) -> str:
    """The masked text of a stored token; "" for none."""
    if not token:
        return ""
    try:
        text = disclose(token)
    except Unreadable:
        return "（无法解密）"
    return mask_id_number(text) if len(text) >= _ID_NUMBER_LENGTH else mask_phone(text)


class ReasonForm(forms.Form):
    """Why the number is needed."""

    use_required_attribute = False

    reason = forms.CharField(
        label="查看事由",
        max_length=REASON_LENGTH,
        strip=True,
        error_messages={
            "required": "请填写查看事由，如“核对换届材料”。",
            "max_length": f"事由最多 {REASON_LENGTH} 个字。",
        },
    )


class RevealView(ObjectMixin, View):
    """One encrypted field of one record. The answer is kept by no browser or proxy."""

    http_method_names: ClassVar[list[str]] = ["get", "post"]
    field: ClassVar[str]
    label: ClassVar[str]
    number = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.answer(ReasonForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = ReasonForm(request.POST)
        if form.is_valid():
            self.number = self.disclosed(form.cleaned_data["reason"])
        return self.answer(form)

    def disclosed(self, reason: str) -> str:
        """The number in full; the reading is written down first."""
        record_read(
            by=self.request.user,
            action="reveal",
            rows=[self.object.pk],
            model=self.model,
            fields=self.label,
            reason=reason,
        )
        try:
            return disclose(getattr(self.object, self.field)) or "没有登记"
        except Unreadable as problem:
            return str(problem)

    def answer(self, form: ReasonForm) -> HttpResponse:
        """The part in place for a partial update, otherwise a page."""
        name = "ui/reveal_part.html" if self.request.htmx else "ledgers/reveal.html"
        context = {
            "title": f"查看{self.label}",
            "object": self.object,
            "label": self.label,
            "form": form,
            "number": self.number,
            "url": self.request.path,
            "mask": masked(getattr(self.object, self.field)),
            "back": self.url_after(self.object),
        }
        response = render(self.request, name, context)
        response.headers["Cache-Control"] = "no-store"
        return response

    def url_after(self, obj: Model) -> str:
        """The page that the number belongs to."""
        return obj.get_absolute_url()
