"""Filling a leaf from a measured figure: the snapshot is kept and bound to the score as its evidence."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.scores import (
    Entry,
    evaluated,
    keep_score,
    refuse_stale,
    scores_of_leaf,
)
from openpar.parindex.assessments.actions.self_scoring import refuse_unless_scoring
from openpar.parindex.assessments.errors import Incomplete, StaleFigure
from openpar.parindex.assessments.models import EvidenceUse, Layer, Score
from openpar.parindex.assessments.queries.figures import is_yes_no, takes_figure, word_of
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.parindex.indicators.actions.values import compute_value
from openpar.parindex.indicators.figures import Figure
from openpar.parindex.indicators.models import IndicatorValue
from openpar.parindex.indicators.offers import Offer, offers
from openpar.parindex.indicators.queries import figure_of_value

Seen = tuple[Decimal, Decimal]


def fill_from_indicator(
    *, assessment_id: int, code: str, seen: Seen, expected_version: int, by: Actor, at: datetime
) -> tuple[Score, Sheet]:
    """Takes the measured numerator and denominator over as the unit's own figures.

    `seen` are the two numbers that the person was shown: if they are others by now, StaleFigure and nothing
    is changed. The excused figure and the note stay; points given by hand go, for they were given to other
    figures. Raises NotAllowed, NotNow, Incomplete, StaleScore, UnknownLeaf.
    """
    with write_transaction():
        sheet = take_sheet(assessment_id)
        leaf = sheet.leaf(code)
        refuse_unless_scoring(sheet, leaf, by, at)
        stored = scores_of_leaf(sheet, leaf).get(Layer.SELF)
        value = _value(sheet, leaf, by=by, at=at)
        figure = figure_of_value(value)
        entry = _entry(leaf, figure, stored)
        refuse_stale(stored, expected_version, leaf=leaf, entry=entry)
        if seen != (figure.numerator, figure.denominator):
            raise StaleFigure(
                Gap(
                    leaf.code,
                    _("số liệu vừa thay đổi, nay là %s.") % figure.text,
                    _("Xem số mới rồi lấy lại."),
                    code="stale_figure",
                )
            )
        score = keep_score(
            sheet=sheet,
            leaf=leaf,
            layer=Layer.SELF,
            entry=entry,
            stored=stored,
            outcome=evaluated(leaf, entry),
            verb="score.filled",
            by=by,
            at=at,
        )
        _bind(sheet, leaf, score, value, by=by, at=at)
        sheet.assessment.self_saved_at = at
        renew_standings(sheet, Layer.SELF)
        return score, sheet


def _entry(leaf: LoadedLeaf, figure: Figure, stored: Score | None) -> Entry:
    before = Answer() if stored is None else Answer.from_json(stored.answer)
    if is_yes_no(leaf):
        return Entry(Answer(choice=word_of(figure)), note="" if stored is None else stored.note)
    answer = Answer(numerator=figure.numerator, denominator=figure.denominator, excused=before.excused)
    return Entry(answer, note="" if stored is None else stored.note)


def _value(sheet: Sheet, leaf: LoadedLeaf, *, by: Actor, at: datetime) -> IndicatorValue:
    """The kept value to be filled in: told before, or counted and kept now. Raises Incomplete."""
    offer = _offer(sheet, leaf, at)
    if offer.value is not None:
        return offer.value
    if not offer.figure.has_numbers or (is_yes_no(leaf) and not offer.figure.is_known):
        raise Incomplete(Gap(leaf.code, offer.figure.why, code="no_figure"))
    return compute_value(
        code=leaf.indicator,
        organisation_id=sheet.assessment.organisation_id,
        year=sheet.round.year,
        by=by,
        at=at,
    )


def _offer(sheet: Sheet, leaf: LoadedLeaf, at: datetime) -> Offer:
    if not takes_figure(leaf):
        what = _("tiêu chí này không lấy số liệu từ chỉ tiêu nào.")
        raise Incomplete(Gap(leaf.code, what, code="no_indicator"))
    unit = sheet.assessment.organisation_id
    found = offers([leaf.indicator], [unit], year=sheet.round.year, today=timezone.localdate(at))
    offer = found.get((leaf.indicator, unit))
    if offer is None:
        what = _("chỉ tiêu “%s” chưa có định nghĩa cho năm đánh giá.") % leaf.indicator
        raise Incomplete(Gap(leaf.code, what, code="no_definition"))
    return offer


def _bind(
    sheet: Sheet, leaf: LoadedLeaf, score: Score, value: IndicatorValue, *, by: Actor, at: datetime
) -> None:
    """The snapshot becomes evidence of the score, in the place of the one that was filled in before."""
    for older in score.evidence.filter(figure__isnull=False).exclude(figure=value).select_related("document"):
        _trace(sheet, leaf, older, "evidence.detached", by=by, at=at)
        older.delete()
    if score.evidence.filter(figure=value).exists():
        return
    document = _document(sheet, value, by=by, at=at)
    use = score.evidence.filter(document=document).first() or EvidenceUse(
        score=score, document=document, added_by_id=by.person_id, added_at=at
    )
    # A report may stand there already, as a document of its own.
    use.figure = value
    use.save()
    _trace(sheet, leaf, use, "evidence.attached", by=by, at=at)


def _document(sheet: Sheet, value: IndicatorValue, *, by: Actor, at: datetime) -> Document:
    """What proves a value in the store of the unit: the report itself, or an entry for the snapshot."""
    unit = sheet.assessment.organisation_id
    if value.document is not None and value.document.owner_id == unit:
        return value.document
    number = _("SL-%d") % value.pk
    known = Document.objects.filter(owner_id=unit, number=number).first()
    if known is not None:
        return known
    row = value.version
    title = _("Số liệu %(text)s: %(name)s, từ %(first)s đến %(last)s") % {
        "text": figure_of_value(value).text,
        "name": row.name,
        "first": value.from_on.strftime("%d/%m/%Y"),
        "last": value.until_on.strftime("%d/%m/%Y"),
    }
    return add_document(
        by=by,
        at=at,
        owner_id=unit,
        title=title[:500],
        number=number,
        issued_on=timezone.localdate(value.taken_at),
    )


def _trace(sheet: Sheet, leaf: LoadedLeaf, use: EvidenceUse, verb: str, *, by: Actor, at: datetime) -> None:
    told = {"document": use.document_id, "pointer": use.pointer, "figure": use.figure_id}
    is_bound = verb == "evidence.attached"
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"score:{use.score_id}",
        about=sheet.about,
        label=f"{leaf.code} · {use.document.title}",
        before=None if is_bound else told,
        after=told if is_bound else None,
    )
