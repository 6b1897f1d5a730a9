"""审核: one log with everything beside it, and what the office can do with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.scope import RIGHTS
from activities import actions, judging
from activities.choices import ACCEPTED, FILED, LogState
from activities.contents import Content
from activities.exception_forms import ExemptForm, ReopenForm
from activities.flow import LOG_FLOW
from activities.log_tables import TONES
from activities.models import ActivityLog
from activities.queries import ledger_activities, secretary_name
from activities.queue_views import OFFICE, LogList, filters_of
from common.access import may_on
from common.filters import query_without
from common.paging import ordered
from common.refusals import Refused
from common.views import ActionView, ObjectMixin, ScopedUpdateView

# What the page decides, and what is done with the queue then.
FORWARD = ("accept", "send_back", "confirm", "refuse")
BACK = ("take_back", "unconfirm")
_LONGEST_QUEUE = 2000
_GONE = "这份日志刚重新提交过，请看最新内容。"
_DONE = {
    "accept": "已通过：{}", "send_back": "已退回：{}", "confirm": "已确认：{}",
    "refuse": "已退回镇街：{}", "take_back": "已撤回审核。", "unconfirm": "已撤回确认。",
}


@dataclass(frozen=True)
class Queue:
    """Where a log stands among those that the list shows; addresses are "" at the ends."""

    position: int
    total: int
    previous: str = ""
    next: str = ""


class OfLog(ObjectMixin):
    """What the pages of one log share."""

    model = ActivityLog

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization", "town", "park")


class LogReview(OfLog, TemplateView):
    """The split page: the log on the left, checks, last month and the year on the right."""

    roles = OFFICE
    template_name = "logs/log_review.html"
    typed: dict[str, Any] | None = None  # what was refused stays on the page

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    # Deciding -----------------------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = request.POST.get("verb", "")
        if verb not in FORWARD + BACK:
            return redirect(request.get_full_path())
        if not may_on(self.object, request.scope, LOG_FLOW.transitions[verb].right):
            raise PermissionDenied
        queue = self.queue()
        name = f"{self.object.organization} {self.object.month.month}月日志"
        try:
            self._decide(verb)
        except Refused as refusal:
            messages.error(request, str(refusal))
            self.object = self.get_object()
            self.typed = {"notes": self._notes(), "note": request.POST.get("note", "")}
            return self.get(request)
        messages.success(request, _DONE[verb].format(name))
        if verb in BACK:
            return redirect(request.get_full_path())
        if queue.next or queue.previous:
            return redirect(queue.next or queue.previous)
        messages.info(request, "这一批都办完了。")
        return redirect(self._list_url())

    @transaction.atomic
    def _decide(self, verb: str) -> None:
        """Take the step on what the page showed; the flow refuses when it has moved on."""
        seen = self._as_seen()
        rounds, note = seen.rounds, self.request.POST.get("note", "")
        common = {"log": seen, "by": self.request.user, "scope": self.request.scope}
        if verb == "send_back":
            actions.send_back(comments=self._comments(), note=note, **common)
        else:
            actions.step(verb=verb, note=note if verb == "refuse" else "", **common)
        # The flow has read the row again under its lock.
        if seen.rounds != rounds:
            raise Refused(_GONE)

    def _as_seen(self) -> ActivityLog:
        """The log with the state and the round that the page was made from."""
        posted = self.request.POST
        state = posted.get("state", "")
        rounds = posted.get("rounds", "")
        seen = ActivityLog(
            pk=self.object.pk,
            state=state if state in LogState.values else self.object.state,
            rounds=int(rounds) if rounds.isdecimal() and len(rounds) < 5 else self.object.rounds,
        )
        seen._state.adding = False
        return seen

    def _notes(self) -> dict[str, str]:
        """Path → what was typed, "" where only the box was ticked."""
        posted = self.request.POST
        found = dict.fromkeys(posted.getlist("flag"), "")
        for key, text in posted.items():
            if key.startswith("note-") and text.strip():
                found[key.removeprefix("note-")] = text.strip()
        return found

    def _comments(self) -> dict[str, str]:
        notes = self._notes()
        labels = judging.labels_of(self.sections())
        comments = {path: text[:300] for path, text in notes.items() if path in labels}
        if bare := [labels[path] for path, text in comments.items() if not text]:
            raise Refused(f"请写明“{'”、“'.join(bare)}”要改什么。")
        return comments

    # The page -----------------------------------------------------------------------------------

    def rounds(self) -> list[Any]:
        """What was submitted, earliest first."""
        if not hasattr(self, "_rounds"):
            rows = self.object.submissions.select_related("submitted_by").order_by("number")
            self._rounds = list(rows)
        return self._rounds

    def sections(self) -> list[judging.Section]:
        rounds = self.rounds()
        if not rounds:
            return []
        content = Content.from_json(rounds[-1].content)
        return judging.sections(content, self.earlier(), list(self.object.photos.all()))

    def earlier(self) -> Content | None:
        """The round before the last."""
        rounds = self.rounds()
        return Content.from_json(rounds[-2].content) if len(rounds) > 1 else None

    def queue(self) -> Queue:
        """The neighbours in the list that the address describes; one query."""
        rows = filters_of(self.request, ActivityLog.objects.within(self.request.scope)).qs
        wanted = self.request.GET.get("sort", "")
        sort = next((one for one in LogList.sorts if one.key == wanted), LogList.sorts[0])
        pks = list(ordered(rows, sort.order).values_list("pk", flat=True)[:_LONGEST_QUEUE])
        if self.object.pk not in pks:
            return Queue(0, len(pks), next=self._url(pks[0]) if pks else "")
        at = pks.index(self.object.pk)
        return Queue(
            at + 1, len(pks), self._url(pks[at - 1]) if at else "",
            self._url(pks[at + 1]) if at + 1 < len(pks) else "",
        )

    def _url(self, pk: Any) -> str:
        query = query_without(self.request.GET)
        url = reverse("activities:log_review", args=[pk])
        return f"{url}?{query}" if query else url

    def _list_url(self) -> str:
        query = query_without(self.request.GET)
        return reverse("activities:log_list") + (f"?{query}" if query else "")

    def verbs(self) -> set[str]:
        """What this user can do with this log now."""
        offered = LOG_FLOW.available(self.object, self.request.scope)
        return {one.verb for one in offered if may_on(self.object, self.request.scope, one.right)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        log, rounds = self.object, self.rounds()
        content = Content.from_json(rounds[-1].content) if rounds else None
        year, verbs = judging.year_of(log), self.verbs()
        found = judging.checks(log, content, year) if content and log.state in FILED else []
        return super().get_context_data(
            log=log, title=f"{log.organization} {log.month.month}月日志",
            tone=TONES.get(log.get_state_display(), ""),
            last=rounds[-1] if rounds else None,
            sections=self.sections() if content else [],
            gone=judging.taken_away(content, self.earlier()) if content else 0,
            may_flag="send_back" in verbs,
            typed=self.typed or {"notes": self._kept_notes(rounds, verbs), "note": ""},
            checks=found, told=_told(found),
            before=judging.month_before(log), year=year,
            quarters=year.quarters(log.month),
            steps=judging.course(log, rounds),
            queue=self.queue(), list_url=self._list_url(),
            verbs=verbs, may_reopen=self._may_reopen(), today=timezone.localdate(),
            reopened=log.reopenings.filter(until__gte=timezone.localdate()).first(),
            secretary=secretary_name(log.organization_id, timezone.localdate()),
            ledger=ledger_activities(log) if content else (), **kwargs,
        )

    def _kept_notes(self, rounds: Sequence[Any], verbs: set[str]) -> dict[str, str]:
        """What was said of a log that waits for its secretary, so that the page shows it."""
        return rounds[-1].comments if rounds and "send_back" not in verbs else {}

    def _may_reopen(self) -> bool:
        log = self.object
        is_locked = timezone.localdate() > log.lock_on
        is_open = log.state in (LogState.OWED, LogState.RETURNED)
        return is_locked and is_open and may_on(log, self.request.scope, "reopen_logs")


def _told(found: Sequence[judging.Check]) -> str:
    """5 项通过，1 项提示."""
    passed = sum(one.tone == "yes" for one in found)
    raised = sum(one.tone in ("warn", "info") for one in found)
    return f"{passed} 项通过，{raised} 项提示" if raised else f"{passed} 项通过"


# --- Exceptions ---------------------------------------------------------------------------------


class ExceptionView(OfLog, ScopedUpdateView):
    """A small form on one log."""

    template_name = "logs/exception_form.html"

    def url_after(self, saved: Any) -> str:
        return reverse("activities:log_review", args=[saved.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            log=self.object, is_accepted=self.object.state in ACCEPTED, **kwargs
        )


class LogExempt(ExceptionView):
    """豁免."""

    roles = RIGHTS["exempt_logs"]
    form_class = ExemptForm
    title, submit_label, success_message = "豁免", "豁免", "已豁免。"


class LogReopen(ExceptionView):
    """开放补报."""

    roles = RIGHTS["reopen_logs"]
    form_class = ReopenForm
    title, submit_label, success_message = "开放补报", "开放补报", "已开放补报。"


class LogRestore(OfLog, ActionView):
    """取消豁免 from this month on."""

    roles = RIGHTS["exempt_logs"]
    success_message = "已取消豁免，从这个月起应报。"

    def act(self, obj: ActivityLog) -> None:
        actions.restore(log=obj, by=self.request.user, scope=self.request.scope)

    def url_after(self, obj: ActivityLog) -> str:
        return reverse("activities:log_review", args=[obj.pk])
