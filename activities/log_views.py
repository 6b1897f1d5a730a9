"""Pages of the secretary: writing a log, its photos, own months; and reading a log."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from accounts.scope import RIGHTS
from activities import actions, drafts
from activities.actions import Seen, StaleDraft
from activities.choices import LogState
from activities.flow import LOG_FLOW
from activities.log_forms import LogForm, typed_in
from activities.log_pages import (
    edit_context,
    is_open,
    returned_by,
    rounds_of,
    steps_of,
    surroundings_of,
    time_left,
    why_closed,
)
from activities.models import ActivityLog, LogPhoto
from activities.photos import add_photo, delete_photo
from activities.queries import ledger_activities
from common.access import may_on
from common.periods import add_months
from common.picture_views import PictureView
from common.refusals import Refused
from common.trace import record_read
from common.views import ActionView, ObjectMixin, ScopedDetailView

_KEEP = "keep"
# State → tone of its word.
TONES = {
    LogState.SUBMITTED: "info", LogState.RETURNED: "warn", LogState.ACCEPTED: "ok",
    LogState.CONFIRMED: "ok",
}


def _seen_by(request: HttpRequest) -> Seen:
    """What the page started from; a page that does not say it has seen nothing."""
    try:
        return Seen(int(request.POST["rounds"]), int(request.POST["revision"]))
    except (KeyError, ValueError):
        return Seen(-1, -1)


class LogMixin(ObjectMixin):
    """A log of one's own organization."""

    roles = RIGHTS["file_logs"]
    model = ActivityLog

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization", "town", "park")

    @property
    def today(self) -> date:
        return timezone.localdate()


class LogEdit(LogMixin, View):
    """填报: one page, saved as it is typed; works as a plain form as well."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if sentence := why_closed(self.object, self.scope):
            messages.info(request, sentence)
            return redirect(self.object)
        return self.page()

    def page(
        self, typed: drafts.Typed | None = None, *, status: int = 200, is_checked: bool = False,
        **more: Any,
    ) -> HttpResponse:
        """The page with what was typed; None: what there is to go on with."""
        log, today = self.object, self.today
        draft = drafts.saved_draft(log)
        if typed is None:
            typed = drafts.to_go_on_with(log, draft, today)
        context = edit_context(log, typed, draft, today, is_checked=is_checked)
        context["title"] = f"{log.month.month}月日志"
        return render(self.request, "logs/edit.html", context | more, status=status)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            typed = typed_in(request.POST)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("activities:log_edit", self.object.pk)
        verb, _, argument = request.POST.get("verb", "").partition(":")
        try:
            if verb == "submit":
                return self.submit(typed)
            return self.save(typed, verb, argument)
        except StaleDraft as refusal:
            return self.page(typed, status=409, stale=str(refusal))
        except Refused as refusal:
            return self.page(typed, status=409, refused=str(refusal))

    def submit(self, typed: drafts.Typed) -> HttpResponse:
        log, user = self.object, self.request.user
        self.take_photos()
        form = LogForm(typed, surroundings_of(log, self.today), is_checked=True)
        if not form.is_valid():
            self.keep(typed, _seen_by(self.request))
            return self.page(typed, status=422, is_checked=True)
        before = log.rounds
        done = actions.submit(
            log=log, content=form.content(), by=user, scope=self.scope,
            seen=_seen_by(self.request),
        )
        if done.number > before:
            messages.success(self.request, f"{log.month.month}月日志已提交。")
        return redirect(log)

    def save(self, typed: drafts.Typed, verb: str, argument: str) -> HttpResponse:
        """暂存, or a button that changes the page: what was typed is kept first."""
        log = self.object
        changed, anchor = self.changed(typed, verb, argument)
        self.keep(changed, None if verb == _KEEP else _seen_by(self.request))
        if verb == "drop":
            self.drop_photo(argument)
        self.take_photos()
        if verb == "later":
            messages.success(self.request, f"{log.month.month}月日志已暂存，可以随时接着填。")
            return redirect("/")
        return redirect(reverse("activities:log_edit", args=[log.pk]) + anchor)

    def keep(self, typed: drafts.Typed, seen: Seen | None) -> None:
        actions.save_draft(
            log=self.object, content=typed, seen=seen, by=self.request.user, scope=self.scope
        )

    def changed(
        self, typed: drafts.Typed, verb: str, argument: str
    ) -> tuple[drafts.Typed, str]:
        """What the pressed button makes of the page, and where on it to go on."""
        activities = typed["activities"]
        if verb == "add":
            added = [*activities, drafts.new_activity(self.object, self.today)]
            return typed | {"activities": added}, f"#activity-{len(added)}"
        if verb == "remove":
            left = [one for at, one in enumerate(activities) if str(at) != argument]
            return typed | {"activities": left}, ""
        if verb == "copy":
            return drafts.as_before(typed, self.object, self.today), ""
        if verb in ("zero", "active"):
            return typed | {"is_zero": verb == "zero"}, ""
        return typed, "#photos" if verb == "drop" else ""

    def drop_photo(self, pk: str) -> None:
        photo = next((one for one in self.object.photos.all() if str(one.pk) == pk), None)
        if photo is not None:
            delete_photo(photo=photo, by=self.request.user, scope=self.scope)

    def take_photos(self) -> None:
        """Photos that came with the form: where there is no script, or it could not send them."""
        for file in self.request.FILES.getlist("photos"):
            try:
                add_photo(log=self.object, file=file, by=self.request.user, scope=self.scope)
            except Refused as refusal:
                messages.error(self.request, f"{file.name}：{refusal}")


class LogDraftSave(LogMixin, View):
    """What is typed, saved while it is typed: static/draft.js asks, and reads the answer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            draft = actions.save_draft(
                log=self.object, content=typed_in(request.POST), seen=_seen_by(request),
                by=request.user, scope=self.scope,
            )
        except Refused as refusal:
            is_stale = isinstance(refusal, StaleDraft)
            return JsonResponse({"sentence": str(refusal), "is_stale": is_stale}, status=409)
        at = timezone.localtime(draft.saved_at)
        return JsonResponse({"revision": draft.revision, "at": f"{at:%H:%M}"})


