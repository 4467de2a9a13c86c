from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "openpar.delivery.figures"
    label = "figures"
