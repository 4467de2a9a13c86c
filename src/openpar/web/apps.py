from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "openpar.web"
    label = "web"
