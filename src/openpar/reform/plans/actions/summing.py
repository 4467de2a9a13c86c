"""The sums of many obligations at once, after something changed for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from openpar.reform.plans.models import Assignment, Duty
from openpar.reform.plans.settling import SUMMARY, put_in_sum

_BATCH = 500


def sum_up_many(assignments: Sequence[Assignment]) -> None:
    """Stores what the duties of each say now, and that it has changed once more; two queries a portion."""
    owed: defaultdict[int, list[Duty]] = defaultdict(list)
    for duty in Duty.objects.filter(assignment__in=[each.pk for each in assignments]).order_by("number"):
        owed[duty.assignment_id].append(duty)
    for assignment in assignments:
        put_in_sum(assignment, owed[assignment.pk])
        assignment.version += 1
    Assignment.objects.bulk_update(assignments, [*SUMMARY, "version"], batch_size=_BATCH)
