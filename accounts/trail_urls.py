"""Pages of the trail."""

from django.urls import path

from accounts import trail_views

app_name = "trail"
urlpatterns = [
    path("", trail_views.ChangeList.as_view(), name="changes"),
    path("reads/", trail_views.ReadList.as_view(), name="reads"),
    path("steps/", trail_views.StepList.as_view(), name="steps"),
    path("sign-ins/", trail_views.SignInList.as_view(), name="sign_ins"),
]
