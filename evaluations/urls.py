"""Addresses of ratings; commitments and honours bring their own lists."""

from django.urls import URLPattern, URLResolver

app_name = "evaluations"

# --- schemes, cycles, sheets, stars
patterns: list[URLPattern | URLResolver] = []

urlpatterns = [*patterns]
