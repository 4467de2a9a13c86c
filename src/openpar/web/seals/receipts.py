"""A receipt: what was recorded, and the proof that it was, to keep on paper or in a file."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from markupsafe import Markup

from openpar.base.audit.models import Entry
from openpar.base.audit.receipts import Receipt, receipt_for
from openpar.parindex.assessments.permissions import OVERSEERS
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.web.http import AuthenticatedRequest, actor, now, page
from openpar.web.trace import verb_words

# What is handed in, frozen or decided is answered with a receipt; the rest of the trace is read as a story.
WITH_RECEIPT = frozenset(
    {
        "sheet.submitted",
        "sheet.locked",
        "sheet.locked_automatically",
        "sheet.reopened",
        "council.concluded",
        "round.published",
    }
)


@dataclass(frozen=True)
class Shown:
    """A receipt as the page shows it."""

    what: str
    receipt: Receipt | None
    code: Markup | None


@page("GET")
def receipt(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    entry = _seen(request, pk)
    found = receipt_for(entry.pk)
    shown = Shown(
        what=verb_words(entry.verb),
        receipt=found,
        code=None if found is None else _drawn(found.as_proof_text()),
    )
    return render(request, "seals/receipt.html", {"entry": entry, "shown": shown})


@page("GET")
def receipt_file(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    found = receipt_for(_seen(request, pk).pk)
    if found is None:
        raise Http404
    answer = HttpResponse(found.as_json(), content_type="application/json")
    answer["Content-Disposition"] = content_disposition_header(True, found.file_name) or ""
    return answer


def _seen(request: AuthenticatedRequest, pk: int) -> Entry:
    """The entry, if it is one with a receipt and of a sheet or round that this person may see."""
    entry = Entry.objects.filter(pk=pk, verb__in=WITH_RECEIPT).first()
    if entry is None:
        raise Http404
    kind, _, number = entry.about.partition(":")
    who = actor(request)
    if not number.isdecimal():
        raise Http404
    if kind == "assessment":
        is_seen = visible_assessments(who.person_id, now()).filter(pk=int(number)).exists()
    else:
        # The row of a publication names every unit, also those whose result is not made public.
        is_seen = kind == "round" and any(role in OVERSEERS for role, _where in who.held)
    if not is_seen:
        raise Http404
    return entry


def _drawn(text: str) -> Markup:
    """The QR code as SVG without inline style; light where a camera expects it, on paper too."""
    code = segno.make_qr(text, error="l")
    # Drawn from our own text by the library, no part of it is typed by anybody.
    drawn = code.svg_inline(scale=2, border=4, light="#fff", dark="#000", omitsize=True, svgclass="qr-code")
    return Markup(drawn)  # noqa: S704
