"""One leaf: shown, reckoned while it is typed, saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from openpar.base.accounts.queries import Actor
from openpar.common.errors import Refused
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.scores import Typed
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.errors import StaleScore, UnknownLeaf
from openpar.parindex.assessments.models import Assessment, Layer, Score
from openpar.parindex.assessments.queries.sheets import (
    FieldProgress,
    SheetView,
    line_of,
    shown_to,
    visible_sheet,
)
from openpar.parindex.assessments.sheets import Sheet, sheet_of
from openpar.parindex.criteria.models import ScoredBy
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.assessments.facts import Version, typed_version, version_of
from openpar.web.assessments.forms import FormRefused, read_entry, texts_of
from openpar.web.assessments.frame import bar_after_saving, frame, seen_sheet
from openpar.web.assessments.measured import measured_figure
from openpar.web.assessments.trees import explained_row, html_id_of_field, leaf_row
from openpar.web.assessments.work import form_for, make_form, reckon_typed, work_on
from openpar.web.components.given import Texts
from openpar.web.findings.about_leaf import Line, lines_about
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say


@dataclass(frozen=True)
class Conflict:
    """Somebody saved the leaf while it was being typed: both versions."""

    title: str
    stored: Version
    typed: Version
    version: int
    keep_link: str
    action: str


@page("GET", "POST")
def leaf(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    if request.method == "POST":
        return save_leaf(request, pk, code, action=save_self_score, layer=Layer.SELF)
    return render(request, "assessments/leaf.html", leaf_context(request, pk, code))


@page("GET")
def preview(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    """What the figures being typed would give; nothing is kept."""
    try:
        sheet = sheet_of(visible_sheet(actor(request), pk, now()))
    except Assessment.DoesNotExist:
        raise Http404 from None
    found = sheet.criteria.leaves.get(code)
    shown = shown_to(actor(request), sheet.assessment, sheet.round.stage)
    if found is None or (found.scored_by is ScoredBy.LEADERSHIP and not shown.leadership):
        raise Http404
    reckoning = reckon_typed(found, dict(request.GET.lists()))
    return render(request, "assessments/parts/preview.html", {"reckoning": reckoning, "leaf": found})


def leaf_context(
    request: AuthenticatedRequest, pk: int, code: str, *, texts: Texts | None = None, **more: Any
) -> dict[str, Any]:
    """What leaf.html asks for; `texts` is the form as it was typed. 404 when the leaf is not to be seen."""
    view = seen_sheet(request, pk)
    return context_of_leaf(request, view, code, texts=texts, **more)


def context_of_leaf(
    request: AuthenticatedRequest, view: SheetView, code: str, *, texts: Texts | None = None, **more: Any
) -> dict[str, Any]:
    if code not in view.lines:
        raise Http404
    around = frame(request, view, current=code)
    errors = more.pop("errors", {})
    work = work_on(view, code, actor(request), now(), base=around["base"], texts=texts, errors=errors)

    def earlier_findings() -> list[Line]:
        """Asked for by the whole page only, not by the parts that htmx exchanges."""
        units = {view.assessment.organisation_id: ""}
        return lines_about(actor(request), view.lines[code].leaf, view.sheet.round.year, units)

    return {**around, "work": work, "earlier_findings": earlier_findings, **more}


class SaveLeaf(Protocol):
    """The action that takes what the unit typed for one leaf: its own score, or its explanation."""

    def __call__(
        self, *, assessment_id: int, code: str, entry: Typed, expected_version: int, by: Actor, at: datetime
    ) -> tuple[Score, Sheet]: ...


def save_leaf(
    request: AuthenticatedRequest, pk: int, code: str, *, action: SaveLeaf, layer: Layer
) -> HttpResponse:
    """Runs the action with what was typed and shows the leaf again, saved or refused. 404 for strangers."""
    texts = dict(request.POST.lists())
    at = now()
    try:
        score, sheet = action(
            assessment_id=pk,
            code=code,
            entry=lambda found: read_entry(found, texts),
            expected_version=_expected_version(request),
            by=actor(request),
            at=at,
        )
    except (Assessment.DoesNotExist, UnknownLeaf):
        raise Http404 from None
    except Refused as error:
        return _refused_save(request, pk, code, error, texts, layer)
    return _saved(request, score, sheet, code, layer, at)


def _expected_version(request: AuthenticatedRequest) -> int:
    """The version the form was opened with, or the one the person chose to replace."""
    text = request.POST.get("over_version") or request.POST.get("expected_version", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _refused_save(
    request: AuthenticatedRequest, pk: int, code: str, error: Refused, texts: Texts, layer: str
) -> HttpResponse:
    """Why a leaf was not saved, with everything that was typed; 404 for those who may not see the sheet."""
    view = seen_sheet(request, pk)
    if code not in view.lines:
        raise Http404
    found = view.lines[code].leaf
    if isinstance(error, StaleScore):
        return _stale(request, view, found, error, texts)
    if isinstance(error, FormRefused):
        return _unreadable(request, view, found, error, texts, layer)
    if request.htmx:
        return refused(request, error)
    context = context_of_leaf(request, view, code, texts=texts)
    return refused(request, error, template="assessments/leaf.html", context=context)


def _stale(
    request: AuthenticatedRequest, view: SheetView, found: LoadedLeaf, error: StaleScore, texts: Texts
) -> HttpResponse:
    base = reverse("assessment", args=[view.assessment.pk])
    conflict = Conflict(
        title=error.gaps[0].what,
        stored=version_of(found, error.stored),
        typed=typed_version(found, read_entry(found, texts)),
        version=error.stored.version,
        keep_link=f"{base}{found.code}/",
        action=request.path,
    )
    if request.htmx:
        answer = render(request, "assessments/parts/conflict_alone.html", {"conflict": conflict}, status=409)
        answer["HX-Retarget"] = "#conflict"
        answer["HX-Reswap"] = "innerHTML"
        return answer
    context = context_of_leaf(request, view, found.code, texts=texts, conflict=conflict)
    return render(request, "assessments/leaf.html", context, status=409)


def _unreadable(
    request: AuthenticatedRequest,
    view: SheetView,
    found: LoadedLeaf,
    error: FormRefused,
    texts: Texts,
    layer: str,
) -> HttpResponse:
    if not request.htmx:
        context = context_of_leaf(
            request, view, found.code, texts=texts, errors=error.errors, refused_gaps=error.gaps
        )
        return render(request, "assessments/leaf.html", context, status=422)
    base = reverse("assessment", args=[view.assessment.pk])
    form = form_for(view.lines[found.code], layer, base=base, texts=texts, errors=error.errors)
    context = {"form": form, "leaf": found, "refused_gaps": error.gaps}
    return render(request, "assessments/parts/refused_form.html", context, status=422)


def _saved(
    request: AuthenticatedRequest, score: Score, sheet: Sheet, code: str, layer: str, at: datetime
) -> HttpResponse:
    """After a save: the parts that changed for htmx, without another query; otherwise the page again."""
    base = reverse("assessment", args=[sheet.assessment.pk])
    then = request.POST.get("then", "")
    goes_on = then in sheet.criteria.leaves
    said = _("Đã lưu lúc %s") % f"{timezone.localtime(at):%H:%M}"
    if goes_on or not request.htmx:
        say(request, f"{said} ({code}).")
        link = f"{base}{then if goes_on else code}/"
        return HttpResponseClientRedirect(link) if request.htmx else redirect(link)
    context = _saved_parts(sheet, sheet.leaf(code), score, layer, base, at)
    return render(request, "assessments/parts/saved.html", {**context, "saved_at": said})


def _saved_parts(
    sheet: Sheet, found: LoadedLeaf, score: Score, layer: str, base: str, at: datetime
) -> dict[str, Any]:
    """What has changed; an explanation changes neither the own total nor the progress."""
    answer = Answer.from_json(score.answer)
    texts = texts_of(found, answer, note=score.note, given_points=score.given_points)
    is_own = layer == Layer.SELF
    return {
        "form": make_form(found, layer, base=base, version=score.version, texts=texts),
        "leaf": found,
        "figure": measured_figure(sheet, found, score, at) if is_own else None,
        "base": base,
        "row": leaf_row(line_of(found, score), base=base) if is_own else explained_row(found, base=base),
        "field": _field_after(sheet, found.field_code) if is_own else None,
        "field_id": html_id_of_field(found.field_code),
        "bar": bar_after_saving(sheet, at) if is_own else None,
    }


def _field_after(sheet: Sheet, code: str) -> FieldProgress:
    fields = sheet.assessment.standings["self"]["fields"]
    total = sum(one.field_code == code for one in sheet.criteria.self_leaves)
    return FieldProgress(code, sheet.criteria.titles[code], fields[code]["entered"], total)
