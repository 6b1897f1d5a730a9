"""Addresses: each app brings its own urls.py; here only which app answers where."""

from django.urls import URLPattern, URLResolver, include, path

from common.health import health, health_part
from common.lookups import LookupView
from common.search import SearchView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("healthz", health, name="health"),
    path("healthz/<str:part>", health_part, name="health_part"),
    path("trail/", include("accounts.trail_urls")),
    path("search/", SearchView.as_view(), name="search"),
    path("search/names/<slug:kind>/", LookupView.as_view(), name="lookup"),
    path("exports/", include("common.exports.urls")),
    path("areas/", include("areas.urls")),
    path("entities/", include("enterprises.urls")),
    path("organizations/", include("organizations.urls")),
    path("members/", include("members.urls")),
    path("", include("activities.urls")),
    path("", include("services.urls")),
    path("registers/", include("common.ledgers.urls")),
    path("help/", include("services.help_urls")),
    path("ratings/", include("evaluations.urls")),
    path("commitments/", include("evaluations.commitment_urls")),
    path("honours/", include("evaluations.honour_urls")),
    path("rules/", include("common.rules.urls")),
    path("security/", include("common.rules.security_urls")),
    path("imports/", include("common.imports.urls")),
    path("", include("reports.urls")),
]

# An outage is told as one; see common/outages.py.
handler400 = "common.outages.answer_bad_request"
handler500 = "common.outages.answer"
