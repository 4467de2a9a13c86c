from django.apps import AppConfig


class CriteriaConfig(AppConfig):
    name = "openpar.parindex.criteria"
    label = "criteria"
