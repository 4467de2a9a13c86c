from django.apps import AppConfig


class PeriodicConfig(AppConfig):
    name = "openpar.reports.periodic"
    label = "periodic"
