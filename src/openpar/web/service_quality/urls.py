from __future__ import annotations

from django.urls import path

from openpar.web.service_quality import agency, board, entering, importing, portal

_ROOT = "service-quality/"
_AGENCY = f"{_ROOT}<int:organisation_id>/"
urlpatterns = [
    path(_ROOT, board.index, name="service-quality"),
    path(f"{_ROOT}export/", board.export, name="service-quality-export"),
    path(f"{_ROOT}count/", importing.count, name="service-quality-count"),
    path(f"{_ROOT}import/", importing.upload, name="service-quality-import"),
    path(f"{_ROOT}import/<str:token>/", importing.preview, name="service-quality-import-preview"),
    path(f"{_ROOT}template/", importing.template, name="service-quality-template"),
    path(f"{_ROOT}portal/", portal.compare, name="service-quality-portal"),
    path(_AGENCY, agency.agency, name="service-quality-agency"),
    path(f"{_AGENCY}enter/", entering.enter, name="service-quality-enter"),
    path(f"{_AGENCY}<str:indicator>/", agency.story, name="service-quality-input"),
]
