from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    name = "openpar.delivery.procedures"
    label = "procedures"
