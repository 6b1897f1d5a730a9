"""Account pages."""

from django.urls import path

from accounts import account_views as pages
from accounts import totp_views, views

app_name = "accounts"
urlpatterns = [
    path("login/", views.LoginView.as_view(), name="login"),
    path("login/again/", views.AgainView.as_view(), name="again"),
    path("logout/", views.LogoutView.as_view(), name="logout"),
    path("link/<str:token>/", views.LinkView.as_view(), name="link"),
    path("me/", views.PersonalView.as_view(), name="me"),
    path("me/password/", views.PasswordView.as_view(), name="password"),
    path("login/code/", totp_views.VerifyView.as_view(), name="verify"),
    path("me/totp/", totp_views.TotpView.as_view(), name="totp"),
    path("me/totp/recovery/", totp_views.RecoveryView.as_view(), name="totp_recovery"),
    path("me/totp/off/", totp_views.GiveUpView.as_view(), name="totp_off"),
    path("me/type/", views.switch_type, name="type"),
    path("accounts/", pages.AccountList.as_view(), name="user_list"),
    path("accounts/new/", pages.AccountCreate.as_view(), name="user_create"),
    path("accounts/bulk/", pages.BulkCreate.as_view(), name="bulk"),
    path("accounts/bulk/template/", pages.bulk_template, name="bulk_template"),
    path("accounts/links/", pages.UnsetLinks.as_view(), name="unset_links"),
    path("accounts/offices/<str:role>/", pages.OfficeAccounts.as_view(), name="office"),
    path("accounts/grants/<uuid:pk>/end/", pages.GrantEnd.as_view(), name="grant_end"),
    path("accounts/<uuid:pk>/", pages.AccountDetail.as_view(), name="user_detail"),
    path("accounts/<uuid:pk>/grants/new/", pages.GrantCreate.as_view(), name="grant_create"),
    path("accounts/<uuid:pk>/disable/", pages.AccountDisable.as_view(), name="disable"),
    path("accounts/<uuid:pk>/enable/", pages.AccountEnable.as_view(), name="enable"),
    path("accounts/<uuid:pk>/unlock/", pages.AccountUnlock.as_view(), name="unlock"),
    path("accounts/<uuid:pk>/totp/reset/", pages.TotpReset.as_view(), name="totp_reset"),
    path("accounts/<uuid:pk>/link/", pages.AccountLink.as_view(), name="new_link"),
]
