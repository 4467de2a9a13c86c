"""One agency for a period: its indicators, what was lost, its months; the story of one indicator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.documents.permissions import owners_seen_by
from openpar.base.organisations.queries import names_on
from openpar.common.formats import format_decimal
from openpar.delivery.service_quality.counted import (
    COUNTED,
    OF_PROCEDURES,
    ProcedureBehind,
    procedures_behind,
)
from openpar.delivery.service_quality.models import Origin, Saying
from openpar.delivery.service_quality.permissions import may_enter_inputs
from openpar.delivery.service_quality.queries.boards import AgencyIndex, Line, agency_index, history
from openpar.delivery.service_quality.queries.inputs import Known, end_of, known_inputs, story_of
from openpar.delivery.service_quality.rows import Given
from openpar.delivery.service_quality.rules import indicator_of
from openpar.delivery.service_quality.sets import set_of
from openpar.web.components.charts import Month, months
from openpar.web.components.paging import Slice, slice_of
from openpar.web.dossier_links import Whose, dossiers_behind
from openpar.web.http import AuthenticatedRequest, actor, page, today
from openpar.web.service_quality.common import Asked, asked_of, frame, visible

HERE = "service-quality"
_NAMED = 6
_COUNTED = (Origin.DOSSIERS, Origin.PROCEDURES)


@dataclass(frozen=True)
class ShownLine:
    """One indicator, its values prepared."""

    id: str
    name: str
    group: str
    figures: str
    points: Decimal | None
    maximum: Decimal
    lost: Decimal | None
    state: str
    sentence: str
    note: str
    origin: str
    remark: str
    missing: str
    dossiers: tuple[str, str] | None
    has_procedures: bool


def shown_line(line: Line, found: AgencyIndex) -> ShownLine:
    indicator = line.score.indicator
    return ShownLine(
        id=indicator.id,
        name=indicator.name,
        group=line.group,
        figures=_figures(line),
        points=line.score.points,
        maximum=indicator.maximum,
        lost=line.lost,
        state=_state(line),
        sentence=line.score.sentence,
        note=indicator.note,
        origin=origin_words(line.own),
        remark=line.own.remark if line.own else "",
        missing=_missing(line, found),
        dossiers=_dossiers(line, found),
        has_procedures=indicator.id in OF_PROCEDURES and line.own is not None and line.own.origin in _COUNTED,
    )


def _dossiers(line: Line, found: AgencyIndex) -> tuple[str, str] | None:
    """The lists behind the figures; not behind figures of which somebody stated a part."""
    if line.origin is not Origin.DOSSIERS:
        return None
    above, below = (None if figure is None else int(figure) for figure in line.sum.pair)
    # Those below may have dossiers and no figures.
    whose = Whose(found.organisation_id, own=line.sum.added == (found.organisation_id,))
    return dossiers_behind(line.score.indicator.id, whose=whose, period=found.period, said=(above, below))


def _figures(line: Line) -> str:
    if line.score.numerator is None and line.score.denominator is None:
        return "—"
    above = "—" if line.score.numerator is None else format_decimal(line.score.numerator)
    if line.score.denominator is None:
        return f"{above} %" if line.score.indicator.is_percent else f"{above} / —"
    return f"{above} / {format_decimal(line.score.denominator)}"


def _state(line: Line) -> str:
    if not line.score.indicator.is_scored or (line.score.points is None and not line.score.is_waiting):
        return "empty"
    if line.score.is_waiting:
        return "waiting"
    return "warning" if line.sum.missing else "done" if not line.lost else "active"


def _missing(line: Line, found: AgencyIndex) -> str:
    """Whose figures the sum lacks; of the agency itself the sentence speaks."""
    names = [found.names[one] for one in line.sum.missing if one != found.organisation_id]
    if not names or not line.score.indicator.is_scored:
        return ""
    shown = "; ".join(names[:_NAMED])
    if len(names) > _NAMED:
        texts = {"names": shown, "count": len(names) - _NAMED}
        return _("%(names)s và %(count)d đơn vị nữa") % texts
    return shown


def origin_words(known: Known | None) -> str:
    """Where figures come from, by whom: “từ tệp so-lieu.csv, Lê Văn Cường”."""
    if known is None:
        return ""
    source = str(known.origin.label)
    if known.origin is Origin.FILE:
        source = f"{source} {known.file_name}"
    return f"{source}, {known.by}" if known.by else source


@page("GET")
def agency(request: AuthenticatedRequest, organisation_id: int) -> HttpResponse:
    visible(request, organisation_id)
    asked = asked_of(request.GET, today())
    found = agency_index(organisation_id, asked.period, known_on=asked.known_on)
    in_order = request.GET.get("order") == "set"
    context: dict[str, object] = {
        **frame(request, "", asked),
        "organisation_id": organisation_id,
        "found": found,
        "name": found.name if found else _name(organisation_id, asked),
        "in_order": in_order,
        "prefix": f"{reverse(HERE)}{organisation_id}/",
        "may_enter": may_enter_inputs(actor(request), organisation_id),
        "lines": [],
        "months": [],
        "chart": "",
    }
    if found is not None:
        lines = found.lines if in_order else found.lost_first
        context["lines"] = [shown_line(line, found) for line in lines]
        past = history(organisation_id, asked.period, known_on=asked.known_on)
        marks = [
            Month(
                f"{each.period.number:02}/{each.period.year % 100:02}",
                each.index.points if each.index else None,
            )
            for each in past
        ]
        context["months"] = [(each.period, each.index) for each in past]
        label = _("Tổng điểm %s, mười hai tháng") % found.name
        context["chart"] = months(marks, found.indicators.maximum, label)
    if asked.gaps:
        context["refused_gaps"] = asked.gaps
    return render(request, "service_quality/agency.html", context, status=422 if asked.gaps else 200)


def _name(organisation_id: int, asked: Asked) -> str:
    """The name on the last day of the period, else today's; 404 for no organisation at all."""
    names = names_on([organisation_id], asked.period.until_on) or names_on([organisation_id], today())
    if not names:
        raise Http404
    return names[organisation_id]


