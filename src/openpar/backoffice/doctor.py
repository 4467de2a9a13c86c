"""`openpar doctor`: is this installation set up so that nothing is lost and nobody gets in who should not?

One line for each finding: ok, a warning, or wrong, and then what to do. Exit status 1 when anything is wrong.
The checks themselves are in doctor_*.py, registered in findings.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from openpar.backoffice.findings import Finding, Mark, checks
from openpar.backoffice.settings_needed import set_up


def findings() -> Iterator[Finding]:
    """What every check finds, in their order."""
    for one in checks:
        try:
            yield from one()
        except Exception as error:
            yield Finding(
                Mark.WRONG,
                one.__name__,
                f"không kiểm tra được ({type(error).__name__}: {error})",
                "Báo lỗi này cho nhóm phát triển.",
            )


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the subcommand; Django is loaded only when it runs."""
    parser = commands.add_parser("doctor", help="is the installation sound? · kiểm tra hệ thống cài đặt")
    parser.add_argument("--quiet", action="store_true", help="only what is not ok · chỉ nêu điều chưa ổn")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the findings; 1 when anything is wrong, else 0."""
    found = list(_all_findings())
    for finding in found:
        if finding.mark is not Mark.OK or not options.quiet:
            sys.stdout.write(f"{finding}\n")
    wrong, warned = (sum(one.mark is mark for one in found) for mark in (Mark.WRONG, Mark.WARNING))
    sys.stdout.write(f"{len(found)} điều đã xem: {wrong} sai, {warned} lưu ý.\n")
    return 1 if wrong else 0


def _all_findings() -> Iterator[Finding]:
    try:
        set_up()
    except Exception as error:
        yield Finding(Mark.WRONG, "settings", f"không đọc được: {error}", "Xem docs/settings.md.")
        return
    # Needs the settings. Imported for its effect: each module registers its checks.
    import openpar.backoffice.doctor_calendars
    import openpar.backoffice.doctor_checks
    import openpar.backoffice.doctor_documents
    import openpar.backoffice.doctor_seals  # noqa: F401  # registers its checks; nothing of it is named here

    yield from findings()
