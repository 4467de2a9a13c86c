"""Forms II.06a and 06 counted from the dossiers: flows of the period, and what was here on its last day.

A source of reported figures (OPENPAR_FIGURE_SOURCES); the names are those of data/dossier_identities.yaml.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext_lazy as _

from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Kind, Organisation, OrganisationVersion
from openpar.delivery.dossiers.declarations import AGENCIES, SECTORS
from openpar.delivery.dossiers.normalising import Reckoned
from openpar.delivery.dossiers.queries.lists import codes_behind, reckoned_of_codes
from openpar.delivery.dossiers.queries.measures import Asked, Dimension, Figures, Measure, figures_by
from openpar.delivery.dossiers.words import VERDICT_NUMBER
from openpar.engine.periods import Calendar, Period
from openpar.engine.verdicts import Verdict

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


def _stock_by_sector(asked: Asked) -> dict[str, Mapping[str, int]]:
    """Facts know how a dossier stands now; how it stood on a day that is past, its moments tell."""
    codes = codes_behind(asked, Measure.REMAINING)
    if not codes:
        return {}
    reckoned = reckoned_of_codes(codes, asked.period.until_on)
    standing = standings_on(reckoned)
    found: dict[str, Mapping[str, int]] = {}
    for place, sector in enumerate(reckoned.sectors.words):
        own = reckoned.sectors.places == place
        found[sector] = {name: int((own & counted).sum()) for name, counted in standing.items()}
    return found


def standings_on(reckoned: Reckoned) -> dict[str, np.typing.NDArray[np.bool_]]:
    """Of dossiers that had not left by the evening of the day of which they are judged: which of them each
    count of that day counts, as the board did.
    """
    verdict = reckoned.judged.verdict
    supplement, paused, overdue = (
        verdict == VERDICT_NUMBER[one] for one in (Verdict.SUPPLEMENT, Verdict.PAUSED, Verdict.OPEN_OVERDUE)
    )
    waits = supplement | paused
    return {
        "in_process": ~waits,
        "in_time": ~waits & ~overdue,
        "overdue": overdue,
        "supplement": supplement,
        "paused": paused,
    }


dossiers = Dossiers()
