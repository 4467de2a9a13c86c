from django.urls import path

from openpar.web.documents import views

urlpatterns = [
    path("documents/", views.documents, name="documents"),
    path("documents/new/", views.new_document, name="new-document"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("documents/<int:pk>/file/", views.download, name="document-file"),
    path("documents/<int:pk>/verify/", views.verify_file, name="verify-document"),
    path("documents/<int:pk>/signatures/", views.recheck, name="recheck-document"),
    path("documents/<int:pk>/replace/", views.replace, name="replace-document"),
]
