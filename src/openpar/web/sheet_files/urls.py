"""The addresses of sheets as files, below those of the assessment."""

from __future__ import annotations

from django.urls import path

from openpar.web.sheet_files import views

urlpatterns = [
    path("<int:pk>/sheet.xlsx", views.download, name="sheet-download"),
    path("<int:pk>/upload/", views.upload, name="sheet-upload"),
    path("<int:pk>/upload/<str:token>/", views.preview, name="sheet-preview"),
]
