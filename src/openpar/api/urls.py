"""Addresses of the API, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path

from openpar.api.v1 import dossiers, openapi

urlpatterns = [
    path("dossiers/", dossiers.dossiers, name="api-dossiers"),
    path("openapi.json", openapi.openapi, name="api-openapi"),
]
