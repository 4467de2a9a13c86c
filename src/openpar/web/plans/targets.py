"""The targets of a version: how far each is reached, added and taken away in a draft, values recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.common.formats import format_decimal
from openpar.engine.numbers import HUNDRED, multiply
from openpar.engine.rates import round_half_up
from openpar.engine.tasks import Distance, Side, Trend
from openpar.parindex.indicators.queries import versions_on
from openpar.reform.fields import field_name
from openpar.reform.plans.models import Plan, PlanVersion, TargetReading, VersionState
from openpar.reform.plans.queries.targets import TargetView, Together, targets_of
from openpar.reform.plans.words import wanted_words
from openpar.web.http import today
from openpar.web.plans.common import Pill
from openpar.web.plans.forms import TargetForm


@dataclass(frozen=True)
class TargetRow:
    """One target, its values prepared; where agencies tell their own values only, what these come to.

    `told`: how many of those who are bound have told a value, in words; empty where there is no such value.
    """

    id: int
    field: str
    text: str
    wanted: str
    binds: str
    legal_basis: str
    indicator: str
    reached: str
    reached_on: date | None
    made_of: str
    told: str
    pill: Pill
    trend: str
    agencies: tuple[tuple[str, str, Pill], ...]


def target_context(plan: Plan, version: PlanVersion) -> dict[str, object]:
    """The targets of a version with what was reached by today."""
    day, is_open = today(), version.state == VersionState.DRAFT
    return {
        "targets": [row_of(view, version.issued_on or day) for view in targets_of(version.pk, day)],
        "target_form": target_form(day) if is_open else None,
        "targets_are_open": is_open,
        "plan_year": plan.year,
    }


def target_form(
    day: date, given: QueryDict | None = None, initial: Mapping[str, object] | None = None
) -> TargetForm:
    """The form with the indicators defined on a day, and the one that was chosen before; one query."""
    offered = {code: f"{code}. {one.name}" for code, one in versions_on(day).items()}
    chosen = str((initial or {}).get("indicator", ""))
    if chosen:
        offered.setdefault(chosen, chosen)
    return TargetForm(given, on=day, indicators=list(offered.items()), initial=initial)


def row_of(view: TargetView, day: date) -> TargetRow:
    """One target with its values in words."""
    target, together = view.target, view.together
    last = view.readings[-1] if view.readings else None
    # Of a class of agencies nobody need record a value of the whole: theirs say how far it is.
    speaks = together if last is None and together.told else None
    value, above, below = _reached(last, speaks, target.unit)
    return TargetRow(
        id=target.pk,
        field=field_name(target.field, day),
        text=target.text,
        wanted=wanted_words(target),
        binds=view.binds,
        legal_basis=target.legal_basis,
        indicator=target.indicator,
        reached=value_words(value, target.unit) if value is not None else "",
        reached_on=last.as_of_on if last is not None else None,
        made_of=f"{_number(above)}/{_number(below)}" if below else "",
        told=_told(together) if together.bound else "",
        pill=_pill_of(speaks) if speaks else _pill(view.distance, target.unit),
        trend=_trend(view.distance.trend),
        agencies=tuple(
            (one.name, value_words(one.reading.value, target.unit), _pill(one.distance, target.unit))
            for one in view.by_agency
        ),
    )


def _reached(
    last: TargetReading | None, speaks: Together | None, unit: str
) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """The value with its numerator and denominator: of the whole, or the agencies' parts summed."""
    if last is not None:
        return last.value, last.numerator, last.denominator
    if speaks is None or unit != "%" or speaks.numerator is None or not speaks.denominator:
        return None, None, None
    ratio = round_half_up(multiply(speaks.numerator, HUNDRED), speaks.denominator, 2)
    return ratio, speaks.numerator, speaks.denominator


def _told(found: Together) -> str:
    return _("%(told)s/%(bound)s đơn vị đã ghi") % {"told": found.told, "bound": found.bound}


def _pill_of(found: Together) -> Pill:
    """Each agency is bound for itself: one that misses it is not made good by the others."""
    missed = found.told - found.met
    if missed:
        words = ngettext("%(num)d đơn vị chưa đạt", "%(num)d đơn vị chưa đạt", missed) % {"num": missed}
        return "bad", words
    return ("done", _("đều đạt")) if found.told == found.bound else ("active", _("đơn vị đã ghi đều đạt"))


def _number(value: Decimal | None) -> str:
    return "" if value is None else format_decimal(value, None)


def value_words(value: Decimal | None, unit: str) -> str:
    """“97,5 %”; nothing for what is not known."""
    return f"{_number(value)} {unit}".strip()


def _pill(found: Distance, unit: str) -> Pill:
    if found.side is Side.MET:
        return "done", _("đạt")
    if found.side is Side.UNKNOWN or found.gap is None:
        return "empty", _("chưa có số liệu")
    if not found.gap:
        return "bad", _("chưa vượt")
    return "bad", _("còn thiếu %s") % value_words(found.gap, unit)


def _trend(trend: Trend) -> str:
    return {
        Trend.CLOSER: _("gần đích hơn lần trước"),
        Trend.AWAY: _("xa đích hơn lần trước"),
        Trend.SAME: _("như lần trước"),
        Trend.UNKNOWN: "",
    }[trend]
