from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "openpar.base.access"
    label = "access"
