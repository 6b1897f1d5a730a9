"""Pages of the dated settings and the calendar."""

from datetime import date

from django.urls import path, register_converter

from common.rules import views


class DayConverter:
    """A day in an address: 2026-11-22."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_url(self, day: date) -> str:
        return day.isoformat()


class KeyConverter:
    """The key of a setting: election.reminder_months."""

    regex = r"[a-z_]+(\.[a-z_]+)*"

    def to_python(self, text: str) -> str:
        return text

    def to_url(self, key: str) -> str:
        return key


register_converter(DayConverter, "rule_day")
register_converter(KeyConverter, "rule_key")

app_name = "rules"
urlpatterns = [
    path("", views.RuleList.as_view(), name="rule_list"),
    path("calendar/", views.CalendarView.as_view(), name="calendar"),
    path("calendar/<int:year>/fill/", views.CalendarFill.as_view(), name="calendar_fill"),
    path("calendar/<rule_day:day>/", views.DayEdit.as_view(), name="day_edit"),
    path("<rule_key:key>/", views.RuleDetail.as_view(), name="rule_detail"),
    path("<rule_key:key>/edit/", views.RuleEdit.as_view(), name="rule_edit"),
    path("<rule_key:key>/<rule_day:day>/cancel/", views.RuleCancel.as_view(), name="rule_cancel"),
]
