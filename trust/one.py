"""One check on one database, in a process of its own; prints one JSON object on its last line."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from trust.check import Scale, check_named


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true")
    chosen = parser.parse_args()
    check = check_named(chosen.name)
    if check.databases:
        _set_up(has_tables=bool(os.environ.get("TRUST_TABLES")))
    started = time.monotonic()
    found = check.run(Scale(seed=chosen.seed, short=chosen.short))
    told = {
        "check": check.name,
        "database": os.environ.get("TRUST_DATABASE", ""),
        "seed": chosen.seed,
        "figures": dict(found.figures),
        "violations": list(found.violations),
        "planted": dict(found.planted),
        "seconds": round(time.monotonic() - started, 1),
        "holds": found.holds,
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0 if found.holds else 1


def _set_up(*, has_tables: bool) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    if not has_tables:
        call_command("migrate", verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
