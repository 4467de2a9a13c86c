"""Taking a job, staying at it, and saying how it ended; two loops never hold the same one."""

from __future__ import annotations

from datetime import datetime, timedelta

from openpar.common.db import write_transaction
from openpar.jobs.models import JobState
from openpar.jobs.timing import Job, due_at

# Somebody who has not said for this long that they are alive is not.
LEASE = timedelta(minutes=2)


def claim(*, job: Job, by: str, at: datetime, even_if_not_due: bool = False) -> bool:
    """Takes the job for `by`; False when it is not due or somebody alive runs it."""
    with write_transaction():
        state, _made = JobState.objects.select_for_update().get_or_create(name=job.name)
        if state.lease_by and state.lease_until is not None and state.lease_until > at:
            return False
        # Also whoever died while running counts as failed: it tries again soon.
        failed = bool(state.error or state.lease_by)
        if not even_if_not_due and due_at(job, last_started=state.started_at, failed=failed, at=at) > at:
            return False
        state.started_at, state.finished_at = at, None
        state.lease_by, state.lease_until = by, at + LEASE
        state.save()
    return True


def stay(*, name: str, by: str, at: datetime) -> bool:
    """Renews the lease; False when it was lost."""
    with write_transaction():
        held = JobState.objects.filter(name=name, lease_by=by).update(lease_until=at + LEASE)
    return held == 1


def finish(*, name: str, by: str, at: datetime, told: str = "", error: str = "") -> bool:
    """Ends a run; False, and nothing changed, when somebody else has taken the job meanwhile."""
    with write_transaction():
        state = JobState.objects.select_for_update().filter(name=name, lease_by=by).first()
        if state is None:
            return False
        state.finished_at, state.lease_by, state.lease_until = at, "", None
        state.told, state.error = told, error
        if not error:
            state.succeeded_at = at
        state.save()
    return True
