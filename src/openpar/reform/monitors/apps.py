from django.apps import AppConfig


class MonitorsConfig(AppConfig):
    name = "openpar.reform.monitors"
    label = "monitors"
