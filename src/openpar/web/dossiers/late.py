"""Late dossiers explained: which step, which pause, how many days; by agency and procedure what recurs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from openpar.delivery.dossiers.queries.late import why_late_of
from openpar.delivery.dossiers.queries.lists import (
    DossierRow,
    Sort,
    codes_behind,
    organisation_ids,
    rows_of_codes,
    sorted_codes,
)
from openpar.delivery.dossiers.queries.measures import Measure
from openpar.web.components.paging import Slice, slice_of
from openpar.web.dossiers.common import filter_choices, filter_of, frame
from openpar.web.dossiers.listing import Row, shown_rows
from openpar.web.http import AuthenticatedRequest, page, today

# So many late dossiers are read to say what recurs; beyond them the page says that it is a part.
_MOST_READ = 5_000
_MOST_CAUSES = 8


@dataclass(frozen=True)
class Cause:
    """One name with its late dossiers and the working days they were late together; `link`: only those."""

    name: str
    link: str
    count: int
    days: int


@dataclass(frozen=True)
class LateRow:
    """A late dossier and its explanation."""

    row: Row
    why: str


@page("GET")
def late(request: AuthenticatedRequest) -> HttpResponse:
    asked = filter_of(request)
    measure = Measure.OVERDUE if request.GET.get("open") == "1" else Measure.LATE
    codes = codes_behind(asked.asked, measure)
    found: Slice[str] = slice_of(request, sorted_codes(codes, Sort.LATEST, today()))
    rows = shown_rows(rows_of_codes(found.items, today()))
    reasons = why_late_of(found.items, today())
    read = rows_of_codes(codes[:_MOST_READ], today())
    context: dict[str, object] = {
        **frame(request, "dossiers-late"),
        **filter_choices(request, asked),
        "slice": found,
        "is_open": measure is Measure.OVERDUE,
        "rows": [LateRow(row, reasons[row.code].sentence if row.code in reasons else "") for row in rows],
        "by_procedure": _causes(request, read, "procedure"),
        "by_agency": _causes(request, read, "agency"),
        "is_part": len(codes) > _MOST_READ,
        "days": sum(row.days_late for row in read),
    }
    if asked.view.gaps:
        context["refused_gaps"] = asked.view.gaps
    return render(request, "dossiers/late.html", context, status=422 if asked.view.gaps else 200)


def _causes(request: AuthenticatedRequest, read: Sequence[DossierRow], name: str) -> list[Cause]:
    """Those with most late dossiers, named as lists name them."""
    counts: Counter[str] = Counter(getattr(row, name) for row in read)
    most = [word for word, _count in counts.most_common(_MOST_CAUSES)]
    chosen = {getattr(row, name): row for row in read if getattr(row, name) in most}
    words: Mapping[str, str] = {
        getattr(row, name): getattr(shown, name)
        for row, shown in zip(chosen.values(), shown_rows(list(chosen.values())), strict=True)
    }
    days: Counter[str] = Counter()
    for row in read:
        days[getattr(row, name)] += row.days_late
    numbers: Mapping[str, object] = (
        organisation_ids(most) if name == "agency" else {word: word for word in most}
    )
    return [
        Cause(words[word] or "—", _narrowed(request, name, numbers.get(word)), counts[word], days[word])
        for word in most
    ]


def _narrowed(request: AuthenticatedRequest, name: str, value: object) -> str:
    """The same page for one agency or procedure; "" where it has no number to ask for."""
    if not value:
        return ""
    asked = request.GET.copy()
    asked.pop("page", None)
    asked[name] = str(value)
    return f"?{asked.urlencode()}"
