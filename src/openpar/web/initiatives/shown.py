"""One model or initiative as its page shows it: facts, figures before and after, forms, what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from openpar.base.audit.queries import history_about
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_decimal, format_moment
from openpar.engine.numbers import HUNDRED, multiply, subtract
from openpar.engine.periods import PeriodKind
from openpar.engine.rates import round_half_up
from openpar.reform.initiatives.actions.moving import why_not_recognise, why_not_start
from openpar.reform.initiatives.actions.spreading import why_not_contest, why_not_replicate
from openpar.reform.initiatives.duty import PeriodKey
from openpar.reform.initiatives.models import Evaluation, Initiative, Level, Measure, Measurement, State
from openpar.reform.initiatives.permissions import may_enter_initiatives, may_recognise_above
from openpar.reform.initiatives.queries.listing import Compared, initiative_view
from openpar.web.http import AuthenticatedRequest, actor, today
from openpar.web.initiatives.common import (
    PILLS,
    VERDICT_PILLS,
    document_choices,
    period_word,
    short_field,
)
from openpar.web.initiatives.forms import (
    AwardForm,
    ContestForm,
    FigureForm,
    MeasureForm,
    RecogniseForm,
    ReplicateForm,
    StartForm,
    StopForm,
)
from openpar.web.trace.words import verb_words


@dataclass(frozen=True)
class Side:
    """One figure in words: “30 / 50”, its rate, its day and the document that shows it."""

    figure: str
    percent: str
    measurement: Measurement


@dataclass(frozen=True)
class ShownMeasure:
    """A measure with both sides; `change` in words, `pill` whether it went the good way."""

    measure: Measure
    before: Side | None
    after: Side | None
    change: str
    pill: tuple[str, str] | None


@dataclass(frozen=True)
class ShownEvaluation:
    """The evaluations of one period, newest first."""

    words: str
    newest: Evaluation
    pill: tuple[str, str]
    older: tuple[Evaluation, ...]


@dataclass(frozen=True)
class Event:
    """One line of the story, for `ui.history`."""

    when: str
    who: str
    what: str
    reason: str


def shown_measure(one: Compared) -> ShownMeasure:
    before, after = _side(one.before), _side(one.after)
    change, pill = "", None
    was, now = _value(one.before), _value(one.after)
    if was is not None and now is not None:
        moved = subtract(now, was)
        unit = _("điểm %") if one.measure.is_ratio else one.measure.unit
        sign = "+" if moved > 0 else ""
        change = f"{sign}{format_decimal(moved, trim=True)} {unit}"
        is_better = moved > 0 if one.measure.better == Measure.Better.HIGHER else moved < 0
        pill = ("done", _("Tốt hơn")) if is_better else ("bad", _("Kém hơn"))
        if not moved:
            pill = ("empty", _("Không đổi"))
    return ShownMeasure(one.measure, before, after, change, pill)


def _value(one: Measurement | None) -> Decimal | None:
    """What is compared: the value, or the rate in per cent; None where nothing arose."""
    if one is None or one.numerator is None:
        return None
    if one.denominator is None:
        return one.numerator
    if not one.denominator:
        return None
    return round_half_up(multiply(one.numerator, HUNDRED), one.denominator, 2)


def _side(one: Measurement | None) -> Side | None:
    if one is None or one.numerator is None:
        return None
    if one.denominator is None:
        return Side(format_decimal(one.numerator), "", one)
    rate = _value(one)
    figure = f"{format_decimal(one.numerator)} / {format_decimal(one.denominator)}"
    return Side(figure, "" if rate is None else f"{format_decimal(rate, trim=True)} %", one)


def shown_evaluations(rows: tuple[Evaluation, ...]) -> list[ShownEvaluation]:
    """Period by period, the latest end first."""
    by_period: dict[PeriodKey, list[Evaluation]] = {}
    for row in rows:
        by_period.setdefault(PeriodKey(PeriodKind(row.kind), row.year, row.number), []).append(row)
    keys = sorted(by_period, key=lambda key: key.days.until_on, reverse=True)
    found = []
    for key in keys:
        newest, *older = sorted(by_period[key], key=lambda row: -row.revision)
        pill = (VERDICT_PILLS[newest.verdict], newest.get_verdict_display())
        found.append(ShownEvaluation(key.days.words, newest, pill, tuple(older)))
    return found


def page_context(
    request: AuthenticatedRequest,
    initiative: Initiative,
    bound: Mapping[str, forms.Form] | None = None,
    bound_to: int = 0,
) -> dict[str, Any]:
    """Everything of the page; `bound` is a form as it was typed, by name, `bound_to` the measure or contest
    that it is about.
    """
    who, view = actor(request), initiative_view(initiative, today())
    state = State(initiative.state)
    may_enter = may_enter_initiatives(who, initiative.organisation_id)
    return {
        "view": view,
        "one": initiative,
        "pill": (PILLS[state], str(state.label)),
        "field": short_field(initiative.field),
        "measures": [shown_measure(one) for one in view.measures],
        "evaluations": shown_evaluations(view.evaluations),
        "events": _events(initiative),
        "may_enter": may_enter,
        "may_change": may_enter and state is not State.STOPPED,
        "may_replicate": may_enter or may_recognise_above(who),
        **_why_not(initiative, who),
        "forms_of": {**_forms(request, initiative, who), **(bound or {})},
        "opened": next(iter(bound or {}), ""),
        "bound_to": bound_to,
        "period_word": period_word,
    }


def _why_not(initiative: Initiative, who: Actor) -> dict[str, tuple[Gap, ...]]:
    """What keeps each step from being taken, by the rules of the actions."""
    levels = levels_open_to(initiative, who)
    return {
        "recognise_gaps": () if levels else why_not_recognise(initiative, _level_of(initiative), who),
        "start_gaps": why_not_start(initiative),
        "replicate_gaps": why_not_replicate(initiative),
        "contest_gaps": why_not_contest(initiative, today()),
    }


def levels_open_to(initiative: Initiative, who: Actor) -> list[Level]:
    """The levels at which the person may record a recognition now."""
    return [level for level in Level if not why_not_recognise(initiative, level, who)]


def _level_of(initiative: Initiative) -> Level:
    """The level that would come next."""
    has_base = initiative.recognitions.filter(level=Level.BASE).exists()
    return Level.PROVINCE if has_base else Level.BASE


def _events(initiative: Initiative) -> list[Event]:
    told = history_about(f"initiative:{initiative.pk}")
    return [
        Event(format_moment(one.at), one.actor_name, verb_words(one.verb), one.reason)
        for one in reversed(told)
    ]


def _forms(request: AuthenticatedRequest, initiative: Initiative, who: Actor) -> dict[str, forms.Form]:
    documents = document_choices(who.organisations())
    return {
        "recognise": RecogniseForm(
            documents=documents, levels=levels_open_to(initiative, who), auto_id="recognise_%s"
        ),
        "start": StartForm(documents=documents, auto_id="start_%s"),
        "stop": StopForm(auto_id="stop_%s"),
        "measure": MeasureForm(auto_id="measure_%s"),
        "figure": FigureForm(documents=documents, auto_id="figure_%s"),
        "replicate": ReplicateForm(
            documents=documents, agencies=agencies_but(initiative.organisation_id), auto_id="replicate_%s"
        ),
        "contest": ContestForm(auto_id="contest_%s"),
        "award": AwardForm(documents=documents, auto_id="award_%s"),
    }


def agencies_but(organisation_id: int) -> list[tuple[int, str]]:
    """The agencies that may take something over: all that are assessed, but for one; one query."""
    rows = OrganisationVersion.objects.as_of(today()).filter(is_scored=True)
    rows = rows.exclude(organisation_id=organisation_id).order_by("name_sort", "id")
    return list(rows.values_list("organisation_id", "name"))
