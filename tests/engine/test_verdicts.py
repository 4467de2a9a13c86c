"""The two verdicts: worked examples over every transition, a naive count of days, what may not matter."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as some

from openpar.engine.errors import InvalidSet
from openpar.engine.verdicts import (
    BadEvents,
    Event,
    EventKind,
    Terms,
    Verdict,
    Verdicts,
    follow,
    judge,
    last_day_to_apologise,
    rules_on,
    statuses_from_mapping,
    verdict_rules_from_mapping,
)
from openpar.engine.workdays import Limit, Unit
from openpar.parindex.criteria.yaml_files import mapping_of, read_mapping
from tests.engine.verdict_cases import (
    CALENDAR,
    ROOT,
    RULES,
    RULES_FILE,
    STATUSES,
    Case,
    cases,
    day_text,
    index_word,
    rules_with,
)

CASES = cases()
K = EventKind
IN_TIME = {Verdict.EARLY, Verdict.ON_TIME, Verdict.OPEN_IN_TIME}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.why)
def test_a_dossier_is_judged_as_the_table_says(case: Case) -> None:
    if "bad" in case.row:
        assert case.problems() == case.row["bad"]
        return
    found = case.judged()
    assert [str(code) for code in case.path()] == case.row["path"]
    assert [found.legal.verdict, day_text(found.legal.due_on)] == case.row["legal"]
    assert [index_word(found.index.is_on_time), day_text(found.index.due_on)] == case.row["index"]
    assert [finding.code for finding in found.findings] == case.row.get("findings", [])
    assert found.legal.sentence.endswith(".")
    assert found.index.sentence.endswith(".")


def test_every_transition_has_a_worked_example() -> None:
    gone = set()
    for case in CASES:
        if "bad" not in case.row:
            path = case.path()
            gone |= {
                (before, after) for before, after in zip((1, *path), path, strict=False) if before != after
            }
    skipped = {
        (4, 10)
    }  # the result was handed over and nobody recorded that it was done: allowed, and found (Q2)
    allowed = {(before, after) for before, following in STATUSES.transitions.items() for after in following}
    assert len(allowed) == 25
    assert gone - skipped == allowed


def test_the_sentences_say_what_was_compared_with_what() -> None:
    found = CASES[0].judged()
    assert found.original_due_on == date(2026, 3, 9)
    assert found.legal.sentence == "Hạn 18/03/2026, xong 17/03/2026: trước hạn."
    assert found.index.sentence == "Hạn 16/03/2026 (đã trừ 5 ngày làm việc chờ), xong 17/03/2026: quá hạn."
    assert found.index.subtracted == 5


def test_the_ten_statuses_have_their_clocks() -> None:
    assert [status.code for status in STATUSES.statuses] == list(range(1, 11))
    running = [status.code for status in STATUSES.statuses if status.clock == "running"]
    assert running == [2, 4]
    assert [status.code for status in STATUSES.statuses if not STATUSES.transitions[status.code]] == [
        3,
        7,
        10,
    ]


def test_the_last_day_to_apologise_is_the_working_day_before() -> None:
    assert last_day_to_apologise(CALENDAR, RULES, date(2026, 3, 9)) == date(2026, 3, 6)
    # Tết: 16-20/02 off.
    assert last_day_to_apologise(CALENDAR, RULES, date(2026, 2, 23)) == date(2026, 2, 13)
    assert last_day_to_apologise(
        CALENDAR, rules_with({"apology_working_days_before": "0"}), date(2026, 3, 9)
    ) == date(2026, 3, 9)


def random_walk(random: Random) -> list[Event]:
    """Events that follow the table, a few days apart, starting with reception."""
    day = date(2026, 1, 5) + timedelta(days=random.randrange(200))
    events = [Event(K.RECEIVED, day)]
    for _ in range(random.randrange(7)):
        day += timedelta(days=random.randrange(6))
        kinds = list(K)
        random.shuffle(kinds)
        for kind in kinds:
            try:
                follow(STATUSES, [*events, Event(kind, day)])
            except BadEvents:
                continue
            events.append(Event(kind, day))
            break
    return events


def judged(events: list[Event], on: date, days: int = 5) -> Verdicts:
    return judge(CALENDAR, STATUSES, RULES, Terms(Limit(days, Unit.WORKING_DAY)), events, on)


@pytest.mark.parametrize("seed", range(80))
def test_whatever_may_happen_can_be_judged_and_only_the_table_is_followed(seed: int) -> None:
    random = Random(seed)
    events = random_walk(random)
    path = follow(STATUSES, events).after_each
    for before, after in zip((1, *path), path, strict=False):
        assert before == after or STATUSES.may_follow(before, after) or after == 10
    found = judged(events, events[-1].on + timedelta(days=random.randrange(30)), random.randint(1, 20))
    assert found.status == path[-1]
    assert found.index.is_on_time is not None
    if not any(event.kind in (K.SUPPLEMENT_ASKED, K.PAYMENT_ASKED, K.PAUSED) for event in events):
        left = found.legal.verdict in (Verdict.WITHDRAWN, Verdict.RETURNED, Verdict.STOPPED)
        assert left or found.index.is_on_time == (found.legal.verdict in IN_TIME)


@pytest.mark.parametrize("seed", range(80))
def test_an_apology_and_the_handing_over_change_no_verdict(seed: int) -> None:
    events = [
        event for event in random_walk(Random(seed)) if event.kind not in (K.EXTENDED, K.RESULT_RETURNED)
    ]
    on = events[-1].on + timedelta(days=40)
    before = judged(events, on)
    extended = [events[0], Event(K.EXTENDED, events[0].at, events[0].on + timedelta(days=60)), *events[1:]]
    after = judged(extended, on)
    assert (after.legal, after.index) == (before.legal, before.index)
    if events[-1].kind is K.DONE:
        handed = judged([*events, Event(K.RESULT_RETURNED, on)], on)
        assert (handed.legal, handed.index) == (before.legal, before.index)


def working(after: date, until: date) -> int:
    """Working days of (after, until], counted naively."""
    return sum(CALENDAR.is_working(after + timedelta(days=n)) for n in range(1, (until - after).days + 1))


def first_working(on: date) -> date:
    """The first working day from `on`, itself included."""
    while not CALENDAR.is_working(on):
        on += timedelta(days=1)
    return on


days = some.integers(0, 12)


@given(some.integers(0, 600), some.integers(1, 15), days, days, days, some.booleans())
# Paid on a Saturday, when the limit was used up: done on Monday is in time.
@example(start=4, limit=2, asked=2, answered=3, done=2, is_payment=True)
@settings(max_examples=250, deadline=None)
def test_both_clocks_count_what_a_naive_count_of_days_says(
    start: int, limit: int, asked: int, answered: int, done: int, is_payment: bool
) -> None:
    received = date(2025, 1, 2) + timedelta(days=start)
    asked_on = received + timedelta(days=asked)
    answered_on = asked_on + timedelta(days=answered)
    done_on = answered_on + timedelta(days=done)
    # On a day off the days are fewer than the date says: there only dates are compared.
    assume(CALENDAR.is_working(done_on) and CALENDAR.is_working(received))
    kinds = (K.PAYMENT_ASKED, K.PAID) if is_payment else (K.SUPPLEMENT_ASKED, K.SUPPLEMENT_ANSWERED)
    events = [
        Event(K.RECEIVED, received),
        Event(kinds[0], asked_on),
        Event(kinds[1], answered_on),
        Event(K.DONE, done_on),
    ]
    found = judged(events, done_on, limit)
    waited = working(asked_on, answered_on)
    used = working(received, done_on)
    assert found.index.is_on_time == (used - (0 if is_payment else waited) <= limit)
    assert found.original_due_on is not None
    asked_in_time = working(received, asked_on) <= limit and asked_on <= found.original_due_on
    if not asked_in_time:
        assert found.legal.verdict is Verdict.LATE
    elif is_payment:
        # Whoever used up the limit before the pause has the day on which it ends; one off moves on.
        first_day = first_working(answered_on)
        assert (found.legal.verdict in IN_TIME) == (used - waited <= limit or done_on <= first_day)
    elif CALENDAR.is_working(answered_on):
        assert (found.legal.verdict in IN_TIME) == (working(answered_on, done_on) <= limit)


def test_the_rules_of_a_dossier_are_those_of_the_day_it_was_received() -> None:
    text = RULES_FILE.read_text("utf-8")
    entry = text[text.index("- from:") :]
    newer = text.replace("until: null", "until: 2026-07-01", 1) + entry.replace("2018-05-21", "2026-07-01")
    rules = verdict_rules_from_mapping(
        mapping_of(newer.replace("\n  subtract: working", "\n  subtract: calendar", 1).encode())
    )
    first = rules_on(rules, date(2026, 6, 30))
    second = rules_on(rules, date(2026, 7, 1))
    assert first is not None
    assert second is not None
    assert (first.subtracts_working_days, second.subtracts_working_days) == (False, True)
    assert rules_on(rules, date(2018, 5, 20)) is None


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("dossier_verdicts.yaml", "\n  supplement: starts_anew", "\n  supplement: begins", "begins"),
        ("dossier_verdicts.yaml", "[payment, pause]", "[payment, lunch]", "lunch"),
        ("dossier_verdicts.yaml", "extensions_allowed: 1", "extensions_allowed: một", "extensions_allowed"),
        ("dossier_verdicts.yaml", "\n  subtract: working", "\n  subtract: none", "none"),
        ("dossier_verdicts.yaml", "from: 2018-05-21", "from: 2018", "from"),
        (
            "dossier_verdicts.yaml",
            "supplements_allowed: 1",
            "supplements_allowed: 1.5",
            "supplements_allowed",
        ),
        ("dossier_statuses.yaml", "8: [10]", "8: [11]", "11"),
        ("dossier_statuses.yaml", "  DONE: 9\n", "", "DONE"),
        ("dossier_statuses.yaml", "  DONE: 9\n", "  DONE: chín\n", "chín"),
        ("dossier_statuses.yaml", "  PAID: 4\n", "  PAID: 4\n  LOST: 4\n", "LOST"),
        ("dossier_statuses.yaml", "clock: running}", "clock: walking}", "walking"),
    ],
)
def test_data_that_contradict_themselves_are_refused(file: str, before: str, after: str, told: str) -> None:
    text = (ROOT / "data" / file).read_text("utf-8")
    assert before in text
    mapping = mapping_of(text.replace(before, after, 1).encode())

    def read() -> object:
        return statuses_from_mapping(mapping) if "statuses" in file else verdict_rules_from_mapping(mapping)

    with pytest.raises(InvalidSet, match=told):
        read()


def test_the_shipped_files_are_read() -> None:
    assert read_mapping(RULES_FILE)["set"] == "dossier_verdicts"
