"""Sheets of figures filled from dossiers: every cell is a walk over the rows, and everything adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from openpar.delivery.dossiers.figure_source import dossiers
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.delivery.dossiers.words import Outcome
from openpar.delivery.figures.actions.filling import fill_from_source
from openpar.delivery.figures.actions.opening import PeriodAsked
from openpar.delivery.figures.models import FigureSheet
from openpar.demo.dossiers_made import FULL, as_rows
from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.engine.verdicts import Verdict
from tests import factories
from tests.delivery.dossiers import lists
from tests.delivery.dossiers.test_importing import written
from tests.delivery.dossiers.test_measures import JUNE, LEFT, Known, known_of
from tests.delivery.figures import sheets
from tests.delivery.figures.sheets import FORM_06, II_06A, II_07B, Office
from tests.worlds import world

pytestmark = pytest.mark.django_db
XA = "Xã Số 1"
Row = Counter[str]


@world
def told_half_year() -> list[str]:
    """A half-year of four communes told to its end, one waiting when the quarter ends; the codes."""
    lists.province()
    made = lists.year(700, seed=9)
    days = made.received.astype("datetime64[D]")
    is_long = (made.agency == 0) & (days < np.datetime64("2026-03-10")) & (made.left_as == 0)
    one = np.flatnonzero(is_long & (made.finished > np.datetime64("2026-03-16")))[0]
    made.asked[one], made.answered[one] = np.datetime64("2026-03-12T09"), np.datetime64("2026-03-15T09")
    lists.brought(written(as_rows(made, lists.moment(JUNE), FULL)), lists.moment(JUNE))
    codes: list[str] = made.codes.tolist()
    return codes


def agency() -> Organisation:
    return next(one for one in Organisation.objects.all() if one.versions.filter(name=XA).exists())


def office() -> Office:
    here = agency()
    officer = factories.actor_as(Role.FOCAL_OFFICER, here, "Trần Thị Lan")
    return Office(here, officer, factories.actor_as(Role.AGENCY_HEAD, here, "Lê Văn Hùng"))


def quarter(number: int) -> Period:
    return period(Calendar.REFORM, PeriodKind.QUARTER, 2026, number)


# ---- the walk ----


def walk(codes: list[str], of: Period) -> dict[str, Row]:
    """By field, the counts of one commune for a period, dossier by dossier."""
    waiting = waits_on(codes, of.until_on)
    found: dict[str, Row] = {}
    for one in known_of(codes):
        if one.agency == agency().key and one.accepted and one.received <= of.until_on:
            count(found.setdefault(one.sector, Row()), one, of, waits=one.code in waiting)
    return {sector: row for sector, row in found.items() if row}


def count(row: Row, one: Known, of: Period, *, waits: bool) -> None:
    ended = one.ended if one.outcome in LEFT else None
    if ended is not None and ended < of.from_on:
        return
    row["received"] += 1
    if one.received < of.from_on:
        row["carried_over"] += 1
    else:
        row["received_new"] += 1
        row["online" if one.channel == 2 else "in_person"] += 1
    if ended is not None and ended <= of.until_on:
        names = {Outcome.RETURNED: "returned", Outcome.WITHDRAWN: "withdrawn", Outcome.STOPPED: "stopped"}
        row[names.get(one.outcome, "resolved")] += 1
        for verdict in (Verdict.EARLY, Verdict.ON_TIME, Verdict.LATE):
            row[verdict.value.lower()] += one.verdict is verdict
    elif waits:
        row["supplement"] += 1
    else:
        row["in_process"] += 1
        row["overdue" if one.due is not None and one.due < of.until_on else "in_time"] += 1


def waits_on(codes: list[str], on: date) -> set[str]:
    """Who had been asked for papers by the evening of a day, and had not brought them."""
    reckoned, _before, _context = reckoned_of_store(codes, Register.load(), JUNE)
    rows, evening = reckoned.rows, np.datetime64(on, "D") + 1
    asked, answered = rows.moments["supplement_asked_at"], rows.moments["supplement_answered_at"]
    return {
        code
        for code, since, until in zip(rows.codes.tolist(), asked, answered, strict=True)
        if not np.isnat(since) and since < evening and (np.isnat(until) or until >= evening)
    }


def plain(row: Mapping[str, int | None]) -> dict[str, int | None]:
    """Without what is 0."""
    return {name: value for name, value in row.items() if value != 0}


@pytest.mark.parametrize(
    "of", [quarter(1), quarter(2), period(Calendar.CIVIL, PeriodKind.MONTH, 2026, 3)], ids=lambda of: of.words
)
def test_every_count_is_the_number_of_dossiers_that_a_walk_finds(
    told_half_year: list[str], of: Period
) -> None:
    counted = dossiers.counts(agency().pk, II_06A, of)
    assert counted is not None
    assert {level for level, _sector in counted} == {"commune"}
    found = {sector: plain(row) for (_level, sector), row in counted.items()}
    assert found == {sector: plain(row) for sector, row in walk(told_half_year, of).items()}


def test_the_periods_of_the_walk_have_dossiers_of_every_kind(told_half_year: list[str]) -> None:
    totals = Row()
    for of in (quarter(1), quarter(2)):
        for row in walk(told_half_year, of).values():
            totals.update(row)
    wanted = ("carried_over", "online", "in_person", "early", "on_time", "late", "in_process", "supplement")
    assert {name: totals[name] for name in wanted if not totals[name]} == {}
    assert totals["returned"] + totals["withdrawn"] + totals["stopped"] > 0


# ---- in a sheet ----


def fill(who: Office, asked: PeriodAsked, form: str = II_06A, *, at: datetime = sheets.AT) -> FigureSheet:
    sheet = sheets.opened(who, asked, form=form)
    revision = sheets.newest(sheet)
    fill_from_source(
        by=who.officer,
        at=at,
        revision_id=revision.pk,
        expected_version=revision.version,
        source=dossiers.name,
    )
    return sheet


def test_filled_sheets_add_up_over_rows_quarters_and_the_half_year(told_half_year: list[str]) -> None:
    who = office()
    for number in (1, 2):
        sheet = fill(who, sheets.quarter(number))
        assert sheets.told(sheet) == {}, number
        sheets.signed(who, sheet)
    half = fill(who, PeriodAsked(Calendar.REFORM, PeriodKind.HALF, 2026, 1))
    assert sheets.told(half) == {}
    looked_at = {each.finding.identity.partition(" ")[0] for each in sheets.view_of(half).found}
    assert {"E1", "E2", "E3", "E4", "E7"} <= looked_at
    second = FigureSheet.objects.get(kind=PeriodKind.QUARTER, number=2)
    assert "E5" in {each.finding.identity for each in sheets.view_of(second).found}


def test_form_06_is_filled_with_the_same_figures_under_the_level_of_the_agency(
    told_half_year: list[str],
) -> None:
    who = office()
    one, other = (fill(who, sheets.quarter(2), form) for form in (II_06A, FORM_06))
    lines = [
        [(line.label, line.counts) for line in sheets.newest(sheet).lines.all()] for sheet in (one, other)
    ]
    assert lines[0] == lines[1] != []


def test_a_dossier_resolved_without_any_due_date_is_the_gap_of_e2(told_half_year: list[str]) -> None:
    made = lists.year(1, seed=70)
    one = replace(
        made,
        codes=np.array(["H36.1-260105-7777"], object),
        due_on=np.array(["NaT"], "datetime64[D]"),
        left_as=np.array([0]),
        asked=np.array(["NaT"], "datetime64[us]"),
        procedures=(replace(made.procedures[0], code="", name="Việc chưa có trong danh mục"),),
        procedure=np.array([0]),
        agencies=(XA,),
        agency=np.array([0]),
    )
    lists.brought(written(as_rows(one, lists.moment(JUNE), FULL)), lists.moment(JUNE), name="them.csv")
    finished = one.finished[0].astype("datetime64[D]").astype(object)
    of = next(of for of in (quarter(1), quarter(2)) if of.contains(finished))
    sheet = fill(office(), sheets.quarter(of.number))
    assert [(place[1], gap) for place, gap in sheets.told(sheet).items()] == [("E2", 1)]


# ---- where nothing can be said ----


def test_nothing_is_said_of_other_forms_other_agencies_and_days_amid_a_month(
    told_half_year: list[str],
) -> None:
    here, of = agency().pk, quarter(2)
    stranger = factories.organisation("Xã Không Một Cửa")
    assert dossiers.counts(here, II_06A, of) is not None
    assert dossiers.counts(here, II_07B, of) is None
    assert dossiers.counts(stranger.pk, II_06A, of) is None
    assert dossiers.counts(here, II_06A, of.cut_off(date(2026, 6, 9))) is None
    assert dossiers.counts(here, II_06A, of.cut_off(date(2026, 5, 14))) is not None
    assert dossiers.counts(here, II_06A, period(Calendar.REFORM, PeriodKind.YEAR, 2024, 1)) is None
