"""`openpar dossiers public`: what everybody may look up of dossiers, as a file for the portal."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from openpar.backoffice.settings_needed import with_django

_FINE, _MARK = 0, "\ufeff"


def add_dossier_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `dossiers` with its command."""
    kinds = commands.add_parser("dossiers", help="dossiers · hồ sơ").add_subparsers(
        required=True, metavar="COMMAND"
    )
    public = kinds.add_parser(
        "public", help="codes and degrees of completion, .csv · mã hồ sơ và mức độ hoàn thành để tra cứu"
    )
    public.add_argument("--out", type=Path, required=True, metavar="FILE", help=".csv")
    public.set_defaults(run=with_django(write_public))


def write_public(options: argparse.Namespace) -> int:
    """Writes the file whole, or not at all; the one that lay there before is replaced."""
    from django.utils import timezone

    from openpar.backoffice.result_files import write_all
    from openpar.common.csv_files import write_csv
    from openpar.delivery.dossiers.queries.public import COLUMNS, public_dossiers

    found = public_dossiers(timezone.localdate())
    text = io.StringIO(newline="")
    write_csv(text, COLUMNS, found.rows)
    write_all({options.out: _MARK + text.getvalue()})
    sys.stdout.write(f"{options.out}: {len(found.rows)} hồ sơ.\n")
    if found.left_out:
        sys.stderr.write(f"Không đưa ra {found.left_out} hồ sơ có mã không đúng dạng (TT 01/2018/TT-VPCP).\n")
    return _FINE
