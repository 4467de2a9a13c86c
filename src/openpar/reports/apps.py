from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "openpar.reports"
    label = "reports"
