"""What appraisers work from: which fields are theirs, and how far they are by leaf and by unit.

Every read starts at `visible_assessments`. The number of queries is the same for four units and for four
hundred; what comes back is fully loaded, so that a template asks nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.common.errors import Gap
from openpar.parindex.assessments.models import (
    AppraiserAssignment,
    Assessment,
    Layer,
    Phase,
    Round,
    RoundBlock,
    RoundStage,
    Score,
)
from openpar.parindex.assessments.permissions import belongs_to_unit, may_appraise, oversees
from openpar.parindex.assessments.queries.sheets import own_total
from openpar.parindex.assessments.queries.visibility import visible_assessments, visible_rounds
from openpar.parindex.assessments.rules import Window
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set


@dataclass(frozen=True)
class Viewer:
    """One person in the appraisal of one round: which fields were handed over, per block of the round."""

    actor: Actor
    oversees: bool
    fields: Mapping[int, frozenset[str]]

    @property
    def may_open(self) -> bool:
        """Those who oversee read everything; an appraiser what was handed over; a unit nothing here."""
        return self.oversees or (self.actor.has(Role.APPRAISER) and bool(self.fields))

    def sees_block(self, round_block_id: int) -> bool:
        return self.oversees or round_block_id in self.fields

    def why_not(self, sheet: Assessment, leaf: LoadedLeaf) -> Gap | None:
        """Why this person does not appraise this leaf of this unit; the same predicate as the action's."""
        handed = self.fields.get(sheet.round_block_id, frozenset())
        if may_appraise(self.actor, sheet, field_code=leaf.field_code, assigned_fields=handed):
            return None
        if self.is_own(sheet):
            return Gap("", _("Không ai được thẩm định đơn vị mình công tác."), code="own_unit")
        what = _("Bạn không được phân công thẩm định lĩnh vực %s.") % leaf.field_code
        return Gap("", what, code="not_assigned")

    def is_own(self, sheet: Assessment) -> bool:
        return belongs_to_unit(self.actor, sheet)


def viewer_of(actor: Actor, round_id: int) -> Viewer:
    """One query."""
    fields: dict[int, set[str]] = defaultdict(set)
    handed = AppraiserAssignment.objects.filter(appraiser_id=actor.id, round_block__round_id=round_id)
    for block_id, field_code in handed.values_list("round_block_id", "field_code"):
        fields[block_id].add(field_code)
    return Viewer(actor, oversees(actor), {block: frozenset(codes) for block, codes in fields.items()})


def rounds_to_appraise(actor: Actor, at: datetime) -> QuerySet[Round]:
    """The rounds whose appraisal a person may open, newest first."""
    found = visible_rounds(actor.person_id, at)
    if not oversees(actor):
        handed = AppraiserAssignment.objects.filter(
            appraiser_id=actor.person_id, round_block__round_id=OuterRef("pk")
        )
        found = found.filter(Exists(handed)) if actor.has(Role.APPRAISER) else found.none()
    return found


def window_of(round: Round) -> Window:
    """The running phase of a round with its dates; one query."""
    phase = Phase.objects.filter(round=round, stage=round.stage).first()
    return Window(
        RoundStage(round.stage), phase.opens_at if phase else None, phase.closes_at if phase else None
    )


# ---- how far: fields × blocks ------------------------------------------------------------------------


@dataclass(frozen=True)
class LeafProgress:
    """One leaf over all units of a block: `done` of `total` appraised, `explained` wait for an answer."""

    leaf: LoadedLeaf
    done: int
    total: int
    explained: int

    @property
    def left(self) -> int:
        return max(self.total - self.done, 0)


@dataclass(frozen=True)
class FieldProgress:
    """One field of a block; `is_mine` when it was handed to the person who looks."""

    code: str
    title: str
    is_mine: bool
    leaves: tuple[LeafProgress, ...]

    @property
    def done(self) -> int:
        return sum(leaf.done for leaf in self.leaves)

    @property
    def total(self) -> int:
        return sum(leaf.total for leaf in self.leaves)

    @property
    def left(self) -> int:
        return sum(leaf.left for leaf in self.leaves)

    @property
    def explained(self) -> int:
        return sum(leaf.explained for leaf in self.leaves)

    @property
    def next_leaf(self) -> LeafProgress | None:
        """Where to go on: the first leaf that is not finished, else the first."""
        return next((leaf for leaf in self.leaves if leaf.left), self.leaves[0] if self.leaves else None)


@dataclass(frozen=True)
class UnitProgress:
    """One unit over the fields that the person sees."""

    assessment_id: int
    name: str
    done: int
    total: int
    # What the unit gave itself, without the outside parts: points of the leaders are not for appraisers.
    own_total: Decimal | None
    is_own: bool
    is_silent: bool

    @property
    def left(self) -> int:
        return 0 if self.is_own or self.is_silent else max(self.total - self.done, 0)


