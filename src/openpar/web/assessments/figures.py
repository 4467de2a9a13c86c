"""Taking the measured figure of a leaf over into the sheet of a unit."""

from __future__ import annotations

from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.formats import parse_decimal
from openpar.parindex.assessments.actions.figures import fill_from_indicator
from openpar.parindex.assessments.errors import StaleFigure, StaleScore, UnknownLeaf
from openpar.parindex.assessments.models import Assessment
from openpar.web.assessments.frame import seen_sheet
from openpar.web.assessments.saving import context_of_leaf
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say


@page("POST")
def fill(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    """Takes the figure over that the person was shown."""
    at = now()
    try:
        score, _sheet = fill_from_indicator(
            assessment_id=pk,
            code=code,
            seen=_seen(request),
            expected_version=_version(request),
            by=actor(request),
            at=at,
        )
    except (Assessment.DoesNotExist, UnknownLeaf):
        raise Http404 from None
    except Refused as error:
        view = seen_sheet(request, pk)
        context = context_of_leaf(request, view, code)
        status = 409 if isinstance(error, StaleFigure | StaleScore) else 422
        return refused(request, error, template="assessments/leaf.html", context=context, status=status)
    say(request, _("Đã lấy số liệu: %s") % score.sentence)
    return redirect("assessment-leaf", pk, code)


def _seen(request: AuthenticatedRequest) -> tuple[Decimal, Decimal]:
    """The two numbers that stood on the page, as it wrote them. Raises Refused."""
    texts = [request.POST.get(name, "") for name in ("seen_numerator", "seen_denominator")]
    if not all(texts):
        what = _("chưa có số liệu để lấy.")
        raise Refused(Gap("", what, _("Tải lại trang."), code="no_figure"))
    numerator, denominator = (parse_decimal(text, ambiguous="decimal") for text in texts)
    return numerator, denominator


def _version(request: AuthenticatedRequest) -> int:
    text = request.POST.get("expected_version", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
