from django.apps import AppConfig


class FindingsConfig(AppConfig):
    name = "openpar.reform.findings"
    label = "findings"
