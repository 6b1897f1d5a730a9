"""Addresses of ratings; commitments and honours bring their own lists."""

from django.urls import URLPattern, URLResolver, path

from evaluations import (
    cycle_views,
    evidence_views,
    result_views,
    scheme_views,
    sheet_views,
    star_views,
)

app_name = "evaluations"

# --- schemes, cycles, sheets, stars
patterns: list[URLPattern | URLResolver] = [
    path("", cycle_views.CycleList.as_view(), name="cycle_list"),
    path("new/", cycle_views.CycleOpen.as_view(), name="cycle_open"),
    path("<uuid:pk>/", cycle_views.CycleDetail.as_view(), name="cycle_detail"),
    path("<uuid:pk>/verb/", cycle_views.CycleVerb.as_view(), name="cycle_verb"),
    path("<uuid:pk>/reviews/", cycle_views.ReviewList.as_view(), name="review_list"),
    path("<uuid:pk>/ranking/", cycle_views.Ranking.as_view(), name="ranking"),
    path("<uuid:pk>/publication/", result_views.Publication.as_view(), name="publication"),
    path("<uuid:pk>/decision/", result_views.Decision.as_view(), name="decision"),
    path("reviews/<uuid:pk>/settle/", cycle_views.ReviewSettle.as_view(), name="review_settle"),
    path(
        "reviews/<uuid:pk>/objections/new/", result_views.ObjectionCreate.as_view(),
        name="objection_create",
    ),
    path(
        "objections/<uuid:pk>/answer/", result_views.ObjectionAnswer.as_view(),
        name="objection_answer",
    ),
    path("stars/", star_views.StarList.as_view(), name="star_list"),
    path("stars/new/", star_views.StarCreate.as_view(), name="star_create"),
    path("stars/<uuid:pk>/", star_views.StarDetail.as_view(), name="star_detail"),
    path("stars/<uuid:pk>/edit/", star_views.StarEdit.as_view(), name="star_edit"),
    path("stars/<uuid:pk>/history/", star_views.StarHistory.as_view(), name="star_history"),
    path("stars/<uuid:pk>/recheck/", star_views.StarRecheck.as_view(), name="star_recheck"),
    path("schemes/", scheme_views.SchemeList.as_view(), name="scheme_list"),
    path("schemes/new/", scheme_views.SchemeCreate.as_view(), name="scheme_create"),
    path(
        "schemes/<uuid:pk>/versions/", scheme_views.VersionCreate.as_view(), name="version_create"
    ),
    path("versions/<uuid:pk>/", scheme_views.VersionDetail.as_view(), name="version_detail"),
    path("versions/<uuid:pk>/edit/", scheme_views.VersionEdit.as_view(), name="version_edit"),
    path(
        "versions/<uuid:pk>/<str:part>/new/", scheme_views.RowCreate.as_view(), name="row_create"
    ),
    path(
        "versions/<uuid:pk>/<str:part>/upload/", scheme_views.PartUpload.as_view(),
        name="part_upload",
    ),
    path("versions/<uuid:pk>/<str:part>/file/", scheme_views.PartFile.as_view(), name="part_file"),
    path(
        "versions/<uuid:pk>/<str:part>/<uuid:row>/", scheme_views.RowEdit.as_view(),
        name="row_edit",
    ),
    path("reviews/<uuid:pk>/", sheet_views.ReviewDetail.as_view(), name="review_detail"),
    path("reviews/<uuid:pk>/next/", sheet_views.ReviewNext.as_view(), name="review_next"),
    path(
        "reviews/<uuid:pk>/evidence/", evidence_views.ReviewEvidence.as_view(),
        name="review_evidence",
    ),
    path("evidence/<uuid:pk>/", evidence_views.EvidenceFile.as_view(), name="evidence_file"),
    path(
        "reviews/<uuid:pk>/findings/new/", sheet_views.FindingReport.as_view(),
        name="finding_report",
    ),
    path("findings/<uuid:pk>/judge/", sheet_views.FindingJudge.as_view(), name="finding_judge"),
]

urlpatterns = [*patterns]
