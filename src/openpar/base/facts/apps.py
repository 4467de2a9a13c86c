from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "openpar.base.facts"
    label = "facts"
