from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "openpar.web"
    label = "web"

    def ready(self) -> None:
        # Models are there only now.
        from openpar.web.dossiers.behind import register

        register()
