"""What a log says, as it is submitted: pure values, kept as JSON with each round.

    content = Content.from_json(round.content)
    content.changes_since(earlier)      # {"activities.0.attended": ("7", "6")}

Fields have one name everywhere: in the form, in the comments of a reviewer, in the differences.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from activities.choices import ActivityType

FIELD_LABELS: Mapping[str, str] = {
    "types": "活动",
    "held_on": "日期",
    "topic": "主题",
    "expected": "应到",
    "attended": "实到",
    "absent": "请假",
    "absentees": "缺席",
    "content": "内容",
    "place": "地点",
    "host": "主持人",
    "recorder": "记录人",
    "agenda": "议题",
    "decisions": "决议",
    "extras": "一课一片一实践",
    "need": "企业困难",
    "reason": "没有开展活动的原因",
    "photos": "照片",
}
EXTRAS: Mapping[str, str] = {
    "has_micro_lecture": "微党课",
    "has_film": "教育片",
    "has_practice": "实践活动",
    "by_secretary": "书记讲党课",
}


@dataclass(frozen=True)
class Session:
    """One activity of the month. ``types``: values of ActivityType; ``extras``: keys of EXTRAS."""

    types: tuple[str, ...] = ()
    held_on: date | None = None
    topic: str = ""
    expected: int | None = None
    attended: int | None = None
    absent: int | None = None
    absentees: str = ""
    content: str = ""
    place: str = ""
    host: str = ""
    recorder: str = ""
    agenda: str = ""
    decisions: str = ""
    extras: tuple[str, ...] = ()

    @property
    def is_full_house(self) -> bool:
        return self.expected is not None and self.expected == self.attended

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Session":
        """Unknown keys are left out, so that older rounds can still be read."""
        known = {each.name for each in fields(cls)}
        values = {key: value for key, value in stored.items() if key in known}
        for key in ("types", "extras"):
            values[key] = tuple(values.get(key) or ())
        if values.get("held_on"):
            values["held_on"] = date.fromisoformat(values["held_on"])
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        values = asdict(self)
        values["held_on"] = self.held_on.isoformat() if self.held_on else None
        return values | {"types": list(self.types), "extras": list(self.extras)}

    def shown(self, name: str) -> str:
        """A field in words."""
        value = getattr(self, name)
        if name == "types":
            return "、".join(kind.label for kind in ActivityType if kind in value)
        if name == "extras":
            return "、".join(label for key, label in EXTRAS.items() if key in value)
        if name == "held_on":
            return f"{value.year}年{value.month}月{value.day}日" if value else ""
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Content:
    """A whole log. A zero report has no activities and a reason. ``photos``: the ids of those that
    were handed in with it; None where nobody wrote them down."""

    activities: tuple[Session, ...] = ()
    need: str = ""
    is_zero: bool = False
    reason: str = ""
    photos: tuple[str, ...] | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Content":
        return cls(
            activities=tuple(Session.from_json(one) for one in stored.get("activities", ())),
            need=stored.get("need", ""),
            is_zero=bool(stored.get("is_zero")),
            reason=stored.get("reason", ""),
            photos=None if stored.get("photos") is None else tuple(stored["photos"]),
        )

    def as_json(self) -> dict[str, Any]:
        values = {
            "activities": [one.as_json() for one in self.activities],
            "need": self.need, "is_zero": self.is_zero, "reason": self.reason,
        }
        return values if self.photos is None else values | {"photos": list(self.photos)}

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """(Path, label, value in words) of every field, in the order of the page. A path is
        ``activities.0.topic`` or ``need``: comments and differences use it."""
        for at, session in enumerate(self.activities):
            for name in (each.name for each in fields(Session)):
                yield f"activities.{at}.{name}", FIELD_LABELS[name], session.shown(name)
        if self.is_zero:
            yield "reason", FIELD_LABELS["reason"], self.reason
        yield "need", FIELD_LABELS["need"], self.need

    def changes_since(self, earlier: "Content") -> dict[str, tuple[str, str]]:
        """Path → (earlier words, words now) of what differs; "" where there was, or is, nothing."""
        before = {path: value for path, _label, value in earlier.lines()}
        now = {path: value for path, _label, value in self.lines()}
        changed = {
            path: (before.get(path, ""), now.get(path, ""))
            for path in {**now, **before}
            if before.get(path, "") != now.get(path, "")
        }
        return changed | self._photos_since(earlier)

    def _photos_since(self, earlier: "Content") -> dict[str, tuple[str, str]]:
        """The line of the photos, when others were handed in than before."""
        if self.photos is None or earlier.photos is None:
            return {}
        now, before = set(self.photos), set(earlier.photos)
        if now == before:
            return {}
        told = [f"{len(now)} 张"]
        if new := len(now - before):
            told.append(f"新增 {new} 张")
        if gone := len(before - now):
            told.append(f"删去 {gone} 张")
        return {"photos": (f"{len(before)} 张", "，".join(told))}
