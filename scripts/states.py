"""Draws the life cycles of docs/states from the tables of stages: `python -m scripts.states write | check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

import django

from scripts.written_pages import ROOT, settle, table

FOLDER = ROOT / "docs" / "states"
_INTRODUCTION = """# Life cycles

What may follow what, drawn from the tables in the code. Do not edit: change the table named on the page and run
`.venv/bin/python -m scripts.states write`; `./run check` fails while the two differ.
"""


class Life(NamedTuple):
    """One life cycle: the table, where it stands, and what it is the life of."""

    file: str
    title: str
    source: str
    follows: Mapping[Enum, Mapping[Enum, str]]
    note: str


def lives() -> tuple[Life, ...]:
    """Every life cycle there is."""
    from openpar.parindex.assessments.stages import ROUND, SHEET
    from openpar.parindex.criteria.stages import MAY_FOLLOW

    return (
        Life(
            "round.md",
            "A round (kỳ đánh giá)",
            "src/openpar/parindex/assessments/stages.py",
            ROUND,  # type: ignore[arg-type]  # TextChoices are enums; their stubs do not say so
            "A round lists its own phases with dates; phases that it leaves out are stepped over. After "
            "publication nothing follows: a correction is a new decision.",
        ),
        Life(
            "sheet.md",
            "The sheet of a unit (phiếu tự đánh giá)",
            "src/openpar/parindex/assessments/stages.py",
            SHEET,  # type: ignore[arg-type]  # TextChoices are enums; their stubs do not say so
            "Lives inside the self-scoring phase of its round. What a unit entered stays readable in every state.",
        ),
        Life(
            "criteria-set.md",
            "A criteria set (bộ tiêu chí)",
            "src/openpar/parindex/criteria/stages.py",
            MAY_FOLLOW,  # type: ignore[arg-type]  # TextChoices are enums; their stubs do not say so
            "A set that a round has opened with is never changed; a correction is a new set that `replaces` it.",
        ),
    )


def page(life: Life) -> str:
    """The page of one life cycle: a drawing and the same as a table."""
    states = list(life.follows)
    drawing = ["```mermaid", "stateDiagram-v2", f"    [*] --> {_code(states[0])}"]
    drawing += [f"    {_code(state)}: {_label(state)}" for state in states]
    drawing += [f"    {_code(state)} --> {_code(to)}" for state in states for to in life.follows[state]]
    drawing += [f"    {_code(state)} --> [*]" for state in states if not life.follows[state]]
    rows = [
        (f"{_label(state)} `{_code(state)}`", f"{_label(to)} `{_code(to)}`", why)
        for state in states
        for to, why in life.follows[state].items()
    ]
    rows += [
        (f"{_label(state)} `{_code(state)}`", "—", "the end") for state in states if not life.follows[state]
    ]
    lines = [f"# {life.title}", "", f"From `{life.source}`. {life.note}", "", *drawing, "```", ""]
    return "\n".join([*lines, *table(("from", "to", "when"), rows)]) + "\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    listed = [f"- [{life.title}]({life.file})" for life in lives()]
    return {
        "README.md": "\n".join([_INTRODUCTION, *listed]) + "\n",
        **{life.file: page(life) for life in lives()},
    }


def _code(state: Enum) -> str:
    return str(state.value)


def _label(state: Enum) -> str:
    return str(getattr(state, "label", state.value))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    django.setup()
    sys.exit(settle(sys.argv[1] if len(sys.argv) > 1 else "", FOLDER, pages()))
