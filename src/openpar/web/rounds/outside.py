"""The parts from outside: a matrix of what is in, typing one leaf for all units, uploading a file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.intake.queries import batches, refusals_of
from openpar.common.errors import Gap, Refused
from openpar.common.spreadsheets import write_csv
from openpar.engine.answers import Answer
from openpar.engine.rules import ExternalIndex, LeadershipScore, SurveyWeightedAnswers
from openpar.engine.rules.outside import BLANK_FORMS
from openpar.parindex.assessments.actions.outside import (
    STAGES,
    OutsideValue,
    clear_outside_value,
    record_outside_values,
)
from openpar.parindex.assessments.actions.outside_imports import KIND, import_outside_file
from openpar.parindex.assessments.answer_texts import (
    AnswerCells,
    AnswerNotUnderstood,
    answer_from_cells,
    cells_of_answer,
    columns_used,
)
from openpar.parindex.assessments.outside_files import COLUMNS
from openpar.parindex.assessments.permissions import may_see_leadership
from openpar.parindex.assessments.queries.outside import (
    OutsideBlock,
    OutsideCell,
    OutsideUnit,
    outside_blocks,
)
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.http import AuthenticatedRequest, page, refused, say
from openpar.web.rounds.frame import Standpoint, managed, overseen, tabs_of

_LATEST_BATCHES = 5
_MOST_NAMED = 10


def _closed(here: Standpoint) -> Gap | None:
    """Why no outside value is taken now; the same stages as the action's."""
    if here.stage in STAGES:
        return None
    what = _("Kết quả bên ngoài chỉ nhập từ giai đoạn thẩm định đến trước khi công bố.")
    return Gap("", what, code="other_stage")


def _matrix_context(here: Standpoint) -> dict[str, object]:
    blocks = outside_blocks(here.round, with_leadership=may_see_leadership(here.actor, here.stage))
    return {
        "here": here,
        "round": here.round,
        "tabs": tabs_of(here, "round-outside"),
        "blocks": [block for block in blocks if block.leaves],
        "has_leaves": any(block.leaves for block in blocks),
        "closed": _closed(here),
        "prefix": reverse("round-outside", args=[here.round.pk]),
        "columns": ",".join(COLUMNS),
        "batches": [
            (batch, refusals_of(batch))
            for batch in batches(kind=KIND, about=f"round:{here.round.pk}")[:_LATEST_BATCHES]
        ],
    }


