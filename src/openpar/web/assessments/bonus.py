"""Bonus points claimed by the unit, and what became of the claims; penalties once they may be seen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.documents.actions import add_document
from openpar.base.documents.queries import documents_of
from openpar.common.errors import Gap, Refused
from openpar.parindex.assessments.actions.adjustments import claim_bonus
from openpar.parindex.assessments.models import Adjustment, RoundStage
from openpar.parindex.assessments.permissions import may_coordinate_for_unit
from openpar.parindex.assessments.queries.sheets import SheetView, adjustments_shown
from openpar.web.assessments.frame import frame, seen_sheet
from openpar.web.components.fields import LineField, PointsField, TextField
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say

ADJUSTMENT_STATES = {
    Adjustment.State.CLAIMED: "waiting",
    Adjustment.State.ACCEPTED: "done",
    Adjustment.State.REFUSED: "bad",
}
_DOCUMENTS_OFFERED = 200


class BonusForm(forms.Form):
    """A claim: ground, points, and a document or at least an explanation."""

    ground = LineField(label=gettext_lazy("Căn cứ đề nghị"), max_length=500)
    points = PointsField(label=gettext_lazy("Số điểm đề nghị"))
    document = forms.ChoiceField(label=gettext_lazy("Tài liệu trong kho của đơn vị"), required=False)
    upload = forms.FileField(label=gettext_lazy("Hoặc tải tệp mới"), required=False)
    title = LineField(label=gettext_lazy("Trích yếu của tệp mới"), max_length=500, required=False)
    explanation = TextField(label=gettext_lazy("Giải trình"), required=False)

    def __init__(self, *args: Any, owner_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["document"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Không chọn"))] + [
            (document.pk, f"{document.number} {document.title}".strip())
            for document in documents_of(owner_id)[:_DOCUMENTS_OFFERED]
        ]


@page("GET", "POST")
def bonus(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    view = seen_sheet(request, pk)
    form = None
    if may_coordinate_for_unit(actor(request), view.assessment):
        owner_id = view.assessment.organisation_id
        form = BonusForm(request.POST or None, request.FILES or None, owner_id=owner_id)
    if request.method == "POST":
        try:
            _claim(request, view, form)
        except Refused as error:
            context = _context(request, view, form)
            return refused(request, error, template="assessments/bonus.html", context=context)
        say(request, _("Đã gửi đề nghị điểm thưởng."))
        return redirect("assessment-bonus", pk)
    return render(request, "assessments/bonus.html", _context(request, view, form))


def why_no_claim(view: SheetView) -> Gap | None:
    """Claims are taken while the unit scores itself or explains."""
    stage = RoundStage(view.sheet.round.stage)
    if stage not in (RoundStage.SELF_SCORING, RoundStage.EXPLANATION):
        return Gap("", _("Chỉ đề nghị điểm thưởng khi tự chấm hoặc giải trình."), code="other_stage")
    return view.sheet.window.why_closed(stage, now())


def _claim(request: AuthenticatedRequest, view: SheetView, form: BonusForm | None) -> None:
    if form is None:
        raise Refused(Gap("", _("Chỉ cán bộ đầu mối hoặc thủ trưởng đề nghị điểm thưởng.")))
    if not form.is_valid():
        raise form_refused(form)
    closed = why_no_claim(view)
    if closed is not None:
        raise Refused(closed)
    typed = form.cleaned_data
    claim_bonus(
        assessment_id=view.assessment.pk,
        ground=typed["ground"],
        points=typed["points"],
        document_id=_document(request, view, typed),
        explanation=typed["explanation"],
        by=actor(request),
        at=now(),
    )


def _document(request: AuthenticatedRequest, view: SheetView, typed: dict[str, Any]) -> int | None:
    upload = typed["upload"]
    if not isinstance(upload, UploadedFile):
        return int(typed["document"]) if typed["document"] else None
    return add_document(
        by=actor(request),
        at=now(),
        owner_id=view.assessment.organisation_id,
        title=typed["title"] or typed["ground"],
        upload=upload,
        file_name=upload.name or "",
    ).pk


def _context(request: AuthenticatedRequest, view: SheetView, form: BonusForm | None) -> dict[str, Any]:
    settings = view.criteria.engine.settings
    found = adjustments_shown(view.assessment, view.shown)
    return {
        **frame(request, view, page="bonus"),
        "form": form,
        "why_not": why_no_claim(view),
        "claims": [one for one in found if one.kind == Adjustment.Kind.BONUS],
        "penalties": [one for one in found if one.kind == Adjustment.Kind.PENALTY],
        "states": ADJUSTMENT_STATES,
        "labels": {state: state.label for state in Adjustment.State},
        "bonus_max": settings.bonus_max,
        "penalty_max": settings.penalty_max,
    }
