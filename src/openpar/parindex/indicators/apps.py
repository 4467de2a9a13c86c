from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "openpar.parindex.indicators"
    label = "indicators"
