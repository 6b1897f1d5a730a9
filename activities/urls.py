"""Addresses of activities, logs, visits and needs."""

from django.urls import path

from activities import activity_views

app_name = "activities"
urlpatterns = [
    # --- the activities ledger
    path("activities/", activity_views.ActivityList.as_view(), name="activity_list"),
    path("activities/new/", activity_views.ActivityCreate.as_view(), name="activity_create"),
    path("activities/<uuid:pk>/", activity_views.ActivityDetail.as_view(), name="activity_detail"),
    path("activities/<uuid:pk>/edit/", activity_views.ActivityEdit.as_view(), name="activity_edit"),
    path(
        "activities/<uuid:pk>/history/",
        activity_views.ActivityHistory.as_view(),
        name="activity_history",
    ),
]
