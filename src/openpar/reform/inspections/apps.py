from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "openpar.reform.inspections"
    label = "inspections"
