"""Due days follow a calendar that is decided late: what is open moves and says so, what has ended stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from openpar.base.audit.models import Entry
from openpar.base.calendars.actions import NewHours, add_days, begin_year, put_year_in_force, set_office_hours
from openpar.base.calendars.models import CalendarDay, Edition
from openpar.base.calendars.queries import current_edition, editions_in_force
from openpar.base.facts import counting
from openpar.base.facts.actions.recounting import recount
from openpar.base.facts.errors import StaleFacts
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Role
from openpar.common.formats import VIETNAM
from openpar.common.triggers import guard_that_fired
from openpar.delivery.dossiers.actions import refreshing
from openpar.delivery.dossiers.actions.refreshing import (
    calendar_is_ahead,
    follow_calendar,
    judge_open_dossiers,
)
from openpar.delivery.dossiers.errors import DossiersRefused
from openpar.delivery.dossiers.models import MovedDueDay, OpenDossier, QualityHit
from openpar.delivery.dossiers.queries.late import why_late_of
from openpar.delivery.dossiers.queries.lists import reckoned_of_codes, rows_of_codes
from openpar.delivery.dossiers.queries.one import one_dossier
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.demo.dossiers_made import FULL, as_csv
from openpar.engine.verdicts import Verdict
from openpar.jobs.tasks import judge_dossiers, move_due_days
from tests import factories
from tests.delivery.dossiers import lists

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("dossier_province")]
CODE = "H36.1-260610-0001"
OTHER = "H36.1-260601-0002"
HEAD = "Mã hồ sơ,Đơn vị,Trạng thái,Ngày nhận,Ngày hẹn trả,Ngày kết thúc xử lý,Mã thủ tục,Ngày yêu cầu bổ sung"
HEAD += ",Ngày bổ sung xong"
# Five working days from a Wednesday: until Wednesday 17/06, or Friday 19/06 when 16 and 17/06 are off.
OPEN = (CODE, "Xã Số 1", "4", "10/06/2026 08:00:00", "", "", "1.000894", "", "")
DONE = (CODE, "Xã Số 1", "10", "10/06/2026 08:00:00", "", "18/06/2026 09:00:00", "1.000894", "", "")
BEFORE, AFTER = date(2026, 6, 17), date(2026, 6, 19)


def told(*rows: tuple[str, ...]) -> bytes:
    return "\n".join([HEAD, *(",".join(row) for row in rows), ""]).encode()


def moment(day: int, hour: int = 17) -> datetime:
    """An hour of a day of June."""
    return datetime(2026, 6, day, hour, 0, tzinfo=VIETNAM)


def two_days_off(at: datetime) -> Edition:
    """16 and 17/06 are days off, as somebody decides at a moment."""
    draft = begin_year(year=2026, by=lists.HOUSE, at=at)
    add_days(
        version_id=draft.pk,
        expected_version=draft.version,
        first=date(2026, 6, 16),
        last=date(2026, 6, 17),
        kind=CalendarDay.Kind.OFF,
        name="Nghỉ thêm",
        by=lists.HOUSE,
        at=at,
    )
    draft.refresh_from_db()
    return put_year_in_force(
        version_id=draft.pk,
        expected_version=draft.version,
        decision_number="15/QĐ-TTg",
        decided_on=at.date(),
        by=lists.HOUSE,
        at=at,
    )


def counted() -> dict[str, int]:
    kept = counting.kept_counters("dossiers", basis="received")
    return {name: kept.total(name) for name in ("early", "on_time", "late", "overdue", "on_time_766")}


def due_days() -> dict[str, date | None]:
    return dict(OpenDossier.objects.values_list("dossier", "due_on"))


def open_hits() -> set[tuple[str, str]]:
    return set(QualityHit.objects.filter(gone_in=None).values_list("dossier", "rule"))


def unapologised() -> set[str]:
    return {code for code, rule in open_hits() if rule == "Q10"}


# ---- what is open ----


def test_an_open_dossier_moves_with_the_calendar_and_its_due_day_before_is_kept_and_shown() -> None:
    lists.brought(told(OPEN), moment(17))
    judge_open_dossiers(by=lists.HOUSE, at=moment(18, 1), since=BEFORE)
    assert (counted()["overdue"], counted()["on_time_766"], unapologised()) == (1, 0, {CODE})
    earlier = current_edition()
    edition = two_days_off(moment(18, 8))
    assert calendar_is_ahead(date(2026, 6, 18))
    assert follow_calendar(by=lists.HOUSE, at=moment(18, 9)) == 1
    open_now = OpenDossier.objects.get()
    days = open_now.due_on, open_now.index_due_on, open_now.original_due_on, open_now.apologise_by
    assert days == (AFTER, AFTER, AFTER, date(2026, 6, 18))
    assert (counted()["overdue"], counted()["on_time_766"], unapologised()) == (0, 1, set())
    moved = MovedDueDay.objects.get()
    assert (moved.dossier, moved.due_before, moved.due_after) == (CODE, BEFORE, AFTER)
    assert earlier is not None
    assert (moved.edition, moved.edition_before) == (edition, earlier.number)
    one = one_dossier(CODE, date(2026, 6, 18))
    assert one is not None
    assert (one.row.due_on, one.edition, one.moved) == (AFTER, edition.number, (moved,))
    entry = Entry.objects.get(verb="dossiers.due_moved")
    assert entry.after == {"edition": edition.number, "rows": 1, "moved": 1}
    assert recount(by=lists.HOUSE, at=moment(18, 10), dataset="dossiers") == []


def test_a_due_day_on_the_receipt_stays_there_and_the_clocks_follow_the_calendar() -> None:
    promised = (*OPEN[:4], "17/06/2026", *OPEN[5:])
    # Another day than the limit gives: a promise, which no calendar moves.
    sooner = ("H36.1-260610-0003", *OPEN[1:4], "16/06/2026", *OPEN[5:])
    lists.brought(told(promised, sooner), moment(12))
    two_days_off(moment(15))
    assert follow_calendar(by=lists.HOUSE, at=moment(15, 18)) == 1
    rows = OpenDossier.objects.order_by("dossier").values_list("due_on", "original_due_on", "index_due_on")
    kept = date(2026, 6, 16)
    assert list(rows) == [(AFTER, BEFORE, AFTER), (kept, kept, kept)]
    one = one_dossier(CODE, date(2026, 6, 15))
    assert one is not None
    assert (one.row.due_on, one.row.original_due_on) == (AFTER, BEFORE)
    assert one.verdicts is not None
    assert one.verdicts.legal.due_on == AFTER
    assert one.deadline is not None
    assert one.deadline.due_on == AFTER
    # The source follows the calendar, too: no due day was moved without a reason. Another day is one.
    lists.brought(told((*promised[:4], "19/06/2026", *promised[5:])), moment(16), name="sau.csv")
    assert (due_days()[CODE], open_hits()) == (AFTER, set())
    lists.brought(told((*promised[:4], "23/06/2026", *promised[5:])), moment(17), name="nua.csv")
    assert (due_days()[CODE], open_hits()) == (AFTER, {(CODE, "Q7")})
    # Five working days from the answer, not the three that are left of them until 17/06.
    answered = (*promised[:7], "11/06/2026", "12/06/2026")
    lists.brought(told(answered), moment(18), name="bo-sung.csv")
    assert due_days()[CODE] == date(2026, 6, 23)


def test_following_once_more_changes_nothing_and_leaves_no_trace() -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(15))
    assert [follow_calendar(by=lists.HOUSE, at=moment(15, hour)) for hour in (18, 19)] == [1, 0]
    assert Entry.objects.filter(verb="dossiers.due_moved").count() == MovedDueDay.objects.count() == 1
    assert not calendar_is_ahead(date(2026, 6, 15))


def test_a_dossier_with_no_changed_day_in_its_time_stays_and_is_not_judged() -> None:
    untouched = (OTHER, "Xã Số 1", "4", "01/06/2026 08:00:00", "", "", "1.000894", "", "")
    lists.brought(told(OPEN, untouched), moment(12))
    two_days_off(moment(15))
    assert follow_calendar(by=lists.HOUSE, at=moment(15, 18)) == 1
    assert due_days() == {CODE: AFTER, OTHER: date(2026, 6, 8)}
    assert not MovedDueDay.objects.filter(dossier=OTHER).exists()
    assert Entry.objects.get(verb="dossiers.due_moved").after["rows"] == 1
    newest = current_edition()
    assert newest is not None
    assert set(OpenDossier.objects.values_list("edition", flat=True)) == {newest.number}


def test_every_due_day_of_a_half_year_is_that_of_the_newest_calendar_of_its_agency() -> None:
    made = lists.year(900, seed=12)
    columns = [name for name in FULL if name != "Ngày hẹn trả"]
    lists.brought(as_csv(made, moment(15), columns), moment(15))
    before = due_days()
    two_days_off(moment(16, 8))
    one = Organisation.objects.get(versions__name="Xã Số 2")
    june = date(2026, 6, 1)
    hours = NewHours(one.pk, june, None, "07:00-11:00, 13:00-17:00", "", None, "1/QĐ", june)
    set_office_hours(hours=hours, by=lists.HOUSE, at=moment(16, 9))
    moved = follow_calendar(by=lists.HOUSE, at=moment(16, 10))
    codes = sorted(before)
    reckoned, _before, _context = reckoned_of_store(codes, Register.load(), date(2026, 6, 16))
    found = dict(zip(reckoned.rows.codes.tolist(), reckoned.judged.due_on.tolist(), strict=True))
    assert due_days() == found != before
    changed = {code for code in codes if before[code] != found[code]}
    assert changed == set(MovedDueDay.objects.values_list("dossier", flat=True))
    assert moved == len(changed) > 5
    assert len(changed) < len(codes)


def test_a_list_that_comes_before_the_job_keeps_the_due_day_before_the_calendar() -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(15))
    answered = (*OPEN[:2], "4", *OPEN[3:7], "11/06/2026", "15/06/2026")
    lists.brought(told(answered), moment(16), name="sau.csv")
    moved = MovedDueDay.objects.get()
    assert (moved.due_before, moved.due_after) == (BEFORE, AFTER)
    # Five working days more from 15/06: 18, 19, 22, 23, 24.
    assert due_days() == {CODE: date(2026, 6, 24)}


def test_what_comes_in_meanwhile_is_not_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(15))
    judged = refreshing._judged_anew

    def slowly(codes: list[str], today: date) -> object:
        found = judged(codes, today)
        monkeypatch.setattr(refreshing, "_judged_anew", judged)
        lists.brought(told(DONE), moment(19), name="sau.csv")
        return found

    monkeypatch.setattr(refreshing, "_judged_anew", slowly)
    with pytest.raises(StaleFacts):
        follow_calendar(by=lists.HOUSE, at=moment(15, 18))
    assert not OpenDossier.objects.exists()
    assert follow_calendar(by=lists.HOUSE, at=moment(19, 19)) == 0


def test_what_was_looked_at_before_a_list_came_is_not_taken_for_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(15))
    looked_at = refreshing._touched

    def slowly(_edition: int, _today: date) -> list[OpenDossier]:
        monkeypatch.setattr(refreshing, "_touched", looked_at)
        lists.brought(told((OTHER, *OPEN[1:])), moment(15), name="sau.csv")
        return []

    monkeypatch.setattr(refreshing, "_touched", slowly)
    with pytest.raises(StaleFacts):
        follow_calendar(by=lists.HOUSE, at=moment(15, 18))
    assert due_days() == {CODE: AFTER, OTHER: AFTER}


def test_the_jobs_follow_the_calendar_and_strangers_may_not() -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(15))
    stranger = factories.actor_as(Role.APPRAISER, factories.organisation("Sở X"))
    with pytest.raises(DossiersRefused):
        follow_calendar(by=stranger, at=moment(15, 18))
    assert move_due_days(moment(15, 18)).startswith("1 ")
    assert move_due_days(moment(15, 19)).startswith("0 ")
    assert due_days() == {CODE: AFTER}


def test_the_night_follows_the_calendar_first() -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(15))
    assert judge_dossiers(moment(18, 1)).startswith("0 ")
    assert (due_days(), counted()["overdue"]) == ({CODE: AFTER}, 0)


def test_a_due_day_that_was_kept_is_never_altered() -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(15))
    follow_calendar(by=lists.HOUSE, at=moment(15, 18))
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        MovedDueDay.objects.update(due_before=AFTER)
    assert guard_that_fired(refusal.value) == "dossiers_moveddueday_update"
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        MovedDueDay.objects.all().delete()
    assert guard_that_fired(refusal.value) == "dossiers_moveddueday_delete"


# ---- what has ended ----


def test_a_finished_dossier_keeps_the_verdict_of_the_calendar_of_its_end() -> None:
    lists.brought(told(DONE), moment(19))
    assert (counted()["late"], counted()["early"]) == (1, 0)
    two_days_off(moment(20))
    on = date(2026, 6, 22)
    assert follow_calendar(by=lists.HOUSE, at=moment(20, 18)) == 0
    one = one_dossier(CODE, on)
    assert one is not None
    assert (one.row.verdict, one.row.due_on, one.row.days_late) == (Verdict.LATE, BEFORE, 1)
    assert one.verdicts is not None
    assert (one.verdicts.legal.verdict, one.verdicts.index.is_on_time) == (Verdict.LATE, False)
    assert one.deadline is not None
    assert (one.deadline.due_on, one.moved) == (BEFORE, ())
    assert why_late_of([CODE], on)[CODE].due_on == BEFORE
    # Told again, beside another with the same days that nobody had told of.
    lists.brought(told(DONE, (OTHER, *DONE[1:])), moment(22), name="sau.csv")
    assert (counted()["late"], counted()["early"]) == (2, 0)
    assert recount(by=lists.HOUSE, at=moment(23), dataset="dossiers") == []


def test_what_ends_after_the_calendar_came_into_force_has_its_due_day() -> None:
    two_days_off(moment(15))
    lists.brought(told(DONE), moment(19))
    (row,) = rows_of_codes([CODE], date(2026, 6, 19))
    assert (row.verdict, row.due_on, counted()["early"]) == (Verdict.EARLY, AFTER, 1)


def test_a_day_is_judged_again_with_the_calendar_that_was_in_force_then() -> None:
    lists.brought(told(OPEN), moment(12))
    two_days_off(moment(18))
    for day, due_on in ((17, BEFORE), (18, AFTER)):
        (row,) = rows_of_codes([CODE], date(2026, 6, day))
        assert row.due_on == due_on
    reckoned = reckoned_of_codes([CODE], date(2026, 6, 17))
    assert reckoned.editions.tolist() == [editions_in_force()[0].number]


def test_what_ended_before_any_calendar_has_the_first_that_knows_its_days() -> None:
    first = editions_in_force()[0]
    assert first.since == factories.MOMENT
    newest = two_days_off(moment(15))
    codes = ["H36.1-251201-0001", "H36.1-251201-0002"]
    rows = [
        (codes[0], "Xã Số 1", "10", "01/12/2025 08:00:00", "", "05/12/2025 09:00:00", "1.000894", "", ""),
        (codes[1], "Xã Số 1", "10", "01/06/2026 08:00:00", "", "16/06/2026 09:00:00", "1.000894", "", ""),
    ]
    lists.brought(told(*rows), moment(19))
    reckoned = reckoned_of_codes(codes, date(2026, 6, 19))
    assert dict(zip(reckoned.rows.codes.tolist(), reckoned.editions.tolist(), strict=True)) == {
        codes[0]: first.number,
        codes[1]: newest.number,
    }


def test_an_edition_that_does_not_know_the_days_of_a_dossier_gives_way_to_a_later_one() -> None:
    told_row = "05/01/2026 08:00:00", "", "09/01/2026 09:00:00"
    lists.brought(told((CODE, "Xã Số 1", "10", *told_row, "1.000894", "", "")), moment(19))
    reckoned, _before, context = reckoned_of_store([CODE], Register.load(), date(2026, 6, 19))
    (known,) = context.calendars.editions
    short = replace(known, number=known.number, last=date(2025, 12, 31))
    later = replace(known, since=moment(1), number=known.number)
    narrowed = replace(context.calendars, editions=(short, later))
    assert narrowed._editions_of(reckoned.told).tolist() == [1]
    assert replace(narrowed, editions=(known, later))._editions_of(reckoned.told).tolist() == [0]


# ---- the night ----


def test_the_night_judges_what_only_the_clock_of_766_calls_late() -> None:
    # The limit starts anew on 10/06: 17/06; QĐ 766 adds the four days of waiting to 08/06: 12/06.
    supplemented = (CODE, "Xã Số 1", "4", "01/06/2026 08:00:00", "08/06/2026", "", "1.000894")
    lists.brought(told((*supplemented, "04/06/2026", "10/06/2026")), moment(11))
    open_now = OpenDossier.objects.get()
    assert (open_now.due_on, open_now.index_due_on) == (date(2026, 6, 17), date(2026, 6, 12))
    assert judge_open_dossiers(by=lists.HOUSE, at=moment(12, 1), since=date(2026, 6, 11)) == 0
    assert (counted()["on_time_766"], counted()["overdue"]) == (1, 0)
    assert judge_open_dossiers(by=lists.HOUSE, at=moment(13, 1), since=date(2026, 6, 12)) == 1
    assert (counted()["on_time_766"], counted()["overdue"]) == (0, 0)
    assert judge_open_dossiers(by=lists.HOUSE, at=moment(18, 1), since=date(2026, 6, 13)) == 1
    assert (counted()["on_time_766"], counted()["overdue"]) == (0, 1)


def test_the_night_writes_that_an_apology_is_missing_and_nothing_else() -> None:
    named = (CODE, "Xã Số 1", "4", "10/06/2026 08:00:00", "17/06/2026", "", "1.000894", "", "")
    moved = (*named[:4], "22/06/2026", *named[5:])
    lists.brought(told(named), moment(15))
    done = lists.brought(told(moved), moment(16), name="sau.csv")
    assert open_hits() == {(CODE, "Q7")}
    judge_open_dossiers(by=lists.HOUSE, at=moment(18, 1), since=BEFORE)
    assert open_hits() == {(CODE, "Q7"), (CODE, "Q10")}
    assert QualityHit.objects.get(rule="Q10").found_in_id == done.batch_id
    judge_open_dossiers(by=lists.HOUSE, at=moment(18, 2), since=BEFORE)
    assert QualityHit.objects.count() == 2


def test_after_many_nights_the_hits_are_those_of_a_list_of_the_last_day() -> None:
    made = lists.year(400, seed=5)
    # Nothing is told to end after the first list.
    is_open = made.finished > np.datetime64("2026-06-11T17")
    made = replace(made, finished=np.where(is_open, np.datetime64("2026-06-29T09"), made.finished))
    received = made.received < np.datetime64("2026-06-11T17")
    lists.brought(as_csv(made.taken(received), moment(11), FULL), moment(11))
    for day in range(12, 20):
        judge_open_dossiers(by=lists.HOUSE, at=moment(day, 1), since=date(2026, 6, day - 1))
    nightly, figures = open_hits(), counted()
    with transaction.atomic():
        # The same columns of the same day, as a list that tells nothing new.
        lists.brought(as_csv(made.taken(received), moment(11), FULL), moment(18), name="sau.csv")
        assert (open_hits(), counted()) == (nightly, figures)
    assert sum(rule == "Q10" for _code, rule in nightly) > figures["late"]
