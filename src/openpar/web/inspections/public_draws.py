"""Draws by lot for everybody, without logging in: what was published, and how to compute the picks again.

No plan is named here: it may still be a draft. Nor is a person.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from openpar.base.audit.canonical import canonical
from openpar.engine.picking import METHOD
from openpar.reform.inspections.models import Draw
from openpar.reform.inspections.queries.draws import (
    DrawView,
    public_draw,
    public_draws,
    years_of_draws,
)
from openpar.web.components.paging import slice_of
from openpar.web.http import open_page, today
from openpar.web.inspections.common import whole
from openpar.web.inspections.draws import command_of, list_name

_FORMAT = "openpar-draw/1"


@open_page("GET")
def draws(request: HttpRequest) -> HttpResponse:
    years = years_of_draws()
    asked = whole(request.GET.get("year", ""))
    year = asked if asked in years else years[0] if years else None
    lines = public_draws(year, today()) if year is not None else ()
    context = {
        "slice": slice_of(request, lines),
        "years": [(one, str(one)) for one in years],
        "year": year,
    }
    return render(request, "inspections/public_draws.html", context)


@open_page("GET")
def draw(request: HttpRequest, draw_id: int) -> HttpResponse:
    view = _seen(draw_id)
    program = "python3 openpar_verify.py" + (" --vi" if get_language() == "vi" else "")
    context = {
        "view": view,
        "draw": view.draw,
        "is_known_method": view.draw.method == METHOD,
        "list_name": list_name(view.draw),
        "file_name": _file_name(view.draw),
        "commands": (f"{program} draw {_file_name(view.draw)}", command_of(view.draw)),
    }
    return render(request, "inspections/public_draw.html", context)


@open_page("GET")
def units_file(request: HttpRequest, draw_id: int) -> HttpResponse:
    """The list, one key a line, in the order of the method."""
    found = _seen(draw_id).draw
    text = "".join(f"{key}\n" for key in found.units)
    return _file(text, "text/plain; charset=utf-8", list_name(found))


@open_page("GET")
def draw_file(request: HttpRequest, draw_id: int) -> HttpResponse:
    """All that is needed to draw again (docs/trust/formats.md), once the picks are told."""
    view = _seen(draw_id)
    if not view.tells_picks:
        raise Http404
    found = view.draw
    text = canonical(
        {
            "format": _FORMAT,
            "method": found.method,
            "units": found.units,
            "count": found.count,
            "seed_digest": found.seed_digest,
            "seed": found.seed,
            "public_source": found.public_source,
            "public_value": found.public_value,
            "picked": found.picked,
        }
    )
    return _file(text, "application/json", _file_name(found))


def _seen(draw_id: int) -> DrawView:
    view = public_draw(draw_id, today())
    if view is None:
        raise Http404
    return view


def _file_name(draw: Draw) -> str:
    return f"chon-ngau-nhien-{draw.pk}.json"


def _file(text: str, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    answer["Cache-Control"] = "no-cache"
    return answer
