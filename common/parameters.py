"""规则参数: thresholds, deadlines and names that hold from a date on.

An app declares its settings in ``<app>/parameters.py`` (found at start-up)::

    declare(
        Setting(
            "staff_threshold", "规模覆盖率的从业人数线", group="覆盖口径",
            kind=Kind.INTEGER, default=50, unit="人", minimum=1,
        )
    )

and reads them for the day that it computes for: ``value("staff_threshold", on=day)``.
A setting that nobody has changed has its default; the first change writes the default down as the
row of the time before, so that past figures stay what they were.

Settings of security say ``readers`` and ``editors``: they stand on pages of their own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.signals import request_finished, request_started
from django.db import connection, models
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from common import dated
from common.dated import Period, Timeline
from common.models import Parameter, Via
from common.refusals import Refused
from common.scoping import scope_of
from common.tables import display
from common.trace import recording

Number = TypeVar("Number", int, Decimal)


class Kind(StrEnum):
    """What a setting's value is: in Python, and as stored (JSON)."""

    INTEGER = "integer"  # int
    DECIMAL = "decimal"  # Decimal, stored as text
    TEXT = "text"  # str
    FLAG = "flag"  # bool
    CHOICES = "choices"  # tuple of keys of ``choices``
    INTEGERS = "integers"  # tuple of int, largest first


@dataclass(frozen=True)
class Setting:
    """One dated setting. ``default`` is the Python value; ``basis`` names the rule's source."""

    key: str
    label: str
    group: str
    kind: Kind
    default: Any
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    help: str = ""
    basis: str = ""
    is_required: bool = True
    # The rights that reading and changing it need (accounts/scope.py RIGHTS).
    readers: str = "read_rules"
    editors: str = "edit_rules"

    def clean(self, raw: Any) -> Any:
        """``raw`` (typed text, JSON or the Python value) as the Python value.

        Raises ValidationError with one Chinese sentence.
        """
        return _CLEANERS[self.kind](self, raw)

    def stored(self, value: Any) -> Any:
        """The Python value as JSON."""
        if self.kind == Kind.DECIMAL:
            return str(value)
        return list(value) if isinstance(value, tuple) else value

    def loaded(self, stored: Any) -> Any:
        """JSON as the Python value, whatever bounds hold now."""
        if self.kind == Kind.DECIMAL:
            return Decimal(stored)
        return tuple(stored) if isinstance(stored, list) else stored

    def words(self, value: Any) -> str:
        """The value as people read it, with its unit: 10 人 · 6、3、1 个月 · 个体工商户."""
        if self.kind == Kind.CHOICES:
            labels = dict(self.choices)
            return "、".join(labels.get(key, key) for key in value) or "无"
        if self.kind == Kind.INTEGERS:
            text = "、".join(display(number) for number in value)
        else:
            text = display(value)
        return f"{text} {self.unit}" if self.unit else text


def _whole_number(setting: Setting, raw: Any) -> int:
    try:
        if isinstance(raw, bool | float):
            raise ValueError
        number = int(str(raw).strip())
    except ValueError as error:
        raise ValidationError(f"{setting.label}要填整数。") from error
    return _in_bounds(setting, number)


def _decimal(setting: Setting, raw: Any) -> Decimal:
    try:
        number = Decimal(str(raw).strip())
        if isinstance(raw, bool) or not number.is_finite():
            raise InvalidOperation
    except InvalidOperation as error:
        raise ValidationError(f"{setting.label}要填数字。") from error
    return _in_bounds(setting, number)


def _in_bounds(setting: Setting, number: Number) -> Number:
    low, high = setting.minimum, setting.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        if low is None or high is None:
            bound = f"不能大于 {high:,}" if low is None else f"不能小于 {low:,}"
        else:
            bound = f"要在 {low:,} 至 {high:,} 之间"
        raise ValidationError(f"{setting.label}{bound}。")
    return number


def _text(setting: Setting, raw: Any) -> str:
    text = " ".join(str(raw).split())
    if setting.is_required and not text:
        raise ValidationError(f"{setting.label}不能空着。")
    if setting.maximum is not None and len(text) > setting.maximum:
        raise ValidationError(f"{setting.label}最多 {setting.maximum} 个字。")
    return text


def _flag(setting: Setting, raw: Any) -> bool:
    try:
        return {"True": True, "False": False, "1": True, "0": False}[str(raw)]
    except KeyError as error:
        raise ValidationError(f"{setting.label}要选是或否。") from error


