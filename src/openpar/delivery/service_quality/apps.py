from django.apps import AppConfig


class ServiceQualityConfig(AppConfig):
    name = "openpar.delivery.service_quality"
    label = "service_quality"
