"""`./run bench [SUBJECT …] [--rows N] [--turns N] [--json]`: ratios and times, side by side on this machine.

Subjects: pages, plans, facts, events, import, due_dates; none means all. Every line: name, value, limit, ok
or OVER. Leaves with 1 when something is over its limit, with words and 1 when two ways answer differently.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

from bench import due_dates, facts, facts_events, imports, pages, plans
from bench.lines import TURNS, Line


def main() -> int:
    """Measures what is asked for, one subject after the other."""
    asked = _arguments()
    subjects: dict[str, Callable[[], list[Line]]] = {
        "pages": pages.lines,
        "plans": plans.lines,
        "facts": lambda: facts.lines(asked.rows, asked.turns),
        "events": facts_events.lines,
        "import": lambda: imports.lines(asked.rows, asked.turns),
        "due_dates": due_dates.lines,
    }
    unknown = sorted(set(asked.subjects) - subjects.keys())
    if unknown:
        raise SystemExit(f"No subject {', '.join(unknown)}; there are {', '.join(subjects)}.")
    found: dict[str, list[Line]] = {}
    for name in asked.subjects or subjects:
        found[name] = subjects[name]()
        if not asked.json:
            sys.stdout.write("\n".join([f"\n{name}", *(line.told() for line in found[name])]) + "\n")
            sys.stdout.flush()
    if asked.json:
        told = {name: [line.as_mapping() for line in each] for name, each in found.items()}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    return int(any(not line.is_ok for each in found.values() for line in each))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT")
    parser.add_argument(
        "--rows", type=int, help="so many dossiers (facts) or rows of a list (import) instead"
    )
    parser.add_argument("--turns", type=int, default=TURNS, help="runs of which the median is told")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
