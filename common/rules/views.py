"""规则参数 and 工作日历: read by staff, changed by the district. 安全策略: the same pages for the
settings of security, which the security administrator alone reads and changes."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from common import parameters, workdays
from common.access import allowed, having
from common.dated import BEGINNING, Period
from common.models import Via
from common.parameters import Setting
from common.rules.calendar import FIRST_YEAR, LAST_YEAR, WEEKDAYS, year_of
from common.rules.forms import DayForm, SettingForm
from common.rules.history import history_of_day, history_of_setting, history_of_year
from common.views import AccessMixin, PageView, ScopedFormView

READERS = having("read_rules")
EDITORS = having("edit_rules")
SECURITY = having("edit_security")


class RulePage(PageView):
    """A page for readers; ``can_edit`` shows the way to the forms. ``space``: of its addresses,
    ``right``: whoever has it reads the settings that stand there."""

    roles = READERS
    editors = EDITORS
    space = "rules"
    right = "read_rules"
    heading = "规则参数"
    lead = "报告和各项检查用的是它所说那一天的值"
    keeper = "区级工作人员"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            can_edit=allowed(self.editors, self.request.scope), space=self.space,
            heading=self.heading, lead=self.lead, keeper=self.keeper, **kwargs,
        )


class RuleList(RulePage):
    """规则参数, by group: the value of today, since when, and what is planned."""

    template_name = "rules/rule_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups: dict[str, list[dict[str, Any]]] = {}
        for setting in parameters.declared().values():
            if setting.readers == self.right:
                groups.setdefault(setting.group, []).append(_line(setting))
        # As the apps declare them, what is about files last.
        ordered = sorted(groups.items(), key=lambda group: group[0] == parameters.FILES)
        return super().get_context_data(title=self.heading, groups=ordered, **kwargs)


def _line(setting: Setting) -> dict[str, Any]:
    """A setting as its pages show it: periods with words, the current and the next one."""
    today = timezone.localdate()
    periods = [_period(setting, period, today) for period in parameters.timeline(setting.key)]
    current = next(i for i, period in enumerate(periods) if period["is_current"])
    following = periods[current + 1] if current + 1 < len(periods) else None
    return {
        "setting": setting, "periods": periods, "current": periods[current], "next": following,
    }


def _period(setting: Setting, period: Period, today: date) -> dict[str, Any]:
    return {
        "words": setting.words(period.values["value"]),
        "starts_on": period.starts_on,
        "ends_on": period.ends_on,
        "is_dated": period.starts_on != BEGINNING,
        "is_current": period.holds(today),
        "is_planned": period.starts_on > today,
    }


class _SettingMixin(AccessMixin):
    """A view on the setting of the address; 404 when there is none of this key here."""

    kwargs: dict[str, Any]
    space = "rules"
    right = "read_rules"
    heading = "规则参数"

    @property
    def setting(self) -> Setting:
        setting = parameters.declared().get(self.kwargs["key"])
        if setting is None or setting.readers != self.right:
            raise Http404
        return setting

    def url_after(self, _saved: Any = None) -> str:
        return reverse(f"{self.space}:rule_detail", args=[self.setting.key])


class RuleDetail(_SettingMixin, RulePage):
    """One setting: what it does, its values over time, who changed it."""

    template_name = "rules/rule_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = _line(self.setting)
        return super().get_context_data(
            title=self.setting.label,
            entries=history_of_setting(self.setting, self.request.scope),
            **{**line, "periods": line["periods"][::-1], **kwargs},
        )


class RuleEdit(_SettingMixin, ScopedFormView):
    """修改: a value and the day from which it holds."""

    roles = EDITORS
    form_class = SettingForm
    template_name = "rules/rule_form.html"
    success_message = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self.setting}

    def form_valid(self, form: SettingForm) -> HttpResponse:
        answer = super().form_valid(form)
        words = self.setting.words(form.cleaned_data["value"])
        since = f"自 {form.cleaned_data['on']:%Y-%m-%d} 起为 {words}"
        messages.success(self.request, f"已保存：{self.setting.label}{since}。")
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=f"修改{self.setting.label}", space=self.space, heading=self.heading,
            **{**_line(self.setting), **kwargs},
        )


class RuleCancel(_SettingMixin, View):
    """取消 a change that is planned: what holds before it goes on."""

    roles = EDITORS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: str, day: date) -> HttpResponse:
        periods = parameters.timeline(key) if self.setting else []
        position = next((i for i, p in enumerate(periods) if p.starts_on == day), 0)
        if not position or day <= timezone.localdate():
            messages.error(request, "这次变更已不在计划中，请看最新内容。")
            return redirect(self.url_after())
        earlier = periods[position - 1].values["value"]
        parameters.set_from(key=key, value=earlier, on=day, by=request.user)
        messages.success(request, f"已取消 {day:%Y-%m-%d} 的变更。")
        return redirect(self.url_after())


class _SecurityMixin:
    """安全策略: settings of their own addresses and of one role."""

    roles = SECURITY
    editors = SECURITY
    space = "security"
    right = "edit_security"
    heading = "安全策略"
    lead = "从生效日期起，对所有账号有效"
    keeper = "安全管理员"


class SecurityList(_SecurityMixin, RuleList):
    """安全策略, by group."""


class SecurityDetail(_SecurityMixin, RuleDetail):
    """One setting of security."""


class SecurityEdit(_SecurityMixin, RuleEdit):
    """修改 a setting of security."""


class SecurityCancel(_SecurityMixin, RuleCancel):
    """取消 a change of a setting of security that is planned."""


class CalendarView(RulePage):
    """工作日历 of a year (?year=)."""

    template_name = "rules/calendar.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        year = year_of(_year(self.request.GET.get("year", ""), today), today)
        return super().get_context_data(
            title="工作日历", year=year, weekdays=WEEKDAYS, this_year=today.year,
            earlier=year.number - 1 if year.number > FIRST_YEAR else None,
            later=year.number + 1 if year.number < LAST_YEAR else None,
            entries=history_of_year(year.number, self.request.scope),
            **kwargs,
        )


def _year(text: str, today: date) -> int:
    """The year that was asked for; this one when it is none."""
    is_year = text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:5]) <= LAST_YEAR
    return int(text) if is_year else today.year


class CalendarFill(AccessMixin, View):
    """填入放假安排 of a year, as far as it is known; days that are there stay."""

    roles = EDITORS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, year: int) -> HttpResponse:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise Http404
        added = workdays.fill([year], by=request.user, via=Via.PAGE)
        if added:
            messages.success(request, f"已填入 {year} 年的 {added} 天。")
        else:
            messages.info(request, f"{year} 年没有可以补充的日子。")
        return redirect(_calendar_url(year))


class DayEdit(ScopedFormView):
    """修改 one day of the calendar."""

    roles = EDITORS
    form_class = DayForm
    template_name = "rules/day_form.html"

    @property
    def day(self) -> date:
        day = self.kwargs["day"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise Http404
        return day

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"instance": self.day}

    def url_after(self, _saved: Any) -> str:
        return _calendar_url(self.day.year)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day = self.day
        return super().get_context_data(
            title=f"{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}",
            back=_calendar_url(day.year),
            entries=history_of_day(day, self.request.scope),
            **kwargs,
        )


def _calendar_url(year: int) -> str:
    return f"{reverse('rules:calendar')}?year={year}"
