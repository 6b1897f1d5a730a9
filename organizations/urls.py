"""Pages of organizations and of instructors."""

from django.urls import path

from organizations import instructor_views, views

app_name = "organizations"
urlpatterns = [
    path("", views.OrganizationList.as_view(), name="organization_list"),
    path("new/", views.OrganizationCreate.as_view(), name="organization_create"),
    path("<uuid:pk>/", views.OrganizationDetail.as_view(), name="organization_detail"),
    path("<uuid:pk>/edit/", views.OrganizationEdit.as_view(), name="organization_edit"),
    path("<uuid:pk>/history/", views.OrganizationHistory.as_view(), name="organization_history"),
    path("<uuid:pk>/secretary/phone/", views.SecretaryPhone.as_view(), name="secretary_phone"),
    path("instructors/", instructor_views.InstructorList.as_view(), name="instructor_list"),
    path("instructors/new/", instructor_views.InstructorCreate.as_view(), name="instructor_create"),
    path(
        "instructors/<uuid:pk>/", instructor_views.InstructorDetail.as_view(),
        name="instructor_detail",
    ),
    path(
        "instructors/<uuid:pk>/edit/", instructor_views.InstructorEdit.as_view(),
        name="instructor_edit",
    ),
    path(
        "instructors/<uuid:pk>/history/", instructor_views.InstructorHistory.as_view(),
        name="instructor_history",
    ),
    path(
        "instructors/<uuid:pk>/phone/", instructor_views.InstructorPhone.as_view(),
        name="instructor_phone",
    ),
]
