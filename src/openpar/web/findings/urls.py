from django.urls import path

from openpar.web.findings import board, conferences, entering, finding, judging, remedying

_FINDING = "findings/<int:finding_id>/"
_CONFERENCE = "findings/conferences/<int:conference_id>/"

urlpatterns = [
    path("findings/", board.findings, name="findings"),
    path("findings/export/", board.export, name="findings-export"),
    path("findings/taxonomy/", board.taxonomy, name="findings-taxonomy"),
    path("findings/new/", entering.new, name="finding-new"),
    path("findings/conferences/", conferences.conferences, name="findings-conferences"),
    path("findings/conferences/missing/", conferences.missing, name="findings-conferences-missing"),
    path(_CONFERENCE, conferences.conference, name="findings-conference"),
    path(_CONFERENCE + "minutes/", conferences.minutes, name="findings-conference-minutes"),
    path(_CONFERENCE + "hold/", conferences.hold, name="findings-conference-hold"),
    path(_CONFERENCE + "order/", conferences.order, name="findings-conference-order"),
    path(_CONFERENCE + "shortcoming/", conferences.shortcoming, name="findings-conference-shortcoming"),
    path("findings/extensions/<int:extension_id>/", judging.decide, name="finding-extension-decide"),
    path(_FINDING, finding.finding, name="finding"),
    path(_FINDING + "evidence/<int:evidence_id>/", finding.evidence, name="finding-evidence"),
    path(_FINDING + "plan/", remedying.plan, name="finding-plan"),
    path(_FINDING + "report/", remedying.report, name="finding-report"),
    path(_FINDING + "extension/", remedying.extension, name="finding-extension"),
    path(_FINDING + "close/", judging.close, name="finding-close"),
    path(_FINDING + "return/", judging.give_back, name="finding-return"),
    path(_FINDING + "code/", judging.classify, name="finding-classify"),
]
