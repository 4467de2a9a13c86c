from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "openpar.jobs"
    label = "jobs"
