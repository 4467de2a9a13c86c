from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "openpar.base.privacy"
    label = "privacy"
