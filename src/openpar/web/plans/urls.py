from django.urls import path

from openpar.web.plans import (
    adding,
    board,
    control,
    deciding,
    doing,
    drafting,
    importing,
    issuing,
    listing,
    meetings,
    targeting,
    task,
    tasks,
)

_PLAN = "plans/<int:plan_id>/"
_DRAFT = _PLAN + "draft/"
_VERSION = _PLAN + "versions/<int:number>/"
_TASK = "tasks/<int:assignment_id>/"
_MEETING = "meetings/<int:meeting_id>/"

urlpatterns = [
    path("plans/", listing.plans, name="plans"),
    path("plans/new/", listing.new, name="plan-new"),
    path("plans/control/", control.control, name="plans-control"),
    path(_PLAN, board.board, name="plan"),
    path(_PLAN + "export/", board.export, name="plan-export"),
    path(_PLAN + "replace/", issuing.replace, name="plan-replace"),
    path(_PLAN + "tasks/new/", adding.supplement, name="plan-supplement"),
    path(_PLAN + "targets/<int:target_id>/read/", targeting.read, name="plan-target-read"),
    path(_VERSION, issuing.version, name="plan-version"),
    path(_VERSION + "document/", issuing.version_document, name="plan-document"),
    path(_DRAFT, drafting.draft, name="plan-draft"),
    path(_DRAFT + "discard/", drafting.discard, name="plan-discard"),
    path(_DRAFT + "import/", importing.upload, name="plan-import"),
    path(_DRAFT + "import/<str:token>/", importing.preview, name="plan-import-preview"),
    path(_DRAFT + "issue/", issuing.issue, name="plan-issue"),
    path(_DRAFT + "settle/", issuing.settle, name="plan-settle"),
    path(_DRAFT + "take/", drafting.take, name="plan-take"),
    path(_DRAFT + "lines/new/", drafting.new_line, name="plan-line-new"),
    path(_DRAFT + "lines/<int:line_id>/", drafting.line, name="plan-line"),
    path(_DRAFT + "lines/<int:line_id>/remove/", drafting.remove, name="plan-line-remove"),
    path(_DRAFT + "targets/new/", targeting.add, name="plan-target-new"),
    path(_DRAFT + "targets/<int:target_id>/remove/", targeting.remove, name="plan-target-remove"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/confirm/", deciding.confirm_many, name="tasks-confirm"),
    path(_TASK, task.task, name="task"),
    path(_TASK + "documents/<int:evidence_id>/", task.document, name="task-document"),
    path(_TASK + "progress/", doing.progress, name="task-progress"),
    path(_TASK + "report/", doing.report, name="task-report"),
    path(_TASK + "claims/<int:claim_id>/<slug:word>/", doing.decide_claim, name="task-claim"),
    path(_TASK + "ask/<slug:word>/", doing.ask, name="task-ask"),
    path(_TASK + "requests/<int:request_id>/<slug:word>/", doing.decide_request, name="task-request"),
    path(_TASK + "hand/", doing.hand, name="task-hand"),
    path(_TASK + "condition/", doing.condition, name="task-condition"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/", meetings.new, name="meeting-new"),
    path(_MEETING, meetings.meeting, name="meeting"),
    path(_MEETING + "document/", meetings.document, name="meeting-document"),
    path(_MEETING + "edit/", meetings.edit, name="meeting-edit"),
    path(_MEETING + "outcomes/new/", meetings.add, name="meeting-outcome-new"),
    path(_MEETING + "outcomes/<int:outcome_id>/remove/", meetings.remove, name="meeting-outcome-remove"),
    path(_MEETING + "outcomes/<int:outcome_id>/order/", meetings.order, name="meeting-order"),
    path(_MEETING + "conclude/", meetings.conclude, name="meeting-conclude"),
]
