from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "openpar.delivery.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from openpar.base.facts.owners import register_owner
        from openpar.base.privacy.holders import register_holder

        # The name of the dataset as declarations.py has it, which would bring half of the package along.
        register_owner("dossiers", "openpar.delivery.dossiers.queries.doubts.OWNER")
        register_holder("openpar.delivery.dossiers.queries.people.HOLDER")
