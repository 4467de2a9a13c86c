"""A criteria set from a file: upload, look at every line that was understood, then create the draft."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.intake.models import Batch
from openpar.base.intake.queries import batches
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.parindex.criteria.actions.importing import BATCH_KIND, bring_in_file
from openpar.parindex.criteria.files import ENDINGS, UnderstoodSet, read_criteria_file
from openpar.parindex.criteria.official_scorers import SCORER_WORDS
from openpar.parindex.criteria.official_table import TableLine
from openpar.parindex.criteria.permissions import may_edit_criteria
from openpar.parindex.criteria.scale_text import describe_rule
from openpar.web.components.uploads import KeptUpload, keep_upload, upload_of
from openpar.web.criteria.forms import HeadForm
from openpar.web.http import AuthenticatedRequest, form_refused, now, only, page, refused, say, today

_ABOUT = "criteria-import"
_RECENT = 10


@dataclass(frozen=True)
class ShownLine:
    """A line as it was understood, ready to be looked at."""

    line: TableLine
    depth: int
    rule: tuple[str, ...]
    scored_by: str


@page("GET", "POST")
def upload(request: AuthenticatedRequest) -> HttpResponse:
    """Takes a file and leads to the page that shows what was understood."""
    by = only(request, may_edit_criteria)
    context: dict[str, object] = {"endings": ",".join(ENDINGS), "recent": _recent()}
    if request.method == "GET":
        return render(request, "criteria/import.html", context)
    try:
        token, _found = keep_upload(
            request.FILES.get("file"), check=_read, kind=BATCH_KIND, about=_ABOUT, by=by, at=now()
        )
    except Refused as error:
        context["recent"] = _recent()
        return refused(request, error, template="criteria/import.html", context=context)
    return redirect("criteria-import-preview", token)


def _read(path: Path, name: str) -> UnderstoodSet:
    return read_criteria_file(path, name)


def _recent() -> list[Batch]:
    return list(batches(kind=BATCH_KIND)[:_RECENT])


@page("GET", "POST")
def preview(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Every line as understood and the check of the sums; creates the draft when confirmed."""
    by = only(request, may_edit_criteria)
    kept = upload_of(token, about=_ABOUT, by=by)
    place = _place(request)
    try:
        understood = read_criteria_file(kept.path, kept.file_name, place=place)
    except FileRefused as error:
        unread: dict[str, object] = {"endings": ",".join(ENDINGS), "recent": _recent()}
        return refused(request, error, template="criteria/import.html", context=unread)
    initial = _initial(understood)
    form = HeadForm(request.POST if request.method == "POST" else None, initial=initial)
    context = _context(kept, token, understood, form, place)
    if request.method == "GET":
        return render(request, "criteria/import_preview.html", context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        made = bring_in_file(
            understood=understood,
            head=form.head(),
            file_name=kept.file_name,
            sha256=kept.sha256,
            by=by,
            at=now(),
        )
    except Refused as error:
        return refused(request, error, template="criteria/import_preview.html", context=context)
    say(request, _("Đã tạo bộ tiêu chí dự thảo với %d dòng.") % len(understood.lines))
    return redirect("criteria-set", made.pk)


def _place(request: HttpRequest) -> int:
    stated = request.GET.get("place") or request.POST.get("place") or "1"
    return int(stated) if stated.isdecimal() and len(stated) < 4 else 1


def _initial(understood: UnderstoodSet) -> dict[str, object]:
    def figure(key: str) -> Decimal | None:
        value = understood.mapping.get(key)
        return None if value is None else Decimal(str(value))

    return {
        "title": understood.title,
        "year": understood.year or today().year,
        "level": understood.level,
        "total": understood.total if understood.total is not None else Decimal(100),
        "survey": figure("survey_points"),
        "appraisal": figure("appraisal_points"),
        "is_sample": understood.is_sample,
    }


def _context(
    kept: KeptUpload, token: str, understood: UnderstoodSet, form: HeadForm, place: int
) -> dict[str, object]:
    total = understood.total if understood.total is not None else Decimal(100)
    difference = None
    if understood.sum_of_fields is not None and understood.sum_of_fields != total:
        difference = understood.sum_of_fields - total
    lines = understood.lines
    return {
        "kept": kept,
        "token": token,
        "form": form,
        "place": place,
        "understood": understood,
        "lines": _shown(lines),
        "leaf_count": sum(line.is_leaf for line in lines),
        "warning_count": sum(bool(line.warnings) for line in lines),
        "unsure_count": sum(line.is_leaf and line.confidence != "sure" for line in lines),
        "total": total,
        "difference": difference,
        "problems": [
            Gap(problem.where, problem.what, problem.remedy, link=_anchor(problem.where))
            for problem in understood.problems
            if problem.kind != "CODE"
        ],
        "unreadable": [
            Gap(problem.where, problem.what, problem.remedy, link=_anchor(problem.where))
            for problem in understood.unreadable
        ],
        "before": [
            batch
            for batch in batches(kind=BATCH_KIND).filter(sha256=kept.sha256)[:5]
            if batch.outcome == Batch.Outcome.ACCEPTED
        ],
    }


def _anchor(code: str) -> str:
    return f"#c-{code.replace('.', '-')}" if code else ""


def _shown(lines: tuple[TableLine, ...]) -> list[ShownLine]:
    depths: dict[str, int] = {}
    shown = []
    for line in lines:
        depths[line.code] = depths.get(line.parent, 0) + 1
        rule: tuple[str, ...] = ()
        if line.rule is not None and line.confidence != "none":
            rule = tuple(describe_rule(line.rule, line.maximum).split("\n"))
        shown.append(
            ShownLine(
                line=line,
                depth=min(depths[line.code], 5),
                rule=rule,
                scored_by=SCORER_WORDS.get(line.scored_by, line.scored_by),
            )
        )
    return shown
