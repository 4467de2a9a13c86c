"""Documents that prove a leaf: bound, loosened, chosen from the unit's store, read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.documents.actions import Particulars, add_document
from openpar.base.documents.queries import documents_of
from openpar.common.errors import Refused
from openpar.parindex.assessments.actions.evidence import attach_evidence, detach_evidence
from openpar.parindex.assessments.errors import NotNow, UnknownLeaf
from openpar.parindex.assessments.models import Assessment, EvidenceUse, Layer
from openpar.parindex.assessments.permissions import works_for_unit
from openpar.parindex.assessments.queries.sheets import document_of_sheet, shown_to, visible_sheet
from openpar.web.assessments.frame import seen_sheet
from openpar.web.assessments.saving import context_of_leaf, leaf_context
from openpar.web.assessments.trees import is_explaining, leaf_row
from openpar.web.assessments.work import why_not_now
from openpar.web.components.documents import read_particulars, stored_file_answer, typed_texts
from openpar.web.components.given import Given
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say

_STORE_SIZE = 30


@page("GET", "POST")
def attach(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    """Binds a chosen document, or brings in a new one and binds it."""
    if request.method == "GET":
        context = leaf_context(request, pk, code)
        return render(request, "assessments/add_evidence.html", _adding(context, {}))
    try:
        use = _attach(request, pk, code)
    except (Assessment.DoesNotExist, UnknownLeaf):
        raise Http404 from None
    except Refused as error:
        if request.htmx:
            seen_sheet(request, pk)
            return refused(request, error)
        context = _adding(leaf_context(request, pk, code), typed_texts(request, "pointer"))
        return refused(request, error, template="assessments/add_evidence.html", context=context)
    said = _("Đã gắn “%s”.") % use.document.title
    return _after(request, pk, code, said, version=_version_after(request, use))


@page("POST")
def detach(request: AuthenticatedRequest, pk: int, code: str, document_id: int) -> HttpResponse:
    layer = _layer(request)
    use = (
        EvidenceUse.objects.select_related("document")
        .filter(score__assessment_id=pk, score__layer=layer, score__criterion__code=code)
        .filter(document_id=document_id)
        .first()
    )
    try:
        detach_evidence(
            assessment_id=pk, code=code, layer=layer, document_id=document_id, by=actor(request), at=now()
        )
    except (Assessment.DoesNotExist, UnknownLeaf):
        raise Http404 from None
    except Refused as error:
        seen_sheet(request, pk)
        return refused(request, error)
    title = use.document.title if use else ""
    undo = {"id": document_id, "title": title, "pointer": use.pointer if use else ""}
    said = _("Đã gỡ “%s”; tài liệu vẫn còn trong kho của đơn vị, gắn lại được.") % title
    return _after(request, pk, code, said, undo=undo)


@page("GET")
def store(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    """The documents of the unit to choose from, those of this leaf marked."""
    who = actor(request)
    try:
        assessment = visible_sheet(who, pk, now())
    except Assessment.DoesNotExist:
        raise Http404 from None
    if not works_for_unit(who, assessment):
        raise Http404
    search = request.GET.get("q", "")
    bound = EvidenceUse.objects.filter(
        score__assessment=assessment, score__criterion__code=code, score__layer=_layer_named(request.GET)
    )
    context = {
        "documents": documents_of(assessment.organisation_id, search)[:_STORE_SIZE],
        "bound": set(bound.values_list("document_id", flat=True)),
        "address": f"{reverse('assessment', args=[pk])}{code}/",
        "layer": _layer_named(request.GET),
        "search": search,
        "size": _STORE_SIZE,
    }
    template = "assessments/parts/store.html" if request.htmx else "assessments/store.html"
    return render(request, template, context)


@page("GET")
def download(request: AuthenticatedRequest, pk: int, document_id: int) -> HttpResponse:
    """The bytes of a document bound to this sheet, always as a file to be saved."""
    who = actor(request)
    try:
        assessment = visible_sheet(who, pk, now())
    except Assessment.DoesNotExist:
        raise Http404 from None
    shown = shown_to(who, assessment, assessment.round_block.round.stage)
    document = document_of_sheet(assessment, document_id, shown)
    if document is None or document.file is None:
        raise Http404
    return stored_file_answer(document)


def _attach(request: AuthenticatedRequest, pk: int, code: str) -> EvidenceUse:
    who, at, layer = actor(request), now(), _layer(request)
    chosen = request.POST.get("document", "")
    particulars, pointer = read_particulars(request), Given(dict(request.POST.lists())).text("pointer")
    if chosen.isdigit() and len(chosen) < 18:
        document_id = int(chosen)
    else:
        _refuse_unless_open(request, pk, code, layer, at)
        document_id = _new_document(request, pk, particulars, at)
    return attach_evidence(
        assessment_id=pk,
        code=code,
        layer=layer,
        document_id=document_id,
        pointer=pointer,
        by=who,
        at=at,
    )


def _refuse_unless_open(
    request: AuthenticatedRequest, pk: int, code: str, layer: Layer, at: datetime
) -> None:
    """Asked before a file is taken in: a click that came too late leaves nothing in the store."""
    view = seen_sheet(request, pk)
    if code not in view.lines:
        raise Http404
    gap = why_not_now(view.sheet, view.lines[code], actor(request), at, layer)
    if gap is not None:
        raise NotNow(gap)


def _new_document(request: AuthenticatedRequest, pk: int, particulars: Particulars, at: datetime) -> int:
    owner_id = Assessment.objects.values_list("organisation_id", flat=True).get(pk=pk)
    return add_document(by=actor(request), at=at, owner_id=owner_id, **particulars).pk


def _layer(request: AuthenticatedRequest) -> Layer:
    return _layer_named(request.POST)


def _layer_named(texts: Mapping[str, Any]) -> Layer:
    return Layer.EXPLAINED if texts.get("layer") == Layer.EXPLAINED else Layer.SELF


def _adding(context: dict[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    return {**context, "typed_document": typed, "address": f"{context['base']}{context['work'].leaf.code}/"}


def _version_after(request: AuthenticatedRequest, use: EvidenceUse) -> int | None:
    """The first document opens the score: the form on the page then counts from version 1."""
    return use.score.version if use.score.version == 1 and use.score.outcome == "MISSING" else None


def _after(
    request: AuthenticatedRequest,
    pk: int,
    code: str,
    said: str,
    *,
    version: int | None = None,
    undo: Mapping[str, Any] | None = None,
) -> HttpResponse:
    say(request, said)
    if not request.htmx:
        return redirect("assessment-leaf", pk, code)
    view = seen_sheet(request, pk)
    context = context_of_leaf(request, view, code, undo=undo, new_version=version)
    context["rows_changed"] = [
        leaf_row(view.lines[code], base=context["base"], explaining=is_explaining(view))
    ]
    return render(request, "assessments/parts/evidence_changed.html", context)
