"""A board over a province costs the same few queries however many agencies there are."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.organisations.models import Kind
from openpar.reform.plans.lines import Deadline, led_by_class
from openpar.reform.plans.models import Assignment
from openpar.reform.plans.queries.counting import count_on
from openpar.reform.plans.queries.lists import assignments_seen_by
from openpar.reform.plans.queries.pages_board import by_agency, by_field, tasks_done, whole_tally
from openpar.reform.plans.reminding import due_things
from tests import factories
from tests.reform.plans.year import Province, draft, issued, line, province, put

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)


def spread(communes: int, tasks: int) -> Province:
    """A plan in which every commune owes every task."""
    who = province()
    for number in range(communes):
        factories.organisation(f"Xã số {number}", kind=Kind.COMMUNE, parent=who.committee)
    version = draft(who)
    lines = (
        line(
            f"Nhiệm vụ {number}",
            leads=led_by_class("communes"),
            code=f"F{number % 7}",
            deadline=Deadline.by(date(2026, 1 + number % 12, 20)),
        )
        for number in range(tasks)
    )
    put(version, who.manager, *lines)
    who.plan = issued(version, who.manager, who.home.organisation).plan
    return who


def queries_of(who: Province) -> int:
    seen = assignments_seen_by(who.manager).filter(task__plan=who.issued(), ended_on__isnull=True)
    with CaptureQueriesContext(connection) as captured:
        whole_tally(seen, TODAY)
        by_field(seen, TODAY)
        by_agency(seen, TODAY)
        tasks_done(seen, TODAY)
        count_on(who.issued().pk, TODAY)
        list(due_things(TODAY))
    return len(captured)


def test_a_board_of_many_agencies_asks_no_more_than_one_of_few() -> None:
    few = spread(2, 3)
    asked = queries_of(few)
    many = spread(30, 4)
    assert Assignment.objects.filter(task__plan=many.issued()).count() == 4 * (30 + 2 + 2 + 2)
    assert queries_of(many) == asked
