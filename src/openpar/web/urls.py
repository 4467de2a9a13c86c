"""The addresses of the pages: one line per subject."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("openpar.web.appraisals.urls")),
    path("", include("openpar.web.rounds.urls")),
    path("", include("openpar.web.corrections.urls")),
    # Before the pages of assessments, which take any word after the number for the code of a leaf.
    path("assessments/", include("openpar.web.sheet_files.urls")),
    path("", include("openpar.web.results.urls")),
    path("", include("openpar.web.home.urls")),
    path("", include("openpar.web.account.urls")),
    path("", include("openpar.web.notifications.urls")),
    path("", include("openpar.web.assessments.urls")),
    path("", include("openpar.web.criteria.urls")),
    path("", include("openpar.web.indicators.urls")),
    path("", include("openpar.web.organisations.urls")),
    path("", include("openpar.web.calendars.urls")),
    path("", include("openpar.web.procedures.urls")),
    path("", include("openpar.web.figures.urls")),
    path("", include("openpar.web.findings.urls")),
    path("", include("openpar.web.inspections.urls")),
    path("", include("openpar.web.dossiers.urls")),
    path("", include("openpar.web.service_quality.urls")),
    path("", include("openpar.web.plans.urls")),
    path("", include("openpar.web.initiatives.urls")),
    path("", include("openpar.web.monitors.urls")),
    path("", include("openpar.web.people.urls")),
    path("", include("openpar.web.reports.urls")),
    path("", include("openpar.web.documents.urls")),
    path("", include("openpar.web.audit.urls")),
    path("", include("openpar.web.seals.urls")),
]
