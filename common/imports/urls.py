"""Pages of the import; one address per batch, which shows the step that the batch is at."""

from django.urls import path

from common.imports import downloads, views

app_name = "imports"
urlpatterns = [
    path("", views.BatchList.as_view(), name="batch_list"),
    path("new/", views.UploadView.as_view(), name="batch_create"),
    path("template/<slug:kind>/", downloads.template, name="template"),
    path("<uuid:pk>/", views.BatchDetail.as_view(), name="batch_detail"),
    path("<uuid:pk>/rows/", views.BatchRows.as_view(), name="batch_rows"),
    path("<uuid:pk>/rows/export/", downloads.RowExport.as_view(), name="batch_export"),
    path("<uuid:pk>/problems/", downloads.Problems.as_view(), name="batch_problems"),
    path("<uuid:pk>/check/", views.CheckAgain.as_view(), name="batch_check"),
    path("<uuid:pk>/choose/", views.Choose.as_view(), name="batch_choose"),
    path("<uuid:pk>/totals/", views.Totals.as_view(), name="batch_totals"),
    path("<uuid:pk>/apply/", views.Apply.as_view(), name="batch_apply"),
    path("<uuid:pk>/undo/", views.UndoView.as_view(), name="batch_undo"),
    path("<uuid:pk>/discard/", views.Discard.as_view(), name="batch_discard"),
]
