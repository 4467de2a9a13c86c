"""`openpar round bundle`: the signed data of a published round as a file."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from openpar.backoffice.settings_needed import set_up

FINE, WRONG = 0, 1


def add_round_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `round` with its command."""
    of_round = commands.add_parser("round", help="kỳ đánh giá").add_subparsers(required=True)
    bundle = of_round.add_parser("bundle", help="ghi gói dữ liệu đã ký của một kỳ đã công bố")
    bundle.add_argument("round_id", type=int)
    bundle.add_argument("out", type=Path)
    bundle.set_defaults(run=_bundle)


def _bundle(options: argparse.Namespace) -> int:
    set_up()
    from openpar.base.documents.storage import digest_of, open_file
    from openpar.parindex.assessments.models import RoundBundle

    stored = RoundBundle.objects.filter(round_id=options.round_id).first()
    if stored is None:
        sys.stderr.write(f"Kỳ {options.round_id} chưa công bố hoặc không có gói dữ liệu.\n")
        return WRONG
    with open_file(stored.sha256) as source, options.out.open("xb") as target:
        shutil.copyfileobj(source, target)
    if digest_of(options.out) != stored.sha256:
        sys.stderr.write(f"Gói dữ liệu của kỳ {options.round_id} không còn như lúc công bố.\n")
        return WRONG
    sys.stdout.write(f"Đã ghi {options.out}. Mã băm của kỳ: {stored.digest}\n")
    return FINE
