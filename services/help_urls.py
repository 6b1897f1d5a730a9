"""Addresses of help given beside those of its ledger."""

from django.urls import path

from services import help_views

app_name = "help"
urlpatterns = [path("", help_views.HelpSummary.as_view(), name="summary")]
