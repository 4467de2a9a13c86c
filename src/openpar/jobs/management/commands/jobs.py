"""`openpar jobs run | once [NAME] | list`: what happens by itself."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from openpar.common.formats import VIETNAM
from openpar.jobs.actions import claim
from openpar.jobs.loop import Loop, next_start
from openpar.jobs.models import JobState
from openpar.jobs.running import new_name, run_claimed
from openpar.jobs.schedule import JOBS
from openpar.jobs.timing import Job


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True, metavar="COMMAND")
        kinds.add_parser("run", help="until SIGTERM · chạy liên tục")
        once = kinds.add_parser("once", help="what is due, or one job now · chạy một lần")
        once.add_argument("name", nargs="?")
        kinds.add_parser("list", help="last run, next, last error · danh sách")
        # For the loop itself: a job that it has already taken.
        claimed = kinds.add_parser("claimed")
        claimed.add_argument("name")
        claimed.add_argument("--by", required=True)

    def handle(self, *_arguments: Any, **options: Any) -> None:
        kind = options["kind"]
        if kind == "run":
            self._run()
        elif kind == "list":
            self._list()
        elif kind == "claimed":
            self._claimed(_job(options["name"]), options["by"])
        else:
            self._once([_job(options["name"])] if options["name"] else None)

    def _run(self) -> None:
        loop = Loop(JOBS)

        def stop(_number: int, _frame: FrameType | None) -> None:
            loop.stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        loop.run()

    def _claimed(self, job: Job, by: str) -> None:
        # Leaves through the ends of its blocks, so that nothing unfinished stays behind.
        signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
        # Ctrl+C in a console reaches the whole group; the loop decides when its children end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if run_claimed(job, by=by):
            sys.exit(1)

    def _once(self, chosen: list[Job] | None) -> None:
        failed = []
        for job in chosen or [job for job in JOBS if job.is_wanted()]:
            by = new_name()
            if not claim(job=job, by=by, at=timezone.now(), even_if_not_due=chosen is not None):
                if chosen is not None:
                    raise CommandError(f"{job.name}: đang có nơi khác chạy")
                continue
            error = run_claimed(job, by=by)
            state = JobState.objects.get(name=job.name)
            self.stdout.write(f"{job.name}: {error or state.told}")
            failed += [job.name] if error else []
        if failed:
            raise CommandError(f"không xong: {', '.join(failed)}")

    def _list(self) -> None:
        at = timezone.now()
        for job in JOBS:
            state = JobState.objects.filter(name=job.name).first() or JobState(name=job.name)
            last = f"{state.started_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}" if state.started_at else "chưa"
            following = f"{next_start(job, at).astimezone(VIETNAM):%d/%m/%Y %H:%M:%S}"
            if not job.is_wanted():
                following = "tắt"
            self.stdout.write(f"{job.name}: lần cuối {last}; lần tới {following}; {state.told or '–'}")
            if state.lease_by:
                self.stdout.write(f"  đang chạy: {state.lease_by}")
            if state.error:
                self.stdout.write(f"  LỖI: {state.error}")


def _job(name: str) -> Job:
    for job in JOBS:
        if job.name == name:
            return job
    raise CommandError(f"không có việc “{name}”; có: {', '.join(job.name for job in JOBS)}")
