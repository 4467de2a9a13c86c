"""The unit answers the appraisal, leaf by leaf, while the window is open."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from openpar.parindex.assessments.actions.explanations import save_explanation
from openpar.parindex.assessments.models import Layer
from openpar.web.assessments.saving import save_leaf
from openpar.web.http import AuthenticatedRequest, page


@page("GET", "POST")
def explain(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    if request.method == "GET":
        return redirect("assessment-leaf", pk, code)
    return save_leaf(request, pk, code, action=save_explanation, layer=Layer.EXPLAINED)
