"""The table of tasks of a file, looked through by a person, comes into a draft: whole or not at all."""

from __future__ import annotations

from datetime import datetime

from openpar.base.intake.actions import keep_batch
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.reform.plans.actions.drafting import put_lines
from openpar.reform.plans.actions.shared import take_draft
from openpar.reform.plans.table_understanding import UnderstoodTasks

BATCH_KIND = "plan_tasks"


def bring_in_tasks(
    *,
    by: Actor,
    at: datetime,
    version_id: int,
    expected_version: int,
    understood: UnderstoodTasks,
    file_name: str,
    sha256: str,
) -> int:
    """Every task of the file as a line of the draft, after those that stand there; how many.

    `understood`: from `table_understanding.read_tasks`, which refuses a file with all its rows at once.
    Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        written = put_lines(version, [one.line for one in understood.lines], by=by, at=at)
        keep_batch(
            by=by,
            at=at,
            kind=BATCH_KIND,
            file_name=file_name,
            sha256=sha256,
            accepted_rows=len(written),
            about=f"plan:{version.plan_id}",
        )
        return len(written)
