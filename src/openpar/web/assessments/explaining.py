"""The unit answers the appraisal, leaf by leaf, while the window is open."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from openpar.common.errors import Refused
from openpar.parindex.assessments.actions.explanations import save_explanation
from openpar.parindex.assessments.errors import UnknownLeaf
from openpar.parindex.assessments.models import Assessment, Layer
from openpar.web.assessments.forms import read_entry
from openpar.web.assessments.saving import expected_version, refused_save, saved
from openpar.web.http import AuthenticatedRequest, actor, now, page


@page("GET", "POST")
def explain(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    if request.method == "GET":
        return redirect("assessment-leaf", pk, code)
    texts = dict(request.POST.lists())
    at = now()
    try:
        score, sheet = save_explanation(
            assessment_id=pk,
            code=code,
            entry=lambda found: read_entry(found, texts),
            expected_version=expected_version(request),
            by=actor(request),
            at=at,
        )
    except (Assessment.DoesNotExist, UnknownLeaf):
        raise Http404 from None
    except Refused as error:
        return refused_save(request, pk, code, error, texts, Layer.EXPLAINED)
    return saved(request, score, sheet, code, Layer.EXPLAINED, at)
