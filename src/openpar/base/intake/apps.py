from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "openpar.base.intake"
    label = "intake"
