"""The loop: what is due runs once, long jobs beside it, and two loops never run the same one."""

from __future__ import annotations

import subprocess
import sys
import threading
import time as clock
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from openpar.common.formats import VIETNAM
from openpar.jobs.actions import LEASE, claim, finish, stay
from openpar.jobs.loop import Child, Loop
from openpar.jobs.models import JobState
from openpar.jobs.running import run_claimed
from openpar.jobs.timing import Job

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=VIETNAM)


class Counted:
    """A job that counts how often it ran."""

    def __init__(self, *, failing: bool = False) -> None:
        self.runs = 0
        self.failing = failing

    def __call__(self, _at: datetime) -> str:
        self.runs += 1
        if self.failing:
            raise RuntimeError("hỏng")
        return "xong"


def every_minute(run: Counted, *, is_long: bool = False) -> Job:
    return Job("minute", run=run, every=timedelta(minutes=1), is_long=is_long)


def sleeping_child(_job: Job, _by: str) -> Child:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_due_job_runs_once_and_says_how_it_was() -> None:
    work = Counted()
    loop = Loop([every_minute(work)], clock=lambda: NOW)
    assert [loop.run_due(), loop.run_due()] == [["minute"], []]
    state = JobState.objects.get()
    assert (work.runs, state.told, state.error, state.lease_by) == (1, "xong", "", "")


def test_a_failure_is_told_and_hurts_nobody_else() -> None:
    good = Counted()
    loop = Loop(
        [every_minute(Counted(failing=True)), Job("other", run=good, every=timedelta(1))], clock=lambda: NOW
    )
    assert loop.run_due() == ["minute", "other"]
    state = JobState.objects.get(name="minute")
    assert (state.error, state.succeeded_at, good.runs) == ("RuntimeError: hỏng", None, 1)


def test_a_job_that_is_not_wanted_does_not_run() -> None:
    work = Counted()
    off = Job("off", run=work, every=timedelta(minutes=1), is_wanted=lambda: False)
    assert Loop([off]).run_due() == []


def test_what_somebody_alive_runs_is_left_alone_and_what_nobody_runs_is_taken_over() -> None:
    job = every_minute(Counted())
    assert claim(job=job, by="one", at=NOW)
    assert not claim(job=job, by="two", at=NOW + timedelta(minutes=1, seconds=59))
    assert stay(name="minute", by="one", at=NOW + timedelta(minutes=1))
    assert not claim(job=job, by="two", at=NOW + timedelta(minutes=2))
    assert claim(job=job, by="two", at=NOW + timedelta(minutes=1) + LEASE)
    # Who was slow may neither stay nor end what is another's now.
    assert not stay(name="minute", by="one", at=NOW + timedelta(minutes=4))
    assert not finish(name="minute", by="one", at=NOW + timedelta(minutes=4), told="muộn")
    assert JobState.objects.get().lease_by == "two"


def test_of_sixteen_loops_at_once_one_gets_the_job() -> None:
    job, taken, together = every_minute(Counted()), [], threading.Barrier(16)

    def take(number: int) -> None:
        together.wait()
        try:
            if claim(job=job, by=f"loop {number}", at=NOW):
                taken.append(number)
        finally:
            connection.close()

    loops = [threading.Thread(target=take, args=(number,)) for number in range(16)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    assert len(taken) == 1


def test_a_long_job_delays_nothing_and_is_ended_with_the_loop() -> None:
    short = Counted()
    jobs = [
        Job("long", run=Counted(), every=timedelta(days=1), is_long=True),
        Job("seal", run=short, every=timedelta(milliseconds=50)),
    ]
    loop = Loop(jobs, start=sleeping_child)
    thread = threading.Thread(target=loop.run)
    thread.start()
    started = clock.monotonic()
    while short.runs < 3 and clock.monotonic() - started < 20:
        clock.sleep(0.05)
    [(_by, child)] = loop.children.values()
    loop.stop.set()
    thread.join(20)
    assert short.runs >= 3
    assert child.returncode is not None
    state = JobState.objects.get(name="long")
    assert (state.lease_by, state.error) == ("", f"ended with status {child.returncode}")


def test_the_command_runs_one_job_and_lists_all() -> None:
    call_command("jobs", "once", "expired_sessions")
    assert JobState.objects.get(name="expired_sessions").succeeded_at is not None
    call_command("jobs", "list")
    with pytest.raises(CommandError, match="không có việc"):
        call_command("jobs", "once", "nothing")


def test_the_command_does_not_run_what_runs_elsewhere() -> None:
    JobState.objects.create(
        name="expired_sessions", lease_by="x", lease_until=datetime(2999, 1, 1, tzinfo=VIETNAM)
    )
    with pytest.raises(CommandError, match="nơi khác"):
        call_command("jobs", "once", "expired_sessions")


def test_a_claimed_job_that_was_taken_over_does_not_overwrite_the_other_run() -> None:
    job = every_minute(Counted())
    claim(job=job, by="new", at=NOW)
    run_claimed(job, by="old")
    assert JobState.objects.get().lease_by == "new"
