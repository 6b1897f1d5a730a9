"""Pages of exported files."""

from django.urls import path

from common.exports import views

app_name = "exports"
urlpatterns = [
    path("<uuid:pk>/", views.ExportDetail.as_view(), name="export_detail"),
    path("<uuid:pk>/file/", views.ExportDownload.as_view(), name="export_file"),
]
