from django.urls import path

from openpar.web.audit import views

urlpatterns = [
    path("audit/", views.trace, name="audit"),
    path("audit/export.csv", views.export, name="audit-export"),
]
