"""How entries of registers stand on a day: worked tables, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from openpar.reform.monitors.law import figure_definitions, law_on
from openpar.reform.monitors.registers import REGISTERS
from openpar.reform.monitors.rules.base import months_after
from openpar.reform.monitors.rules.counted import (
    broken_identities,
    dialogue_standing,
    discipline_standing,
    dissemination_standing,
    documents_standing,
    legal_standing,
)
from openpar.reform.monitors.rules.plans import PlanFacts, recruitment_standing, training_standing
from openpar.reform.monitors.rules.quality import Changed, QualityFacts, quality_standing
from openpar.reform.monitors.rules.staff import PostFacts, SchemeFacts, posts_standing, scheme_standing

TODAY = date(2026, 6, 16)
ISO = law_on("quality_system", TODAY)
MERGED = Changed("MERGED", date(2025, 7, 1), "Hợp nhất, sáp nhập (NQ 202/2025/QH15)")
RENAMED = Changed("RENAMED", date(2025, 9, 1), "Đổi tên")
KEPT_UP = QualityFacts(
    standard="9001:2015",
    first_announced_on=date(2025, 8, 4),
    announced_on=date(2025, 8, 4),
    internal_audit_on=date(2026, 3, 2),
    management_review_on=date(2026, 3, 16),
    scope_changed_on=None,
)
BEFORE_THE_MERGER = replace(KEPT_UP, first_announced_on=date(2019, 5, 6), announced_on=date(2019, 5, 6))


@pytest.mark.parametrize(
    ("facts", "changes", "state", "findings"),
    [
        (replace(KEPT_UP, announced_on=None), [], "NOT_BUILT", [""]),
        (replace(KEPT_UP, announced_on=date(2026, 6, 17)), [], "NOT_BUILT", [""]),
        (KEPT_UP, [MERGED], "ANNOUNCED", []),
        (replace(KEPT_UP, first_announced_on=date(2019, 5, 6)), [MERGED], "REANNOUNCED", []),
        (BEFORE_THE_MERGER, [MERGED], "MUST_REANNOUNCE", ["F6-01"]),
        # A new name is no new scope.
        (BEFORE_THE_MERGER, [RENAMED], "ANNOUNCED", []),
        (replace(KEPT_UP, scope_changed_on=date(2026, 1, 5)), [], "MUST_REANNOUNCE", ["F6-01"]),
        (replace(KEPT_UP, standard="9001:2008"), [], "OUTDATED", ["F6-01"]),
        (replace(KEPT_UP, internal_audit_on=None), [], "ANNOUNCED", []),
        (replace(KEPT_UP, internal_audit_on=date(2025, 6, 16)), [], "ANNOUNCED", []),
        (replace(BEFORE_THE_MERGER, internal_audit_on=date(2025, 6, 15)), [], "NOT_MAINTAINED", ["F6-02"]),
        (replace(BEFORE_THE_MERGER, internal_audit_on=date(2025, 6, 16)), [], "ANNOUNCED", []),
        (
            replace(BEFORE_THE_MERGER, internal_audit_on=None, management_review_on=None),
            [MERGED],
            "MUST_REANNOUNCE",
            ["F6-01", "F6-02", "F6-02"],
        ),
    ],
)
def test_a_quality_system_stands_by_standard_scope_and_upkeep(
    facts: QualityFacts, changes: list[Changed], state: str, findings: list[str]
) -> None:
    found = quality_standing(facts, changes, TODAY, ISO)
    assert (found.state, [one.finding for one in found.alarms]) == (state, findings)


def test_the_first_change_since_the_announcement_is_what_it_waits_for() -> None:
    later = Changed("TAKEN_OVER", date(2026, 1, 5), "Nhận một phần nhiệm vụ")
    found = quality_standing(BEFORE_THE_MERGER, [later, MERGED], TODAY, ISO)
    assert found.alarms[0].since == found.since == date(2025, 7, 1)
    assert "01/07/2025" in found.alarms[0].text
    assert "QĐ 19/2014/QĐ-TTg" in found.alarms[0].source


def test_a_standard_is_outdated_from_its_day_on() -> None:
    day = date(2018, 9, 24)
    old = QualityFacts("9001:2008", None, date(2018, 1, 2), day, day, None)
    assert quality_standing(old, [], day, law_on("quality_system", day)).state == "ANNOUNCED"
    assert quality_standing(old, [], date(2018, 9, 25), ISO).state == "OUTDATED"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2025, 8, 31), 12, date(2026, 8, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_the_month(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


SUBMITTED, APPROVED, STAFFED = date(2026, 1, 5), date(2026, 3, 2), date(2026, 5, 4)


@pytest.mark.parametrize(
    ("on", "state", "lapsed"),
    [
        (date(2026, 1, 4), "NONE", True),
        (SUBMITTED, "SUBMITTED", False),
        (APPROVED, "APPROVED", False),
        (STAFFED, "STAFFED", False),
    ],
)
def test_a_scheme_goes_from_none_to_staffed_by_its_days(on: date, state: str, lapsed: bool) -> None:
    facts = SchemeFacts("Trung tâm A", SUBMITTED, APPROVED, STAFFED)
    found = scheme_standing(facts, on, law_on("job_positions", on))
    assert (found.state, found.has_lapsed) == (state, lapsed)
    assert [one.finding for one in found.alarms if one.is_lapse] == ["F4-02"] * lapsed


@pytest.mark.parametrize(
    ("authorised", "filled", "deputies", "cap", "state", "codes"),
    [
        (5, 5, 3, 3, "FILLED", []),
        (5, 3, 2, 3, "VACANT", ["vacant"]),
        (5, 6, 4, 3, "ABOVE", ["above_authorised", "above_cap"]),
        (5, 5, 4, 3, "ABOVE", ["above_cap"]),
        (None, 5, 4, 3, "UNKNOWN", []),
        (0, 0, None, None, "FILLED", []),
    ],
)
def test_posts_are_vacant_filled_or_above(
    authorised: int | None,
    filled: int,
    deputies: int | None,
    cap: int | None,
    state: str,
    codes: list[str],
) -> None:
    facts = PostFacts("Lãnh đạo phòng", TODAY, authorised, filled, deputies, cap, date(2026, 2, 1))
    found = posts_standing(facts, law_on("leadership_posts", TODAY))
    assert (found.state, [one.code for one in found.alarms]) == (state, codes)


def plan(year: int, issued_on: date | None, planned: int | None = None, done: int | None = None) -> PlanFacts:
    return PlanFacts(year, date(year, 3, 31), issued_on, planned, done)


# The article of 2018: the plans of 2017 and 2018 were late.
@pytest.mark.parametrize(
    ("facts", "before", "on", "state", "words"),
    [
        (plan(2018, None), None, date(2018, 3, 31), "WAITING", ""),
        (plan(2018, None), None, date(2018, 4, 1), "OVERDUE", "chưa ban hành, quá hạn 1 ngày"),
        (plan(2018, date(2018, 3, 31)), None, date(2018, 9, 12), "ON_TIME", ""),
        (plan(2018, date(2018, 4, 10)), None, date(2018, 9, 12), "LATE", "chậm 10 ngày"),
        (
            plan(2018, date(2018, 4, 10)),
            plan(2017, date(2017, 5, 1)),
            date(2018, 9, 12),
            "LATE",
            "chậm hai năm liền",
        ),
        (plan(2018, date(2018, 3, 1)), plan(2017, date(2017, 5, 1)), date(2018, 9, 12), "ON_TIME", ""),
    ],
)
def test_a_training_plan_is_late_by_its_due_date_and_two_years_running(
    facts: PlanFacts, before: PlanFacts | None, on: date, state: str, words: str
) -> None:
    found = training_standing(facts, before, on, law_on("training", on))
    assert found.state == state
    assert [one.finding for one in found.alarms] == ["F4-03"] * bool(words)
    assert words in " ".join(one.text for one in found.alarms)


def test_what_was_not_trained_is_told_once_the_year_is_over() -> None:
    facts, law = plan(2025, date(2025, 3, 1), 40, 30), law_on("training", TODAY)
    assert training_standing(facts, None, date(2025, 12, 31), law).alarms == ()
    (told,) = training_standing(facts, None, date(2026, 1, 1), law).alarms
    assert "30/40" in told.text
    assert not told.is_lapse


@pytest.mark.parametrize(("vacancies", "state"), [(0, "NOT_NEEDED"), (12, "OVERDUE"), (None, "OVERDUE")])
def test_a_recruitment_plan_is_owed_where_posts_are_vacant(vacancies: int | None, state: str) -> None:
    found = recruitment_standing(
        plan(2026, None), "Giáo viên", vacancies, TODAY, law_on("recruitment", TODAY)
    )
    assert found.state == state
    assert [one.finding for one in found.alarms] == ["F4-01"] * (state == "OVERDUE")


UNTIL = date(2026, 6, 14)


@pytest.mark.parametrize(
    ("counts", "state", "codes"),
    [
        ({}, "UNKNOWN", []),
        ({"to_check": 10, "checked": 10, "unlawful": 2, "handled": 2}, "FINISHED", []),
        ({"to_check": 10, "checked": 9, "unlawful": 2, "handled": 1}, "UNFINISHED", ["check", "unlawful"]),
        ({"superior_due": 7, "superior_in_time": 6}, "UNFINISHED", ["in_time"]),
        (
            {"to_review": 9, "reviewed": 9, "kept": 5, "expired": 1, "replaced": 2, "recommended": 1},
            "FINISHED",
            [],
        ),
        (
            {"to_review": 9, "reviewed": 9, "kept": 5, "expired": 1, "replaced": 2, "recommended": 0},
            "UNFINISHED",
            ["sums"],
        ),
        # One part is not known: the sum stays open.
        ({"to_review": 9, "reviewed": 9, "kept": 5}, "FINISHED", []),
    ],
)
def test_legal_documents_are_finished_when_everything_was_done_and_adds_up(
    counts: dict[str, int | None], state: str, codes: list[str]
) -> None:
    found = legal_standing(counts, {}, UNTIL, TODAY, law_on("legal_documents", TODAY))
    assert (found.state, [one.code for one in found.alarms]) == (state, codes)


@pytest.mark.parametrize(
    ("register", "counts", "state", "codes"),
    [
        ("discipline", {}, "UNKNOWN", []),
        ("discipline", {"checks_planned": 4, "checks": 4, "cases": 0, "cases_handled": 0}, "FINISHED", []),
        ("discipline", {"checks_planned": 4, "checks": 3, "cases": 2}, "UNFINISHED", ["checks"]),
        ("discipline", {"checks_unannounced": 2, "cases": 2, "cases_handled": 1}, "UNFINISHED", ["cases"]),
        ("dissemination", {"articles": 24}, "FINISHED", []),
        ("dissemination", {"planned": 10, "carried_out": 9}, "UNFINISHED", ["planned"]),
        ("dialogue", {"planned": 1, "held": 0}, "UNFINISHED", ["held"]),
        ("dialogue", {"planned": 2, "held": 2, "concluded": 1}, "UNFINISHED", ["concluded"]),
        ("dialogue", {"planned": 1, "held": 1, "concluded": 1, "opinions": 3}, "FINISHED", []),
        ("dialogue", {"opinions": 3, "answered": 2}, "UNFINISHED", ["answered"]),
    ],
)
def test_a_quarter_is_finished_when_all_that_was_owed_is_done(
    register: str, counts: dict[str, int | None], state: str, codes: list[str]
) -> None:
    rule = {
        "discipline": discipline_standing,
        "dissemination": dissemination_standing,
        "dialogue": dialogue_standing,
    }[register]
    law = law_on(register, TODAY)
    found = rule(counts, {}, UNTIL, TODAY, law)
    assert (found.state, [one.code for one in found.alarms]) == (state, codes)
    assert set(codes) <= set(law.findings)
    # While the quarter runs nothing is late.
    assert rule(counts, {}, UNTIL, UNTIL, law).alarms == ()


@pytest.mark.parametrize(
    ("counts", "state", "findings"),
    [
        ({"outgoing": 100}, "UNKNOWN", []),
        ({"outgoing": 100, "outgoing_secret": 4, "outgoing_signed": 96}, "WHOLE", []),
        ({"outgoing": 100, "outgoing_secret": 4, "outgoing_signed": 90}, "PARTLY", [""]),
        (
            {"outgoing": 100, "outgoing_secret": 4, "outgoing_signed": 96, "outgoing_on_paper": 96},
            "PARALLEL",
            ["F6-03"],
        ),
        # Half of them is the threshold, a part below is shown and no more.
        (
            {"outgoing": 100, "outgoing_secret": 0, "outgoing_signed": 100, "outgoing_on_paper": 50},
            "PARALLEL",
            ["F6-03"],
        ),
        (
            {"outgoing": 100, "outgoing_secret": 0, "outgoing_signed": 100, "outgoing_on_paper": 49},
            "PARALLEL",
            [""],
        ),
    ],
)
def test_electronic_documents_leave_the_secret_ones_out_and_flag_paper(
    counts: dict[str, int | None], state: str, findings: list[str]
) -> None:
    found = documents_standing(counts, {}, UNTIL, TODAY, law_on("electronic_documents", TODAY))
    assert (found.state, [one.finding for one in found.alarms]) == (state, findings)


def test_more_signed_than_there_are_open_ones_is_impossible() -> None:
    law = law_on("electronic_documents", TODAY)
    counts = {"outgoing": 100, "outgoing_secret": 4, "outgoing_signed": 97}
    assert [one.above for one in broken_identities(counts, law)] == ["outgoing_signed"]
    assert broken_identities({**counts, "outgoing_signed": 96}, law) == ()
    assert broken_identities({**counts, "outgoing": None}, law) == ()


@pytest.mark.parametrize("key", REGISTERS)
def test_what_the_data_say_of_a_register_names_columns_that_it_has(key: str) -> None:
    register, law = REGISTERS[key], law_on(key, TODAY)
    columns = {field.name for field in register.model._meta.get_fields()}
    named = {name for one in law.at_most for name in (one.above, one.below, one.less) if name}
    named |= {name for one in law.sums for name in (*one.parts, one.whole)}
    for one in figure_definitions(key):
        for side in (one.numerator, one.denominator):
            named |= {*side.fields, *side.less}
            is_none = one.is_count and side is one.denominator
            assert bool(side.fields or side.states or side.entries) is not is_none
    assert named <= columns
    assert law.source
    assert law.certainty in ("V", "S", "R")


def test_every_figure_belongs_to_a_register_and_has_a_code_of_its_own() -> None:
    codes = [one.code for one in figure_definitions()]
    assert len(codes) == len(set(codes)) >= 17
    assert {one.register for one in figure_definitions()} == set(REGISTERS)
