"""Addresses of two-way commitments."""

from django.urls import path

from evaluations import commitment_views as views

app_name = "commitments"
urlpatterns = [
    path("", views.CommitmentList.as_view(), name="commitment_list"),
    path("new/", views.CommitmentCreate.as_view(), name="commitment_create"),
    path("<uuid:pk>/", views.CommitmentDetail.as_view(), name="commitment_detail"),
    path("<uuid:pk>/edit/", views.CommitmentEdit.as_view(), name="commitment_edit"),
    path("<uuid:pk>/history/", views.CommitmentHistory.as_view(), name="commitment_history"),
    path("<uuid:pk>/step/", views.CommitmentStep.as_view(), name="commitment_step"),
    path("<uuid:pk>/appraisals/", views.AppraisalSave.as_view(), name="appraisal_save"),
    path("<uuid:pk>/items/", views.ItemAdd.as_view(), name="item_add"),
    path("items/<uuid:pk>/", views.ItemChange.as_view(), name="item_change"),
    path("items/<uuid:pk>/fulfilment/", views.ItemFulfil.as_view(), name="item_fulfil"),
]
