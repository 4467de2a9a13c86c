from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "openpar.parindex.assessments"
    label = "assessments"
