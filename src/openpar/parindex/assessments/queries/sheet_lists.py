"""Lists of sheets: those a person may see, and those that want something of the people of a unit now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from openpar.base.accounts.queries import Actor
from openpar.common.text import fold
from openpar.parindex.assessments.models import Assessment, Layer, LeafAssignment, RoundStage, Score
from openpar.parindex.assessments.permissions import UNIT_ROLES, works_for_unit
from openpar.parindex.assessments.queries.sheets import own_total, shown_to
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.parindex.assessments.sheets import Sheet, sheet_of, with_window


@dataclass(frozen=True)
class SheetRow:
    """A line of the list of sheets; `self_total` is what the unit gave itself, without outside parts."""

    id: int
    round_id: int
    round_title: str
    stage: RoundStage
    closes_at: datetime | None
    unit_name: str
    block_name: str
    state: str
    is_own: bool
    scored: int
    leaves: int
    self_total: Decimal | None
    maximum: Decimal
    flagged: int
    is_sample: bool


def sheets_for(
    actor: Actor, at: datetime, *, block: str = "", search: str = "", round_id: int | None = None
) -> QuerySet[Assessment]:
    """The sheets a person may see: newest round first, in each the own unit first, then block and name."""
    found = with_window(visible_assessments(actor.person_id, at)).select_related("round_block__block")
    if block:
        found = found.filter(round_block__block__code=block)
    if round_id is not None:
        found = found.filter(round_block__round_id=round_id)
    if search.strip():
        found = found.filter(unit__name_folded__contains=fold(search.strip()))
    others = Case(
        When(organisation_id__in=actor.organisations(), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return found.annotate(others=others).order_by(
        "-round_block__round__year",
        "-round_block__round_id",
        "others",
        "round_block__block__position",
        "unit__name_sort",
        "pk",
    )


def rows_of(assessments: Iterable[Assessment], actor: Actor) -> tuple[SheetRow, ...]:
    """The lines of sheets that `sheets_for` found; queries only for criteria sets not yet loaded."""
    return tuple(_row(assessment, actor) for assessment in assessments)


def _row(assessment: Assessment, actor: Actor) -> SheetRow:
    sheet = sheet_of(assessment)
    block = assessment.round_block
    return SheetRow(
        id=assessment.pk,
        round_id=sheet.round.pk,
        round_title=sheet.round.title,
        stage=RoundStage(sheet.round.stage),
        closes_at=sheet.reopened_until or sheet.window.closes_at,
        unit_name=sheet.unit_name,
        block_name=block.block.name,
        state=assessment.state,
        is_own=works_for_unit(actor, assessment),
        scored=assessment.self_count,
        leaves=len(sheet.criteria.self_leaves),
        self_total=own_total(assessment),
        maximum=sheet.criteria.engine.maximum,
        flagged=assessment.flagged_count if shown_to(actor, assessment, sheet.round.stage).appraised else 0,
        is_sample=sheet.criteria.is_sample,
    )


@dataclass(frozen=True)
class WaitingSheet:
    """A sheet on which somebody of the unit has something to do now."""

    id: int
    round_title: str
    unit_name: str
    stage: RoundStage
    state: str
    due: datetime | None
    scored: int
    leaves: int
    flagged: int
    assigned: int
    assigned_scored: int


def sheets_waiting(actor: Actor, at: datetime) -> tuple[WaitingSheet, ...]:
    """The sheets of the actor's units that take self-scores or explanations now; one query."""
    units = actor.organisations(*UNIT_ROLES)
    if not units:
        return ()
    mine = LeafAssignment.objects.filter(assessment=OuterRef("pk"), officer_id=actor.id)
    scored = Score.objects.filter(
        assessment=OuterRef("assessment"), criterion=OuterRef("criterion"), layer=Layer.SELF
    ).exclude(outcome="MISSING", points__isnull=True)
    found = (
        with_window(visible_assessments(actor.person_id, at))
        .filter(organisation_id__in=units)
        .annotate(assigned=_counted(mine), assigned_scored=_counted(mine.filter(Exists(scored))))
    )
    sheets = [sheet_of(assessment) for assessment in found.order_by("-round_block__round_id", "pk")]
    return tuple(_waiting(sheet) for sheet in sheets if _is_open(sheet, at))


def _counted(rows: QuerySet[LeafAssignment]) -> Coalesce:
    counts = rows.order_by().values("assessment").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)


def _is_open(sheet: Sheet, at: datetime) -> bool:
    if sheet.reopened_until is not None and at < sheet.reopened_until:
        return True
    stages = (RoundStage.SELF_SCORING, RoundStage.EXPLANATION)
    return any(sheet.window.why_closed(stage, at) is None for stage in stages)


def _waiting(sheet: Sheet) -> WaitingSheet:
    assessment = sheet.assessment
    return WaitingSheet(
        id=assessment.pk,
        round_title=sheet.round.title,
        unit_name=sheet.unit_name,
        stage=RoundStage(sheet.round.stage),
        state=assessment.state,
        due=sheet.reopened_until or sheet.window.closes_at,
        scored=assessment.self_count,
        leaves=len(sheet.criteria.self_leaves),
        flagged=assessment.flagged_count,
        assigned=getattr(assessment, "assigned", 0),
        assigned_scored=getattr(assessment, "assigned_scored", 0),
    )
