"""评定表: one organization (town, department) in one cycle; scoring, handing on, handing back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import TemplateView, View

from accounts.scope import RIGHTS, Scope
from common.access import may_on
from common.refusals import Refused
from common.tables import display
from common.views import ActionView, ObjectMixin, ScopedUpdateView
from evaluations import actions, sheet
from evaluations.actions import HAND_ON, TURN
from evaluations.choices import GrantLevel, Level, ReviewState
from evaluations.flow import REVIEW_FLOW
from evaluations.models import Finding, Review
from evaluations.scoring import Overtaken, WrongScores
from evaluations.sheet_forms import Sent, sent_from
from evaluations.veto_forms import ReportForm
from evaluations.vetoes import against

OFFICE = RIGHTS["rate_town"] | RIGHTS["rate_district"]
# Steps of the sheet that bring no scores, in the order of the buttons.
BACK = ("withdraw", "return_self", "return_town", "reopen")
_FORWARD = frozenset().union(*HAND_ON.values())
_DONE = {
    "assess": "自评已提交，等镇街初评。", "review": "初评已提交，等区里复评。",
    "finish": "复评已提交，等公示。", "refer": "已报市评定。", "record_city": "市评结果已登记。",
    "withdraw": "自评已撤回，改好后再提交。", "return_self": "已退回支部。",
    "return_town": "已退回镇街。", "reopen": "已退回复评。",
}
_RETURNED = frozenset({"return_self", "return_town", "reopen", "rescore"})
_MOVED = "这份评定刚被别人办过，请看最新内容。"


class OfReview(ObjectMixin):
    """What the pages of one review share."""

    roles = RIGHTS["read_ratings"]
    model = Review

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related(
            "cycle__version__scheme", "organization", "town", "department", "band"
        )

    @property
    def is_office(self) -> bool:
        return bool(OFFICE & self.request.scope.roles)

    def acting(self, right: str) -> Scope | None:
        """The scope in which this user has a right on this review; None without it."""
        scope = self.request.scope
        if not scope.may(right):
            return None
        reached = scope.only(RIGHTS[right])
        # Equal for whoever has no other role: then the row, which is within the scope, is reached.
        if reached == scope or may_on(self.object, scope, right):
            return reached
        return None

    def _reaches(self, obj: Review) -> bool:
        """Asks the database only where a user has further roles."""
        return self.scope == self.request.scope or super()._reaches(obj)

    def turn(self) -> tuple[str, Scope] | None:
        """The level whose turn it is with the scope to act in; None when it is not this
        user's."""
        if self.object.state not in TURN:
            return None
        level, right = TURN[self.object.state]
        scope = self.acting(right)
        return (level, scope) if scope else None