@page("GET")
def story(request: AuthenticatedRequest, organisation_id: int, indicator: str) -> HttpResponse:
    """Everything that was ever said of one indicator for a period."""
    visible(request, organisation_id)
    asked = asked_of(request.GET, today())
    indicators = set_of(asked.period.until_on)
    known = indicator_of(indicators, indicator) if indicators else None
    if known is None:
        raise Http404
    past = story_of(asked.period, organisation_id, indicator)
    newest = known_inputs(asked.period, organisation_id, before=end_of(asked.known_on)).get(indicator)
    context = {
        **frame(request, "", asked),
        "name": _name(organisation_id, asked),
        "indicator": known,
        "is_counted": indicator in COUNTED,
        "prefix": f"{reverse(HERE)}{organisation_id}/",
        "story": [
            (each, said_words(each.given), origin_words(each), each == newest, _sees_document(request, each))
            for each in past
        ],
        "may_enter": may_enter_inputs(actor(request), organisation_id),
        **_behind(request, indicator, asked, organisation_id, newest),
    }
    return render(request, "service_quality/story.html", context)


def _behind(
    request: AuthenticatedRequest, indicator: str, asked: Asked, organisation_id: int, newest: Known | None
) -> dict[str, object]:
    """The procedures behind figures that were counted, as the catalogue stands on the day of the count; not
    behind figures that somebody stated.
    """
    nothing: dict[str, object] = {"behind": None}
    if newest is None or newest.origin not in _COUNTED:
        return nothing
    counted_on = timezone.localdate(newest.at)
    found = procedures_behind(indicator, asked.period, organisation_id, counted_on)
    if found is None:
        return nothing
    above, below = sum(one.is_above for one in found), len(found)
    listed: Slice[ProcedureBehind] = slice_of(request, found)
    return {
        "behind": listed,
        "behind_on": min(asked.period.until_on, counted_on),
        "behind_above": above,
        # Something was recorded since about the day of then.
        "has_changed": newest.given.pair != (Decimal(above), Decimal(below)),
    }


def _sees_document(request: AuthenticatedRequest, known: Known) -> bool:
    owners = owners_seen_by(actor(request))
    return known.document_id is not None and (owners is None or known.document_owner in owners)


def said_words(given: Given) -> str:
    """Figures as they are read: “880 / 1.000”."""
    if given.saying is not Saying.FIGURES:
        return str(given.saying.label)
    return " / ".join("—" if each is None else format_decimal(each) for each in given.pair)
