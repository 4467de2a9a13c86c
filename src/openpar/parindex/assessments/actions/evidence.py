"""Binding documents to scores, and loosening them while the sheet is open."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.base.documents.models import Document
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.explanations import refuse_unless_explaining
from openpar.parindex.assessments.actions.scores import Entry, evaluated, keep_score, scores_of_leaf
from openpar.parindex.assessments.actions.self_scoring import refuse_unless_scoring
from openpar.parindex.assessments.errors import Incomplete
from openpar.parindex.assessments.models import EvidenceUse, Layer, Score
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet
from openpar.parindex.criteria.queries import LoadedLeaf

# Only the unit binds evidence, to what it says itself.
LAYERS_WITH_EVIDENCE = (Layer.SELF, Layer.EXPLAINED)


def _taken(
    assessment_id: int, code: str, layer: Layer, by: Actor, at: datetime
) -> tuple[Sheet, LoadedLeaf, dict[str, Score]]:
    sheet = take_sheet(assessment_id)
    leaf = sheet.leaf(code)
    scores = scores_of_leaf(sheet, leaf)
    if layer is Layer.SELF:
        refuse_unless_scoring(sheet, leaf, by, at)
    else:
        refuse_unless_explaining(sheet, leaf, scores, by, at)
    return sheet, leaf, scores


def attach_evidence(
    *, assessment_id: int, code: str, layer: Layer, document_id: int, pointer: str, by: Actor, at: datetime
) -> EvidenceUse:
    """Binds a document of the unit to a leaf; `pointer` names section and page.

    Raises NotAllowed, NotNow, UnknownLeaf, Incomplete (not the unit's document, bound already, superseded).
    """
    with write_transaction():
        sheet, leaf, scores = _taken(assessment_id, code, layer, by, at)
        document = Document.objects.select_related("superseded_by").filter(pk=document_id).first()
        if document is None or document.owner_id != sheet.assessment.organisation_id:
            raise Incomplete(
                Gap(leaf.code, _("không có tài liệu này trong kho của đơn vị."), code="no_document")
            )
        if hasattr(document, "superseded_by"):
            raise Incomplete(
                Gap(leaf.code, _("tài liệu đã có bản thay thế."), _("Chọn bản mới nhất."), code="superseded")
            )
        score = scores.get(layer)
        if score is None:
            entry = Entry(Answer())
            score = keep_score(
                sheet=sheet,
                leaf=leaf,
                layer=layer,
                entry=entry,
                stored=None,
                outcome=evaluated(leaf, entry),
                verb="score.opened",
                by=by,
                at=at,
            )
            renew_standings(sheet, layer)
        elif score.evidence.filter(document=document).exists():
            raise Incomplete(Gap(leaf.code, _("tài liệu này đã gắn với tiêu chí."), code="bound_already"))
        use = EvidenceUse.objects.create(
            score=score,
            document=document,
            pointer=pointer.strip(),
            added_by_id=by.person_id,
            added_at=at,
        )
        record(
            by=by,
            at=at,
            verb="evidence.attached",
            object=f"score:{score.pk}",
            about=sheet.about,
            label=f"{leaf.code} · {document.title}",
            after={"document": document.pk, "sha256": _digest(document), "pointer": use.pointer},
        )
        return use


def detach_evidence(
    *, assessment_id: int, code: str, layer: Layer, document_id: int, by: Actor, at: datetime
) -> None:
    """Loosens a document from a leaf while the unit may still change it; the document itself stays."""
    with write_transaction():
        sheet, leaf, scores = _taken(assessment_id, code, layer, by, at)
        use = None
        if layer in scores:
            use = scores[layer].evidence.select_related("document").filter(document_id=document_id).first()
        if use is None:
            raise Incomplete(Gap(leaf.code, _("tài liệu này không gắn với tiêu chí."), code="not_bound"))
        record(
            by=by,
            at=at,
            verb="evidence.detached",
            object=f"score:{use.score_id}",
            about=sheet.about,
            label=f"{leaf.code} · {use.document.title}",
            before={"document": use.document_id, "sha256": _digest(use.document), "pointer": use.pointer},
        )
        use.delete()


def _digest(document: Document) -> str | None:
    return document.file.sha256 if document.file is not None else None