@dataclass(frozen=True)
class BlockProgress:
    """One block of a round as its appraisers see it."""

    round_block_id: int
    code: str
    name: str
    criteria: LoadedSet
    fields: tuple[FieldProgress, ...]
    units: tuple[UnitProgress, ...]

    @property
    def done(self) -> int:
        return sum(field.done for field in self.fields)

    @property
    def total(self) -> int:
        return sum(field.total for field in self.fields)

    @property
    def explained(self) -> int:
        return sum(field.explained for field in self.fields)


def progress_of_round(round: Round, viewer: Viewer, at: datetime) -> tuple[BlockProgress, ...]:
    """Every block the person works in; all of them for those who oversee. Five queries.

    The own unit of the person and units that never scored anything are nobody's work here.
    """
    mine = viewer.actor.organisations()
    sheets: dict[int, list[Assessment]] = defaultdict(list)
    visible = visible_assessments(viewer.actor.person_id, at).filter(round_block__round=round)
    for assessment in visible.select_related("unit").order_by("unit__name_sort"):
        sheets[assessment.round_block_id].append(assessment)
    counted = Score.objects.filter(assessment__in=visible.order_by(), assessment__self_count__gt=0).exclude(
        assessment__organisation_id__in=mine
    )
    done = counted.filter(layer=Layer.APPRAISED).exclude(outcome="MISSING", points__isnull=True)
    by_leaf = _counts(done, "assessment__round_block_id", "criterion_id")
    by_unit = _counts(done, "assessment_id", "criterion__field_code")
    waiting = _counts(_waiting(counted), "assessment__round_block_id", "criterion_id")
    blocks = RoundBlock.objects.filter(round=round).select_related("block", "criteria_set")
    return tuple(
        _block_progress(block, viewer, sheets[block.pk], by_leaf, by_unit, waiting)
        for block in blocks
        if viewer.sees_block(block.pk)
    )


def _waiting(scores: QuerySet[Score]) -> QuerySet[Score]:
    """Explanations that nobody has decided on."""
    decided = Score.objects.filter(
        assessment_id=OuterRef("assessment_id"),
        criterion_id=OuterRef("criterion_id"),
        layer=Layer.REAPPRAISED,
    )
    return scores.filter(layer=Layer.EXPLAINED).exclude(Exists(decided))


_Counts = Mapping[tuple[int, object], int]


def _counts(scores: QuerySet[Score], first: str, second: str) -> _Counts:
    rows = scores.values_list(first, second).order_by().annotate(count=Count("pk"))
    return {(one, other): count for one, other, count in rows}


def _block_progress(
    block: RoundBlock,
    viewer: Viewer,
    sheets: Iterable[Assessment],
    by_leaf: _Counts,
    by_unit: _Counts,
    waiting: _Counts,
) -> BlockProgress:
    criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
    handed = viewer.fields.get(block.pk, frozenset())
    fields = [
        _field_progress(field.code, block.pk, criteria, handed, by_leaf, waiting)
        for field in criteria.engine.fields
        if field.code in handed or (viewer.oversees and not handed)
    ]
    units = [_unit_progress(sheet, viewer, fields, by_unit) for sheet in sheets]
    total = sum(not unit.is_own and not unit.is_silent for unit in units)
    return BlockProgress(
        round_block_id=block.pk,
        code=block.block.code,
        name=block.block.name,
        criteria=criteria,
        fields=tuple(_with_total(field, total) for field in fields if field.leaves),
        units=tuple(units),
    )


def _field_progress(
    code: str,
    block_id: int,
    criteria: LoadedSet,
    handed: frozenset[str],
    by_leaf: _Counts,
    waiting: _Counts,
) -> FieldProgress:
    leaves = [leaf for leaf in criteria.leaves.values() if leaf.field_code == code and not leaf.is_outside]
    return FieldProgress(
        code=code,
        title=criteria.titles[code],
        is_mine=code in handed,
        leaves=tuple(
            LeafProgress(leaf, by_leaf.get((block_id, leaf.id), 0), 0, waiting.get((block_id, leaf.id), 0))
            for leaf in leaves
        ),
    )


def _with_total(field: FieldProgress, units: int) -> FieldProgress:
    leaves = tuple(LeafProgress(leaf.leaf, leaf.done, units, leaf.explained) for leaf in field.leaves)
    return FieldProgress(field.code, field.title, field.is_mine, leaves)


def _unit_progress(
    sheet: Assessment, viewer: Viewer, fields: Iterable[FieldProgress], by_unit: _Counts
) -> UnitProgress:
    seen = list(fields)
    return UnitProgress(
        assessment_id=sheet.pk,
        name=sheet.unit.name,
        done=sum(by_unit.get((sheet.pk, field.code), 0) for field in seen),
        total=sum(len(field.leaves) for field in seen),
        own_total=own_total(sheet),
        is_own=viewer.is_own(sheet),
        is_silent=sheet.self_count == 0,
    )
