"""Does the program say of plans what the model says? Row by row, and in every count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trust import plan_model as model

if TYPE_CHECKING:
    from trust.plan_walking import Walk


def differences(walk: Walk) -> str:
    """The first thing that the two say differently; "" when they agree."""
    from openpar.reform.plans.models import Assignment, Duty

    duties: dict[int, list[Any]] = {}
    for duty in Duty.objects.order_by("assignment", "number"):
        duties.setdefault(duty.assignment_id, []).append(duty)
    rows = {row.pk: row for row in Assignment.objects.all()}
    if rows.keys() != walk.lines.keys():
        return f"obligations {sorted(rows)} instead of {sorted(walk.lines)}"
    for pk, line in walk.lines.items():
        told = _row(rows[pk], line) or _duties(duties[pk], line) or _sums(rows[pk], line, walk)
        if told:
            return f"{line.task} of {line.agency}: {told}"
    return _counts(walk)


def _row(row: Any, line: model.Line) -> str:
    if (row.ended_on is not None) != line.is_ended:
        return f"ended {row.ended_on}"
    if row.started_on != line.started:
        return f"started on {row.started_on}, not {line.started}"
    return ""


def _duties(rows: list[Any], line: model.Line) -> str:
    if len(rows) != len(line.duties):
        return f"{len(rows)} duties instead of {len(line.duties)}"
    for row, duty in zip(rows, line.duties, strict=True):
        stored = (row.state, row.due_on, row.claimed_on or row.completed_on, row.extensions)
        wanted = (duty.state, duty.due, duty.completed, duty.extensions)
        if stored != wanted or (row.excused_on is not None) != duty.excused:
            return f"duty {row.number} is {stored}, not {wanted}"
    return ""


def _sums(row: Any, line: model.Line, walk: Walk) -> str:
    """The columns that boards are counted by."""
    if line.is_ended:
        return ""
    bucket = line.bucket(walk.today)
    if row.done_on is not None:
        stored = "late" if row.was_late else "on_time"
    else:
        is_over = row.due_on is not None and row.due_on < walk.today and not row.is_waiting
        stored = "overdue" if is_over else "in_time"
    return "" if stored == bucket else f"its sum says {stored}, not {bucket}"


def _counts(walk: Walk) -> str:
    """Model, database and engine count the same, and the four add up."""
    from openpar.reform.plans.models import Assignment
    from openpar.reform.plans.queries import pages_board
    from openpar.reform.plans.queries.counting import count_on

    wanted = model.counted(list(walk.lines.values()), walk.today)
    live = Assignment.objects.filter(ended_on__isnull=True)
    by_database = pages_board.whole_tally(live, walk.today).tally
    by_engine = count_on(walk.who.issued().pk, walk.today).tally
    for name, found in (("database", by_database), ("engine", by_engine)):
        told = {key: getattr(found, key) for key in wanted}
        if told != wanted:
            return f"the {name} counts {told}, not {wanted}"
        if found.assigned != sum(not line.is_ended for line in walk.lines.values()):
            return f"the {name} counts {found.assigned} of {len(walk.lines)}"
    return ""
