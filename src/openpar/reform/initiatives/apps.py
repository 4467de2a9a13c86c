from django.apps import AppConfig


class InitiativesConfig(AppConfig):
    name = "openpar.reform.initiatives"
    label = "initiatives"
