"""One check on one database, in a process of its own: a fork of what is loaded already."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from trust.check import Check, Scale, check_named


def play(to: Connection, words: str, environment: Mapping[str, str], name: str, scale: Scale) -> None:
    """Sends what the check found; sends nothing when the check itself broke.

    What it says goes into the file `words`.
    """
    with open(words, "w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    from trust.loaded import take_on

    take_on(environment)
    try:
        to.send(_told(check_named(name), scale))
    except Exception:
        sys.stderr.write(traceback.format_exc())
        sys.stderr.flush()
        raise SystemExit(1) from None


def _told(check: Check, scale: Scale) -> dict[str, Any]:
    if check.databases and not os.environ.get("TRUST_TABLES"):
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    started = time.monotonic()
    found = check.run(scale)
    return {
        "check": check.name,
        "database": os.environ.get("TRUST_DATABASE", ""),
        "seed": scale.seed,
        "figures": dict(found.figures),
        "violations": list(found.violations),
        "planted": dict(found.planted),
        "seconds": round(time.monotonic() - started, 1),
        "holds": found.holds,
    }
