from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "openpar.base.calendars"
    label = "calendars"
