"""Addresses of honours and of the three-good selection."""

from django.urls import path

from evaluations import honour_views as views

app_name = "honours"
urlpatterns = [
    path("", views.HonourList.as_view(), name="honour_list"),
    path("new/", views.HonourCreate.as_view(), name="honour_create"),
    path("<uuid:pk>/", views.HonourDetail.as_view(), name="honour_detail"),
    path("<uuid:pk>/edit/", views.HonourEdit.as_view(), name="honour_edit"),
    path("<uuid:pk>/history/", views.HonourHistory.as_view(), name="honour_history"),
    path("three-good/", views.NominationList.as_view(), name="nomination_list"),
    path("three-good/new/", views.NominationCreate.as_view(), name="nomination_create"),
    path("three-good/decision/", views.NominationHonour.as_view(), name="nomination_honour"),
    path("three-good/<uuid:pk>/", views.NominationDetail.as_view(), name="nomination_detail"),
    path("three-good/<uuid:pk>/step/", views.NominationStep.as_view(), name="nomination_step"),
]
