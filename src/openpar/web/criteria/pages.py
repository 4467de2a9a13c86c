"""The list of criteria sets, one set as a whole table, and the set as a file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from openpar.base.organisations.models import Block
from openpar.common.text import fold
from openpar.engine.criteria import set_to_mapping
from openpar.parindex.assessments.queries.criteria_use import RoundUse, rounds_using
from openpar.parindex.criteria.models import CriteriaSet, SetStage
from openpar.parindex.criteria.permissions import may_edit_criteria
from openpar.parindex.criteria.table import listed, set_table, visible_sets
from openpar.parindex.criteria.words import bands_in_words, level_words, settings_in_words
from openpar.parindex.criteria.yaml_files import criteria_set_as_yaml
from openpar.parindex.indicators.permissions import may_read_indicators
from openpar.web.criteria.common import problem_gaps, state_of, the_set
from openpar.web.http import AuthenticatedRequest, actor, now, page

_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "yaml": "application/yaml; charset=utf-8",
}


@dataclass(frozen=True)
class SetLine:
    """One set in the list."""

    set: CriteriaSet
    level: str
    state: tuple[str, str]
    leaves: int
    rounds: tuple[RoundUse, ...]


@page("GET")
def sets(request: AuthenticatedRequest) -> HttpResponse:
    """All sets the person may read, newest year first."""
    by = actor(request)
    found = list(listed(visible_sets(by)))
    stages = [stage for stage in SetStage if any(each.stage == stage for each in found)]
    years = sorted({each.year for each in found}, reverse=True)
    stage, year = request.GET.get("stage", ""), request.GET.get("year", "")
    shown = [
        each for each in found if (not stage or each.stage == stage) and (not year or str(each.year) == year)
    ]
    uses = rounds_using([each.pk for each in shown], request.user.pk, now())
    lines = [
        SetLine(
            set=each,
            level=level_words(each.level),
            state=state_of(each),
            leaves=each.leaf_count,  # type: ignore[attr-defined]  # annotated by `listed`
            rounds=uses.get(each.pk, ()),
        )
        for each in shown
    ]
    return render(
        request,
        "criteria/sets.html",
        {
            "lines": lines,
            "has_any": bool(found),
            "may_edit": may_edit_criteria(by),
            "may_read_indicators": may_read_indicators(by),
            "stages": [(each.value, each.label) for each in stages],
            "years": [(str(each), str(each)) for each in years],
            "stage": stage,
            "year": year,
        },
    )


@page("GET")
def table(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The whole table in the layout of a decision, with its check and its settings in words."""
    criteria_set = the_set(request, pk)
    found = set_table(criteria_set)
    may_edit = may_edit_criteria(actor(request))
    is_draft = criteria_set.stage == SetStage.DRAFT
    names = dict(Block.objects.values_list("code", "name"))
    bands = [(names.get(code, code), rows) for code, rows in bands_in_words(found.tree.settings)]
    return render(
        request,
        "criteria/set.html",
        {
            "set": criteria_set,
            "table": found,
            "state": state_of(criteria_set),
            "level": level_words(criteria_set.level),
            "gaps": problem_gaps(found, in_editor=may_edit and is_draft),
            "settings": settings_in_words(found.tree.settings),
            "bands": bands,
            "rounds": rounds_using([pk], request.user.pk, now()).get(pk, ()),
            "successors": visible_sets(actor(request)).filter(replaces=criteria_set),
            "others": visible_sets(actor(request)).exclude(pk=pk).order_by("-year", "title")[:50],
            "may_edit": may_edit,
            "is_draft": is_draft,
        },
    )


def _status(criteria_set: CriteriaSet) -> str:
    """What a file says of its standing; “SYNTHETIC” is what marks a sample when it is read again."""
    if criteria_set.is_sample:
        return _("Bộ tiêu chí mẫu (SYNTHETIC), không phải văn bản của cơ quan nào")
    if criteria_set.number:
        return _("Ban hành kèm theo %s") % criteria_set.number
    return _("Bản soạn, chưa ban hành")


@page("GET")
def export(request: AuthenticatedRequest, pk: int, kind: str) -> HttpResponse:
    """The set as an official table in Excel or Word, or as the file that reads back as the same set."""
    criteria_set = the_set(request, pk)
    tree = replace(set_table(criteria_set).tree, status=_status(criteria_set))
    if kind == "yaml":
        content = criteria_set_as_yaml(tree).encode()
    else:
        # What writes documents is loaded when the first one is written.
        from openpar.parindex.criteria.official_writing import write_official_table

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"bo-tieu-chi.{kind}"
            write_official_table(set_to_mapping(tree), path)
            content = path.read_bytes()
    sample = "bo-tieu-chi-mau" if criteria_set.is_sample else "bo-tieu-chi"
    name = "-".join(word for word in fold(criteria_set.title).split() if word.isalnum())[:80]
    answer = HttpResponse(content, content_type=_MEDIA_TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{sample}-{criteria_set.year}-{name}.{kind}"'
    return answer
