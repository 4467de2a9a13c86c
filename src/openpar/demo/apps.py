from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "openpar.demo"
    label = "demo"
