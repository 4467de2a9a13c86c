from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "openpar.base.notifications"
    label = "notifications"
