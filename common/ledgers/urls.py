"""Addresses of the declared ledgers."""

from django.urls import path

from common.ledgers import pages

app_name = "ledgers"
urlpatterns = [
    path("", pages.Index.as_view(), name="index"),
    path("<slug:kind>/", pages.RecordList.as_view(), name="record_list"),
    path("<slug:kind>/new/", pages.RecordCreate.as_view(), name="record_create"),
    path("<slug:kind>/<uuid:pk>/", pages.RecordDetail.as_view(), name="record_detail"),
    path("<slug:kind>/<uuid:pk>/edit/", pages.RecordEdit.as_view(), name="record_edit"),
    path("<slug:kind>/<uuid:pk>/history/", pages.RecordHistory.as_view(), name="record_history"),
    path(
        "<slug:kind>/<uuid:pk>/secret/<slug:name>/", pages.RecordSecret.as_view(),
        name="record_secret",
    ),
]
