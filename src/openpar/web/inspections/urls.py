from django.urls import path

from openpar.web.inspections import (
    cases,
    checklist,
    concluding,
    draws,
    files,
    listing,
    papers,
    plans,
    steps,
)

_PLAN, _CASE, _UNIT = (
    "inspections/plans/<int:plan_id>/",
    "inspections/<int:inspection_id>/",
    "inspections/units/<int:unit_id>/",
)

urlpatterns = [
    path("inspections/", listing.inspections, name="inspections"),
    path("inspections/coverage/", listing.coverage, name="inspection-coverage"),
    path("inspections/coverage/missing/", listing.uninspected, name="inspection-uninspected"),
    path("inspections/plans/", listing.plans, name="inspection-plans"),
    path("inspections/plans/new/", plans.new, name="inspection-plan-new"),
    path(_PLAN, plans.plan, name="inspection-plan"),
    path(_PLAN + "units/", plans.add_units, name="inspection-plan-units"),
    path("inspections/planned/<int:planned_id>/drop/", plans.drop, name="inspection-plan-drop"),
    path(_PLAN + "issue/", plans.issue, name="inspection-plan-issue"),
    path(_PLAN + "draws/", draws.commit, name="inspection-draw-new"),
    path("inspections/draws/<int:draw_id>/", draws.draw, name="inspection-draw"),
    path(_PLAN + "cases/", cases.new, name="inspection-new"),
    path(_CASE, cases.case, name="inspection"),
    path(_CASE + "members/", cases.member, name="inspection-member"),
    path("inspections/members/<int:member_id>/remove/", cases.remove, name="inspection-member-remove"),
    path(_CASE + "cancel/", steps.cancel, name="inspection-cancel"),
    path(_CASE + "notice/", steps.notify, name="inspection-notify"),
    path(_CASE + "begin/", steps.begin, name="inspection-begin"),
    path(_UNIT + "minutes/", steps.minutes, name="inspection-minutes"),
    path(_CASE + "report/", steps.report, name="inspection-report"),
    path(_CASE + "close/", steps.close, name="inspection-close"),
    path(_CASE + "conclusion/", concluding.conclusion, name="inspection-conclusion"),
    path(_CASE + "conclude/", concluding.conclude, name="inspection-conclude"),
    path(_UNIT + "limitations/", concluding.limitation, name="inspection-limitation"),
    path(
        "inspections/limitations/<int:limitation_id>/drop/",
        concluding.drop,
        name="inspection-limitation-drop",
    ),
    path(_UNIT + "response/", concluding.response, name="inspection-respond"),
    path(_UNIT + "checklist/", checklist.checklist, name="inspection-checklist"),
    path(_UNIT + "self-report/", checklist.self_report, name="inspection-self-report"),
    path(_UNIT + "self-report/send/", checklist.send, name="inspection-self-report-send"),
    path(_UNIT + "self-report/return/", checklist.give_back, name="inspection-self-report-return"),
    path(_UNIT + "evidence/", checklist.attach, name="inspection-evidence"),
    path(
        "inspections/evidence/<int:evidence_id>/remove/", checklist.detach, name="inspection-evidence-remove"
    ),
    path(_CASE + "print/", files.printed, name="inspection-print"),
    path(_CASE + "export/", files.export, name="inspection-export"),
    path(_CASE + "papers/<slug:paper>/<slug:file_kind>/", papers.paper, name="inspection-paper"),
    path(_UNIT + "minutes/<slug:file_kind>/", papers.minutes, name="inspection-minutes-file"),
    path(_CASE + "documents/<int:document_id>/", files.document, name="inspection-document"),
]
