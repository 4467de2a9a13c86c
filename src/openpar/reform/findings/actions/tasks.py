"""What a finding or a conference wants done becomes a line of the unit's plan, with its source named."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from openpar.base.organisations.roles import Actor
from openpar.reform.fields import field_codes
from openpar.reform.findings.models import Conference, Finding
from openpar.reform.heirs import heirs_on
from openpar.reform.plans.actions.adding import add_task
from openpar.reform.plans.lines import Deadline, NewLine, Source, led_by
from openpar.reform.plans.models import Task

FINDING_SOURCE, CONFERENCE_SOURCE = "finding", "conference"
# Remedies in a field that is no chapter of plans (the impact of reform) stand under direction and steering.
_STEERING = "F0"


def task_of_finding(finding: Finding, *, plan_id: int, by: Actor, at: datetime) -> Task:
    """The remedy as a task by the deadline of the finding, of the unit or its heir. Raises what `add_task`
    raises.
    """
    assert finding.deadline is not None
    unit = heirs_on([finding.organisation_id], timezone.localdate(at))[finding.organisation_id]
    line = NewLine(
        field=_chapter(finding.field),
        text=finding.remedy,
        deadline=Deadline.by(finding.deadline),
        leads=led_by(unit),
        source=Source(FINDING_SOURCE, finding.pk, finding.text),
    )
    return add_task(plan_id=plan_id, line=line, by=by, at=at)


def task_of_order(
    conference: Conference, *, field: str, text: str, deadline: date, plan_id: int, by: Actor, at: datetime
) -> Task:
    """What a conference ordered, as a task. Raises what `add_task` raises."""
    unit = heirs_on([conference.organisation_id], timezone.localdate(at))[conference.organisation_id]
    line = NewLine(
        field=_chapter(field),
        text=text,
        deadline=Deadline.by(deadline),
        leads=led_by(unit),
        source=Source(CONFERENCE_SOURCE, conference.pk, conference.round_title),
    )
    return add_task(plan_id=plan_id, line=line, by=by, at=at)


def _chapter(field: str) -> str:
    return field if field in field_codes(only_in_plan=True) else _STEERING
