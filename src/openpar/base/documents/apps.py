from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "openpar.base.documents"
    label = "documents"
