"""The editor of a draft: the tree with its sums, one line at a time, the rule checked while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from openpar.common.errors import Gap, Refused
from openpar.engine.rules import rule_from_mapping
from openpar.parindex.criteria.actions import (
    CriteriaRefused,
    Line,
    StaleLine,
    StaleSet,
    add_criterion,
    change_criterion,
    move_criterion,
    remove_criterion,
)
from openpar.parindex.criteria.actions.shared import not_draft_gap
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from openpar.parindex.criteria.table import SetTable, TableRow, set_table
from openpar.web.components.trees import TreeNode
from openpar.web.criteria.checking import RuleCheck, checked
from openpar.web.criteria.common import problem_gaps, the_set_to_edit
from openpar.web.criteria.conflicts import conflict_of
from openpar.web.criteria.forms import LineForm
from openpar.web.criteria.rule_forms import HEADING
from openpar.web.criteria.rule_values import (
    number_text,
    rule_of_values,
    shown_parts,
    spare_rows,
    values_of_rule,
)
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say

_TEMPLATE = "criteria/edit_line.html"
_SAVE = "save"
_MORE_ROWS = 3


@dataclass(frozen=True)
class Typed:
    """What stands in the form of a line, stored or typed."""

    form: LineForm
    kind: str
    values: Mapping[str, str]
    # Of the line, or of the set where a line is to be added: what the person had seen.
    version: int


def _draft(request: AuthenticatedRequest, pk: int) -> CriteriaSet:
    criteria_set = the_set_to_edit(request, pk)
    gap = not_draft_gap(criteria_set)
    if gap is not None and request.method == "GET":
        raise Http404
    return criteria_set


@page("GET")
def overview(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The running sums of every heading, and all that is wrong."""
    criteria_set = _draft(request, pk)
    table = set_table(criteria_set)
    return render(request, "criteria/edit.html", _frame(criteria_set, table, None))


def _frame(criteria_set: CriteriaSet, table: SetTable, current: int | None) -> dict[str, object]:
    """What stands around every page of the editor."""
    return {
        "set": criteria_set,
        "table": table,
        "tree": _tree(table, current),
        "gaps": problem_gaps(table, in_editor=True),
        "headings": [row for row in table.rows if not row.is_leaf],
        "current": current,
    }


def _tree(table: SetTable, current: int | None) -> tuple[TreeNode, ...]:
    """The lines as a tree; one with something wrong carries its sign."""
    start = reverse("criteria-edit", args=[table.criteria_set.pk])
    children: dict[int, list[TreeNode]] = {}
    for row in reversed(table.rows):
        below = tuple(reversed(children.pop(row.depth + 1, [])))
        own = TreeNode(
            number=row.code,
            label=row.title,
            link=f"{start}{row.id}/",
            state="warning" if row.problems else "",
            figure=_figure(row),
            is_current=row.id == current,
        )
        if below:
            own = TreeNode(
                own.number,
                own.label,
                "",
                own.state,
                own.figure,
                children=(TreeNode("", _("Mục này"), own.link, is_current=own.is_current), *below),
            )
        children.setdefault(row.depth, []).append(own)
    return tuple(reversed(children.get(1, [])))


def _figure(row: TableRow) -> str:
    text = f"{row.maximum:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


@page("GET", "POST")
def line(request: AuthenticatedRequest, pk: int, line: int) -> HttpResponse:
    """One line: its words, its maximum, its rule."""
    criteria_set = _draft(request, pk)
    row = _line_row(criteria_set, line)
    if request.method == "GET":
        return _drawn(request, criteria_set, row, _stored(row))
    typed = _typed(request)
    if request.POST.get("step", _SAVE) != _SAVE:
        return _drawn(request, criteria_set, row, typed, more=_MORE_ROWS)
    try:
        stated = _line_of(typed, criteria_set)
        try:
            change_criterion(
                set_id=pk,
                criterion_id=line,
                line=stated,
                expected_version=_version(request),
                by=actor(request),
                at=now(),
            )
        except StaleLine:
            return _both_versions(request, criteria_set, line, typed, stated)
    except Refused as error:
        return _not_saved(request, error, criteria_set, row, typed)
    say(request, _("Đã lưu."))
    if request.htmx:
        fresh = the_set_to_edit(request, pk)
        saved = _line_row(fresh, line)
        context = _line_context(fresh, saved, _stored(saved))
        return render(request, "criteria/editor_part.html", context)
    return redirect("criteria-line", pk, line)


