from django.urls import path

from openpar.web.results import downloads, views

urlpatterns = [
    path("results/", views.rounds, name="results"),
    path("results/<int:round_id>/", views.round_results, name="round-results"),
    path("results/<int:round_id>/matrix.xlsx", downloads.matrix, name="round-matrix"),
    path("results/<int:round_id>/decision.docx", downloads.decision, name="round-decision"),
    path("results/<int:round_id>/decision.pdf", downloads.decision_printed, name="round-decision-pdf"),
    path("results/<int:round_id>/bundle.zip", downloads.bundle, name="round-bundle"),
    path("results/<int:round_id>/<int:assessment_id>/", views.unit, name="unit-result"),
    path("results/<int:round_id>/<int:assessment_id>/notice.docx", downloads.notice, name="unit-notice"),
    path(
        "results/<int:round_id>/<int:assessment_id>/notice.pdf",
        downloads.notice_printed,
        name="unit-notice-pdf",
    ),
    path("assessments/<int:assessment_id>/report.docx", downloads.report, name="assessment-report"),
    path(
        "assessments/<int:assessment_id>/report.pdf", downloads.report_printed, name="assessment-report-pdf"
    ),
    path("assessments/<int:assessment_id>/report.xlsx", downloads.report_sheet, name="assessment-sheet"),
]