@page("GET")
def matrix(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    return render(request, "rounds/outside.html", _matrix_context(overseen(request, round_id)))


@page("POST")
def upload(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    here = managed(request, round_id)
    file = request.FILES.get("file")
    source = request.POST.get("source", "")
    try:
        gaps = []
        if file is None:
            gaps.append(Gap(_("Tệp"), _("chưa chọn."), code="no_file"))
        elif file.size is None or file.size > settings.OPENPAR_MAX_UPLOAD_BYTES:
            gaps.append(Gap(_("Tệp"), _("quá lớn."), code="too_big"))
        if not source.strip():
            gaps.append(Gap(_("Văn bản nguồn"), _("chưa nhập."), code="no_source"))
        if gaps or file is None:
            raise Refused(gaps)
        imported = import_outside_file(
            round_id=round_id,
            content=file.read(),
            file_name=file.name or "",
            source=source,
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        context = _matrix_context(here) | {"source": source}
        return refused(request, error, template="rounds/outside.html", context=context)
    if imported.repeated is not None:
        say(request, _("Tệp này đã được nhận trước đó, không có gì thay đổi."))
    else:
        say(request, ngettext("Đã nhận %d giá trị.", "Đã nhận %d giá trị.", imported.count) % imported.count)
        if imported.left_out:
            say(request, _left_out_words(imported.left_out))
    return redirect("round-outside", round_id)


def _left_out_words(rows: tuple[str, ...]) -> str:
    named = "; ".join(rows[:_MOST_NAMED]) + ("…" if len(rows) > _MOST_NAMED else "")
    text = ngettext("Bỏ qua %d dòng không có số liệu", "Bỏ qua %d dòng không có số liệu", len(rows))
    return f"{text % len(rows)}: {named}"


@page("GET")
def template_file(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """A file ready to be filled: a row per unit and outside leaf, with what is already in."""
    here = managed(request, round_id)
    text = io.StringIO()
    rows: list[list[str | None]] = []
    for block in outside_blocks(here.round, with_leadership=True):
        for unit in block.units:
            for leaf, cell in zip(block.leaves, unit.cells, strict=True):
                found = cells_of_answer(leaf.engine.rule, cell.answer if cell else Answer())
                rows.append(
                    [unit.name, leaf.code, found.numerator, found.denominator, found.answer, found.points]
                )
    write_csv(text, COLUMNS, rows)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="ket-qua-ben-ngoai-{round_id}.csv"'
    return answer


# ---- one leaf for all units, typed by hand -----------------------------------------------------------------


@dataclass(frozen=True)
class HandColumn:
    """A column of the form; `option` is the key of a survey answer, empty for a plain cell."""

    name: str
    label: str
    option: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class HandRow:
    """One unit of the form: what stands in its fields, and what is in already."""

    unit: OutsideUnit
    cell: OutsideCell | None
    texts: Mapping[str, str]


def hand_columns(leaf: LoadedLeaf) -> tuple[HandColumn, ...]:
    """What is typed for an outside leaf: a number per option of a survey, else the cells its rule reads."""
    rule = leaf.engine.rule
    if isinstance(rule, SurveyWeightedAnswers):
        groups = [name for name, _weight in rule.groups] or [""]
        options = [name for name, _weight in rule.weights]
        found: list[HandColumn] = []
        for group in groups:
            for option in (*options, BLANK_FORMS):
                key = f"{group}/{option}" if group else option
                label = _("Phiếu trắng") if option == BLANK_FORMS else option
                found.append(HandColumn(f"o{len(found)}", f"{group}: {label}" if group else label, key))
        return tuple(found)
    if isinstance(rule, ExternalIndex):
        return (
            HandColumn("numerator", _("Chỉ số (%)")),
            HandColumn("answer", _("Không khảo sát thì ghi Không"), is_number=False),
        )
    if isinstance(rule, LeadershipScore):
        return (HandColumn("points", _("Điểm")),)
    labels = {
        "numerator": _("Tử số, số lượng"),
        "denominator": _("Mẫu số"),
        "answer": _("Trả lời"),
        "points": _("Điểm"),
    }
    used = columns_used(rule)
    return tuple(
        HandColumn(name, label, is_number=name != "answer") for name, label in labels.items() if name in used
    )


def _texts_of(columns: tuple[HandColumn, ...], leaf: LoadedLeaf, answer: Answer) -> dict[str, str]:
    cells = cells_of_answer(leaf.engine.rule, answer)
    counts = answer.counts or {}
    found = {}
    for column in columns:
        if column.option:
            value = counts.get(column.option)
            found[column.name] = "" if value is None else f"{value:f}"
        else:
            found[column.name] = (getattr(cells, column.name) or "").replace(".", ",")
    return found


def _cells_of(columns: tuple[HandColumn, ...], texts: Mapping[str, str]) -> AnswerCells:
    counts = [f"{column.option}={texts[column.name]}" for column in columns if column.option]
    if counts:
        filled = any(texts[column.name] for column in columns)
        return AnswerCells(answer="|".join(counts) if filled else None)
    return AnswerCells(**{column.name: texts[column.name] or None for column in columns})


def _leaf_of(here: Standpoint, block: str, code: str) -> tuple[OutsideBlock, LoadedLeaf, int]:
    for found in outside_blocks(here.round, with_leadership=True):
        if found.code == block:
            for place, leaf in enumerate(found.leaves):
                if leaf.code == code:
                    return found, leaf, place
    raise Http404


def _hand_context(
    request: AuthenticatedRequest, here: Standpoint, block: str, code: str, *, is_typed: bool
) -> dict[str, Any]:
    """The table of one leaf: with what was typed, or with what is in."""
    found, leaf, place = _leaf_of(here, block, code)
    columns = hand_columns(leaf)
    rows = []
    for unit in found.units:
        cell = unit.cells[place]
        if is_typed:
            texts = {
                column.name: request.POST.get(f"{unit.assessment_id}-{column.name}", "").strip()
                for column in columns
            }
        else:
            texts = _texts_of(columns, leaf, cell.answer if cell else Answer())
        rows.append(HandRow(unit, cell, texts))
    sources = [row.cell.source for row in rows if row.cell is not None]
    return {
        "here": here,
        "round": here.round,
        "block": found,
        "leaf": leaf,
        "columns": columns,
        "rows": rows,
        "closed": _closed(here),
        "source": request.POST.get("source", sources[-1] if sources else ""),
        "scale": leaf.engine.rule.describe(leaf.maximum),
    }


@page("GET", "POST")
def by_hand(request: AuthenticatedRequest, round_id: int, block: str, code: str) -> HttpResponse:
    """One outside leaf of a block, a row per unit; what is left empty stays as it was."""
    here = managed(request, round_id)
    context = _hand_context(request, here, block, code, is_typed=request.method == "POST")
    if request.method == "POST":
        try:
            values = _changed_values(context["rows"], context["columns"], context["leaf"])
            if values:
                record_outside_values(
                    round_id=round_id,
                    values=values,
                    source=request.POST.get("source", ""),
                    by=here.actor,
                    at=here.at,
                )
        except Refused as error:
            return refused(request, error, template="rounds/outside_leaf.html", context=context)
        say(request, ngettext("Đã lưu %d đơn vị.", "Đã lưu %d đơn vị.", len(values)) % len(values))
        return redirect("round-outside", round_id)
    return render(request, "rounds/outside_leaf.html", context)


@page("POST")
def clear(request: AuthenticatedRequest, round_id: int, block: str, code: str) -> HttpResponse:
    """Takes back the value of one unit that was entered by mistake, for a reason."""
    here = managed(request, round_id)
    context = _hand_context(request, here, block, code, is_typed=False)
    units = {str(row.unit.assessment_id): row.unit for row in context["rows"]}
    chosen = units.get(request.POST.get("unit", ""))
    context |= {"clear_unit": request.POST.get("unit", ""), "clear_reason": request.POST.get("reason", "")}
    try:
        if chosen is None:
            raise Refused(Gap(_("Đơn vị"), _("chưa chọn."), code="no_unit", link="#id_unit"))
        clear_outside_value(
            assessment_id=chosen.assessment_id,
            code=code,
            reason=request.POST.get("reason", ""),
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        return refused(request, error, template="rounds/outside_leaf.html", context=context)
    say(request, _("Đã xóa giá trị của %s; tiêu chí lại chờ kết quả.") % chosen.name)
    return redirect("round-outside-leaf", round_id, block, code)


def _changed_values(
    rows: list[HandRow], columns: tuple[HandColumn, ...], leaf: LoadedLeaf
) -> list[OutsideValue]:
    """The rows that say something else than what is in. Raises Refused with every row that says nothing."""
    values = []
    gaps: list[Gap] = []
    for row in rows:
        cells = _cells_of(columns, row.texts)
        if cells.is_blank:
            continue
        try:
            answer = answer_from_cells(leaf.engine.rule, cells)
        except AnswerNotUnderstood as error:
            gaps += [Gap(row.unit.name, gap.what, gap.remedy, code=gap.code) for gap in error.gaps]
            continue
        if row.cell is None or answer.as_json() != row.cell.answer.as_json():
            values.append(OutsideValue(row.unit.assessment_id, leaf.code, answer, row.unit.name))
    if gaps:
        raise Refused(gaps)
    return values
