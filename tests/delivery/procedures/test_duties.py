"""When decisions must be signed, uploaded, posted: worked tables over the real calendar of 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import yaml
from django.conf import settings

from openpar.base.calendars.files import shipped_calendar
from openpar.delivery.procedures.contents import Limit
from openpar.delivery.procedures.duties import POST, PUBLISH, duty_rule, last_day_of_plan
from openpar.delivery.procedures.rules import (
    Duty,
    Published,
    engine_limit,
    last_day_within,
    publish_duty,
    upload_duty,
    working_days_before,
)
from openpar.delivery.procedures.words import LimitUnit, PostedAt, Tier
from openpar.engine.workdays import due_at

CALENDAR = shipped_calendar(settings.OPENPAR_DATA_DIR).calendar()
PROVINCE = Published(
    tier=Tier.PROVINCE,
    signed_on=date(2026, 6, 24),
    effective_on=date(2026, 7, 1),
    bases_effective_on=None,
    is_fast_track=False,
    basis_signed_on=None,
    uploaded_on=None,
)
MINISTRY = replace(PROVINCE, tier=Tier.MINISTRY, signed_on=date(2026, 6, 3))


def must(duty: Duty | None) -> Duty:
    assert duty is not None
    return duty


@pytest.mark.parametrize(
    ("decision", "due"),
    [
        # dossiers.md §7: of 01/07/2026, 03/06/2026 for a ministry and 24/06/2026 for a province.
        (PROVINCE, date(2026, 6, 24)),
        (MINISTRY, date(2026, 6, 3)),
        # The newest law behind it counts, when that is stated.
        (replace(PROVINCE, bases_effective_on=date(2026, 8, 3)), date(2026, 7, 27)),
        # Over 30/04, 01/05 and Monday 27/04: 29, 28, 24, 23, 22.
        (replace(PROVINCE, effective_on=date(2026, 5, 4)), date(2026, 4, 22)),
    ],
)
def test_nd63_article_15_a_decision_is_signed_before_the_law_takes_effect(
    decision: Published, due: date
) -> None:
    assert must(publish_duty(decision, CALENDAR)).due_on == due


def test_signed_on_the_last_day_is_in_time_and_a_day_later_is_late() -> None:
    calendar, today = CALENDAR, date(2026, 9, 1)
    assert not must(publish_duty(PROVINCE, calendar)).is_late(today)
    later = must(publish_duty(replace(PROVINCE, signed_on=date(2026, 6, 25)), calendar))
    assert later.is_late(today)
    assert later.days_late(today) == 1


def test_by_shortened_order_three_days_after_the_law_was_signed() -> None:
    fast = replace(PROVINCE, is_fast_track=True, basis_signed_on=date(2026, 6, 23))
    # The third day, 26/06, is a Friday.
    assert must(publish_duty(fast, CALENDAR)).due_on == date(2026, 6, 26)
    assert publish_duty(replace(fast, basis_signed_on=None), CALENDAR) is None


@pytest.mark.parametrize(
    ("decision", "due"),
    [
        (PROVINCE, date(2026, 7, 1)),
        (MINISTRY, date(2026, 6, 17)),
        (replace(PROVINCE, is_fast_track=True), date(2026, 6, 26)),
        (replace(MINISTRY, is_fast_track=True), date(2026, 6, 5)),
    ],
)
def test_nd63_article_24_a_decision_is_uploaded_within_working_days(decision: Published, due: date) -> None:
    duty = must(upload_duty(decision, CALENDAR))
    assert duty.due_on == due
    assert not duty.is_late(due)
    assert duty.is_late(date(2026, 12, 1))
    assert not must(upload_duty(replace(decision, uploaded_on=due), CALENDAR)).is_late(date(2026, 12, 1))


def test_a_period_of_days_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    three = Limit(3, LimitUnit.CALENDAR_DAY)
    assert last_day_within(three, date(2026, 6, 24), CALENDAR) == date(2026, 6, 29)


def test_counting_back_skips_days_off_and_counts_a_worked_saturday() -> None:
    # 31/08-02/09 are off, Saturday 22/08 is worked: 28, 27, 26, 25, 24, 22, 21, 20, 19.
    assert working_days_before(date(2026, 9, 3), 9, CALENDAR) == date(2026, 8, 19)


def test_an_old_day_that_no_rule_is_known_for_has_no_duty() -> None:
    assert duty_rule(PUBLISH, day=date(2015, 1, 1), tier=Tier.PROVINCE) is None
    assert publish_duty(replace(PROVINCE, signed_on=date(2015, 1, 1)), CALENDAR) is None


@pytest.mark.parametrize(
    ("limit", "day"),
    [
        (Limit(5, LimitUnit.WORKING_DAY), date(2026, 2, 26)),
        (Limit(15, LimitUnit.CALENDAR_DAY), date(2026, 2, 27)),
        (Limit(None, LimitUnit.SAME_DAY), date(2026, 2, 12)),
    ],
)
def test_the_engine_counts_due_dates_with_limits_of_the_catalogue(limit: Limit, day: date) -> None:
    # dossiers.md §4.3: Tết, 16-20/02/2026 are off.
    assert due_at(CALENDAR, date(2026, 2, 12), engine_limit(limit)).date() == day


def test_postings_name_their_places_and_how_certain_the_rule_is() -> None:
    rule = duty_rule(POST, day=date(2026, 7, 1))
    assert rule is not None
    assert rule.places == (PostedAt.BOARD, PostedAt.WEBSITE)
    assert rule.certainty == "R"


def test_the_plan_of_a_year_is_signed_before_the_31st_of_january() -> None:
    assert last_day_of_plan(2026) == date(2026, 1, 30)
    assert last_day_of_plan(2005) is None


def test_every_rule_of_the_data_has_a_source_and_a_mark() -> None:
    folder = settings.OPENPAR_DATA_DIR / "procedures"
    for name in ("duties.yaml", "online_levels.yaml"):
        content = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        rows = [row for rows in content.values() for row in (rows if isinstance(rows, list) else [rows])]
        assert rows
        assert all(row["source"] and row["certainty"] in {"V", "S", "R"} for row in rows)
