"""The monitors as a register: one line a figure, “documents.signed” above and “documents.signed.of” below."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from openpar.engine.periods import Period
from openpar.parindex.indicators.registers import RegisterLine
from openpar.reform.monitors.law import figure_definitions
from openpar.reform.monitors.queries.figures import MonitorFigure, figures_by_agency


class Monitors:
    """What agencies enter in the typed registers; a figure that is not whole yet is unknown, not 0."""

    name = "monitors"
    label = _("sổ theo dõi chuyên đề")

    @property
    def counts(self) -> tuple[str, ...]:
        ratios = (one.code for one in figure_definitions() if not one.is_count)
        return tuple(name for code in ratios for name in (code, f"{code}.of"))

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, list[RegisterLine]]:
        found = figures_by_agency(organisation_ids, during)
        known = {
            agency: [_line(one) for one in figures if one.is_known and not one.is_count]
            for agency, figures in found.items()
        }
        return {agency: lines for agency, lines in known.items() if lines}


def _line(figure: MonitorFigure) -> RegisterLine:
    link, words = figure.behind[0] if figure.behind else ("", "")
    counts = {figure.code: figure.numerator or 0, f"{figure.code}.of": figure.denominator or 0}
    return RegisterLine(f"monitor:{figure.code}:{link}", f"{figure.title}: {words}", link, counts)


monitors = Monitors()
