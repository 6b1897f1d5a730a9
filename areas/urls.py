"""Pages of areas."""

from django.urls import path

from areas import views

app_name = "areas"
urlpatterns = [
    path("", views.AreaList.as_view(), name="area_list"),
    path("new/", views.AreaCreate.as_view(), name="area_create"),
    path("<uuid:pk>/", views.AreaDetail.as_view(), name="area_detail"),
    path("<uuid:pk>/edit/", views.AreaEdit.as_view(), name="area_edit"),
    path("<uuid:pk>/history/", views.AreaHistory.as_view(), name="area_history"),
]
