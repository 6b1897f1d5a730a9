"""Addresses: each app brings its own urls.py; here only which app answers where."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("rules/", include("common.rules.urls")),
]