@page("GET", "POST")
def add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A new line below a heading, or a new field."""
    criteria_set = _draft(request, pk)
    stated = request.GET.get("parent") or request.POST.get("parent") or ""
    parent = _line_row(criteria_set, int(stated)) if stated.isdecimal() else None
    if request.method == "GET":
        kind = HEADING if parent is None or parent.depth == 1 else "boolean"
        initial = {"code": _next_code(criteria_set, parent), "rule_type": kind}
        blank = Typed(LineForm(initial=initial), kind, {}, criteria_set.version)
        return _drawn(request, criteria_set, None, blank, parent=parent)
    typed = _typed(request)
    if request.POST.get("step", _SAVE) != _SAVE:
        return _drawn(request, criteria_set, None, typed, parent=parent, more=_MORE_ROWS)
    try:
        made = add_criterion(
            set_id=pk,
            parent_id=parent.pk if parent else None,
            line=_line_of(typed, criteria_set),
            expected_version=_version(request),
            by=actor(request),
            at=now(),
        )
    except Refused as error:
        return _not_saved(request, error, criteria_set, None, typed, parent=parent)
    say(request, _("Đã thêm %s.") % made.code)
    if request.htmx:
        return HttpResponseClientRedirect(reverse("criteria-line", args=[pk, made.pk]))
    return redirect("criteria-line", pk, made.pk)


def _next_code(criteria_set: CriteriaSet, parent: Criterion | None) -> str:
    """The code after the last sibling's."""
    siblings = Criterion.objects.filter(set=criteria_set, parent=parent).values_list("code", flat=True)
    last = max((int(end) for code in siblings if (end := code.rpartition(".")[2]).isdecimal()), default=0)
    return f"{parent.code}.{last + 1}" if parent else str(last + 1)


@page("POST")
def remove(request: AuthenticatedRequest, pk: int, line: int) -> HttpResponse:
    """Takes a line out with everything below it."""
    criteria_set = the_set_to_edit(request, pk)
    row = _line_row(criteria_set, line)
    try:
        count = remove_criterion(
            set_id=pk, criterion_id=line, expected_version=_version(request), by=actor(request), at=now()
        )
    except Refused as error:
        return _not_saved(request, error, criteria_set, row, _stored(row))
    say(request, _("Đã xóa %d dòng.") % count)
    if row.parent_id is not None:
        return redirect("criteria-line", pk, row.parent_id)
    return redirect("criteria-edit", pk)


@page("POST")
def move(request: AuthenticatedRequest, pk: int, line: int) -> HttpResponse:
    """One place up or down among its siblings."""
    criteria_set = the_set_to_edit(request, pk)
    row = _line_row(criteria_set, line)
    try:
        move_criterion(
            set_id=pk,
            criterion_id=line,
            up=request.POST.get("to") == "up",
            expected_version=_version(request),
            by=actor(request),
            at=now(),
        )
    except Refused as error:
        return _not_saved(request, error, criteria_set, row, _stored(row))
    return redirect("criteria-line", pk, line)


