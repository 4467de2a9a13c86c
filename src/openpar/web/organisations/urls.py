from django.urls import path

from openpar.web.organisations import changes, importing, views

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/new/", changes.found, name="organisation-found"),
    path("organisations/merge/", changes.merge, name="organisations-merge"),
    path("organisations/import/", importing.upload, name="organisations-import"),
    path("organisations/<int:pk>/", views.organisation, name="organisation"),
    path("organisations/<int:pk>/<slug:change>/", changes.change, name="organisation-change"),
]
