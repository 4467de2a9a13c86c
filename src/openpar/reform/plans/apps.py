from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "openpar.reform.plans"
    label = "plans"
