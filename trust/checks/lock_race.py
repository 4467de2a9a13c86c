"""A lock is a wall: sixteen writers against the lock of a sheet."""

from __future__ import annotations

from trust.check import BOTH, Check, Found, Scale

_NAIVE_RACES = 30


def run(scale: Scale) -> Found:
    from openpar.base.accounts.models import Role
    from tests import factories
    from tests.parindex.assessments.lock_race import (
        WRITERS,
        naive_save,
        open_round_with,
        race,
        real_save,
        without_the_second_line,
        writers,
    )

    races = scale.of(1000, short=10)
    small, units = open_round_with(races + _NAIVE_RACES)
    person = factories.person_as(Role.FOCAL_OFFICER, small.health)
    with writers() as people:
        outcomes = [race(small, unit, person.pk, real_save, people) for unit in units[:races]]
        with without_the_second_line():
            naive = [race(small, unit, person.pk, naive_save, people) for unit in units[races:]]
    wrong = sum(not outcome.holds for outcome in naive)
    return Found(
        figures={"locks": races, "writers": WRITERS, "naive races that went wrong": wrong},
        violations=tuple(
            f"race {number}: {outcome}" for number, outcome in enumerate(outcomes) if not outcome.holds
        ),
        planted={"a save that looks first and writes afterwards": wrong > 0},
    )


CHECK = Check(
    "lock_race",
    "a lock is a wall: the frozen total equals the stored scores",
    run,
    BOTH,
    only_in_full="tests/parindex/assessments/test_lock_race.py runs the same race a hundred times",
)