def _choices(setting: Setting, raw: Any) -> tuple[str, ...]:
    chosen = {str(key) for key in raw}
    if setting.is_required and not chosen:
        raise ValidationError(f"{setting.label}至少选一项。")
    if chosen - dict(setting.choices).keys():
        raise ValidationError(f"{setting.label}只能从所列各项中选。")
    return tuple(key for key, _label in setting.choices if key in chosen)


def _integers(setting: Setting, raw: Any) -> tuple[int, ...]:
    """Several numbers: typed as 6、3、1, or a list."""
    parts = raw.translate(_SEPARATORS).split() if isinstance(raw, str) else raw
    numbers = {_whole_number(setting, part) for part in parts}
    if setting.is_required and not numbers:
        raise ValidationError(f"{setting.label}不能空着。")
    return tuple(sorted(numbers, reverse=True))


_SEPARATORS = str.maketrans(dict.fromkeys("、，,;；/", " "))
_CLEANERS = {
    Kind.INTEGER: _whole_number,
    Kind.DECIMAL: _decimal,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.CHOICES: _choices,
    Kind.INTEGERS: _integers,
}

_SETTINGS: dict[str, Setting] = {}


def declare(setting: Setting) -> Setting:
    """Add a setting to the registry. A second one of the same key is a mistake."""
    if setting.key in _SETTINGS:
        raise ValueError(f"setting {setting.key!r} is declared twice")
    if setting.clean(setting.default) != setting.default:
        raise ValueError(f"setting {setting.key!r} would not accept its default")
    _SETTINGS[setting.key] = setting
    return setting


def discover() -> None:
    """Import the parameters module of every app; called once when the apps are ready."""
    autodiscover_modules("parameters")


def declared() -> Mapping[str, Setting]:
    """Every declared setting by key, in order of declaration."""
    return dict(_SETTINGS)


# --- Reading ------------------------------------------------------------------------------------

# The rows read once in this request or job; None outside of one, where each call reads anew.
_memo: ContextVar[dict[str, Timeline] | None] = ContextVar("parameters", default=None)


def value(key: str, on: date | None = None) -> Any:
    """The value of a setting in force on a day (default: today). KeyError: not declared."""
    setting = _SETTINGS[key]
    return _value(setting, _rows().get(key, []), on or timezone.localdate())


def values(on: date | None = None) -> dict[str, Any]:
    """The values of all settings on a day (default: today), in one query."""
    day = on or timezone.localdate()
    rows = _rows()
    return {key: _value(setting, rows.get(key, []), day) for key, setting in _SETTINGS.items()}


def timeline(key: str) -> Timeline:
    """The periods of a setting over all time, with ``values["value"]`` as the Python value."""
    return timelines(key)[key]


def timelines(*keys: str) -> dict[str, Timeline]:
    """The same of several settings, in one query."""
    rows = _rows()
    return {key: _timeline(_SETTINGS[key], rows.get(key, [])) for key in keys}


def _timeline(setting: Setting, periods: Timeline) -> Timeline:
    nothing = {"value": setting.stored(setting.default)}
    return [
        replace(period, values={"value": setting.loaded(period.values["value"])})
        for period in dated.filled(periods, nothing)
    ]


@contextmanager
def remembered() -> Iterator[None]:
    """Read the settings once for everything inside (a job, a command); they do not change there."""
    token = _memo.set({})
    try:
        yield
    finally:
        _memo.reset(token)


def _value(setting: Setting, periods: Timeline, day: date) -> Any:
    period = dated.value_at(periods, day)
    return setting.loaded(period.values["value"]) if period else setting.default


def _rows() -> dict[str, Timeline]:
    """All stored periods by key: some dozens of rows."""
    memo = _memo.get()
    if memo:
        return memo
    found: dict[str, Timeline] = {key: [] for key in _SETTINGS}
    for row in Parameter.objects.order_by("key", "starts_on"):
        if row.key in found:
            found[row.key].append(Period(row.starts_on, row.ends_on, {"value": row.value}, row.id))
    if memo is not None:
        memo.update(found)
    return found


def _begin(**_signal: Any) -> None:
    _memo.set({})


def _forget(**_signal: Any) -> None:
    _memo.set(None)


request_started.connect(_begin, dispatch_uid="parameters")
request_finished.connect(_forget, dispatch_uid="parameters")


# --- Writing ------------------------------------------------------------------------------------