class LogPhotoAdd(LogMixin, View):
    """One photo, sent by static/draft.js: its tile, or the sentence why not."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        file = request.FILES.get("photo")
        if file is None:
            return JsonResponse({"sentence": "没有收到照片，请再选一次。"}, status=409)
        try:
            photo = add_photo(log=self.object, file=file, by=request.user, scope=self.scope)
        except Refused as refusal:
            return JsonResponse({"sentence": str(refusal)}, status=409)
        return JsonResponse({"html": render_to_string("logs/_photo.html", {"photo": photo})})


class PhotoView(PictureView):
    """The picture itself, for whoever may read its log."""

    roles = RIGHTS["read_logs"]
    model = LogPhoto


class LogWithdraw(LogMixin, ActionView):
    """撤回, to change it."""

    success_message = "已撤回，改好后再提交。"

    def act(self, obj: ActivityLog) -> str:
        actions.withdraw(log=obj, by=self.request.user, scope=self.scope)
        return reverse("activities:log_edit", args=[obj.pk])


class LogDetail(ScopedDetailView):
    """A log as it is read: what was said, what the reviewer says of it, what has happened."""

    roles = RIGHTS["read_logs"]
    model = ActivityLog
    template_name = "logs/detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization", "town", "park")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        log, today = self.object, timezone.localdate()
        record_read(by=self.request.user, action="view", rows=[log.pk], model=ActivityLog)
        rounds, mine = rounds_of(log), may_on(log, self.request.scope, "file_logs")
        words, tone = time_left(log, today)
        return super().get_context_data(
            log=log,
            title=f"{log.month.month}月日志",
            rounds=rounds,
            current=rounds[0] if rounds else None,
            photos=log.photos.all(),
            ledger=ledger_activities(log),
            steps=steps_of(log),
            back=returned_by(log),
            is_open=is_open(log),
            closed=why_closed(log, self.scope) if mine and is_open(log) else "",
            mine=mine,
            can_withdraw=mine and LOG_FLOW.can(log, "withdraw", self.scope),
            tone=TONES.get(log.state, ""),
            can_review=may_on(log, self.request.scope, "review_logs"),
            left=words, left_tone=tone,
            reviewer=log.town or log.park or "镇街",
            before=self.neighbour(-1), after=self.neighbour(1),
            **kwargs,
        )

    def neighbour(self, months: int) -> ActivityLog | None:
        """The log of the month before or after."""
        rows = ActivityLog.objects.within(self.scope)
        return rows.filter(
            organization=self.object.organization_id, month=add_months(self.object.month, months)
        ).first()
