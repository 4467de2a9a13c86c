"""Form II.07b of a day, on the page and as a sheet."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from openpar.delivery.procedures.exports import form_07b_workbook
from openpar.delivery.procedures.queries.counting import form_07b
from openpar.delivery.procedures.queries.listing import has_samples
from openpar.web.http import AuthenticatedRequest, asked_day, page
from openpar.web.procedures.common import frame
from openpar.web.procedures.listing import workbook_answer


@page("GET")
def counts(request: AuthenticatedRequest) -> HttpResponse:
    day, gaps = asked_day(request)
    form = form_07b(day)
    context: dict[str, object] = {
        **frame(request, "procedures-counts"),
        "day": day,
        "form": form,
        "has_district": form.total.total.district > 0,
    }
    if gaps:
        context["refused_gaps"] = gaps
    return render(request, "procedures/counts.html", context, status=422 if gaps else 200)


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    day, _gaps = asked_day(request)
    content = form_07b_workbook(form_07b(day), is_sample=has_samples())
    return workbook_answer(content, f"bieu-II.07b-{day:%Y-%m-%d}.xlsx")
