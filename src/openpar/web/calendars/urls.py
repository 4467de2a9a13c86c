from django.urls import path

from openpar.web.calendars import drafts, hours, views

urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/hours/", hours.hours, name="calendar-hours"),
    path("calendars/<int:year>/draft/", drafts.draft, name="calendar-draft"),
]