class ReviewDetail(OfReview, TemplateView):
    """The sheet."""

    template_name = "ratings/sheet.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.page(self.read())

    def read(self) -> sheet.Sheet:
        turn = self.turn()
        return sheet.read(self.object, turn[0] if turn else "", is_office=self.is_office)

    # Acting -------------------------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verb = request.POST.get("verb", "")
        if verb not in ("save", *BACK, *_FORWARD):
            return redirect(request.get_full_path())
        if not self._may(verb):
            raise PermissionDenied
        if request.POST.get("state", self.object.state) != self.object.state:
            messages.error(request, _MOVED)
            return redirect(self.object)
        # Only whose turn it is has fields.
        sent = sent_from(request.POST, self.read()) if self.turn() else Sent({}, {}, {})
        try:
            self._save(sent)
            self._step(verb)
        except Overtaken as refusal:
            return self._again(sent, {}, _theirs(refusal), str(refusal), 409)
        except WrongScores as refusal:
            return self._again(sent, refusal.problems, {}, str(refusal), 422)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())
        return self._after(verb)

    def _may(self, verb: str) -> bool:
        if verb == "save":
            return self.object.state in TURN and self.turn() is not None
        return self.acting(REVIEW_FLOW.transitions[verb].right) is not None

    def _save(self, sent: Sent) -> None:
        """What was changed, before any step."""
        turn = self.turn()
        if turn is None:
            return
        if sent.problems:
            raise WrongScores(dict(sent.problems))
        if sent.given:
            self.saved = actions.save_scores(
                review=self.object, given=sent.given, by=self.request.user, scope=turn[1]
            )

    def _step(self, verb: str) -> None:
        if verb == "save":
            return
        right = REVIEW_FLOW.transitions[verb].right
        common = {
            "review": self.object, "verb": verb, "by": self.request.user,
            "scope": self.acting(right), "note": self.request.POST.get("note", ""),
        }
        if verb in _FORWARD:
            actions.hand_on(**common)
        else:
            actions.step(**common)

    def _after(self, verb: str) -> HttpResponse:
        if verb == "save":
            count = len(getattr(self, "saved", ()))
            messages.success(self.request, f"已保存 {count} 项。" if count else "没有改动。")
            return redirect(self.request.get_full_path())
        messages.success(self.request, f"{self.object.subject}：{_DONE[verb]}")
        return redirect(self.object)

    def _again(
        self, sent: Sent, problems: dict[UUID, str], theirs: dict[UUID, str], words: str,
        status: int,
    ) -> HttpResponse:
        """The page with what was typed, what is wrong with it, and what others saved meanwhile."""
        shown = self.read()
        sheet.put_back(shown, sent.typed, problems, theirs)
        return self.page(shown, status=status, refused=words)

    # The page -----------------------------------------------------------------------------------

    def page(self, shown: sheet.Sheet, *, status: int = 200, refused: str = "") -> HttpResponse:
        review = self.object
        only = self.request.GET.get("only", "")
        found = against(review, self.acting("judge_vetoes"))
        words, current = sheet.stages(review)
        bands = list(review.cycle.version.bands.all())
        held = shown.preview(bands, found.blocks)
        by_city = any(one.rank == held.rank and one.granted_by == GrantLevel.CITY for one in bands)
        counts, groups = shown.counts, shown.groups(only)
        context = self.get_context_data(
            review=review, cycle=review.cycle, sheet=shown, groups=groups, only=only,
            shown_lines=sum(len(group.lines) for group in groups),
            filters=[
                {"key": key, "label": label, "count": counts[key]}
                for key, label in sheet.FILTERS.items() if counts[key] or key == only
            ],
            against=found, preview=held, bands=bands, stages=words, current=current,
            refused=refused, steps=self._steps(), title=f"{review.subject} {review.cycle}",
            back_with=self._came_back(), is_office=self.is_office,
            **self._buttons(shown, found, by_city),
        )
        return self.render_to_response(context, status=status)

    def _steps(self) -> list[dict[str, Any]]:
        """What was done, newest first; read once."""
        if hasattr(self, "_course"):
            return self._course
        steps = REVIEW_FLOW.steps(self.object).select_related("by")
        self._course = [
            {"at": step.at, "title": REVIEW_FLOW.label(step.verb), "by": step.by or "系统",
             "note": step.note, "is_now": at == 0, "verb": step.verb}
            for at, step in enumerate(steps)
        ]
        return self._course

    def _came_back(self) -> dict[str, Any] | None:
        """The last step, when it handed the review back to whoever has the turn now."""
        steps = self._steps()
        return steps[0] if steps and steps[0]["verb"] in _RETURNED else None

    def _buttons(self, shown: sheet.Sheet, found: Any, by_city: bool) -> dict[str, Any]:
        """Forward steps (the first is the red one), steps back, and why forward is not open."""
        offered = [
            one for one in REVIEW_FLOW.available(self.object, self.request.scope)
            if one.verb in (*BACK, *_FORWARD) and self.acting(one.right)
            and not (one.verb == "return_self" and not self.object.organization_id)
            and not (one.verb == "return_town" and self.object.department_id)
        ]
        forward = [one for one in offered if one.verb in _FORWARD]
        if by_city:
            forward.reverse()
        back = [one for one in offered if one.verb in BACK]
        return {
            "forward": forward, "back": back, "level": shown.level,
            "notes": any(one.needs_note for one in back), "why_not": _why_not(shown, found),
            "judges": self.acting("judge_vetoes") is not None
            and self.object.state not in (ReviewState.GRANTED, ReviewState.UNRATED),
        }


def _why_not(shown: sheet.Sheet, found: Any) -> str:
    """Why the level cannot hand on yet; actions.hand_on() refuses the same."""
    missing = shown.counts["open"]
    if missing:
        return f"还有 {missing} 项没有得分"
    if found.suspected and shown.level and shown.level != Level.SELF:
        return f"先核实 {len(found.suspected)} 项否决情形"
    return ""


def _theirs(refusal: Overtaken) -> dict[UUID, str]:
    """Criterion → what someone else has saved."""
    return {
        clash.criterion: "没有得分" if clash.theirs is None else f"{display(clash.theirs)} 分"
        for clash in refusal.clashes
    }


class ReviewNext(OfReview, View):
    """下一个, 上一个: the neighbour in the cycle that is in the same state."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        review = self.object
        rows = Review.objects.within(self.scope).filter(cycle=review.cycle_id, state=review.state)
        pks = list(
            rows.order_by("organization__name", "town__code", "pk").values_list("pk", flat=True)
        )
        step = -1 if "back" in request.GET else 1
        at = pks.index(review.pk) + step if review.pk in pks else 0
        if 0 <= at < len(pks):
            return redirect("evaluations:review_detail", pks[at])
        messages.info(request, "这一批没有别的了。")
        query = urlencode({"state": review.state})
        return redirect(f"{reverse('evaluations:review_list', args=[review.cycle_id])}?{query}")


# --- Vetoes -------------------------------------------------------------------------------------


class FindingJudge(ActionView):
    """核实 a veto: 确认触发 or 不触发, with the reason."""

    roles = RIGHTS["judge_vetoes"]
    model = Finding
    success_message = "已核实。"

    def act(self, obj: Finding) -> None:
        verb = self.request.POST.get("verb", "")
        if verb not in ("confirm", "dismiss"):
            raise Refused("请选择“确认触发”或“不触发”。")
        actions.judge(
            finding=obj, verb=verb, note=self.request.POST.get("note", ""), by=self.request.user,
            scope=self.scope,
        )

    def url_after(self, obj: Finding) -> str:
        return reverse("evaluations:review_detail", args=[obj.review_id])


class FindingReport(OfReview, ScopedUpdateView):
    """登记 a case that only people know of."""

    roles = RIGHTS["judge_vetoes"]
    form_class = ReportForm
    title, submit_label, success_message = "登记否决情形", "登记", "已登记，请核实。"
