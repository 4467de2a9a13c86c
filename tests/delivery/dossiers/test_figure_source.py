"""Sheets of figures filled from dossiers: every cell is a walk over the rows, and everything adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pytest

from openpar.base.accounts.models import Role
from openpar.base.facts import counting
from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Organisation
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.declarations import AGENCIES
from openpar.delivery.dossiers.figure_source import dossiers
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.delivery.dossiers.words import Outcome
from openpar.delivery.figures.actions.filling import fill_from_source
from openpar.delivery.figures.actions.opening import PeriodAsked
from openpar.delivery.figures.models import FigureSheet
from openpar.demo.dossiers_made import FULL, MadeYear, as_rows
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
PAID = np.datetime64("2026-03-20T10", "us")
Row = Counter[str]
Moments = npt.NDArray[np.datetime64]


@world
def told_half_year() -> list[str]:
    """A half-year of four communes told to its end, some waiting when a quarter ends; the codes."""
    lists.province()
    made = half_year()
    lists.brought(listed(made, lists.moment(JUNE)), lists.moment(JUNE))
    codes: list[str] = made.codes.tolist()
    return codes


def half_year() -> MadeYear:
    """When the first quarter ends, one of its dossiers waits for papers, one is overdue, and one has to pay
    since it was overdue.
    """
    made = lists.year(700, seed=9)
    # What is refused in the end was never received.
    made = made.taken(made.left_as != 3)
    days = made.received.astype("datetime64[D]")
    is_long = (made.agency == 0) & (days < np.datetime64("2026-03-10")) & (made.left_as == 0)
    one = np.flatnonzero(is_long & (made.finished > np.datetime64("2026-03-16")))[0]
    made.asked[one], made.answered[one] = np.datetime64("2026-03-12T09"), np.datetime64("2026-03-15T09")
    is_due = (
        is_long & (made.due_on > np.datetime64("2026-03-05")) & (made.due_on < np.datetime64("2026-03-11"))
    )
    overdue = np.flatnonzero(is_due & np.isnat(made.asked))[:2]
    made.finished[overdue], made.handed_over[overdue] = PAID, PAID + np.timedelta64(1, "D")
    made.left_as[overdue] = 0
    return made


def listed(made: MadeYear, as_of: datetime) -> bytes:
    """What the system tells at a moment, with what was to be paid and when it was."""
    asked, paid = payments(made)
    at = {code: place for place, code in enumerate(made.codes.tolist())}
    header, *rows = as_rows(made, as_of, FULL)
    code, status = header.index("Mã hồ sơ"), header.index("Trạng thái")
    now = np.datetime64(as_of.replace(tzinfo=None), "us")
    for row in rows:
        moments = [each[at[row[code]]] for each in (asked, paid)]
        seen = [f"{each.astype(object):%d/%m/%Y %H:%M:%S}" if each <= now else "" for each in moments]
        if seen[0] and not seen[1] and row[status] == "Đang xử lý":
            row[status] = "Yêu cầu thực hiện nghĩa vụ tài chính"
        row += seen
    header += ["Ngày yêu cầu thực hiện nghĩa vụ tài chính", "Ngày thực hiện nghĩa vụ tài chính"]
    return written([header, *rows])


def payments(made: MadeYear) -> tuple[Moments, Moments]:
    """When many had to pay, some of them only after their due day, and when they had; NaT for the others."""
    chance = np.random.default_rng(4)
    due = made.due_on.astype("datetime64[us]")
    asked: Moments = np.array(made.received + np.timedelta64(20, "h"), "datetime64[us]")
    is_late = (made.finished > due + np.timedelta64(3, "D")) & (chance.random(len(made)) < 0.5)
    asked[is_late] = due[is_late] + np.timedelta64(32, "h")
    overdue = np.flatnonzero(made.finished == PAID)
    asked[overdue] = np.datetime64("2026-03-12T09")
    taken = (made.finished - asked).astype(np.int64) * chance.uniform(0.5, 0.99, len(made))
    paid: Moments = np.array(asked + taken.astype("timedelta64[us]"), "datetime64[us]")
    some = np.isnat(made.asked) & (made.left_as == 0) & (made.finished > asked + np.timedelta64(1, "D"))
    some &= chance.random(len(made)) < 0.6
    some[overdue] = [True, False]
    asked[~some] = paid[~some] = np.datetime64("NaT")
    return asked, paid


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
    waiting = {**waits_on(codes, of.until_on, PAYING), **waits_on(codes, of.until_on, SUPPLEMENTING)}
    found: dict[str, Row] = {}
    for one in known_of(codes):
        if one.agency == agency().key and one.accepted and one.received <= of.until_on:
            # Whoever begins to wait when the time is over already does not stop the clock.
            since = waiting.get(one.code)
            is_in_time = since is not None and (one.due is None or since[1] <= one.due)
            kind = since[0] if since is not None and is_in_time else ""
            count(found.setdefault(one.sector, Row()), one, of, waits=kind)
    return {sector: row for sector, row in found.items() if row}


def count(row: Row, one: Known, of: Period, *, waits: str) -> None:
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
        row[waits] += 1
    else:
        row["in_process"] += 1
        row["overdue" if one.due is not None and one.due < of.until_on else "in_time"] += 1


SUPPLEMENTING = ("supplement", "supplement_asked_at", "supplement_answered_at")
PAYING = ("paused", "payment_asked_at", "paid_at")


def waits_on(codes: list[str], on: date, what: tuple[str, str, str]) -> dict[str, tuple[str, date]]:
    """Who had been asked for papers, or to pay, by the evening of a day and had not done so; since when."""
    reckoned, _before, _context = reckoned_of_store(codes, Register.load(), JUNE)
    rows, evening = reckoned.rows, np.datetime64(on, "D") + 1
    name, asked, answered = what[0], rows.moments[what[1]], rows.moments[what[2]]
    return {
        code: (name, since.astype("datetime64[D]").astype(object))
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
    wanted = (
        *("carried_over", "online", "in_person", "early", "on_time", "late"),
        *("in_process", "overdue", "supplement", "paused"),
    )
    assert {name: totals[name] for name in wanted if not totals[name]} == {}
    assert totals["returned"] + totals["withdrawn"] + totals["stopped"] > 0


def test_some_had_to_pay_only_when_their_time_was_over(told_half_year: list[str]) -> None:
    dues = {one.code: one.due for one in known_of(told_half_year)}
    waits = [waits_on(told_half_year, quarter(number).until_on, PAYING) for number in (1, 2)]
    late = [
        code for found in waits for code, (_kind, since) in found.items() if since > (dues[code] or since)
    ]
    assert late


@pytest.mark.usefixtures("dossier_province")
@pytest.mark.parametrize("number", [1, 2])
def test_what_the_board_said_on_the_last_day_is_what_the_form_says_later(number: int) -> None:
    of, made = quarter(number), half_year()
    evening = datetime(of.until_on.year, of.until_on.month, of.until_on.day, 23, 59, tzinfo=VIETNAM)
    lists.brought(listed(made, evening), evening, at=evening)
    board = standings_of_the_board()
    assert board["paused"]
    lists.brought(listed(made, lists.moment(JUNE)), lists.moment(JUNE), name="sau.csv")
    assert standings_of_the_board() != board
    form: Row = Row()
    for organisation in Organisation.objects.filter(key__in=values_in(AGENCIES).values()):
        for row in (dossiers.counts(organisation.pk, II_06A, of) or {}).values():
            form.update({name: row[name] or 0 for name in ("in_process", "overdue", "supplement", "paused")})
    assert form == board


def standings_of_the_board() -> Row:
    """Everybody's open dossiers as the counters have them now."""
    kept = counting.kept_counters("dossiers", basis="received")
    waits = {"supplement": kept.total("waiting_supplement"), "paused": kept.total("paused")}
    in_process = kept.total("in_process") - sum(waits.values())
    return Row({"in_process": in_process, "overdue": kept.total("overdue"), **waits})


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