def set_from(
    *, key: str, value: Any, on: date, by: models.Model | None, via: Via = Via.PAGE
) -> bool:
    """变更: ``value`` holds from ``on`` until the next change already planned.

    Returns whether anything changed. Raises ValidationError (one sentence) for a value that the
    setting does not take, Refused for a person without the right, KeyError for an unknown setting.
    """
    setting = _SETTINGS[key]
    if by is not None and not scope_of(by).may(setting.editors):
        raise Refused(f"您没有修改“{setting.label}”的权限。")
    new = {"value": setting.stored(setting.clean(value))}
    nothing = {"value": setting.stored(setting.default)}
    with recording(by=by, via=via):
        _lock(key)
        rows = {row.id: row for row in Parameter.objects.filter(key=key)}
        before = dated.filled(
            (Period(r.starts_on, r.ends_on, {"value": r.value}, r.id) for r in rows.values()),
            nothing,
        )
        after = dated.set_from(before, on, new)
        if after == before:
            return False
        _write(key, rows, after)
        if _memo.get() is not None:
            _memo.set({})
        for function in _WATCHERS.get(key, ()):
            function(on)
    return True


_WATCHERS: dict[str, list[Callable[[date], Any]]] = {}


def watch(keys: Iterable[str], function: Callable[[date], Any]) -> None:
    """Have ``function`` called with the day from which one of the settings has changed, in the
    transaction that changes it: for what is kept of settings (due days of tickets)."""
    for key in keys:
        found = _WATCHERS.setdefault(key, [])
        if function not in found:
            found.append(function)


def _lock(key: str) -> None:
    """One writer per setting at a time, also when it has no rows yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"rule {key}"])


def _write(key: str, rows: Mapping[Any, Parameter], periods: Timeline) -> None:
    """Make the rows of ``key`` equal to ``periods``, touching only what differs."""
    Parameter.objects.filter(pk__in=rows.keys() - {period.id for period in periods}).delete()
    for period in periods:
        row = rows.get(period.id) or Parameter(key=key)
        now = (period.starts_on, period.ends_on, period.values["value"])
        if row.pk in rows and now == (row.starts_on, row.ends_on, row.value):
            continue
        row.starts_on, row.ends_on, row.value = now
        row.save()


# --- Settings of this app -----------------------------------------------------------------------

FILES = "导入与文件"
REMINDERS = "提醒"
NAMES = "单位名称"

declare(
    Setting(
        "district.name", "本区名称", NAMES, Kind.TEXT, "本区", maximum=40,
        help="页面抬头和报告标题使用。",
    )
)
declare(
    Setting(
        "body.names", "主管单位", NAMES, Kind.TEXT, "", maximum=200, is_required=False,
        help="写单位全称，几个单位之间空一格。显示在每页页脚，报告没有另设落款时也用它。",
    )
)
declare(
    Setting(
        "body.contact", "技术支持", NAMES, Kind.TEXT, "", maximum=100, is_required=False,
        help="显示在每页页脚，如电话号码。空着就不显示。",
    )
)
declare(
    Setting(
        "upload.max_mb", "上传文件上限", FILES, Kind.INTEGER, 30, unit="MB", minimum=1, maximum=200,
        help="超过的文件不收，提示分成几个再传。",
    )
)
declare(
    Setting(
        "import.row_limit", "每个文件最多行数", FILES, Kind.INTEGER, 200_000, unit="行",
        minimum=100, maximum=1_000_000, help="超过的文件不读，提示分成几个再传。",
    )
)
declare(
    Setting(
        "import.keep_days", "导入文件保留天数", FILES, Kind.INTEGER, 30, unit="天",
        minimum=1, maximum=365,
        help="到期后清除上传的文件和逐行明细，该批次不能再撤销，导入回执一直保留。",
    )
)
declare(
    Setting(
        "export.keep_hours", "导出文件保留时间", FILES, Kind.INTEGER, 24, unit="小时",
        minimum=1, maximum=168, help="到期后清除，需要时重新导出。",
    )
)
declare(
    Setting(
        "digest.repeat_days", "同样内容的提醒间隔", REMINDERS, Kind.INTEGER, 3, unit="个工作日",
        minimum=1, maximum=30,
        help="每天自动发的提醒，内容没有变化的，隔这么多工作日才再发。每人每个工作日最多一次。",
    )
)
declare(
    Setting(
        "job.keep_days", "后台任务记录保留天数", FILES, Kind.INTEGER, 90, unit="天",
        minimum=7, maximum=3650, help="只清除已结束任务的运行记录，不影响报告和导入回执。",
    )
)
