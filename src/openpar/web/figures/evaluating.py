"""The nine indicators of TT 01/2018: what an agency enters, what it gives, as a page and a workbook."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.delivery.figures.actions.evaluating import enter_evaluation
from openpar.delivery.figures.errors import StaleFigures
from openpar.delivery.figures.evaluation import FIGURES_OF_RULE, Entered, figure_labels, takes_ballots
from openpar.delivery.figures.files import whole_number
from openpar.delivery.figures.permissions import (
    agencies_entered_by,
    may_enter_figures,
    may_see_figures,
    sees_all_figures,
)
from openpar.delivery.figures.queries.evaluating import EvaluationView, evaluation_view
from openpar.delivery.figures.queries.listing import reporting_agencies
from openpar.engine.evaluation import Scheme
from openpar.reports.evaluation_form import evaluation_workbook
from openpar.web.figures.common import Asked, asked_of, choices, frame
from openpar.web.figures.sheet import asked_version
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.procedures.listing import workbook_answer

HERE = "figures-evaluation"
_PAGE = "figures/evaluation.html"


@dataclass
class _Typed:
    tallies: dict[str, tuple[int, ...]] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def number(self, name: str, where: str, text: str) -> int | None:
        self.texts[name] = text
        if not text.strip():
            return None
        try:
            return whole_number(text)
        except Refused as refused:
            self.gaps += [Gap(where, gap.what, gap.remedy, gap.code, f"#{name}") for gap in refused.gaps]
            return None


@dataclass(frozen=True)
class _Place:
    """What is asked for: form of the address, the agencies to choose from, the one chosen."""

    asked: Asked
    agencies: dict[int, str]
    agency: int | None


def _place(request: AuthenticatedRequest) -> _Place:
    given = request.GET if request.method == "GET" else request.POST
    asked = asked_of(given, today())
    who = actor(request)
    frame(request, HERE)
    own = agencies_entered_by(who)
    agencies = reporting_agencies(asked.period.until_on, None if sees_all_figures(who) else own)
    text = given.get("agency", "")
    chosen = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
    if chosen is not None and not may_see_figures(who, chosen):
        raise Http404
    if chosen is None:
        chosen = next((one for one in agencies if one in own), next(iter(agencies), None))
    return _Place(asked, agencies, chosen)


def _context(request: AuthenticatedRequest, place: _Place, typed: _Typed | None = None) -> dict[str, object]:
    view = evaluation_view(place.agency, place.asked.period) if place.agency else None
    who = actor(request)
    return {
        **frame(request, HERE, place.asked),
        **choices(place.asked, today()),
        "agencies": list(place.agencies.items()),
        "agency": place.agency,
        "view": view,
        "may_enter": place.agency is not None and may_enter_figures(who, place.agency),
        "ballots": _ballots(view, typed) if view else [],
        "figure_rows": _figure_rows(view, typed) if view else [],
        "points": list(reversed(range(view.scheme.most + 1))) if view else [],
        "address": reverse(HERE),
    }


def _ballots(view: EvaluationView, typed: _Typed | None) -> list[dict[str, object]]:
    rows = []
    for value in view.evaluation.values:
        indicator = value.indicator
        tally = view.entered.tallies.get(indicator.id, ())
        cells = []
        for point in reversed(range(view.scheme.most + 1)):
            name = f"t-{indicator.id}-{point}"
            stored = str(tally[point]) if point < len(tally) else ""
            cells.append((name, typed.texts.get(name, "") if typed else stored, point))
        rows.append(
            {"value": value, "indicator": indicator, "cells": cells if takes_ballots(indicator) else []}
        )
    return rows


def _figure_rows(view: EvaluationView, typed: _Typed | None) -> list[tuple[str, str, str, str]]:
    """Name of the field, what it is called, what stands in it, the indicators it is for."""
    used: dict[str, list[str]] = {}
    for indicator in view.scheme.indicators:
        for name in FIGURES_OF_RULE.get(indicator.rule, ()):
            used.setdefault(name, []).append(indicator.id)
    labels = figure_labels()
    rows = []
    for name, indicators in used.items():
        stored = view.entered.figures.get(name)
        text = typed.texts.get(f"f-{name}", "") if typed else "" if stored is None else str(stored)
        rows.append((f"f-{name}", labels[name], text, ", ".join(indicators)))
    return rows


@page("GET", "POST")
def evaluation(request: AuthenticatedRequest) -> HttpResponse:
    place = _place(request)
    if request.method == "GET":
        context = _context(request, place)
        if place.asked.gaps:
            context["refused_gaps"] = place.asked.gaps
        return render(request, _PAGE, context, status=422 if place.asked.gaps else 200)
    if place.agency is None or not may_enter_figures(actor(request), place.agency):
        raise Http404
    view = evaluation_view(place.agency, place.asked.period)
    if view is None:
        raise Http404
    typed = _typed(request, view.scheme)
    try:
        gaps = [*place.asked.gaps, *typed.gaps]
        if gaps:
            raise Refused(gaps)
        enter_evaluation(
            by=actor(request),
            at=now(),
            organisation_id=place.agency,
            asked=place.asked.asked,
            expected_version=asked_version(request),
            entered=Entered(typed.tallies, typed.figures),
        )
    except Refused as error:
        status = 422
        context = _context(request, place, typed)
        if isinstance(error, StaleFigures):
            # Saved once more, the numbers typed here replace those that are stored, which stand beside them.
            status, context["newer"] = 409, _stored(place, typed)
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, _("Đã lưu số liệu đánh giá."))
    return redirect(f"{reverse(HERE)}?{place.asked.query}&agency={place.agency}")


def _stored(place: _Place, typed: _Typed) -> list[tuple[str, str]]:
    """What is stored where something else was typed: ballots by point, then figures."""
    view = evaluation_view(place.agency, place.asked.period) if place.agency else None
    if view is None:
        return []
    entered, points = view.entered, range(view.scheme.most + 1)
    differing = [
        name
        for name in sorted({*entered.tallies, *typed.tallies})
        if tuple(entered.tallies.get(name, ())) != typed.tallies.get(name, ())
    ]
    told = []
    for name in differing:
        tally = entered.tallies.get(name, ())
        counts = [f"{point}: {tally[point]}" for point in points if point < len(tally)]
        told.append((_("Chỉ số %s") % name, "; ".join(counts) or "—"))
    for name, label in figure_labels().items():
        stored = entered.figures.get(name)
        if stored != typed.figures.get(name):
            told.append((label, "—" if stored is None else str(stored)))
    return told


def _typed(request: AuthenticatedRequest, scheme: Scheme) -> _Typed:
    typed = _Typed()
    for indicator in scheme.indicators:
        if not takes_ballots(indicator):
            continue
        where = _("Chỉ số %s") % indicator.id
        names = [f"t-{indicator.id}-{point}" for point in range(scheme.most + 1)]
        counts = [typed.number(name, where, request.POST.get(name, "")) for name in names]
        if any(count is not None for count in counts):
            # Of the ballots that there are, points that nobody gave were given no time.
            typed.tallies[indicator.id] = tuple(count or 0 for count in counts)
    for name, label in figure_labels().items():
        value = typed.number(f"f-{name}", label, request.POST.get(f"f-{name}", ""))
        if value is not None:
            typed.figures[name] = value
    return typed


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    place = _place(request)
    view = evaluation_view(place.agency, place.asked.period) if place.agency else None
    if view is None or place.asked.gaps:
        raise Http404
    name = f"danh-gia-tt01-{place.agency}-{place.asked.period.until_on:%Y-%m-%d}.xlsx"
    return workbook_answer(evaluation_workbook(view), name)
