"""Base classes of the pages. A view says who may open it (``roles``) and takes rows only from
``Model.objects.within(request.scope)``: a row of someone else is 404, an own row without the
right is 403. The list has its own module, common/lists.py."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.generic import DetailView, FormView, TemplateView, View

from common.access import ANYONE, PUBLIC, allowed
from common.periods import EARLIEST
from common.refusals import Refused

# As-of dates outside are taken for slips; inside, days and years can be added without overflow.
_FIRST, _LAST = EARLIEST, date(2200, 12, 31)


def asked_day(request: HttpRequest, name: str) -> date | None:
    """The date in the URL; None when there is none or it is no date of our time."""
    try:
        day = parse_date(request.GET.get(name, ""))
    except ValueError:  # 2026-02-30
        return None
    return day if day and _FIRST <= day <= _LAST else None


def day_of(request: HttpRequest, name: str = "as_of") -> date:
    """The as-of date in the URL; today when there is none."""
    return asked_day(request, name) or timezone.localdate()


class AccessMixin:
    """``roles`` must be declared; it is checked before anything else runs."""

    roles: ClassVar[frozenset[str] | set[str]]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not hasattr(type(self), "roles"):
            raise ImproperlyConfigured(f"{type(self).__name__} declares no roles")
        self.check_access()
        return super().dispatch(request, *args, **kwargs)

    def check_access(self) -> None:
        """403 unless a role of the user is among ``roles``."""
        if not allowed(self.roles, getattr(self.request, "scope", None)):
            raise PermissionDenied

    @property
    def scope(self) -> Any:
        """The asker's scope as far as the roles of this view go: the right of one grant does not
        reach the rows of another."""
        scope = self.request.scope
        return scope if self.roles in (ANYONE, PUBLIC) else scope.only(self.roles)

    @property
    def day(self) -> date:
        """The date that the page shows (``?as_of=``)."""
        return day_of(self.request)


class PageView(AccessMixin, TemplateView):
    """A page that is neither list nor record nor form."""


class ObjectMixin(AccessMixin):
    """A view on one row: ``self.object`` is there before the view runs."""

    model: ClassVar[type[Model]]
    queryset: QuerySet | None = None
    object: Any
    pk_url_kwarg = "pk"

    def get_queryset(self) -> QuerySet:
        """Rows that this user may see; extend it to join what the page needs."""
        return self.model._default_manager.within(self.request.scope)

    def get_object(self, queryset: QuerySet | None = None) -> Any:
        """The row of the URL, or 404."""
        rows = self.get_queryset() if queryset is None else queryset
        try:
            return rows.get(pk=self.kwargs[self.pk_url_kwarg])
        except (self.model.DoesNotExist, ValidationError, ValueError, TypeError) as error:
            raise Http404 from error

    def check_access(self) -> None:
        """Someone else's row is 404 before a missing role is 403."""
        self.object = self.get_object()
        super().check_access()
        if not self._reaches(self.object) or not self.may(self.object):
            raise PermissionDenied

    def _reaches(self, obj: Any) -> bool:
        """Whether a grant with a role of this view reaches the row."""
        if self.scope is self.request.scope:
            return True
        return self.model._default_manager.within(self.scope).filter(pk=obj.pk).exists()

    def may(self, obj: Any) -> bool:
        """Further right on this row, such as "is in a state that allows it"; default: yes."""
        return True


class ScopedDetailView(ObjectMixin, DetailView):
    """A record's page: ``object``, and ``day`` from ``?as_of=``."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(object=self.object))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(day=self.day, **kwargs)


class ScopedFormMixin:
    """A form that knows who asks: the form takes ``scope`` and ``user``; ``save()`` writes."""

    request: HttpRequest
    success_message: ClassVar[str] = "已保存。"
    submit_label: ClassVar[str] = "保存"
    title: str = ""
    template_name = "base_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {
            "scope": self.scope,
            "user": self.request.user,
        }

    def form_valid(self, form: forms.Form) -> HttpResponse:
        saved = form.save()
        if self.success_message:
            messages.success(self.request, self.success_message)
        return HttpResponseRedirect(self.url_after(saved))

    def url_after(self, saved: Any) -> str:
        """Where to go next; by default to the record."""
        return (saved or self.object).get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {"title": self.title, "submit_label": self.submit_label}
        return super().get_context_data(**(context | kwargs))


class ScopedFormView(ScopedFormMixin, AccessMixin, FormView):
    """A form without a record: create, upload, choose."""


class ScopedUpdateView(ScopedFormMixin, ObjectMixin, FormView):
    """A form on one record; the form takes it as ``instance``."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self.object}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(object=self.object, **kwargs)


class ActionView(ObjectMixin, View):
    """A verb on one record, by POST only.

    ``act`` does it (through actions.py) and may return an address. A refusal is a sentence on the
    page, not an error.
    """

    http_method_names: ClassVar[list[str]] = ["post"]
    success_message: ClassVar[str] = ""
    refusals: ClassVar[tuple[type[Exception], ...]] = (Refused, ValidationError)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            url = self.act(self.object)
        except self.refusals as refusal:
            for sentence in sentences(refusal):
                messages.error(request, sentence)
            return redirect(self.url_after(self.object))
        if self.success_message:
            messages.success(request, self.success_message)
        return redirect(url or self.url_after(self.object))

    def act(self, obj: Any) -> str | None:
        """Do it; the address to go to, or None for the record's page."""
        raise NotImplementedError

    def url_after(self, obj: Any) -> str:
        return obj.get_absolute_url()


def sentences(error: Exception) -> list[str]:
    """What an exception says to the user."""
    return error.messages if isinstance(error, ValidationError) else [str(error)]


def rows_or_404(queryset: QuerySet, pks: Iterable[str]) -> QuerySet:
    """The rows of a bulk action; one key that is not in ``queryset`` refuses all (404)."""
    wanted = set(pks)
    try:
        rows = queryset.filter(pk__in=wanted)
        found = {str(pk) for pk in rows.values_list("pk", flat=True)}
    except (ValidationError, ValueError) as error:
        raise Http404 from error
    if found != wanted:
        raise Http404
    return rows
