"""Where documents prove something: the leaves, claims of bonus or penalty and corrections that name them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from openpar.base.accounts.queries import Actor
from openpar.common.text import sort_key
from openpar.parindex.assessments.models import Adjustment, Assessment, Correction, EvidenceUse, Layer
from openpar.parindex.assessments.queries.sheets import Shown, shown_to
from openpar.parindex.assessments.queries.visibility import visible_assessments


@dataclass(frozen=True)
class DocumentUse:
    """One place where a document is used; `code` is the leaf, "" for a claim of bonus or penalty."""

    assessment_id: int
    round_title: str
    year: int
    unit_name: str
    code: str
    title: str
    layer: str
    adjustment_kind: str
    pointer: str


def uses_of(
    document_ids: Collection[int], *, by: Actor, at: datetime
) -> Mapping[int, tuple[DocumentUse, ...]]:
    """The uses that `by` may see, by document, the latest round first; four queries for any number.

    A document without such a use is not among the keys.
    """
    scores = EvidenceUse.objects.filter(document_id__in=document_ids).select_related("score__criterion")
    claims = Adjustment.objects.filter(document_id__in=document_ids)
    sheets = _sheets(document_ids, by, at)
    found: defaultdict[int, list[DocumentUse]] = defaultdict(list)
    for use in scores:
        seen = sheets.get(use.score.assessment_id)
        if seen is not None and use.score.layer in seen.shown.layers:
            found[use.document_id].append(_of_score(use, seen.assessment))
    for claim in claims:
        seen = sheets.get(claim.assessment_id)
        if seen is None or claim.document_id is None:
            continue
        if seen.shown.appraised or claim.kind == Adjustment.Kind.BONUS:
            found[claim.document_id].append(_of_claim(claim, seen.assessment))
    for correction in Correction.objects.filter(document_id__in=document_ids).select_related("criterion"):
        seen = sheets.get(correction.assessment_id)
        if seen is None or correction.document_id is None:
            continue
        if seen.shown.proposals or (
            correction.state == Correction.State.CONFIRMED and Layer.CORRECTED in seen.shown.layers
        ):
            found[correction.document_id].append(_of_correction(correction, seen.assessment))
    return {
        document_id: tuple(sorted(uses, key=lambda use: (-use.year, use.unit_name, sort_key(use.code))))
        for document_id, uses in found.items()
    }


@dataclass(frozen=True)
class _SeenSheet:
    assessment: Assessment
    shown: Shown


def _sheets(document_ids: Collection[int], by: Actor, at: datetime) -> Mapping[int, _SeenSheet]:
    """The sheets concerned that `by` may see, with what may be seen of each."""
    of_scores = EvidenceUse.objects.filter(document_id__in=document_ids).values("score__assessment_id")
    of_claims = Adjustment.objects.filter(document_id__in=document_ids).values("assessment_id")
    of_corrections = Correction.objects.filter(document_id__in=document_ids).values("assessment_id")
    concerned = visible_assessments(by.person_id, at).filter(
        Q(pk__in=of_scores) | Q(pk__in=of_claims) | Q(pk__in=of_corrections)
    )
    return {
        sheet.pk: _SeenSheet(sheet, shown_to(by, sheet, sheet.round_block.round.stage))
        for sheet in concerned.select_related("round_block__round", "unit")
    }


def _use(
    sheet: Assessment, title: str, *, code: str = "", layer: str = "", kind: str = "", pointer: str = ""
) -> DocumentUse:
    round = sheet.round_block.round
    return DocumentUse(
        assessment_id=sheet.pk,
        round_title=round.title,
        year=round.year,
        unit_name=sheet.unit.name,
        code=code,
        title=title,
        layer=layer,
        adjustment_kind=kind,
        pointer=pointer,
    )


def _of_score(use: EvidenceUse, sheet: Assessment) -> DocumentUse:
    leaf = use.score.criterion
    return _use(sheet, leaf.title, code=leaf.code, layer=use.score.layer, pointer=use.pointer)


def _of_claim(claim: Adjustment, sheet: Assessment) -> DocumentUse:
    return _use(sheet, claim.ground, kind=claim.kind)


def _of_correction(correction: Correction, sheet: Assessment) -> DocumentUse:
    leaf = correction.criterion
    return _use(sheet, leaf.title, code=leaf.code, layer=Layer.CORRECTED)