@page("POST")
def check(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """What the rule in the form would give, and what is wrong with it; saves nothing.

    More empty rows come alone and are put below those on the page: what is typed there meanwhile stays.
    """
    criteria_set = the_set_to_edit(request, pk)
    typed = _typed(request)
    if request.GET.get("part") == "rows":
        spare = spare_rows(typed.kind, typed.values, more=_MORE_ROWS)
        return render(request, "criteria/spare_rows.html", {"lists": spare})
    context = {
        "set": criteria_set,
        "kind": typed.kind,
        "parts": shown_parts(typed.kind, typed.values),
        "check": _check(typed, criteria_set),
        "check_address": reverse("criteria-check", args=[pk]),
    }
    whole = request.GET.get("part") == "rule"
    return render(request, "criteria/rule_part.html" if whole else "criteria/check_part.html", context)


def _line_row(criteria_set: CriteriaSet, line: int) -> Criterion:
    try:
        return Criterion.objects.get(set=criteria_set, pk=line)
    except Criterion.DoesNotExist as gone:
        raise Http404 from gone


def _version(request: HttpRequest) -> int:
    """The version that the form was opened with, or the one that the person chose to replace."""
    stated = request.POST.get("over_version") or request.POST.get("version", "")
    return int(stated) if stated.isdecimal() and len(stated) < 10 else -1


def _stored(row: Criterion) -> Typed:
    rule: Mapping[str, Any] = row.rule or {}
    kind = rule_from_mapping(rule).type if row.is_leaf else HEADING
    full = rule_from_mapping(rule).as_mapping() if row.is_leaf else {}
    initial = {
        "code": row.code,
        "title": row.title,
        "most_points": None if row.most_points is None else number_text(row.most_points),
        "rule_type": kind,
        "scored_by": row.scored_by,
        "evidence_wanted": row.evidence_wanted,
        "scale_text": row.scale_text,
        "may_be_not_applicable": row.may_be_not_applicable,
        "not_applicable_note": row.not_applicable_note,
        "indicator": row.indicator,
        "owner": row.owner,
        "article": row.article,
        "note": row.note,
    }
    return Typed(LineForm(initial=initial), kind, values_of_rule(full), row.version)


def _typed(request: HttpRequest) -> Typed:
    values = {key: str(value) for key, value in request.POST.items() if key.startswith("rule_")}
    return Typed(LineForm(request.POST), request.POST.get("rule_type", ""), values, _version(request))


def _line_of(typed: Typed, criteria_set: CriteriaSet) -> Line:
    """What was typed as a line. Raises CriteriaRefused with every field that cannot be read."""
    gaps: list[Gap] = []
    if not typed.form.is_valid():
        gaps += form_refused(typed.form).gaps
    rule = None
    if typed.kind != HEADING:
        rule, faults = rule_of_values(typed.kind, typed.values, year=criteria_set.year)
        gaps += faults
    if gaps:
        raise CriteriaRefused(gaps)
    stated = typed.form.cleaned_data
    return Line(
        code=stated["code"],
        title=stated["title"],
        most_points=stated["most_points"],
        rule=rule,
        scored_by=stated["scored_by"],
        scale_text=stated["scale_text"],
        evidence_wanted=stated["evidence_wanted"],
        indicator=stated["indicator"],
        may_be_not_applicable=stated["may_be_not_applicable"],
        not_applicable_note=stated["not_applicable_note"],
        owner=stated["owner"],
        article=stated["article"],
        note=stated["note"],
    )


def _check(typed: Typed, criteria_set: CriteriaSet) -> RuleCheck | None:
    """The engine's opinion of the rule as it stands in the form; None for a heading."""
    if typed.kind == HEADING:
        return None
    rule, faults = rule_of_values(typed.kind, typed.values, year=criteria_set.year)
    bound = typed.form["most_points"].value()
    return checked(rule, bound, faults, str(typed.form["scored_by"].value() or ""))


def _line_context(
    criteria_set: CriteriaSet,
    row: Criterion | None,
    typed: Typed,
    *,
    parent: Criterion | None = None,
    more: int = 0,
) -> dict[str, object]:
    table = set_table(criteria_set)
    shown = next((each for each in table.rows if row is not None and each.id == row.pk), None)
    ids = {each.id for each in table.rows}
    below_depth = (shown.depth + 1) if shown else 0
    return {
        **_frame(criteria_set, table, row.pk if row else None),
        "row": shown,
        "parent": parent,
        "below": _below(table, shown, below_depth) if shown else (),
        "form": typed.form,
        "kind": typed.kind,
        "line_version": typed.version,
        "parts": shown_parts(typed.kind, typed.values, more=more),
        "check": _check(typed, criteria_set),
        "check_address": reverse("criteria-check", args=[criteria_set.pk]),
        "address": reverse("criteria-line", args=[criteria_set.pk, row.pk])
        if row is not None and row.pk in ids
        else reverse("criteria-add", args=[criteria_set.pk]),
    }


def _below(table: SetTable, shown: TableRow, depth: int) -> tuple[TableRow, ...]:
    """The lines directly below a heading."""
    found: list[TableRow] = []
    inside = False
    for each in table.rows:
        if each.id == shown.id:
            inside = True
        elif inside and each.depth <= shown.depth:
            break
        elif inside and each.depth == depth:
            found.append(each)
    return tuple(found)


def _drawn(
    request: AuthenticatedRequest,
    criteria_set: CriteriaSet,
    row: Criterion | None,
    typed: Typed,
    *,
    parent: Criterion | None = None,
    more: int = 0,
) -> HttpResponse:
    context = _line_context(criteria_set, row, typed, parent=parent, more=more)
    return render(request, "criteria/editor_part.html" if request.htmx else _TEMPLATE, context)


def _not_saved(
    request: AuthenticatedRequest,
    error: Refused,
    criteria_set: CriteriaSet,
    row: Criterion | None,
    typed: Typed,
    *,
    parent: Criterion | None = None,
) -> HttpResponse:
    status = 409 if isinstance(error, StaleSet) else 422
    if status == 409 and row is None:
        remedy = _("Xem lại cây rồi lưu lần nữa.")
        error = CriteriaRefused(replace(gap, remedy=remedy) for gap in error.gaps)
        typed = replace(typed, version=criteria_set.version)
    if request.htmx:
        answer = refused(request, error, status=status)
        if status == 409:
            answer.write(render_to_string("criteria/version_field.html", {"line_version": typed.version}))
        return answer
    context = _line_context(criteria_set, row, typed, parent=parent)
    return refused(request, error, template=_TEMPLATE, context=context, status=status)


def _both_versions(
    request: AuthenticatedRequest, criteria_set: CriteriaSet, line: int, typed: Typed, stated: Line
) -> HttpResponse:
    """409 with what is stored and what was typed; the form stays as it was typed."""
    row = _line_row(criteria_set, line)
    conflict = conflict_of(criteria_set, row, stated)
    if request.htmx:
        answer = render(request, "criteria/conflict_part.html", {"conflict": conflict}, status=409)
        answer["HX-Retarget"] = "#conflict"
        answer["HX-Reswap"] = "innerHTML"
        return answer
    context = _line_context(the_set_to_edit(request, criteria_set.pk), row, typed)
    return render(request, _TEMPLATE, {**context, "conflict": conflict}, status=409)
