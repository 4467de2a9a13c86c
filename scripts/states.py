"""Draws the life cycles of docs/states from the stage tables: `python -m scripts.states write | check`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import django
from django.db.models import TextChoices

from scripts.written_pages import ROOT, settle, table

FOLDER = ROOT / "docs" / "states"
_INTRODUCTION = """# Life cycles

What may follow what, drawn from the tables in the code. Do not edit: change the table named on the page
and run `.venv/bin/python -m scripts.states write`; `./run check` fails while the two differ.
"""
_WITHOUT_TABLE = """
Two lives have no table of stages and are walked by `trust/checks/life_walk.py` as well: the review conference
(owed, found missing, held) and the entry of a register (made, corrected by a next revision, taken out, made
again).
"""


_State = TypeVar("_State", bound=TextChoices)


class Life(NamedTuple):
    """One life cycle: the page, the module of its table, what follows what (with the label of each state).

    `walk`: the check of trust/checks that walks through it at random beside a model.
    """

    file: str
    title: str
    source: str
    follows: dict[str, dict[str, str]]
    labels: dict[str, str]
    note: str
    walk: str


def lives() -> tuple[Life, ...]:
    """Every life cycle there is."""
    from openpar.delivery.figures.stages import REVISION
    from openpar.parindex.assessments.stages import CORRECTION, ROUND, SHEET
    from openpar.parindex.criteria.stages import MAY_FOLLOW
    from openpar.reform.findings.stages import EXTENSION, FINDING
    from openpar.reform.initiatives.stages import INITIATIVE
    from openpar.reform.inspections.stages import CAMPAIGN as INSPECTION_PLAN
    from openpar.reform.inspections.stages import CASE as INSPECTION
    from openpar.reform.plans.stages import CLAIM, DUTY, MEETING, REQUEST
    from openpar.reform.plans.stages import VERSION as PLAN_VERSION
    from openpar.reports.periodic.stages import REVISION as REPORT_REVISION

    return (
        Life(
            "round.md",
            "A round (kỳ đánh giá)",
            "src/openpar/parindex/assessments/stages.py",
            *_plain(ROUND),
            "A round lists its own phases with dates; phases that it leaves out are stepped over. After "
            "publication nothing follows: a correction is a new decision.",
            "state_walk",
        ),
        Life(
            "sheet.md",
            "The sheet of a unit (phiếu tự đánh giá)",
            "src/openpar/parindex/assessments/stages.py",
            *_plain(SHEET),
            "Lives inside the self-scoring phase of its round. What a unit entered stays "
            "readable in every state.",
            "state_walk",
        ),
        Life(
            "correction.md",
            "A correction (đính chính)",
            "src/openpar/parindex/assessments/stages.py",
            *_plain(CORRECTION),
            "Proposed and decided while its round waits for recognition, by two people. What is "
            "proposed never changes; a round with an open one is not published.",
            "state_walk",
        ),
        Life(
            "criteria-set.md",
            "A criteria set (bộ tiêu chí)",
            "src/openpar/parindex/criteria/stages.py",
            *_plain(MAY_FOLLOW),
            "A set that a round has opened with is never changed; a correction is a new "
            "set that `replaces` it.",
            "life_walk",
        ),
        Life(
            "report-revision.md",
            "A revision of a periodic report (bản báo cáo định kỳ)",
            "src/openpar/reports/periodic/stages.py",
            *_plain(REPORT_REVISION),
            "What an organisation owes for one period is a report; what it said when are its revisions. What "
            "was sent never changes; what was locked at the cut-off counts for ever, whatever comes later.",
            "report_walk",
        ),
        Life(
            "plan-version.md",
            "A version of a reform plan (bản kế hoạch)",
            "src/openpar/reform/plans/stages.py",
            *_plain(PLAN_VERSION),
            "A plan has one version in force at a time. What a document issued never changes; tasks that "
            "come by an order of their own (a meeting, a remedy) are supplements with day and source.",
            "life_walk",
        ),
        Life(
            "task-duty.md",
            "A duty of a task (nhiệm vụ của một cơ quan)",
            "src/openpar/reform/plans/stages.py",
            *_plain(DUTY),
            "A task is owed by each lead agency; recurring work has one duty a period. “Đã triển khai” is a "
            "mark beside it, overdue is computed from the deadline in force.",
            "task_walk",
        ),
        Life(
            "task-report.md",
            "A report that a duty is done (báo cáo hoàn thành)",
            "src/openpar/reform/plans/stages.py",
            *_plain(CLAIM),
            "Nobody confirms what they reported, nor, for the province, what their own agency did.",
            "task_walk",
        ),
        Life(
            "task-request.md",
            "A request about a duty (xin gia hạn, nguyên nhân khách quan)",
            "src/openpar/reform/plans/stages.py",
            *_plain(REQUEST),
            "An extension keeps the old deadline readable; an objective reason leaves the duty late.",
            "task_walk",
        ),
        Life(
            "meeting.md",
            "A management meeting (họp giao ban)",
            "src/openpar/reform/plans/stages.py",
            *_plain(MEETING),
            "After it was concluded an order may still become a task, once.",
            "life_walk",
        ),
        Life(
            "inspection-plan.md",
            "An inspection plan (kế hoạch kiểm tra)",
            "src/openpar/reform/inspections/stages.py",
            *_plain(INSPECTION_PLAN),
            "Once issued it takes units by a published draw only; what it says stays as it is.",
            "life_walk",
        ),
        Life(
            "inspection.md",
            "An inspection (vụ kiểm tra)",
            "src/openpar/reform/inspections/stages.py",
            *_plain(INSPECTION),
            "One team, one or several units, one conclusion. Once the conclusion is issued nothing of the "
            "case changes; units agree or object beside it, and findings live on by themselves.",
            "inspection_walk",
        ),
        Life(
            "initiative.md",
            "A model or initiative (mô hình, sáng kiến)",
            "src/openpar/reform/initiatives/stages.py",
            *_plain(INITIATIVE),
            "While it runs, an evaluation is owed for every report period; that is no state. What was "
            "measured, recognised, evaluated and taken over never changes.",
            "life_walk",
        ),
        Life(
            "figure-revision.md",
            "A revision of reported figures (bản số liệu báo cáo)",
            "src/openpar/delivery/figures/stages.py",
            *_plain(REVISION),
            "One agency, form and period is a sheet; what was said of it when are its revisions. At most "
            "one is a draft and one is in force; all stay readable.",
            "life_walk",
        ),
        Life(
            "finding.md",
            "A finding (tồn tại, hạn chế)",
            "src/openpar/reform/findings/stages.py",
            *_plain(FINDING),
            "Whoever found it closes it; who reported the remedy does not. What was found never changes, and "
            "a closed finding not at all. Overdue is no state: it is computed from the deadline.",
            "finding_walk",
        ),
        Life(
            "finding-extension.md",
            "A request for more time to remedy a finding (gia hạn khắc phục)",
            "src/openpar/reform/findings/stages.py",
            *_plain(EXTENSION),
            "At most one is open for a finding; another person than who asked decides it.",
            "finding_walk",
        ),
    )


def _plain(
    follows: Mapping[_State, Mapping[_State, str]],
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """A table of stages as text, and the label of every state."""
    codes = {
        state.value: {to.value: why for to, why in following.items()} for state, following in follows.items()
    }
    return codes, {state.value: str(state.label) for state in follows}


def page(life: Life) -> str:
    """The page of one life cycle: a drawing and the same as a table."""
    named = {state: f"{label} `{state}`" for state, label in life.labels.items()}
    states = list(life.follows)
    ends = [state for state in states if not life.follows[state]]
    drawing = ["```mermaid", "stateDiagram-v2", f"    [*] --> {states[0]}"]
    drawing += [f"    {state}: {label}" for state, label in life.labels.items()]
    drawing += [f"    {state} --> {to}" for state in states for to in life.follows[state]]
    drawing += [f"    {state} --> [*]" for state in ends]
    rows = [(named[state], named[to], why) for state in states for to, why in life.follows[state].items()]
    rows += [(named[state], "—", "the end") for state in ends]
    told = f"From `{life.source}`. {life.note} Walked at random by `trust/checks/{life.walk}.py`."
    lines = [f"# {life.title}", "", told, "", *drawing, "```", ""]
    return "\n".join([*lines, *table(("from", "to", "when"), rows)]) + "\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    found = lives()
    listed = [f"- [{life.title}]({life.file})" for life in found]
    index = "\n".join([_INTRODUCTION, *listed, _WITHOUT_TABLE])
    return {"README.md": index, **{life.file: page(life) for life in found}}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    django.setup()
    sys.exit(settle(sys.argv[1] if len(sys.argv) > 1 else "", FOLDER, pages()))
