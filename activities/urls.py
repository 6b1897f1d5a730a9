"""Addresses of logs, visits and needs."""

from django.urls import path

from activities import log_views

app_name = "activities"
urlpatterns = [
    # --- the secretary's page, and a log as it is read
    path("logs/<uuid:pk>/", log_views.LogDetail.as_view(), name="log_detail"),
    path("logs/<uuid:pk>/edit/", log_views.LogEdit.as_view(), name="log_edit"),
    path("logs/<uuid:pk>/draft/", log_views.LogDraftSave.as_view(), name="log_draft"),
    path("logs/<uuid:pk>/photos/", log_views.LogPhotoAdd.as_view(), name="photo_add"),
    path("logs/<uuid:pk>/withdraw/", log_views.LogWithdraw.as_view(), name="log_withdraw"),
    path("logs/photos/<uuid:pk>/", log_views.PhotoView.as_view(), name="photo"),
]
