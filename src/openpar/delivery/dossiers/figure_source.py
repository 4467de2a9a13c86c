"""Forms II.06a and 06 counted from the dossiers: flows of the period, and what was here on its last day.

A source of reported figures (OPENPAR_FIGURE_SOURCES); the names are those of data/dossier_identities.yaml.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils.translation import gettext_lazy as _

from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion
from openpar.delivery.dossiers.declarations import AGENCIES, SECTORS
from openpar.delivery.dossiers.normalising import Reckoned
from openpar.delivery.dossiers.queries.lists import codes_behind, reckoned_of_codes
from openpar.delivery.dossiers.queries.measures import Asked, Dimension, Figures, Measure, figures_by
from openpar.engine.periods import Calendar, Period

Counts = Mapping[tuple[str, str], Mapping[str, int | None]]
_FORMS = ("II.06a/", "06/")
_LAST_OF_REFORM = 14
_COMMUNES = (Kind.COMMUNE, Kind.WARD, Kind.TOWNSHIP, Kind.SPECIAL_ZONE)
_EMPTY: Mapping[str, int] = dict.fromkeys(("in_process", "in_time", "overdue", "supplement", "paused"), 0)


class Dossiers:
    """Counts the dossiers that one agency received itself, field by field."""

    name = "dossiers"
    label = _("Đếm từ kho hồ sơ")

    def counts(self, organisation_id: int, form_code: str, period: Period) -> Counts | None:
        """None for other forms, for an agency of which no dossier was told, and for a period that ends amid a
        month: facts know months.

        A dossier that was resolved without ever having had a due date is resolved and in none of the three
        columns beside: the gap of E2 is the number of them.
        """
        if not form_code.startswith(_FORMS) or not _ends_with_month(period):
            return None
        here = OrganisationVersion.objects.as_of(period.until_on).filter(organisation=organisation_id).first()
        key = Organisation.objects.values_list("key", flat=True).filter(pk=organisation_id).first()
        if here is None or key not in values_in(AGENCIES).values():
            return None
        asked = Asked(period, period.until_on, frozenset({organisation_id}))
        sectors = values_in(SECTORS)
        flows = {sectors[number]: each for number, each in figures_by(Dimension.SECTOR, asked).items()}
        stock = _stock_by_sector(asked)
        level = _level(Kind(here.kind))
        found = {
            (level, sector): _row(figures, stock.get(sector, _EMPTY))
            for sector, figures in sorted(flows.items())
        }
        return {where: row for where, row in found.items() if any(row.values())} or None


def _ends_with_month(period: Period) -> bool:
    day = period.until_on
    if period.calendar is Calendar.REFORM:
        return day.day == _LAST_OF_REFORM
    return day.day == monthrange(day.year, day.month)[1]


def _level(kind: Kind) -> str:
    if kind in _COMMUNES:
        return "commune"
    return "district" if kind is Kind.DISTRICT else "province"


def _row(figures: Figures, stock: Mapping[str, int]) -> dict[str, int | None]:
    carried, new, online = (
        figures[name] for name in (Measure.CARRIED_OVER, Measure.RECEIVED, Measure.RECEIVED_ONLINE)
    )
    ended = ("resolved", "early", "on_time", "late", "returned", "withdrawn", "stopped")
    return {
        "received": carried + new,
        "carried_over": carried,
        "received_new": new,
        "online": online,
        "in_person": new - online,
        **{name: figures[name] for name in ended},
        **stock,
    }


# --- what was here on the last day --------------------------------------------------------------------------


@dataclass(frozen=True)
class _States:
    """Of each dossier that had not left by the evening of a day: what it waited for, and whether in time."""

    supplement: np.typing.NDArray[np.bool_]
    paused: np.typing.NDArray[np.bool_]
    overdue: np.typing.NDArray[np.bool_]


def _stock_by_sector(asked: Asked) -> dict[str, Mapping[str, int]]:
    """Facts know how a dossier stands now; how it stood on a day that is past, its moments tell."""
    codes = codes_behind(asked, Measure.REMAINING)
    if not codes:
        return {}
    reckoned = reckoned_of_codes(codes, asked.period.until_on)
    states = _states_on(reckoned, asked.period.until_on)
    waits = states.supplement | states.paused
    found: dict[str, Mapping[str, int]] = {}
    for place, sector in enumerate(reckoned.sectors.words):
        own = reckoned.sectors.places == place
        open_ones = own & ~waits
        found[sector] = {
            "in_process": int(open_ones.sum()),
            "in_time": int((open_ones & ~states.overdue).sum()),
            "overdue": int((open_ones & states.overdue).sum()),
            "supplement": int((own & states.supplement).sum()),
            "paused": int((own & states.paused).sum()),
        }
    return found


def _states_on(reckoned: Reckoned, on: date) -> _States:
    moments = reckoned.rows.moments
    evening = np.datetime64(on, "D") + 1

    def waits(since: str, until: str) -> np.typing.NDArray[np.bool_]:
        begun, ended = moments[since], moments[until]
        found: np.typing.NDArray[np.bool_] = (begun < evening) & ~(ended < evening)
        return found

    supplement = waits("supplement_asked_at", "supplement_answered_at")
    paused = waits("paused_at", "resumed_at") & ~supplement
    # Without a due date nothing can be overdue; comparing with none is never true.
    overdue = reckoned.judged.due_on < np.datetime64(on, "D")
    return _States(supplement, paused, overdue)


dossiers = Dossiers()
