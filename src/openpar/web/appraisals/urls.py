from django.urls import path

from openpar.web.appraisals import decisions, views

urlpatterns = [
    path("appraisals/", views.appraisals, name="appraisals"),
    path("appraisals/<int:round_id>/", views.desk, name="appraisal-desk"),
    path("appraisals/<int:round_id>/explanations/", views.explanations, name="appraisal-explanations"),
    path("appraisals/<int:round_id>/unit/<int:assessment_id>/", views.one_unit, name="appraisal-unit"),
    path(
        "appraisals/<int:round_id>/unit/<int:assessment_id>/agree/",
        views.agree_unit,
        name="appraisal-unit-agree",
    ),
    path("appraisals/<int:round_id>/score/<int:assessment_id>/<str:code>/", decisions.score, name="appraise"),
    path(
        "appraisals/<int:round_id>/score/<int:assessment_id>/<str:code>/agree/",
        decisions.agree,
        name="appraise-agree",
    ),
    path(
        "appraisals/<int:round_id>/score/<int:assessment_id>/<str:code>/flag/",
        decisions.flag,
        name="appraise-flag",
    ),
    path(
        "appraisals/<int:round_id>/score/<int:assessment_id>/<str:code>/answer/",
        decisions.answer,
        name="appraise-answer",
    ),
    path("appraisals/<int:round_id>/<slug:block>/<str:code>/", views.across_units, name="appraisal-leaf"),
    path(
        "appraisals/<int:round_id>/<slug:block>/<str:code>/agree/",
        views.agree_across,
        name="appraisal-leaf-agree",
    ),
]
