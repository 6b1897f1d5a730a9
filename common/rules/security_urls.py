"""Pages of the settings of security."""

from django.urls import path

from common.rules import urls, views  # noqa: F401 -- urls registers the converters

app_name = "security"
urlpatterns = [
    path("", views.SecurityList.as_view(), name="rule_list"),
    path("<rule_key:key>/", views.SecurityDetail.as_view(), name="rule_detail"),
    path("<rule_key:key>/edit/", views.SecurityEdit.as_view(), name="rule_edit"),
    path(
        "<rule_key:key>/<rule_day:day>/cancel/",
        views.SecurityCancel.as_view(), name="rule_cancel",
    ),
]
