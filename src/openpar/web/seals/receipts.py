"""A receipt: what was recorded, and the proof that it was, to keep on paper or in a file."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from markupsafe import Markup

from openpar.base.audit.models import Entry
from openpar.base.audit.queries import told
from openpar.base.audit.receipts import Receipt, receipt_for
from openpar.parindex.assessments.models import Round
from openpar.parindex.assessments.permissions import OVERSEERS
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.web.http import AuthenticatedRequest, actor, now, page
from openpar.web.trace.words import change_of, verb_words

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
# What a receipt tells of the row itself; the results of a whole publication stand in its file.
_TOLD = ("self_total", "state", "open_until", "met_on", "conclusion", "decision")


@dataclass(frozen=True)
class Place:
    """What the receipt is about: the round, and for a sheet its story; `trail` leads back there."""

    round_title: str
    trail: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown:
    """A receipt as the page shows it; `facts` are the things said in the row, each with its name."""

    what: str
    place: Place
    facts: tuple[tuple[str, str], ...]
    origin: str
    receipt: Receipt | None
    code: Markup | None


@page("GET")
def receipt(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    entry, place = _seen(request, pk)
    found = receipt_for(entry.pk)
    shown = Shown(
        what=verb_words(entry.verb),
        place=place,
        facts=_facts(entry),
        origin=settings.OPENPAR_LOG_ORIGIN,
        receipt=found,
        code=None if found is None else _drawn(found.as_proof_text()),
    )
    return render(request, "seals/receipt.html", {"entry": entry, "shown": shown})


@page("GET")
def receipt_file(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    found = receipt_for(_seen(request, pk)[0].pk)
    if found is None:
        raise Http404
    answer = HttpResponse(found.as_json(), content_type="application/json")
    answer["Content-Disposition"] = content_disposition_header(True, found.file_name) or ""
    return answer


def newest_receipt(about: str) -> int | None:
    """The number of the last row of this story that is answered with a receipt."""
    rows = Entry.objects.filter(about=about, verb__in=WITH_RECEIPT).order_by("-id")
    return rows.values_list("pk", flat=True).first()


def _facts(entry: Entry) -> tuple[tuple[str, str], ...]:
    changes = {one.key: change_of(one) for one in told([entry])[0].differences}
    known = [changes[key] for key in _TOLD if key in changes]
    facts = tuple((change.label, change.after) for change in known if change.after)
    return (*facts, (_("Lý do"), entry.reason)) if entry.reason else facts


def _seen(request: AuthenticatedRequest, pk: int) -> tuple[Entry, Place]:
    """The entry, if it is one with a receipt and of a sheet or round that this person may see."""
    entry = Entry.objects.filter(pk=pk, verb__in=WITH_RECEIPT).first()
    if entry is None:
        raise Http404
    kind, _colon, number = entry.about.partition(":")
    who = actor(request)
    if not number.isdecimal():
        raise Http404
    if kind == "assessment":
        sheets = visible_assessments(who.person_id, now()).select_related("unit", "round_block__round")
        sheet = sheets.filter(pk=int(number)).first()
        if sheet is not None:
            trail: tuple[tuple[str, str], ...] = (
                (_("Tự chấm điểm"), reverse("assessments")),
                (sheet.unit.name, reverse("assessment-submission", args=[sheet.pk])),
                (_("Lịch sử"), reverse("assessment-history", args=[sheet.pk])),
            )
            return entry, Place(sheet.round_block.round.title, trail)
    # The row of a publication names every unit, also those whose result is not made public.
    elif kind == "round" and any(role in OVERSEERS for role, _where in who.held):
        round = Round.objects.filter(pk=int(number)).first()
        if round is not None:
            trail = ((_("Kỳ đánh giá"), reverse("rounds")), (round.title, reverse("round", args=[round.pk])))
            return entry, Place(round.title, trail)
    raise Http404


def _drawn(text: str) -> Markup:
    """The QR code as SVG without inline style; light where a camera expects it, on paper too."""
    code = segno.make_qr(text, error="l")
    drawn = code.svg_inline(scale=2, border=4, light="#fff", dark="#000", omitsize=True, svgclass="qr-code")
    return Markup(drawn)  # noqa: S704  # drawn by segno from our own text; nobody typed a part of it
