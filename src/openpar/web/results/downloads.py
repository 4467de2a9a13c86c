"""Files made of results."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from openpar.web.http import AuthenticatedRequest, page


@page("GET")
def matrix(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    raise Http404


@page("GET")
def decision(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    raise Http404


@page("GET")
def notice(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    raise Http404


@page("GET")
def report(request: AuthenticatedRequest, assessment_id: int) -> HttpResponse:
    raise Http404


@page("GET")
def report_sheet(request: AuthenticatedRequest, assessment_id: int) -> HttpResponse:
    raise Http404
