"""Addresses of logs, visits and needs."""

from django.urls import path

from activities import log_views, matrix_views, queue_views, review_views

app_name = "activities"
urlpatterns = [
    # --- the secretary's page, and a log as it is read
    path("logs/<uuid:pk>/", log_views.LogDetail.as_view(), name="log_detail"),
    path("logs/<uuid:pk>/edit/", log_views.LogEdit.as_view(), name="log_edit"),
    path("logs/<uuid:pk>/draft/", log_views.LogDraftSave.as_view(), name="log_draft"),
    path("logs/<uuid:pk>/photos/", log_views.LogPhotoAdd.as_view(), name="photo_add"),
    path("logs/<uuid:pk>/withdraw/", log_views.LogWithdraw.as_view(), name="log_withdraw"),
    path("logs/photos/<uuid:pk>/", log_views.PhotoView.as_view(), name="photo"),
    # --- the office's pages
    path("logs/", queue_views.LogList.as_view(), name="log_list"),
    path("logs/matrix/", matrix_views.LogMatrix.as_view(), name="log_matrix"),
    path("logs/remind/", matrix_views.LogRemind.as_view(), name="log_remind"),
    path("logs/exemptions/", queue_views.ExemptionList.as_view(), name="exemption_list"),
    path("logs/reopenings/", queue_views.ReopeningList.as_view(), name="reopening_list"),
    path("logs/<uuid:pk>/review/", review_views.LogReview.as_view(), name="log_review"),
    path("logs/<uuid:pk>/exempt/", review_views.LogExempt.as_view(), name="log_exempt"),
    path("logs/<uuid:pk>/restore/", review_views.LogRestore.as_view(), name="log_restore"),
    path("logs/<uuid:pk>/reopen/", review_views.LogReopen.as_view(), name="log_reopen"),
]
