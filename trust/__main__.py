"""`./run trust`: every property tried in full, one line of figures each.

--json prints the whole as one JSON document; --only NAME (again and again) chooses; --short does as much as
`./run test`; --seed N plays a run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from trust.check import all_checks
from trust.runner import run_check


def line(told: dict[str, Any]) -> str:
    figures = " · ".join(f"{name} {value}" for name, value in told["figures"].items())
    caught = sum(told["planted"].values())
    where = f" ({told['database']})" if told["database"] else ""
    return (
        f"{'ok    ' if told['holds'] else 'FAILED'} {told['check']}{where}: {figures} · "
        f"violations {len(told['violations'])} · planted defects caught {caught}/{len(told['planted'])} · "
        f"seed {told['seed']} · {told['seconds']} s\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run trust")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--list", action="store_true")
    chosen = parser.parse_args()
    checks = [check for check in all_checks() if not chosen.only or check.name in chosen.only]
    if chosen.list:
        for check in checks:
            sys.stdout.write(f"{check.name}: {check.property}\n")
        return 0
    everything = []
    for check in checks:
        for told in run_check(check, seed=chosen.seed, short=chosen.short):
            everything.append({"property": check.property, **told})
            sys.stderr.write(line(told))
            for violation in told["violations"][:20]:
                sys.stderr.write(f"         {violation}\n")
    if chosen.json:
        sys.stdout.write(json.dumps(everything, ensure_ascii=False, indent=1) + "\n")
    return 0 if everything and all(told["holds"] for told in everything) else 1


if __name__ == "__main__":
    sys.exit(main())
