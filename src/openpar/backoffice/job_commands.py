"""`openpar jobs …`: passed on to the command of the jobs, which stands beside this package."""

from __future__ import annotations

import argparse
import os


def add_job_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to those of `openpar`."""
    jobs = commands.add_parser("jobs", help="run | once [NAME] | list · việc tự động", add_help=False)
    jobs.add_argument("rest", nargs=argparse.REMAINDER)
    jobs.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["openpar", "jobs", *options.rest])
    return 0
