"""The addresses of the pages: one line per subject."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("openpar.web.home.urls")),
    path("", include("openpar.web.account.urls")),
    path("", include("openpar.web.organisations.urls")),
    path("", include("openpar.web.people.urls")),
]
