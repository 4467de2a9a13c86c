"""Every figure is the number of the dossiers behind it, whatever the measure, the period and the calendar."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from openpar.base.facts.counting import board
from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.queries import tree_as_of
from openpar.delivery.dossiers.declarations import AGENCIES, RECEIVED, SECTORS
from openpar.delivery.dossiers.models import OpenDossier
from openpar.delivery.dossiers.queries.lists import codes_behind
from openpar.delivery.dossiers.queries.measures import (
    NOTHING,
    Asked,
    Dimension,
    Measure,
    agency_figures,
    basis_of,
    figures_by,
    rates_of,
    scanned,
    total_of,
)
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.delivery.dossiers.words import INDEX_ON_TIME, VERDICTS, Extension, Outcome
from openpar.demo.dossiers_made import FULL, as_rows
from openpar.engine.periods import Calendar, Period, PeriodKind, months_of, period, year_to_date
from openpar.engine.verdicts import Verdict
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_importing import written
from tests.worlds import world

pytestmark = pytest.mark.django_db
JUNE = date(2026, 6, 30)
PERIODS = tuple(
    period(calendar, kind, 2026, number)
    for calendar in Calendar
    for kind, number in (
        (PeriodKind.MONTH, 2),
        (PeriodKind.MONTH, 6),
        (PeriodKind.QUARTER, 1),
        (PeriodKind.QUARTER, 2),
        (PeriodKind.HALF, 1),
        (PeriodKind.NINE_MONTHS, 1),
        (PeriodKind.YEAR, 1),
    )
) + tuple(year_to_date(calendar, 2026, 4) for calendar in Calendar)
named = pytest.mark.parametrize("asked", PERIODS, ids=lambda one: f"{one.calendar} {one.kind} {one.number}")


@dataclass(frozen=True)
class Known:
    """One dossier as the store has it, judged by itself."""

    code: str
    agency: str
    sector: str
    channel: int
    received: date
    due: date | None
    ended: date | None
    accepted: bool
    verdict: Verdict | None
    outcome: Outcome
    told: dict[str, bool]


@world
def the_year() -> list[Known]:
    """A half-year told to its end, with everything the store knows of it."""
    lists.province()
    made = lists.year(900, seed=3)
    rows = as_rows(made, lists.moment(JUNE), FULL)
    place = {name: at for at, name in enumerate(rows[0])}
    is_late = made.finished.astype("datetime64[D]") > made.due_on.astype("datetime64[D]")
    late, asked = (set(made.codes[is_late][part].tolist()) for part in (slice(5), slice(5, 7)))
    for row in rows[1:]:
        if row[place["Mã hồ sơ"]] in asked:
            row[place["Trạng thái"]] = "Yêu cầu bổ sung"
            row[place["Ngày yêu cầu bổ sung"]] = row[place["Ngày bổ sung xong"]] = ""
        if row[place["Mã hồ sơ"]] in late:
            # Not finished after all: overdue to this day.
            row[place["Trạng thái"]] = "Đang xử lý"
        if row[place["Mã hồ sơ"]] in late | asked:
            row[place["Ngày kết thúc xử lý"]] = row[place["Ngày trả kết quả"]] = ""
    lists.brought(written(rows), lists.moment(JUNE))
    return known_of(made.codes.tolist())


def known_of(codes: list[str]) -> list[Known]:
    reckoned, _before, _context = reckoned_of_store(codes, Register.load(), JUNE)
    rows, judged = reckoned.rows, reckoned.judged
    found = []
    for at, code in enumerate(rows.codes.tolist()):
        number = int(judged.verdict[at])
        ended = None if np.isnat(judged.ended_on[at]) else judged.ended_on[at].astype(object)
        month_of = reckoned.month_of[at].astype(object)
        outcome = Outcome(int(judged.outcome[at]))
        accepted, channel = bool(judged.accepted[at]), max(int(rows.numbers["channel"][at]), 1)
        verdict = VERDICTS[number - 1] if number else None
        obligation = int(rows.numbers["has_obligation"][at]) == 1
        found.append(
            Known(
                code=code,
                agency=rows.words["agency"].words[rows.words["agency"].places[at]],
                sector=reckoned.sectors.words[reckoned.sectors.places[at]],
                channel=channel,
                received=month_of,
                due=None if np.isnat(judged.due_on[at]) else judged.due_on[at].astype(object),
                ended=(ended or month_of) if outcome else None,
                accepted=accepted,
                verdict=verdict,
                outcome=outcome,
                told={
                    "online": channel == 2,
                    "index": int(judged.index_verdict[at]) == INDEX_ON_TIME,
                    "apologised": int(reckoned.extension[at]) == Extension.IN_TIME,
                    "obligation": obligation,
                    "paid": int(rows.numbers["paid_online"][at]) > 0,
                    "digitised": int(rows.numbers["is_digitised"][at]) == 1,
                    "reused": int(rows.numbers["is_reused"][at]) == 1,
                    "electronic": int(rows.numbers["has_electronic_result"][at]) == 1,
                    "supplemented": int(rows.numbers["supplements"][at]) > 0
                    or not np.isnat(rows.moments["supplement_asked_at"][at]),
                },
            )
        )
    return found


LEFT = (Outcome.DONE, Outcome.RETURNED, Outcome.WITHDRAWN, Outcome.STOPPED)


def expected(known: list[Known], measure: Measure, of: Period) -> set[str]:
    """The dossiers of a measure by days, one by one, without facts, months or SQL."""
    before = of.from_on - timedelta(days=1)

    def stock(one: Known, day: date) -> bool:
        has_left = one.outcome in LEFT and one.ended is not None and one.ended <= day
        return one.accepted and one.received <= day and not has_left

    def is_of(one: Known) -> bool:
        came, fell_due = of.contains(one.received), one.due is not None and of.contains(one.due)
        left, accepted, told = one.ended is not None and of.contains(one.ended), one.accepted, one.told
        in_time = one.verdict in (Verdict.EARLY, Verdict.ON_TIME)
        judged = in_time or one.verdict in (Verdict.LATE, Verdict.OPEN_OVERDUE)
        return {
            Measure.CARRIED_OVER: stock(one, before),
            Measure.REMAINING: stock(one, of.until_on),
            Measure.RECEIVED: came and accepted,
            Measure.RECEIVED_ONLINE: came and accepted and told["online"],
            Measure.RESOLVED: left and accepted and one.outcome is Outcome.DONE,
            Measure.EARLY: left and one.verdict is Verdict.EARLY,
            Measure.ON_TIME: left and one.verdict is Verdict.ON_TIME,
            Measure.LATE: left and one.verdict is Verdict.LATE,
            Measure.UNTIMED: left and one.outcome is Outcome.DONE and one.verdict is Verdict.UNTIMED,
            Measure.RETURNED: left and accepted and one.outcome is Outcome.RETURNED,
            Measure.WITHDRAWN: left and accepted and one.outcome is Outcome.WITHDRAWN,
            Measure.STOPPED: left and accepted and one.outcome is Outcome.STOPPED,
            Measure.REFUSED: left and one.outcome is Outcome.REFUSED,
            Measure.IN_PROCESS: came and accepted and one.outcome is Outcome.OPEN,
            Measure.OVERDUE: came and one.verdict is Verdict.OPEN_OVERDUE,
            Measure.WAITING_SUPPLEMENT: came and one.verdict is Verdict.SUPPLEMENT,
            Measure.PAUSED: came and one.verdict is Verdict.PAUSED,
            Measure.SUPPLEMENTED: came and accepted and told["supplemented"],
            Measure.ON_TIME_766: came and accepted and told["index"],
            Measure.APOLOGISED: came and judged and not in_time and told["apologised"],
            Measure.DUE: fell_due and judged,
            Measure.DUE_IN_TIME: fell_due and in_time,
            Measure.OBLIGATION: came and accepted and told["obligation"],
            Measure.PAID_ONLINE: came and accepted and told["obligation"] and told["paid"],
            Measure.DIGITISED: came and accepted and told["digitised"],
            Measure.REUSED: came and accepted and told["reused"],
            Measure.ELECTRONIC: came and accepted and told["electronic"],
        }[measure]

    return {one.code for one in known if is_of(one)}


@named
def test_every_total_is_the_number_of_the_rows_behind_it(the_year: list[Known], asked: Period) -> None:
    total = total_of(Asked(asked, JUNE))
    for measure in Measure:
        behind = codes_behind(Asked(asked, JUNE), measure)
        assert total[measure] == len(behind) == len(set(behind)), measure
        assert set(behind) == expected(the_year, measure, asked), measure


def test_the_year_has_something_of_nearly_every_measure(the_year: list[Known]) -> None:
    total = total_of(Asked(period(Calendar.CIVIL, PeriodKind.YEAR, 2026), JUNE))
    empty = {measure for measure in Measure if not total[measure]}
    assert empty <= {Measure.CARRIED_OVER, Measure.PAUSED, Measure.REUSED, Measure.UNTIMED, Measure.RETURNED}
    assert len(the_year) == 900


@pytest.mark.parametrize("dimension", list(Dimension))
def test_figures_told_apart_add_up_to_the_whole_and_each_to_its_rows(
    the_year: list[Known], dimension: Dimension
) -> None:
    of = period(Calendar.REFORM, PeriodKind.QUARTER, 2026, 2)
    whole, parts = total_of(Asked(of, JUNE)), figures_by(dimension, Asked(of, JUNE))
    assert parts
    for measure in Measure:
        assert sum(figures[measure] for figures in parts.values()) == whole[measure], measure
    if dimension is Dimension.CHANNEL:
        for channel, figures in parts.items():
            assert figures["late"] == len(codes_behind(Asked(of, JUNE, channel=channel), Measure.LATE))
    if dimension is Dimension.SECTOR:
        names = values_in(SECTORS)
        sectors = Counter(one.sector for one in the_year if one.accepted and of.contains(one.received))
        assert {names[number]: figures["received"] for number, figures in parts.items()} == sectors


@pytest.mark.parametrize("calendar", list(Calendar))
@pytest.mark.parametrize("dimension", [Dimension.AGENCY, Dimension.SECTOR, Dimension.CHANNEL])
def test_kept_counters_and_a_scan_of_all_facts_say_the_same(
    the_year: list[Known], dimension: Dimension, calendar: Calendar
) -> None:
    of = period(calendar, PeriodKind.QUARTER, 2026, 2)
    commune = Organisation.objects.get(versions__name="Xã Số 1").pk
    sector = next(one.sector for one in the_year)
    for asked in (
        Asked(of, JUNE),
        Asked(of, JUNE, organisations=frozenset({commune}), sector=sector, channel=1),
        Asked(of, JUNE, organisations=frozenset()),
        Asked(of, JUNE, sector="không có"),
    ):
        assert figures_by(dimension, asked) == scanned(dimension, asked), asked
        assert total_of(asked) == scanned(None, asked).get(0, NOTHING), asked


def test_a_board_asks_the_database_as_often_for_any_number_of_dossiers(
    the_year: list[Known], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    figures_by(Dimension.AGENCY, Asked(period(Calendar.CIVIL, PeriodKind.YEAR, 2026), JUNE))
    with django_assert_num_queries(4):
        figures_by(Dimension.AGENCY, Asked(period(Calendar.CIVIL, PeriodKind.YEAR, 2026), JUNE))


def test_what_is_said_to_have_ended_before_it_came_never_makes_less_than_nothing(
    dossier_province: None,
) -> None:
    rows = as_rows(lists.year(40, seed=4), lists.moment(JUNE), FULL)
    place = {name: at for at, name in enumerate(rows[0])}
    wrong = next(row for row in rows[1:] if row[place["Ngày kết thúc xử lý"]])
    wrong[place["Ngày kết thúc xử lý"]] = wrong[place["Ngày trả kết quả"]] = "02/01/2026 09:00:00"
    lists.brought(written(rows), lists.moment(JUNE))
    for month in months_of(year_to_date(Calendar.CIVIL, 2026, 6)):
        whole = total_of(Asked(month, JUNE))
        assert whole["carried_over"] == len(codes_behind(Asked(month, JUNE), Measure.CARRIED_OVER)) >= 0
        left = sum(whole[name] for name in ("resolved", "returned", "withdrawn", "stopped"))
        assert whole["carried_over"] + whole["received"] == left + whole["remaining"]


def test_the_kept_counters_say_the_same_of_agencies(the_year: list[Known]) -> None:
    of = period(Calendar.CIVIL, PeriodKind.QUARTER, 2026, 2)
    kept = board("dossiers", basis=RECEIVED, first=24315, last=24317)
    counted = figures_by(Dimension.AGENCY, Asked(of, JUNE))
    for name in ("received", "overdue", "in_process", "on_time_766"):
        told = dict(zip(kept.cells["agency"].tolist(), kept[name].tolist(), strict=True))
        assert told == {agency: figures[name] for agency, figures in counted.items() if agency in told}


@pytest.mark.parametrize("calendar", list(Calendar))
def test_over_months_the_carry_over_is_never_added_up(the_year: list[Known], calendar: Calendar) -> None:
    year = year_to_date(calendar, 2026, 6)
    months = [total_of(Asked(month, JUNE)) for month in months_of(year)]
    whole = total_of(Asked(year, JUNE))
    for name in ("received", "resolved", "early", "late", "due", "due_in_time"):
        assert whole[name] == sum(month[name] for month in months)
    assert whole["carried_over"] == months[0]["carried_over"]
    assert whole["remaining"] == months[-1]["remaining"]
    assert whole["remaining"] < sum(month["carried_over"] for month in months)
    for earlier, later in pairwise(months):
        assert later["carried_over"] == earlier["remaining"]
    # None received before the year: what came is what left or is still here.
    left = ("resolved", "returned", "withdrawn", "stopped")
    assert whole["received"] == sum(whole[name] for name in left) + whole["remaining"]


def test_the_three_ratios_have_denominators_of_their_own(the_year: list[Known]) -> None:
    differ = 0
    for month in months_of(year_to_date(Calendar.CIVIL, 2026, 6)):
        figures = total_of(Asked(month, JUNE))
        rates = rates_of(figures)
        names = ["on_time_of_resolved", "on_time_of_due", "on_time_of_received"]
        assert [rate.kind.name for rate in rates] == names
        judged = figures["early"] + figures["on_time"] + figures["late"]
        counts = [judged, figures["due"], figures["received"]]
        assert [int(rate.denominator or 0) for rate in rates] == counts
        differ += len(set(counts)) == 3
    assert differ >= 3


def test_a_superior_has_what_is_below_and_an_agency_outside_the_tree_stands_apart(
    dossier_province: None,
) -> None:
    made = lists.year(120)
    lists.brought_year(made, JUNE)
    district = Organisation.objects.get(versions__name="Xã Số 1")
    factories.organisation("Tổ Một", kind=Kind.COMMUNE, parent=district)
    of = Asked(period(Calendar.CIVIL, PeriodKind.YEAR, 2026), JUNE)
    tree = tree_as_of(JUNE)
    rolled = agency_figures(figures_by(Dimension.AGENCY, of), tree)
    own = figures_by(Dimension.AGENCY, of)
    keys = values_in(AGENCIES)
    number = next(number for number, key in keys.items() if key == district.key)
    assert rolled.by_organisation[district.pk]["received"] == own[number]["received"]
    without = tuple(node for node in tree if node.organisation_id != district.pk)
    apart = agency_figures(figures_by(Dimension.AGENCY, of), without)
    assert apart.outside[district.key]["received"] == own[number]["received"]
    assert district.pk not in apart.by_organisation


def test_without_dossiers_every_figure_is_nothing() -> None:
    figures = total_of(Asked(period(Calendar.CIVIL, PeriodKind.YEAR, 2026), JUNE))
    assert set(figures.values()) == {0}
    assert not OpenDossier.objects.exists()
    assert basis_of(Measure.LATE) == "ended"
