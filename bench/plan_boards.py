"""Opens every view of a wide plan in a process of its own; prints one JSON object.

130 agencies × 60 tasks: 7,800 obligations, a third of them done. The median of twelve openings of each page,
as a browser asks for it, after one that is not counted.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import date
from typing import Any

AGENCIES, TASKS, OPENINGS = 130, 60, 12
TODAY = date(2026, 6, 1)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    who = _province()
    sys.stdout.write(json.dumps(_opened(who)) + "\n")


def _province() -> Any:
    from django.db.models import F

    from openpar.reform.plans.models import Assignment, Duty, DutyState
    from tests.reform.plans.test_scale import spread

    who = spread(AGENCIES - 2, TASKS)
    assert Assignment.objects.filter(task__plan=who.issued()).count() == AGENCIES * TASKS
    # A third was done on its day: the boards are measured here, not the way there.
    done = Assignment.objects.annotate(place=F("id") % 3).filter(place=0).values_list("pk", flat=True)
    duties = Duty.objects.filter(assignment__in=list(done))
    duties.update(state=DutyState.DONE, completed_on=F("due_on"), confirmed_on=F("due_on"))
    Assignment.objects.filter(pk__in=list(done)).update(done_on=F("due_on"), started_on=F("assigned_on"))
    return who


def _opened(who: Any) -> dict[str, dict[str, float]]:
    import time_machine
    from django.db import connection

    from openpar.web.account.stamps import SECOND_FACTOR, Passed
    from tests.reform.plans.year import moment
    from tests.web.reading import browser_of

    browser = browser_of(who.manager)
    session = browser.session
    session[SECOND_FACTOR] = str(Passed.SHOWN)
    session.save()
    plan = f"/plans/{who.issued().pk}/"
    pages = {
        "the plan": plan,
        **{f"by {view}": f"{plan}?view={view}" for view in ("time", "fields", "agencies", "list")},
        "the control room": "/plans/control/",
    }
    found = {}
    with time_machine.travel(moment(TODAY), tick=True):
        for name, address in pages.items():
            asked: list[str] = []

            def counting(execute: Any, sql: str, *rest: Any, asked: list[str] = asked) -> Any:
                asked.append(sql)
                return execute(sql, *rest)

            with connection.execute_wrapper(counting):
                assert browser.get(address).status_code == 200, address
            walls, costs = [], []
            for _opening in range(OPENINGS):
                began, cpu = time.perf_counter(), time.process_time()
                browser.get(address)
                walls.append((time.perf_counter() - began) * 1000)
                costs.append((time.process_time() - cpu) * 1000)
            found[name] = {
                "wall_ms": statistics.median(walls),
                "cpu_ms": statistics.median(costs),
                "queries": len(asked),
            }
    return found


if __name__ == "__main__":
    main()
