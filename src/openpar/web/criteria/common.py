"""What the pages of criteria sets share: which set, what the person may do with it, problems with links."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from openpar.common.errors import Gap
from openpar.engine.errors import SetProblem
from openpar.parindex.criteria.models import CriteriaSet, SetStage
from openpar.parindex.criteria.permissions import may_edit_criteria
from openpar.parindex.criteria.table import SetTable, visible_sets
from openpar.web.http import AuthenticatedRequest, actor

STAGE_STATES = {
    SetStage.DRAFT: "draft",
    SetStage.ISSUED: "checked",
    SetStage.IN_USE: "active",
    SetStage.RETIRED: "ended",
}


def the_set(request: AuthenticatedRequest, pk: int) -> CriteriaSet:
    """The set, for those who may read it; a stranger gets 404."""
    visible = visible_sets(actor(request)).select_related("replaces", "copied_from")
    return get_object_or_404(visible, pk=pk)


def the_set_to_edit(request: AuthenticatedRequest, pk: int) -> CriteriaSet:
    """The set, for those who prepare sets; 404 for readers."""
    found = the_set(request, pk)
    if not may_edit_criteria(actor(request)):
        raise Http404
    return found


def state_of(criteria_set: CriteriaSet) -> tuple[str, str]:
    """The stage as the name of a sign and as a word."""
    stage = SetStage(criteria_set.stage)
    return STAGE_STATES[stage], str(stage.label)


def problem_gaps(table: SetTable, *, in_editor: bool) -> tuple[Gap, ...]:
    """What the check found, each with a link to the line, or to the settings, where it is mended."""
    links = {row.code: row.id for row in table.rows}
    pk = table.criteria_set.pk
    return tuple(_linked(problem, links, pk, in_editor) for problem in table.problems)


def _linked(problem: SetProblem, lines: Mapping[str, int], pk: int, in_editor: bool) -> Gap:
    gap = Gap(problem.where, problem.what, problem.remedy, problem.kind.lower())
    if problem.where in lines:
        link = f"#c-{problem.where.replace('.', '-')}"
        if in_editor:
            link = reverse("criteria-line", args=[pk, lines[problem.where]])
    elif in_editor:
        link = reverse("criteria-settings", args=[pk])
    else:
        link = "#settings"
    return Gap(gap.where, gap.what, gap.remedy, gap.code, link)
