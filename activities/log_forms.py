"""The form of a log: one part for each activity, one for the log as a whole.

Names of fields are the paths of activities/contents.py (``activities.0.topic``), so that the words
of a reviewer, the draft and the page speak of the same thing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone

from activities.choices import ActivityType
from activities.contents import EXTRAS, Content, Session
from activities.drafts import LISTS, MOST_ACTIVITIES, TEXTS, Typed, is_begun
from common.forms import DayInput, speak_plainly
from common.refusals import Refused

# More than any field takes: what is longer is not kept as a draft either.
LONGEST_TEXT = 20_000
_LONG = 5000


class Box(forms.Textarea):
    """A text of a few lines."""

    def __init__(self, rows: int, placeholder: str = "") -> None:
        super().__init__({"rows": rows, **({"placeholder": placeholder} if placeholder else {})})


class Count(forms.TextInput):
    """A number, with the keys of numbers on a phone."""

    def __init__(self) -> None:
        super().__init__({"inputmode": "numeric", "class": "num-s", "autocomplete": "off"})


class PartForm(forms.Form):
    """A part of the page. Each field gets ``number`` (its place on the page, "" = none), ``opt``
    (whether it may be left out) and ``said`` (what the reviewer wrote of it)."""

    use_required_attribute = False
    numbers: ClassVar[Mapping[str, int]] = {}
    opts: ClassVar[Mapping[str, str]] = {}
    shown: ClassVar[Sequence[str]] = ()
    path: str = ""

    def __init__(self, *args: Any, comments: Mapping[str, str], only_marked: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.only_marked = only_marked
        for name, field in self.fields.items():
            field.number = self.numbers.get(name, "")
            field.opt = self.opts.get(name, "")
            field.said = comments.get(f"{self.path}{name}", "")
        speak_plainly(self)

    def add_prefix(self, field_name: str) -> str:
        return f"{self.path}{field_name}"

    @property
    def visible(self) -> list[forms.BoundField]:
        """What stands open: the fields of everyday, or only those that the reviewer marked; and
        whatever is wrong."""
        return [self[name] for name in self.fields if self._is_open(name)]

    @property
    def folded(self) -> list[forms.BoundField]:
        """The others."""
        return [self[name] for name in self.fields if not self._is_open(name)]

    def _is_open(self, name: str) -> bool:
        field = self.fields[name]
        everyday = not self.only_marked and name in self.shown
        return bool(everyday or field.said or name in self.errors)

    def problems(self, within: str = "") -> Iterator[tuple[str, str]]:
        """(Anchor, 第 4 项) of each field that is not right. ``within``: of which activity."""
        for name in self.fields:
            if name in self.errors:
                field = self[name]
                words = f"第 {field.field.number} 项" if field.field.number else f"“{field.label}”"
                yield f"{field.auto_id}-field", f"{within}{words}"


class SessionForm(PartForm):
    """An activity."""

    numbers = {
        "types": 1, "held_on": 2, "topic": 3, "attended": 4, "absentees": 5, "content": 6,
    }
    opts = {"absentees": "到齐了不用填"}
    shown = ("types", "held_on", "topic", "attended", "absentees", "content")

    types = forms.MultipleChoiceField(
        label="开展了什么活动", choices=ActivityType, widget=forms.CheckboxSelectMultiple
    )
    held_on = forms.DateField(label="哪一天", widget=DayInput)
    topic = forms.CharField(label="主题", max_length=200)
    expected = forms.IntegerField(
        label="应到几人", min_value=1, max_value=99_999, widget=Count(), localize=False
    )
    attended = forms.IntegerField(
        label="实到几人", min_value=0, max_value=99_999, widget=Count(), localize=False
    )
    absentees = forms.CharField(
        label="谁没来，为什么", max_length=500, required=False,
        widget=forms.TextInput({"placeholder": "如：罗小梅，出差"}),
    )
    content = forms.CharField(
        label="做了些什么", max_length=_LONG, widget=Box(5), help_text="三五句话就够"
    )
    extras = forms.MultipleChoiceField(
        label="其中有", choices=list(EXTRAS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    place = forms.CharField(label="地点", max_length=100, required=False)
    host = forms.CharField(label="主持人", max_length=60, required=False)
    recorder = forms.CharField(label="记录人", max_length=60, required=False)
    agenda = forms.CharField(label="议题", max_length=_LONG, required=False, widget=Box(2))
    decisions = forms.CharField(label="决议", max_length=_LONG, required=False, widget=Box(2))

    def __init__(self, *args: Any, at: int, typed: Typed, roster: int | None, **kwargs: Any):
        self.at, self.path, self.roster = at, f"activities.{at}.", roster
        self.origin = typed.get("origin", "")
        super().__init__(*args, **kwargs)
        expected = typed.get("expected") or ""
        self.fields["attended"].help_text = _expected_words(expected, roster)
        if not expected:
            self.shown = (*self.shown, "expected")
        for name, words in _REQUIRED.items():
            self.fields[name].error_messages["required"] = words

    def clean_held_on(self) -> date:
        day = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise forms.ValidationError("这一天还没有到，请核对。")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        expected, attended = cleaned.get("expected"), cleaned.get("attended")
        if expected is None or attended is None:
            return cleaned
        if attended > expected:
            self.add_error("attended", f"实到不能多于应到，应到是 {expected} 人")
        elif attended < expected and not cleaned.get("absentees"):
            missing = expected - attended
            self.add_error("absentees", f"有 {missing} 人没来，请写明是谁、为什么")
        return cleaned

    def session(self) -> Session:
        """The activity, once the form is valid."""
        values = dict(self.cleaned_data)
        lists = {name: tuple(values.pop(name)) for name in LISTS}
        return Session(**values, **lists, absent=values["expected"] - values["attended"])


_REQUIRED = {
    "types": "请选开展了什么活动",
    "held_on": "请选是哪一天",
    "topic": "请填主题，如：安全生产党员先行",
    "attended": "请填实到几人",
    "expected": "请填应到几人",
    "content": "请写几句做了些什么",
}


def _expected_words(expected: str, roster: int | None) -> str:
    if not expected:
        return "花名册上还没有党员，请把应到几人也填上"
    return f"应到 {expected} 人" + ("（在册党员）" if expected == str(roster) else "")


class WholeForm(PartForm):
    """What is said of the month as a whole."""

    numbers = {"reason": 1, "need": 7}
    opts = {"need": "没有不用填"}

    reason = forms.CharField(
        label="这个月为什么没有开展活动", max_length=200,
        widget=Box(2, "如：企业停产检修，党员都放假回家"),
    )
    need = forms.CharField(
        label="企业有什么困难", max_length=1000, required=False, widget=Box(2),
        help_text="填了就转给镇里办，结果会告诉您",
    )

    def __init__(self, *args: Any, is_zero: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.shown = ("reason", "need") if is_zero else ("need",)
        if not is_zero:
            del self.fields["reason"]
        else:
            self.fields["need"].number = 2
            self.fields["reason"].error_messages["required"] = "请写明这个月为什么没有开展活动"


@dataclass(frozen=True)
class Surroundings:
    """What the form must know beside what was typed. ``comments``: of the reviewer, by path, as
    the last submission had them; ``roster``: 应到; ``has_ledger``: whether the ledger has any."""

    roster: int | None
    has_ledger: bool
    comments: Mapping[str, str]


class LogForm:
    """The whole page. ``is_checked``: whether to say what is wrong with what was typed."""

    def __init__(self, typed: Typed, around: Surroundings, *, is_checked: bool = False) -> None:
        self.typed, self.is_zero = typed, bool(typed.get("is_zero"))
        self._around, self._is_checked = around, is_checked
        # General words of the reviewer mark everything.
        self.only_marked = bool(set(around.comments) - {"", "photos"})
        self.sessions = [self._session(at, one) for at, one in enumerate(typed["activities"])]
        self.whole = WholeForm(
            **self._state({name: typed.get(name, "") for name in ("need", "reason")}),
            comments=around.comments, only_marked=self.only_marked, is_zero=self.is_zero,
        )

    def _session(self, at: int, typed: Typed) -> SessionForm:
        origin = typed.get("origin", "")
        theirs = f"activities.{origin}."
        comments = {
            f"activities.{at}.{path.removeprefix(theirs)}": words
            for path, words in self._around.comments.items()
            if origin and path.startswith(theirs)
        }
        values = {f"activities.{at}.{name}": value for name, value in typed.items()}
        checked = self._is_checked and not self.is_zero and self._counts(at, typed)
        return SessionForm(
            **({"data": values} if checked else {"initial": typed}),
            at=at, typed=typed, roster=self._around.roster, comments=comments,
            only_marked=self.only_marked and bool(origin),
        )

    def _state(self, values: dict[str, str]) -> dict[str, Any]:
        return {"data": values} if self._is_checked else {"initial": values}

    def _counts(self, at: int, typed: Typed) -> bool:
        """An activity that is not begun is left out, unless there would be none at all."""
        return is_begun(typed) or (at == 0 and not self._around.has_ledger and not any(
            is_begun(one) for one in self.typed["activities"]
        ))

    @property
    def problems(self) -> list[tuple[str, str]]:
        """(Anchor, words) of each field that is not right, in the order of the page."""
        found: list[tuple[str, str]] = []
        for form in self.sessions:
            found += form.problems(f"第 {form.at + 1} 次活动" if form.at else "")
        return found + list(self.whole.problems())

    def is_valid(self) -> bool:
        return self._is_checked and not self.problems

    def content(self) -> Content:
        """What is handed in. ValueError: the form is not valid."""
        if not self.is_valid():
            raise ValueError("the form is not valid")
        said = self.whole.cleaned_data
        if self.is_zero:
            return Content(need=said["need"], is_zero=True, reason=said["reason"])
        return Content(
            activities=tuple(form.session() for form in self.sessions if form.is_bound),
            need=said["need"],
        )


def typed_in(data: QueryDict) -> Typed:
    """What a page sends, as a draft keeps it. Raises Refused for what no page sends."""
    try:
        count = int(data.get("count", "0"))
    except ValueError:
        count = -1
    if not 0 <= count <= MOST_ACTIVITIES:
        raise Refused(f"一份日志最多 {MOST_ACTIVITIES} 次活动。")
    return {
        "activities": [_activity_in(data, f"activities.{at}.") for at in range(count)],
        "need": _text_in(data, "need"),
        "is_zero": data.get("is_zero") == "1",
        "reason": _text_in(data, "reason"),
    }


def _activity_in(data: QueryDict, path: str) -> Typed:
    texts = {name: _text_in(data, f"{path}{name}") for name in TEXTS}
    return texts | {name: data.getlist(f"{path}{name}")[:20] for name in LISTS}


def _text_in(data: QueryDict, name: str) -> str:
    text = data.get(name, "")
    if len(text) > LONGEST_TEXT:
        raise Refused("有一项文字太长，最多 5000 字，请删短后再保存。")
    return text.replace("\r\n", "\n")
