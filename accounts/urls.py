"""Account pages."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("link/<str:token>/", views.LinkView.as_view(), name="link"),
    path("me/", views.PersonalView.as_view(), name="me"),
    path("me/password/", views.PasswordView.as_view(), name="password"),
    path("me/type/", views.switch_type, name="type"),
]
