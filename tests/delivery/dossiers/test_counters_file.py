"""The counters file of real dossiers: made, taken in by a ministry, joined to the counts of the province."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.base.audit.signing import vkeys
from openpar.base.facts.actions.provinces import receive_counters, trust_province
from openpar.base.facts.counter_files import counters_file
from openpar.base.facts.counting import counters
from openpar.base.facts.provinces import joined_counters
from openpar.base.organisations.models import Organisation
from openpar.delivery.dossiers.declarations import COUNTING, DATASET
from openpar.delivery.dossiers.queries.measures import Asked, total_of
from openpar.delivery.dossiers.queries.provinces import figures_by_province, province_names
from openpar.engine.periods import Calendar, PeriodKind, period
from tests.delivery.dossiers import lists

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]


def test_a_ministry_joins_the_counts_of_every_basis_as_the_province_has_them(
    settings: Settings, tmp_path: Path
) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"
    lists.brought_year(lists.year(150), date(2026, 6, 30))
    sent = counters_file(dataset=DATASET, province="H36", as_of=lists.AT)
    trust_province(by=lists.HOUSE, at=lists.AT, code="H36", vkey=vkeys()[0])
    assert receive_counters(by=lists.HOUSE, at=lists.AT, content=sent).is_new
    for basis in COUNTING.bases:
        here = counters(DATASET, basis=basis.name)
        whole = joined_counters(DATASET, basis=basis.name, by=("province",))
        # Every count by its name: one that the engine takes for a word of its own would not be read.
        for count in COUNTING.counts:
            assert whole.of(count.name) == {("H36",): here.total(count.name)}, (basis.name, count.name)
    by_agency = joined_counters(DATASET, basis="received", by=("agency",)).of("received")
    assert {key for (key,) in by_agency} <= set(Organisation.objects.values_list("key", flat=True))
    assert sum(by_agency.values()) > 100
    assert len(by_agency) == len(lists.AGENCIES)


def sent_and_received(settings: Settings, tmp_path: Path) -> None:
    """What this province counts, taken in as that of H36."""
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"
    lists.brought_year(lists.year(150), date(2026, 6, 30))
    trust_province(by=lists.HOUSE, at=lists.AT, code="H36", vkey=vkeys()[0])
    sent = counters_file(dataset=DATASET, province="H36", as_of=lists.AT)
    receive_counters(by=lists.HOUSE, at=lists.AT, content=sent)


def test_a_ministry_has_every_measure_of_every_period_as_the_province_has_it(
    settings: Settings, tmp_path: Path
) -> None:
    sent_and_received(settings, tmp_path)
    for calendar in Calendar:
        for kind, number in ((PeriodKind.MONTH, 3), (PeriodKind.QUARTER, 2), (PeriodKind.YEAR, 1)):
            asked = period(calendar, kind, 2026, number)
            here = total_of(Asked(asked, lists.AT.date()))
            assert figures_by_province(asked) == {"H36": here}, (calendar, kind)
            assert here["received"] > 0


def test_before_any_dossier_there_is_nothing_to_join() -> None:
    assert figures_by_province(period(Calendar.CIVIL, PeriodKind.MONTH, 2026, 3)) == {}


def test_every_province_of_today_has_a_name_and_none_stands_twice() -> None:
    names = province_names()
    assert len(names) == len(set(names.values())) == 34
    assert names["H36"] == "Tỉnh Lâm Đồng"
