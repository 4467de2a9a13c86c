from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "openpar.base.audit"
    label = "audit"
