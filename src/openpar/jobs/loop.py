"""The loop: looks what is due, runs short jobs itself and long ones in processes of their own."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from openpar.jobs.actions import claim, finish
from openpar.jobs.models import JobState
from openpar.jobs.running import new_name, run_claimed
from openpar.jobs.timing import Job, due_at

_log = logging.getLogger(__name__)
_LONGEST_REST, _SHORTEST_REST = timedelta(seconds=5), timedelta(milliseconds=100)
_PATIENCE = 20.0

Child = subprocess.Popen[bytes]


def start_child(job: Job, by: str) -> Child:
    """A process that runs the claimed job as `by`."""
    command = [sys.executable, "-m", "django", "jobs", "claimed", job.name, "--by", by]
    return subprocess.Popen(command)  # noqa: S603  # our own command, with a name from our own table


@dataclass
class Loop:
    """Runs `jobs` until `stop` is set; several loops may run, on several machines."""

    jobs: Sequence[Job]
    stop: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], datetime] = timezone.now
    start: Callable[[Job, str], Child] = start_child
    children: dict[str, tuple[str, Child]] = field(default_factory=dict)

    def run(self) -> None:
        """Until `stop`; then what runs is ended in order and nothing is left behind."""
        try:
            while not self.stop.is_set():
                self.stop.wait(self._turn().total_seconds())
        finally:
            self._end_children()
            connection.close()

    def _turn(self) -> timedelta:
        try:
            self._reap()
            self.run_due()
            return self._rest()
        except DatabaseError as failure:
            # The database is away: it comes back, and what was missed is caught up.
            _log.warning("jobs wait for the database: %s", failure)
            connection.close()
            return _LONGEST_REST

    def run_due(self) -> list[str]:
        """Starts everything that is due now, in the order of the table; returns the names."""
        started = []
        for job in self.jobs:
            if self.stop.is_set() or job.name in self.children or not job.is_wanted():
                continue
            if next_start(job, self.clock()) > self.clock():
                continue
            by = new_name()
            if not claim(job=job, by=by, at=self.clock()):
                continue
            started.append(job.name)
            if job.is_long:
                self.children[job.name] = (by, self.start(job, by))
            else:
                run_claimed(job, by=by)
        return started

    def _rest(self) -> timedelta:
        at = self.clock()
        next_ones = [next_start(job, at) - at for job in self.jobs if job.name not in self.children]
        return max(_SHORTEST_REST, min([_LONGEST_REST, *next_ones]))

    def _reap(self) -> None:
        for name, (by, child) in list(self.children.items()):
            if child.poll() is not None:
                del self.children[name]
                self._say_it_ended(name, by, child)

    def _say_it_ended(self, name: str, by: str, child: Child) -> None:
        # Nothing to say when the child said it itself; otherwise it was killed.
        finish(name=name, by=by, at=self.clock(), error=f"ended with status {child.returncode}")

    def _end_children(self) -> None:
        for _by, child in self.children.values():
            child.terminate()
        for name, (by, child) in self.children.items():
            try:
                child.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            try:
                self._say_it_ended(name, by, child)
            except DatabaseError:
                _log.warning("job %s ended; its lease runs out by itself", name)


def next_start(job: Job, at: datetime) -> datetime:
    """When the job may start next: never before the lease of whoever runs it has run out."""
    state = JobState.objects.filter(name=job.name).first()
    if state is None:
        return at
    failed = bool(state.error or state.lease_by)
    due = due_at(job, last_started=state.started_at, failed=failed, at=at)
    return max(due, state.lease_until) if state.lease_by and state.lease_until else due
