"""Pages of market entities."""

from django.urls import path

from enterprises import views

app_name = "enterprises"
urlpatterns = [
    path("", views.EntityList.as_view(), name="entity_list"),
    path("new/", views.EntityCreate.as_view(), name="entity_create"),
    path("<uuid:pk>/", views.EntityDetail.as_view(), name="entity_detail"),
    path("<uuid:pk>/edit/", views.EntityEdit.as_view(), name="entity_edit"),
    path("<uuid:pk>/history/", views.EntityHistory.as_view(), name="entity_history"),
    path("<uuid:pk>/phone/", views.EntityPhone.as_view(), name="entity_phone"),
]
