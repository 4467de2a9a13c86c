from django.apps import AppConfig


class UpgradesConfig(AppConfig):
    name = "trust.upgrades"
    label = "upgrades"
    default_auto_field = "django.db.models.BigAutoField"
