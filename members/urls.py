"""Pages of members."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("", views.MemberList.as_view(), name="member_list"),
    path("new/", views.MemberCreate.as_view(), name="member_create"),
    path("<uuid:pk>/", views.MemberDetail.as_view(), name="member_detail"),
    path("<uuid:pk>/edit/", views.MemberEdit.as_view(), name="member_edit"),
    path("<uuid:pk>/history/", views.MemberHistory.as_view(), name="member_history"),
    path("<uuid:pk>/phone/", views.MemberPhone.as_view(), name="member_phone"),
    path("<uuid:pk>/id-number/", views.MemberIdNumber.as_view(), name="member_id_number"),
]
