from django.urls import path

from openpar.web.figures import editing, evaluating, listing, sheet

_SHEET = "figures/<int:sheet_id>/"

urlpatterns = [
    path("figures/", listing.figures, name="figures"),
    path("figures/new/", listing.open_new, name="figure-sheet-open"),
    path("figures/rollup/", listing.rollup, name="figures-rollup"),
    path("figures/rollup/export/", listing.rollup_export, name="figures-rollup-export"),
    path("figures/evaluation/", evaluating.evaluation, name="figures-evaluation"),
    path("figures/evaluation/export/", evaluating.export, name="figures-evaluation-export"),
    path(_SHEET, sheet.sheet, name="figure-sheet"),
    path(_SHEET + "print/", sheet.printed, name="figure-sheet-print"),
    path(_SHEET + "export/", sheet.export, name="figure-sheet-export"),
    path(_SHEET + "edit/", editing.edit, name="figure-sheet-edit"),
    path(_SHEET + "head/", editing.head, name="figure-sheet-head"),
    path(_SHEET + "import/", editing.bring_in, name="figure-sheet-import"),
    path(_SHEET + "fill/", editing.fill, name="figure-sheet-fill"),
    path(_SHEET + "explain/", sheet.explain, name="figure-sheet-explain"),
    path(_SHEET + "sign/", sheet.sign, name="figure-sheet-sign"),
    path(_SHEET + "return/", sheet.give_back, name="figure-sheet-return"),
    path(_SHEET + "revise/", sheet.revise, name="figure-sheet-revise"),
    path(_SHEET + "discard/", sheet.discard, name="figure-sheet-discard"),
]
