"""A step for many rows of a list at once, as far as there is nothing to be looked at one by one.

    class LogList(TogetherMixin, ScopedListView):
        steps_together = {"accept_all": Together("review_logs", S.SUBMITTED, accept_all, "通过", …)}

The button stands on the list that is narrowed to the state from which the step is made; what the
page named is what is sent, and what was moved on meanwhile is left out and told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from common.access import having
from common.views import rows_or_404

# How many are decided at once.
MOST = 200


@dataclass(frozen=True)
class Together:
    """A step for many rows: its right, the state they are in, what makes it (rows, by, scope →
    those it was made for), its words; ``able``: which rows may be taken without a look, ``why``:
    why the others may not."""

    right: str
    state: str
    act: Callable[..., Sequence[Any]]
    verb: str
    why: str
    able: Q = field(default_factory=Q)


class TogetherMixin:
    """For a list with ``?state=``."""

    steps_together: ClassVar[Mapping[str, Together]]
    together_order: ClassVar[tuple[str, ...]] = ("pk",)  # which ones first, when there are many
    request: HttpRequest

    def current_state(self) -> str:
        """The state that the list is narrowed to."""
        return self.request.GET.get("state", "")

    def narrowed(self, scope: Any) -> QuerySet:
        """The rows of the list that ``scope`` reaches."""
        reached = self.model._default_manager.within(scope)
        return self.filtered().qs.filter(pk__in=reached.values("pk"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        one = self.steps_together.get(request.POST.get("verb", ""))
        return self._decide(one) if one else super().post(request, *args, **kwargs)

    def _decide(self, one: Together) -> HttpResponse:
        """The rows that the page named, as far as the step can still be made for them."""
        if not self.request.scope.may(one.right):
            raise PermissionDenied
        scope = self.request.scope.only(having(one.right))
        named = self.request.POST.getlist("pk")[:MOST]
        rows = rows_or_404(self.model._default_manager.within(scope), named)
        able = list(rows.filter(one.able))
        done = one.act(rows=able, by=self.request.user, scope=scope)
        messages.success(self.request, f"已{one.verb} {len(done)} 份。")
        if left := len(set(named)) - len(done):
            messages.warning(
                self.request, f"{left} 份没有{one.verb}：刚有人办过，或者{one.why}。"
            )
        return redirect(self.request.get_full_path())

    def together(self) -> dict[str, Any] | None:
        """The step that can be made for the rows of the list at once."""
        state = self.current_state()
        for key, one in self.steps_together.items():
            if one.state == state and self.request.scope.may(one.right):
                rows = self.narrowed(self.request.scope.only(having(one.right)))
                able = rows.filter(one.able).order_by(*self.together_order)
                pks, total = list(able.values_list("pk", flat=True)[:MOST]), rows.count()
                left = total - len(pks) if len(pks) < MOST else rows.exclude(one.able).count()
                return {"key": key, "verb": one.verb, "why": one.why, "pks": pks, "left": left}
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(together=self.together(), **kwargs)
