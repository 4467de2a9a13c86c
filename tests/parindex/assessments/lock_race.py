"""Writers against the lock of a sheet: shared by the short test and by `./run trust`.

Sixteen people each keep saving their own leaf while the head submits and locks. A lock is a wall: the frozen
total equals the stored scores, and no save is accepted after it. `naive_save` is the planted defect: it
looks first and writes afterwards, as most programs do.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.base.organisations.models import Organisation
from openpar.common.triggers import create_triggers, drop_triggers
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.rounds import enrol_units, open_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, save_self_score, submit_sheet
from openpar.parindex.assessments.errors import NotNow
from openpar.parindex.assessments.models import Assessment, Layer, Score, SheetState
from tests import factories
from tests.parindex import rounds

WRITERS = 16
_MOST_SAVES = 40
Save = Callable[[int, str, Entry, int, Actor], int]


def wide_set() -> dict[str, Any]:
    """A set of as many yes-no leaves of one point as there are writers."""
    leaves = [
        {
            "code": f"1.1.{number}",
            "title": f"Tiêu chí {number}",
            "max": "1",
            "rule": {"type": "boolean", "yes": "1", "no": "0"},
            "by": "self+appraisal",
        }
        for number in range(1, WRITERS + 1)
    ]
    most = str(WRITERS)
    return {
        "set": "Bộ tiêu chí mẫu rộng",
        "status": "SYNTHETIC",
        "level": "department",
        "year": "2026",
        "total": most,
        "fields": [
            {
                "code": "1",
                "title": "Lĩnh vực",
                "max": most,
                "criteria": [{"code": "1.1", "title": "Tiêu chí", "max": most, "sub": leaves}],
            }
        ],
    }


@dataclass(frozen=True)
class Outcome:
    """What one race ended in."""

    frozen: Decimal | None
    stored: Decimal
    saved_after_the_lock: int

    @property
    def holds(self) -> bool:
        return self.frozen == self.stored and self.saved_after_the_lock == 0


def real_save(assessment_id: int, code: str, entry: Entry, version: int, by: Actor) -> int:
    score, _sheet = save_self_score(
        assessment_id=assessment_id,
        code=code,
        entry=entry,
        expected_version=version,
        by=by,
        at=rounds.DURING_SELF,
    )
    return score.version


def naive_save(assessment_id: int, code: str, entry: Entry, version: int, by: Actor) -> int:
    """Looks whether the sheet is open, thinks for a moment, then writes."""
    if Assessment.objects.values_list("state", flat=True).get(pk=assessment_id) != SheetState.DRAFTING:
        raise NotNow.because("", "chốt rồi")
    criterion_id = Score.objects.values_list("criterion_id", flat=True).get(
        assessment_id=assessment_id, criterion__code=code, layer=Layer.SELF
    )
    time.sleep(0.002)
    points = Decimal(1 if entry.answer.choice == "yes" else 0)
    Score.objects.filter(assessment_id=assessment_id, criterion_id=criterion_id).update(
        points=points, computed_points=points, version=version + 1
    )
    return version + 1


@contextmanager
def without_the_second_line() -> Iterator[None]:
    """The planted defect alone: the guards of the database would stop what the program lets through."""
    drop_triggers()
    try:
        yield
    finally:
        create_triggers()


def open_round_with(units: int) -> tuple[rounds.SmallRound, list[Organisation]]:
    """A round in self-scoring over this many departments."""
    small = rounds.prepared_round(wide_set())
    made = [factories.organisation(f"Đơn vị {number}", block_code="so") for number in range(units)]
    enrol_units(
        round_block_id=small.round_block.pk, organisation_ids=None, by=small.manager, at=rounds.BEFORE
    )
    open_round(round_id=small.round.pk, by=small.manager, at=rounds.SELF_OPENS)
    return small, made


@contextmanager
def writers() -> Iterator[Executor]:
    """Sixteen people who stay for many races, each with a line to the database."""
    with ThreadPoolExecutor(WRITERS) as people:
        yield people
        leaving = threading.Barrier(WRITERS)

        def leave() -> None:
            leaving.wait(60)
            connection.close()

        for left in [people.submit(leave) for _ in range(WRITERS)]:
            left.result()


def race(
    small: rounds.SmallRound, unit: Organisation, person_id: int, save: Save, people: Executor
) -> Outcome:
    """One sheet: every leaf is filled, then everybody goes on changing while the head locks."""
    assessment_id = small.sheet(unit).pk
    held = frozenset({(Role.FOCAL_OFFICER, unit.pk), (Role.AGENCY_HEAD, unit.pk)})
    by = Actor(id=person_id, full_name="Người chấm", held=held)
    filled = threading.Barrier(WRITERS + 1)
    failures: list[BaseException] = []

    def write(code: str) -> None:
        try:
            version = real_save(assessment_id, code, Entry(Answer(choice="yes")), 0, by)
            filled.wait(60)
            for turn in range(_MOST_SAVES):
                answer = Answer(choice="no" if turn % 2 == 0 else "yes")
                version = save(assessment_id, code, Entry(answer), version, by)
        except NotNow:
            pass
        except BaseException as failure:
            filled.abort()
            failures.append(failure)

    working = [people.submit(write, f"1.1.{number}") for number in range(1, WRITERS + 1)]
    filled.wait(60)
    submit_sheet(assessment_id=assessment_id, by=by, at=rounds.DURING_SELF)
    # Two people lock: whoever handed in does not approve.
    head = Actor(id=small.head.person_id, full_name="Thủ trưởng", held=held)
    lock_sheet(assessment_id=assessment_id, by=head, at=rounds.DURING_SELF)
    for one in working:
        one.result(60)
    if failures:
        raise failures[0]
    return outcome_of(assessment_id)


def outcome_of(assessment_id: int) -> Outcome:
    traces = Trace.objects.filter(about=f"assessment:{assessment_id}")
    lock = traces.get(verb="sheet.locked")
    points = Score.objects.filter(assessment_id=assessment_id, layer=Layer.SELF).values_list(
        "points", flat=True
    )
    return Outcome(
        frozen=Assessment.objects.get(pk=assessment_id).self_total,
        stored=sum((value for value in points if value is not None), Decimal(0)),
        saved_after_the_lock=traces.filter(verb="score.self_saved", id__gt=lock.pk).count(),
    )
