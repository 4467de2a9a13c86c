from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "openpar.delivery.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        # Models are there only now.
        from openpar.base.facts.owners import Owner, register_owner
        from openpar.delivery.dossiers.declarations import DATASET
        from openpar.delivery.dossiers.queries.doubts import agencies_by_number, doubts_about

        register_owner(DATASET, Owner(agencies=agencies_by_number, warn=doubts_about))
