from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "openpar.base.organisations"
    label = "organisations"
