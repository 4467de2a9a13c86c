from django.urls import path
from django.views.i18n import set_language

from openpar.web.account import own, second_factor, views

_FACTOR = "account/second-factor/"

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("login/second-factor/", second_factor.at_log_in, name="login-second-factor"),
    path("login/passkey/options/", second_factor.log_in_passkey_options, name="login-passkey-options"),
    path("login/passkey/", second_factor.log_in_passkey, name="login-passkey"),
    path("demo-login/", views.demo_log_in, name="demo-login"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.own_password, name="password"),
    path("account/confirm/", second_factor.confirm, name="confirm"),
    path(
        "account/confirm/passkey/options/",
        second_factor.confirm_passkey_options,
        name="confirm-passkey-options",
    ),
    path("account/confirm/passkey/", second_factor.confirm_passkey, name="confirm-passkey"),
    path(_FACTOR, second_factor.overview, name="second-factor"),
    path(_FACTOR + "app/", second_factor.set_up_app, name="second-factor-app"),
    path(_FACTOR + "app/remove/", second_factor.remove_app, name="second-factor-app-remove"),
    path(_FACTOR + "codes/", second_factor.recovery_codes, name="recovery-codes"),
    path(_FACTOR + "passkeys/options/", second_factor.new_passkey_options, name="passkey-new-options"),
    path(_FACTOR + "passkeys/", second_factor.new_passkey, name="passkey-new"),
    path(_FACTOR + "passkeys/<int:pk>/remove/", second_factor.remove_passkey, name="passkey-remove"),
    path("account/sessions/", own.sessions, name="sessions"),
    path("account/sessions/end/", own.end_sessions, name="sessions-end"),
    path("account/data/", own.own_data, name="own-data"),
    path("account/data/export/", own.export_own_data, name="own-data-export"),
    path("language/", set_language, name="set_language"),
]
