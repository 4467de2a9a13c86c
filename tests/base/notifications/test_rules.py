"""On which days somebody is told: a table over plain values, and what the data file may not say."""

from __future__ import annotations

import copy
from datetime import date, time, timedelta
from typing import Any

import pytest
import yaml
from django.conf import settings

from openpar.base.notifications.due import DueThing
from openpar.base.notifications.models import Channel, Pace
from openpar.base.notifications.rules import Counts, Rule, owed, read_settings, settings_in_force
from openpar.base.notifications.wording import reminder_text

DUE = date(2026, 12, 15)
OFFICER, HEAD, ASSIGNER = 1, 2, 3
# One that does and leads at once is one person.
BOTH = 4


def thing(*, known_from: date | None = None, **sides: tuple[int, ...]) -> DueThing:
    told: dict[str, Any] = {
        "responsible": (OFFICER,),
        "heads": (HEAD,),
        "assigners": (ASSIGNER,),
        **sides,
    }
    return DueThing("plan.task", "task:1", DUE, "Nhiệm vụ 5", "/tasks/1/", known_from=known_from, **told)


def rule(kind: str = "plan.task") -> Rule:
    return settings_in_force().rules_on(DUE)[kind]


def raw() -> dict[str, Any]:
    text = (settings.OPENPAR_DATA_DIR / "reminders.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


# Days from the deadline; who was told of which step before; who is told of which step now, leaving out which.
TABLE: tuple[tuple[int, dict[int, int], list[tuple[int, int, tuple[int, ...]]]], ...] = (
    (-31, {}, []),
    (-30, {}, [(OFFICER, -30, ())]),
    (-30, {OFFICER: -30}, []),
    (-29, {OFFICER: -30}, []),
    # The runs of thirty and seven days before were missed: one message, the latest step.
    (-5, {}, [(OFFICER, -7, (-30,))]),
    (-7, {OFFICER: -30}, [(OFFICER, -7, ())]),
    (-1, {OFFICER: -7}, [(OFFICER, -1, ())]),
    (0, {OFFICER: -1}, [(OFFICER, 0, ())]),
    # The first day of being late: whoever leads hears of it too, the assigning side not yet.
    (1, {OFFICER: 0}, [(OFFICER, 1, ()), (HEAD, 1, ())]),
    (7, {OFFICER: 1, HEAD: 1}, []),
    (8, {OFFICER: 1, HEAD: 1}, [(OFFICER, 8, ()), (HEAD, 8, ())]),
    (15, {OFFICER: 8, HEAD: 8}, [(OFFICER, 15, ()), (HEAD, 15, ()), (ASSIGNER, 15, ())]),
    (22, {OFFICER: 8, HEAD: 15, ASSIGNER: 15}, [(OFFICER, 22, (15,)), (HEAD, 22, ()), (ASSIGNER, 22, ())]),
    # A clock that went back sends nothing twice and nothing older.
    (-3, {OFFICER: 1}, []),
    # A year late it is no matter of reminders any more.
    (380, {OFFICER: 365, HEAD: 365, ASSIGNER: 365}, []),
)


@pytest.mark.parametrize(("days", "told", "expected"), TABLE)
def test_each_step_comes_on_its_day_and_a_missed_one_with_the_next_run(
    days: int, told: dict[int, int], expected: list[tuple[int, int, tuple[int, ...]]]
) -> None:
    found = owed(thing(), rule(), today=DUE + timedelta(days), told=told)
    assert [(one.recipient, one.offset, one.passed_over) for one in found] == expected


def test_who_does_and_leads_at_once_is_told_once() -> None:
    found = owed(
        thing(responsible=(BOTH,), heads=(BOTH,), assigners=()),
        rule(),
        today=DUE + timedelta(1),
        told={BOTH: 0},
    )
    assert [(one.recipient, one.offset) for one in found] == [(BOTH, 1)]


@pytest.mark.parametrize(("known", "expected"), [(-5, []), (-7, [-7]), (-40, [-7])])
def test_a_step_before_the_thing_was_known_is_nobodys(known: int, expected: list[int]) -> None:
    new = thing(known_from=DUE + timedelta(known))
    found = owed(new, rule(), today=DUE - timedelta(4), told={})
    assert [one.offset for one in found] == expected
    assert all(-30 not in one.passed_over for one in found if known == -7)


@pytest.mark.parametrize(
    ("counts", "days", "text"),
    [
        (Counts.DEADLINE, -5, "Còn 5 ngày, hạn 15/12/2026: Nhiệm vụ 5"),
        (Counts.DEADLINE, 0, "Hôm nay là hạn (15/12/2026): Nhiệm vụ 5"),
        (Counts.DEADLINE, 9, "Quá hạn 9 ngày, hạn 15/12/2026: Nhiệm vụ 5"),
        (Counts.SINCE, 14, "Nhiệm vụ 5: từ ngày 15/12/2026, đã 14 ngày."),
    ],
)
def test_the_message_counts_to_the_day_on_which_it_is_sent(counts: Counts, days: int, text: str) -> None:
    assert reminder_text([thing()], counts, DUE + timedelta(days)) == text


def test_a_long_name_leaves_room_for_the_day() -> None:
    long = DueThing("plan.task", "task:1", DUE, "Rà soát " * 90, "/", (OFFICER,))
    said = reminder_text([long], Counts.DEADLINE, DUE)
    assert len(said) < 500
    assert said.startswith("Hôm nay là hạn (15/12/2026): Rà soát")
    assert said.endswith("…")


def test_the_file_in_the_house_says_what_holds() -> None:
    here = settings_in_force()
    assert here.digest_at == time(7, 45)
    assert here.paces == {Channel.MAIL: Pace.DIGEST, Channel.GATEWAY: Pace.AT_ONCE}
    assert here.retries[0] == timedelta(minutes=1)
    assert rule("task.no_progress").counts is Counts.SINCE
    assert here.rules_on(date(2025, 12, 31)) == {}


def test_how_far_ahead_things_are_looked_for_follows_from_the_earliest_step() -> None:
    file = raw()
    assert read_settings(file).told_ahead(DUE) == timedelta(days=30)
    file["schedules"]["closing"]["steps"][0]["days"] = -75
    assert read_settings(file).told_ahead(DUE) == timedelta(days=75)
    # Nothing is in force, and nobody is told of anything.
    assert read_settings(file).told_ahead(date(2025, 12, 31)) == timedelta(0)


def _second_rule(file: dict[str, Any]) -> None:
    file["rules"].append({**file["rules"][0], "from": date(2027, 1, 1)})


def _unknown_side(file: dict[str, Any]) -> None:
    file["schedules"]["deadline"]["steps"][0]["tells"] = ["everybody"]


def _endless(file: dict[str, Any]) -> None:
    del file["schedules"]["deadline"]["steps"][4]["last"]


def _unknown_schedule(file: dict[str, Any]) -> None:
    file["rules"][0]["schedule"] = "never"


def _gathered_gateway(file: dict[str, Any]) -> None:
    file["channels"]["gateway"]["pace"] = "DIGEST"


@pytest.mark.parametrize(
    "spoil", [_second_rule, _unknown_side, _endless, _unknown_schedule, _gathered_gateway]
)
def test_a_file_that_cannot_be_is_refused(spoil: Any) -> None:
    sound = raw()
    read_settings(sound)
    spoilt = copy.deepcopy(sound)
    spoil(spoilt)
    with pytest.raises((ValueError, KeyError)):
        read_settings(spoilt)


def test_a_rule_ends_on_the_day_on_which_the_next_one_begins() -> None:
    file = raw()
    old, change = file["rules"][0], date(2027, 1, 1)
    old["until"] = change
    # In whatever order the file has them.
    file["rules"].insert(0, {**old, "name": "Quy tắc mới", "from": change, "until": None})
    found = read_settings(file)
    in_force = [
        found.rules_on(day)[old["kind"]].name
        for day in (change - timedelta(1), change, change + timedelta(1))
    ]
    assert in_force == [old["name"], "Quy tắc mới", "Quy tắc mới"]


def test_every_rule_says_where_it_comes_from() -> None:
    rules = raw()["rules"]
    assert all(entry["source"] and entry["certainty"] in "VSR" for entry in rules)
