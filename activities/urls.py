"""Pages of logs, visits and needs."""

from django.urls import path

from activities import load_views, need_views, visit_views

app_name = "activities"

VISITS = [
    path("visits/", visit_views.VisitList.as_view(), name="visit_list"),
    path("visits/new/", visit_views.VisitCreate.as_view(), name="visit_create"),
    path("visits/<uuid:pk>/", visit_views.VisitDetail.as_view(), name="visit_detail"),
    path("visits/<uuid:pk>/edit/", visit_views.VisitEdit.as_view(), name="visit_edit"),
    path("instructors/load/", load_views.InstructorLoad.as_view(), name="load"),
    path("instructors/grids/", load_views.GridLoad.as_view(), name="grid_load"),
]
NEEDS = [
    path("needs/", need_views.NeedList.as_view(), name="need_list"),
    path("needs/<uuid:pk>/", need_views.NeedDetail.as_view(), name="need_detail"),
    path("needs/<uuid:pk>/answer/", need_views.NeedAnswer.as_view(), name="need_answer"),
    path("needs/<uuid:pk>/reopen/", need_views.NeedReopen.as_view(), name="need_reopen"),
]
urlpatterns = [*VISITS, *NEEDS]
