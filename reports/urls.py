"""Home, figures and reports."""

from django.urls import path

from reports import home, views, views_bulletins, views_drill, views_runs

app_name = "reports"
urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("coverage/", views.CoverageView.as_view(), name="coverage"),
    path("figures/<str:key>/", views_drill.IndicatorRows.as_view(), name="rows"),
    path("figures/state/<str:key>/", views_drill.StateRows.as_view(), name="state_rows"),
    path("figures/change/<str:key>/", views_drill.ChangeRows.as_view(), name="change_rows"),
    path("figures/due/<str:key>/", views_drill.DueRows.as_view(), name="due_rows"),
    path("bulletins/", views_bulletins.BulletinList.as_view(), name="bulletin_list"),
    path("bulletins/<uuid:pk>/", views_bulletins.BulletinDetail.as_view(), name="bulletin"),
    path("reports/", views_runs.RunList.as_view(), name="run_list"),
    path("reports/book/", views_runs.BookCreate.as_view(), name="book_new"),
    path("reports/bulletin/", views_runs.BulletinCreate.as_view(), name="bulletin_new"),
    path("reports/new/", views_runs.RunCreate.as_view(), name="run_new"),
    path("reports/<uuid:pk>/", views_runs.RunDetail.as_view(), name="run"),
    path("reports/<uuid:pk>/<str:kind>/", views_runs.RunFile.as_view(), name="run_file"),
]
