"""An appraiser of the field, or the round manager, proposes a correction of one leaf; and takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.errors import Gap, Refused
from openpar.parindex.assessments.actions.corrections import propose_correction, withdraw_correction
from openpar.parindex.assessments.errors import StaleScore
from openpar.parindex.assessments.models import Assessment, Correction, Round, RoundStage
from openpar.parindex.assessments.permissions import may_propose_correction
from openpar.parindex.assessments.queries.appraisal import viewer_of
from openpar.parindex.assessments.queries.appraisal_rows import Row, rows_of
from openpar.parindex.assessments.queries.corrections import open_correction
from openpar.parindex.assessments.queries.visibility import visible_assessments, visible_rounds
from openpar.parindex.assessments.rules import why_not_correctable
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set
from openpar.web.appraisals.scenes import Editor, against
from openpar.web.assessments.forms import FormRefused, read_entry, texts_of
from openpar.web.assessments.questions import questions_of
from openpar.web.components.given import Texts
from openpar.web.corrections.shown import shown_correction
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.rounds.penalties import documents_offered

_TEMPLATE = "corrections/propose.html"
_NO_REASON = "no_reason"


@dataclass(frozen=True)
class _Place:
    """One leaf of one sheet, with the person who may propose its correction."""

    round: Round
    sheet: Assessment
    criteria: LoadedSet
    leaf: LoadedLeaf
    row: Row
    who: Actor

    @property
    def back(self) -> str:
        return reverse("appraisal-unit", args=[self.round.pk, self.sheet.pk])

    @property
    def why_not(self) -> Gap | None:
        return why_not_correctable(
            self.round.stage,
            is_outside=False,
            is_silent=not (self.sheet.self_count or self.sheet.appraised_count),
        )


def _place(request: AuthenticatedRequest, round_id: int, assessment_id: int, code: str) -> _Place:
    """404 for whoever does not appraise the field, belongs to the unit, or names what is not appraised."""
    who, at = actor(request), now()
    sheets = visible_assessments(who.person_id, at).filter(pk=assessment_id)
    found = sheets.select_related(
        "unit", "round_block__round", "round_block__block", "round_block__criteria_set"
    )
    sheet = get_object_or_404(found, round_block__round_id=round_id)
    block = sheet.round_block
    criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
    leaf = criteria.leaves.get(code)
    if leaf is None or leaf.is_outside:
        raise Http404
    viewer = viewer_of(who, round_id)
    fields = viewer.fields.get(block.pk, frozenset())
    if not may_propose_correction(
        who, sheet, block.round, field_code=leaf.field_code, assigned_fields=fields
    ):
        raise Http404
    [row] = rows_of(sheets, [leaf], viewer, RoundStage(block.round.stage))
    return _Place(block.round, sheet, criteria, leaf, row, who)


def _editor(place: _Place) -> Editor:
    """The form as it begins: a copy of what counts now, without its reason."""
    side = place.row.counted
    texts: Texts = {}
    if side is not None:
        texts = texts_of(place.leaf, side.answer, given_points=side.given)
    return _typed(place, texts, place.row.corrected.version if place.row.corrected else 0)


def _typed(place: _Place, texts: Texts, version: int, gaps: Sequence[Gap] = ()) -> Editor:
    asked = questions_of(place.leaf.engine.rule, place.leaf.maximum)
    return Editor(texts=texts, version=version, is_flagged=False, asked=asked, gaps=gaps)


def _context(place: _Place, editor: Editor) -> dict[str, object]:
    waiting = open_correction(place.sheet.pk, place.leaf.id)
    return {
        "round": place.round,
        "sheet": place.sheet,
        "leaf": place.leaf,
        "criteria": place.criteria,
        "row": place.row,
        "back": place.back,
        "gap": place.why_not,
        "waiting": shown_correction(waiting, place.who) if waiting else None,
        "editor": editor,
        "documents": documents_offered(place.who),
    }


@page("GET", "POST")
def propose(request: AuthenticatedRequest, round_id: int, assessment_id: int, code: str) -> HttpResponse:
    place = _place(request, round_id, assessment_id, code)
    if request.method == "GET":
        return render(request, _TEMPLATE, _context(place, _editor(place)))
    texts = {name: [str(value) for value in values] for name, values in request.POST.lists()}
    version, document = (_number(request.POST.get(name, "")) for name in ("version", "document"))
    try:
        propose_correction(
            assessment_id=assessment_id,
            code=code,
            entry=read_entry(place.leaf, texts),
            document_id=document or None,
            expected_version=version,
            by=place.who,
            at=now(),
        )
    except StaleScore as stale:
        place = _place(request, round_id, assessment_id, code)
        editor = _typed(place, texts, version)
        if place.row.corrected is not None:
            editor = against(editor, place.row.corrected)
        return refused(request, stale, template=_TEMPLATE, context=_context(place, editor), status=409)
    except Refused as error:
        editor = _typed(place, texts, version)
        if isinstance(error, FormRefused):
            editor = replace(editor, errors=error.errors)
        elif _of_reason(error):
            editor = replace(editor, errors={"note": _of_reason(error)})
        linked = [replace(gap, link=_place_of(gap)) for gap in error.gaps]
        return refused(request, Refused(linked), template=_TEMPLATE, context=_context(place, editor))
    say(request, _("Đã gửi đề nghị đính chính; một người khác xác nhận thì điểm mới đổi."))
    return redirect(f"{place.back}#row-{assessment_id}-{code}")


def _place_of(gap: Gap) -> str:
    """The field on this page, whose fields have the ids of a row of an appraisal."""
    if gap.code == _NO_REASON:
        return "#id_note"
    return gap.link.replace("#id_given_points", "#id-given").replace("#id_", "#id-")


def _of_reason(error: Refused) -> str:
    """What is wrong with the reason, as its field says it."""
    return " ".join(gap.remedy for gap in error.gaps if gap.code == _NO_REASON)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


@page("POST")
def withdraw(request: AuthenticatedRequest, round_id: int, correction_id: int) -> HttpResponse:
    """Only its proposer finds the correction here."""
    who, at = actor(request), now()
    round = get_object_or_404(visible_rounds(who.person_id, at), pk=round_id)
    mine = Correction.objects.filter(proposed_by_id=who.person_id, assessment__round_block__round=round)
    correction = get_object_or_404(mine, pk=correction_id)
    try:
        withdraw_correction(correction_id=correction_id, by=who, at=at)
    except Refused as error:
        return refused(request, error)
    say(request, _("Đã rút đề nghị đính chính."))
    return redirect("appraisal-unit", round_id, correction.assessment_id)
