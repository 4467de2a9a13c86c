from django.urls import path

from openpar.web.assessments import bonus, evidence, explaining, figures, history, saving, submission, views

_SHEET = "assessments/<int:pk>/"
_LEAF = _SHEET + "<str:code>/"

urlpatterns = [
    path("assessments/", views.sheets, name="assessments"),
    path(_SHEET, views.sheet, name="assessment"),
    path(_SHEET + "submission/", submission.overview, name="assessment-submission"),
    path(_SHEET + "submit/", submission.submit, name="assessment-submit"),
    path(_SHEET + "send-back/", submission.give_back, name="assessment-send-back"),
    path(_SHEET + "lock/", submission.lock, name="assessment-lock"),
    path(_SHEET + "reopening/", submission.reopening, name="assessment-reopening"),
    path(_SHEET + "assign/", submission.assign, name="assessment-assign"),
    path(_SHEET + "bonus/", bonus.bonus, name="assessment-bonus"),
    path(_SHEET + "history/", history.of_sheet, name="assessment-history"),
    path(_SHEET + "print/", views.printed, name="assessment-print"),
    path(_SHEET + "documents/<int:document_id>/", evidence.download, name="assessment-document"),
    path(_LEAF, saving.leaf, name="assessment-leaf"),
    path(_LEAF + "preview/", saving.preview, name="assessment-preview"),
    path(_LEAF + "figure/", figures.fill, name="assessment-figure"),
    path(_LEAF + "explanation/", explaining.explain, name="assessment-explain"),
    path(_LEAF + "evidence/", evidence.attach, name="assessment-evidence"),
    path(_LEAF + "evidence/<int:document_id>/detach/", evidence.detach, name="assessment-detach"),
    path(_LEAF + "documents/", evidence.store, name="assessment-store"),
    path(_LEAF + "history/", history.of_leaf, name="assessment-leaf-history"),
]
