"""Figures can be counted instead of typed; each cell says by which source."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Kind
from openpar.delivery.figures.actions.filling import fill_from_source
from openpar.delivery.figures.errors import FiguresRefused
from openpar.delivery.figures.models import FigureSheet, Filling
from openpar.delivery.procedures.actions.lines import NewLine
from openpar.delivery.procedures.contents import Agency
from openpar.delivery.procedures.words import AgencyKind, Level, LineChange
from openpar.engine.periods import Period
from tests import factories
from tests.delivery.figures.sheets import (
    AT,
    II_07B,
    Office,
    counts,
    line,
    newest,
    office,
    opened,
    quarter,
    sent,
    told,
    view_of,
    year,
)
from tests.delivery.procedures.catalogue import contents, decision

pytestmark = pytest.mark.django_db


class Counter:
    """A stand-in for the store of dossiers: counts where nothing has been placed yet."""

    name = "counter"
    label = "Kho hồ sơ thử"

    def counts(
        self, organisation_id: int, form_code: str, period: Period
    ) -> Mapping[tuple[str, str], Mapping[str, int | None]] | None:
        if period.number != 3:
            return None
        return {("", "Hộ tịch"): {**counts(), "received": 103, "online": 63, "returned": 3}}


counter = Counter()


@pytest.fixture(autouse=True)
def _with_counter(settings: Settings) -> None:
    settings.OPENPAR_FIGURE_SOURCES = [*settings.OPENPAR_FIGURE_SOURCES, f"{__name__}.counter"]


def filled(who: Office, sheet: FigureSheet, source: str) -> int:
    revision = newest(sheet)
    return fill_from_source(
        by=who.officer, at=AT, revision_id=revision.pk, expected_version=revision.version, source=source
    ).cells


@pytest.mark.parametrize(
    ("placement", "expected"),
    [
        ("inside", {"resolved": 83, "on_time": 28, "received": 103}),
        ("own_columns", {"resolved": 80, "on_time": 25, "returned": 3}),
    ],
)
def test_counts_without_a_column_go_where_the_sheet_says(placement: str, expected: dict[str, int]) -> None:
    who = office()
    sheet = opened(who, placement=placement)
    filled(who, sheet, "counter")
    view = view_of(sheet)
    found = view.figures.lines[0]
    assert {key: found.counts[key] for key in expected} == expected
    assert told(sheet) == {}
    origin = view.origins[found.origins["received"]]
    assert (origin.origin, origin.source) == (Filling.Origin.COUNTED, "Kho hồ sơ thử")


@pytest.mark.parametrize("source", ["counter", "nobody"])
def test_a_source_without_figures_of_the_period_is_refused(source: str) -> None:
    who = office()
    sheet = opened(who, quarter(2))
    with pytest.raises(FiguresRefused) as refused:
        filled(who, sheet, source)
    assert factories.codes_of(refused.value) == ["not-counted"]


def test_the_catalogue_counts_the_procedures_that_an_agency_and_its_kind_lead() -> None:
    who, commune = office(), office("Xã Hòa Bắc", kind=Kind.COMMUNE)
    own = contents("Cấp giấy phép", levels=(Level.PROVINCE,), agencies=(Agency(key=who.agency.key),))
    of_communes = contents(levels=(Level.COMMUNE,), agencies=(Agency(AgencyKind.COMMUNE),))
    by = factories.actor_as(Role.PROCEDURE_CONTROLLER, who.agency)
    decision(
        NewLine("1.000001", LineChange.NEW, own), NewLine("1.000002", LineChange.NEW, of_communes), by=by
    )
    for asks, level in ((who, "province"), (commune, "commune")):
        sheet = opened(asks, form=II_07B)
        filled(asks, sheet, "procedures")
        row = view_of(sheet).figures.lines[0]
        assert (row.label, row.counts["procedures"], row.counts[f"procedures_{level}"]) == (
            "Sở Y tế" if asks is who else "Xã Hòa Bắc",
            1,
            1,
        )
        assert "procedures_district" not in row.counts
        assert told(sheet) == {}


def test_a_year_is_filled_from_its_quarters_without_adding_carry_over() -> None:
    who = office()
    for number in (1, 2, 3, 4):
        carried = 10 * number
        rows = [line(carried_over=carried, in_time=carried + 8)]
        if number > 1:
            rows.append(line("Đất đai"))
        sent(who, quarter(number, 2025), *rows)
    sheet = opened(who, year(2025))
    filled(who, sheet, "periods")
    rows_by_label = {row.label: row.counts for row in view_of(sheet).figures.lines}
    assert rows_by_label["Hộ tịch"]["carried_over"] == 10
    assert rows_by_label["Hộ tịch"]["received"] == 370
    assert rows_by_label["Hộ tịch"]["in_process"] == 50
    # Not in the first quarter: what came is not known for the year, what is open at its end is.
    assert rows_by_label["Đất đai"] == {"in_process": 20, "in_time": 18, "overdue": 2}
