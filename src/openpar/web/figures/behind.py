"""From a figure of a sheet or of the roll-up to the list of what was counted for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils.http import urlencode

from openpar.common.formats import format_date
from openpar.delivery.dossiers.figure_columns import COUNTS
from openpar.delivery.dossiers.figure_source import dossiers
from openpar.delivery.figures.counted import catalogue_of_procedures
from openpar.delivery.figures.forms import LEVELS
from openpar.delivery.figures.queries.rollup import HowCounted, RollUp, RollUpRow, source_of
from openpar.delivery.figures.queries.sheets import SheetView
from openpar.delivery.figures.rows import Line
from openpar.delivery.procedures.queries.counting import COLUMNS
from openpar.engine.forms import Form
from openpar.web.dossier_links import Whose, column_list


def counts_of_columns(form: Form, placement: str) -> Mapping[str, tuple[str, ...]]:
    """The counts that each column has: its own, and those that a placement puts there."""
    into = form.placement(placement).into if placement else {}
    return {
        column.key: (column.key, *(name for name, targets in into.items() if column.key in targets))
        for column in form.columns
    }


def link_of(value: int | None, form: Form, key: str, counted: HowCounted | None, whose: Whose) -> str:
    """The list behind a figure that was counted from dossiers; "" for any other."""
    if not value or counted is None or counted.sources.get(key) != dossiers.name:
        return ""
    counts = counts_of_columns(form, counted.placement)[key]
    return (
        column_list(counts, whose=whose, period=counted.days, said=value)
        if set(counts) <= set(COUNTS)
        else ""
    )


def procedures_link(row: Mapping[str, int | None], key: str, counted: HowCounted | None, agency: int) -> str:
    """The list behind a figure that was counted from the catalogue of procedures; "" for any other.

    A sum over several levels counts a procedure once for each: its list says so.
    """
    value = row.get(key)
    if not value or counted is None or counted.sources.get(key) != catalogue_of_procedures.name:
        return ""
    column = next((name for name in COLUMNS if key == name or key.startswith(f"{name}_")), "")
    levels = [name for name in LEVELS if row.get(f"{column}_{name}")] if key == column else []
    level = key.removeprefix(f"{column}_") if key != column else levels[0] if len(levels) == 1 else ""
    if level not in LEVELS and len(levels) < 2:
        return ""
    asked = {
        "on": format_date(counted.days.until_on),
        "led_by": str(agency),
        "column": column,
        **({"level": LEVELS[level].value} if level else {"by_level": "1"}),
        "said": str(value),
    }
    return f"{reverse('procedures')}?{urlencode(asked)}"


class SheetLinks:
    """The lists behind the cells of one sheet."""

    def __init__(self, view: SheetView) -> None:
        self._view = view
        self._sources = {pk: origin.source_name for pk, origin in view.origins.items()}

    def of(self, lines: Sequence[Line], key: str, row: Mapping[str, int | None], *, sector: str = "") -> str:
        """Behind one figure of a row that stands for these lines; `sector` for one line alone."""
        view, agency = self._view, self._view.sheet.organisation_id
        sources = {key: source_of(lines, key, self._sources)}
        counted = HowCounted(view.period, view.revision.placement, sources)
        whose = Whose(agency, own=True, sector=sector)
        found = link_of(row.get(key), view.figures.form, key, counted, whose)
        return found or procedures_link(row, key, counted, agency)


def rollup_links(roll: RollUp, row: RollUpRow, *, is_field: bool) -> list[str]:
    """The lists behind the figures of one row, column by column."""
    whose = (
        Whose(row.organisation_id, own=True)
        if row.organisation_id is not None
        else Whose(form=roll.form.code, level=row.block, sector=row.label if is_field else "")
    )
    values = {column.key: row.value(column.key) for column in roll.columns}
    return [
        link_of(values[key], roll.form, key, row.counted, whose)
        or (procedures_link(values, key, row.counted, row.organisation_id) if row.organisation_id else "")
        for key in values
    ]
