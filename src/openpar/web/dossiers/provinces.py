"""The provinces side by side, from the counters files that they sent: every measure with each one's share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from openpar.base.facts.models import ReceivedCounters
from openpar.base.facts.provinces import CountersDamaged
from openpar.common.errors import Gap
from openpar.common.formats import format_decimal
from openpar.delivery.dossiers.queries.measures import NOTHING, Figures, Measure, rates_of
from openpar.delivery.dossiers.queries.provinces import (
    counters_received,
    figures_by_province,
    province_names,
)
from openpar.engine.numbers import HUNDRED
from openpar.engine.rates import round_half_up
from openpar.web.dossiers.boards import SHOWN, Share, share_of
from openpar.web.dossiers.common import frame, period_choices, period_of_address, seen_agencies
from openpar.web.dossiers.words import denominators
from openpar.web.http import AuthenticatedRequest, page, today


@dataclass(frozen=True)
class ProvinceRow:
    """One province: the counts in the order of SHOWN, the three ratios, the figure of the chosen measure and
    its share of all provinces; `source` is the file that it is from.
    """

    name: str
    counts: tuple[int, ...]
    rates: tuple[Share, ...]
    chosen: int
    share: str
    source: ReceivedCounters | None


@page("GET")
def provinces(request: AuthenticatedRequest) -> HttpResponse:
    """For those who oversee everybody; 404 for the others."""
    if seen_agencies(request) is not None:
        raise Http404
    view = period_of_address(request.GET, today())
    measure = next((one for one in Measure if one.value == request.GET.get("measure")), Measure.RECEIVED)
    sources, gaps = counters_received(), list(view.gaps)
    try:
        figures = figures_by_province(view.period)
    except CountersDamaged as damaged:
        figures = {}
        what = _("tệp bộ đếm không còn như tỉnh đã ký: %s") % damaged
        gaps.append(Gap(_("Số liệu các tỉnh"), what, _("Báo người quản trị: openpar facts verify")))
    rows, total = _rows(figures, measure, sources)
    context: dict[str, object] = {
        **frame(request, "dossiers-provinces"),
        **period_choices(view),
        "view": view,
        "measures": [(one.value, one.label) for one in Measure],
        "measure": measure,
        "heads": [str(one.label) for one in SHOWN],
        "denominators": denominators(),
        "rows": rows,
        "total": total,
        "has_sources": bool(sources),
    }
    if gaps:
        context["refused_gaps"] = tuple(gaps)
    return render(request, "dossiers/provinces.html", context, status=422 if view.gaps else 200)


def _rows(
    figures: dict[str, Figures], measure: Measure, sources: list[ReceivedCounters]
) -> tuple[list[ProvinceRow], ProvinceRow]:
    """A row for everybody who sent a file, also for who counts nothing in the period; and the sum."""
    whole = {name: sum(each[name] for each in figures.values()) for name in NOTHING}
    names = province_names()
    rows = [
        _row(names.get(one.province, one.province), figures.get(one.province, NOTHING), whole, measure, one)
        for one in sources
    ]
    return rows, _row(_("Tổng"), whole, whole, measure, None)


def _row(
    name: str, figures: Figures, whole: Figures, measure: Measure, source: ReceivedCounters | None
) -> ProvinceRow:
    part, of = Decimal(figures[measure]), Decimal(whole[measure])
    share = f"{format_decimal(round_half_up(part * HUNDRED, of, 2), 2)} %" if of else "—"
    return ProvinceRow(
        name=name,
        counts=tuple(figures[one] for one in SHOWN),
        rates=tuple(share_of(rate) for rate in rates_of(figures)),
        chosen=figures[measure],
        share=share,
        source=source,
    )
