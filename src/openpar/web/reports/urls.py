from django.urls import path

from openpar.web.reports import board, desk, figures, levels, one, output, text

_REPORT = "reports/<int:report_id>/"

urlpatterns = [
    path("reports/", desk.desk, name="reports"),
    path("reports/new/", desk.open_new, name="report-open"),
    path("reports/board/", board.board, name="reports-board"),
    path("reports/board/export/", board.export, name="reports-board-export"),
    path("reports/levels/", levels.levels, name="reports-levels"),
    path("reports/board/lock/", board.lock, name="reports-lock"),
    path(_REPORT, one.report, name="report"),
    path(_REPORT + "compare/", one.compare, name="report-compare"),
    path(_REPORT + "submit/", one.submit, name="report-submit"),
    path(_REPORT + "return/", one.give_back, name="report-return"),
    path(_REPORT + "accept/", one.accept, name="report-accept"),
    path(_REPORT + "revise/", one.revise, name="report-revise"),
    path(_REPORT + "attach/", one.attach, name="report-attach"),
    path(_REPORT + "discard/", one.discard, name="report-discard"),
    path(_REPORT + "figures/", figures.edit, name="report-figures"),
    path(_REPORT + "figures/compute/", figures.compute, name="report-compute"),
    path(_REPORT + "figures/import/", figures.bring_in, name="report-import"),
    path(_REPORT + "figures/cut-off/", figures.cut_off, name="report-cut-off"),
    path(_REPORT + "figures/explain/", figures.explain, name="report-explain"),
    path(_REPORT + "text/", text.edit, name="report-text"),
    path(_REPORT + "text/<slug:section>/", text.save, name="report-text-save"),
    path(_REPORT + "text/<slug:section>/draft/", text.draft, name="report-text-draft"),
    path(_REPORT + "preview/", output.preview, name="report-preview"),
    path(_REPORT + "appendix/", output.appendix, name="report-appendix"),
    path(_REPORT + "signed/", output.signed, name="report-signed"),
    path(_REPORT + "document/<slug:document_kind>/", output.document, name="report-document"),
]
