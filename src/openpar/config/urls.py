"""The addresses of the whole house."""

from __future__ import annotations

from django.urls import include, path

from openpar.web import health, metrics, security_txt

urlpatterns = [
    path("health", health.overall, name="health"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path(".well-known/security.txt", security_txt.security_txt, name="security-txt"),
    path("api/v1/", include("openpar.api.urls")),
    path("", include("openpar.web.urls")),
]

handler500 = "openpar.web.failures.server_error"
