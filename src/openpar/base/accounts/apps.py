from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "openpar.base.accounts"
    label = "accounts"
