from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "openpar.delivery.dossiers"
    label = "dossiers"
