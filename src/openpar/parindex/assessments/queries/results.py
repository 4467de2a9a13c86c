"""Results as pages and documents read them: which rounds, which units, their totals, fields and leaves.

A published round is read from its snapshot (`Result`); a round that waits for recognition is computed, and
everything drawn from it is provisional. Both answer the same questions (`ResultSource`), so that a page
does not care. The big JSON columns are read only by the questions that need them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Func, JSONField, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from openpar.base.accounts.queries import Actor
from openpar.common.text import fold, sort_key
from openpar.parindex.assessments.models import Result, Round, RoundBlock, RoundStage
from openpar.parindex.assessments.permissions import oversees
from openpar.parindex.assessments.queries.visibility import visible_rounds
from openpar.parindex.assessments.results import (
    BlockResults,
    LineResult,
    NodeResult,
    UnitResult,
    decimal_or_none,
    results_of_round,
)
from openpar.parindex.criteria.queries import LoadedSet, loaded_set


def result_rounds(actor: Actor, at: datetime) -> QuerySet[Round]:
    """Rounds whose results a person may see: published ones; for those who oversee, also the ones that
    wait for recognition. Nobody else sees a rank before publication.
    """
    stages = [RoundStage.PUBLISHED, *([RoundStage.DECISION] if oversees(actor) else [])]
    return visible_rounds(actor.person_id, at).filter(stage__in=stages)


@dataclass(frozen=True)
class OwnResult:
    """The result of one's own unit in a round."""

    assessment_id: int
    name: str
    total: Decimal | None
    rank: int | None
    rank_of: int | None
    grade: str


@dataclass(frozen=True)
class RoundLine:
    """A round in the list of results, with its blocks (name, number of units) and one's own results."""

    round: Round
    is_sample: bool
    blocks: tuple[tuple[str, int], ...]
    own: tuple[OwnResult, ...]


def round_lines(rounds: QuerySet[Round], *, own: Collection[int]) -> tuple[RoundLine, ...]:
    """The rounds, newest first; `own` are the organisations whose results are named. Three queries."""
    found = list(rounds)
    blocks: dict[int, list[tuple[str, int]]] = defaultdict(list)
    samples: set[int] = set()
    for round_id, name, count, is_sample in (
        RoundBlock.objects.filter(round__in=found)
        .annotate(unit_count=Count("assessments"))
        .values_list("round_id", "block__name", "unit_count", "criteria_set__is_sample")
    ):
        blocks[round_id].append((name, count))
        if is_sample:
            samples.add(round_id)
    results: dict[int, list[OwnResult]] = defaultdict(list)
    mine = Result.objects.filter(
        assessment__round_block__round__in=found, assessment__organisation_id__in=own
    ).select_related("assessment__round_block", "assessment__unit")
    for result in mine.defer("nodes", "lines", "explanation"):
        sheet = result.assessment
        results[sheet.round_block.round_id].append(
            OwnResult(sheet.pk, sheet.unit.name, result.total, result.rank, result.rank_of, result.grade)
        )
    return tuple(
        RoundLine(round, round.pk in samples, tuple(blocks[round.pk]), tuple(results[round.pk]))
        for round in found
    )


@dataclass(frozen=True)
class ResultBlock:
    """A block of a round with the set it was scored by."""

    id: int
    block_id: int
    code: str
    name: str
    unit_count: int
    criteria: LoadedSet

    @property
    def field_codes(self) -> tuple[str, ...]:
        return tuple(field.code for field in self.criteria.engine.fields)


def blocks_of(round_id: int) -> tuple[ResultBlock, ...]:
    """The blocks of a round in their order: one query (and two for a set not loaded before)."""
    rows = (
        RoundBlock.objects.filter(round_id=round_id)
        .select_related("block", "criteria_set")
        .annotate(unit_count=Count("assessments"))
    )
    return tuple(
        ResultBlock(
            id=row.pk,
            block_id=row.block_id,
            code=row.block.code,
            name=row.block.name,
            unit_count=row.unit_count,
            criteria=loaded_set(row.criteria_set_id, row.criteria_set.version),
        )
        for row in rows
    )


@dataclass(frozen=True)
class UnitRow:
    """One unit in a ranking; `waiting` names the leaves that a provisional total still lacks."""

    assessment_id: int
    organisation_id: int
    name: str
    name_sort: str
    name_folded: str
    is_ranked: bool
    is_published: bool
    submitted: bool
    self_total: Decimal | None
    total: Decimal | None
    index: Decimal | None
    bonus: Decimal | None
    penalty: Decimal | None
    rank: int | None
    rank_of: int | None
    grade: str
    self_grade: str
    waiting: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """Recognised minus self-scored points, unrounded; None where one of them is missing."""
        if self.total is None or self.self_total is None:
            return None
        return self.total - self.self_total


def may_see_unit(actor: Actor, row: UnitRow) -> bool:
    """A unit whose result is not published is seen by itself and by those who oversee."""
    return row.is_published or oversees(actor) or row.organisation_id in actor.organisations()


@dataclass(frozen=True)
class FieldShare:
    """One field of one unit in per cent of its maximum: recognised, and by its own score."""

    index: Decimal | None
    self_index: Decimal | None


@dataclass(frozen=True)
class LeafPoints:
    """One leaf of one unit; `decided` is None where the leaf was removed, `own` also where nothing was
    entered.
    """

    own: Decimal | None
    decided: Decimal | None


class ResultSource(Protocol):
    """What can be asked of the results of a round, published or provisional."""

    def rows(self, block: ResultBlock) -> tuple[UnitRow, ...]:
        """The units of a block in order of rank, unranked ones last."""

    def fields(self, block: ResultBlock) -> Mapping[int, tuple[FieldShare, ...]]:
        """assessment → its fields, in the order of the table."""

    def leaves(self, block: ResultBlock) -> Mapping[int, Mapping[str, LeafPoints]]:
        """assessment → leaf code → points."""

    def nodes(self, block: ResultBlock, ids: Collection[int]) -> Mapping[int, tuple[NodeResult, ...]]:
        """assessment → everything in the tree, parents before children."""

    def lines(self, block: ResultBlock, ids: Collection[int]) -> Mapping[int, tuple[LineResult, ...]]:
        """assessment → its leaves with the points, sentences and notes of every layer."""

    def explanation(self, assessment_id: int) -> tuple[str, ...]:
        """The sentences that lead from the parts to the index."""


def source_of(round: Round) -> ResultSource:
    """The snapshot of a published round; computed figures of one that is not."""
    return Published() if round.stage == RoundStage.PUBLISHED else Provisional(round.pk)


class _Picked(Func):
    """Some values of a JSON object as one JSON array, picked by the database.

    Django's own key look-up takes "1" for a place in a list, and our fields are called "1", "2", …
    """

    output_field: Any = JSONField()

    def __init__(self, column: Combinable, paths: Collection[tuple[str, ...]]) -> None:
        self.paths = tuple(paths)
        super().__init__(column)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **_extra: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        if not self.paths:
            return "json_array()", ()
        # With a single path json_extract would answer the bare value: the leading null keeps it a list.
        wanted = ['$.""', *("$" + "".join(f'."{key}"' for key in path) for path in self.paths)]
        return f"json_extract({column}{', %s' * len(wanted)})", (*params, *wanted)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: Any, **_extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source_expressions[0])
        picks = "".join(f", {column} #> %s::text[]" for _path in self.paths)
        wanted: list[Any] = []
        for path in self.paths:
            wanted += [*params, list(path)]
        return f"jsonb_build_array(NULL{picks})", tuple(wanted)


class Published:
    """The snapshot made at publication."""

    def rows(self, block: ResultBlock) -> tuple[UnitRow, ...]:
        found = (
            _results(block)
            .annotate(submitted=_SUBMITTED)
            .order_by(F("rank").asc(nulls_last=True), "assessment__unit__name_sort")
            .values_list(*_COLUMNS.values())
        )
        return tuple(UnitRow(**dict(zip(_COLUMNS, row, strict=True))) for row in found)

    def fields(self, block: ResultBlock) -> Mapping[int, tuple[FieldShare, ...]]:
        paths = [(code, side) for code in block.field_codes for side in ("index", "self_index")]
        found = {}
        for assessment_id, picked in _results(block).values_list("assessment_id", _Picked(F("nodes"), paths)):
            values = [decimal_or_none(value) for value in picked[1:]]
            found[assessment_id] = tuple(map(FieldShare, values[::2], values[1::2]))
        return found

    def leaves(self, block: ResultBlock) -> Mapping[int, Mapping[str, LeafPoints]]:
        codes = tuple(block.criteria.leaves)
        return {
            assessment_id: {
                code: LeafPoints(
                    decimal_or_none(nodes[code]["self"]), decimal_or_none(nodes[code]["decided"])
                )
                for code in codes
            }
            for assessment_id, nodes in _results(block).values_list("assessment_id", "nodes")
        }

    def nodes(self, block: ResultBlock, ids: Collection[int]) -> Mapping[int, tuple[NodeResult, ...]]:
        # The order of keys is not kept by jsonb: the set knows it.
        return {
            assessment_id: tuple(NodeResult.from_json(code, nodes[code]) for code in block.criteria.titles)
            for assessment_id, nodes in _results(block, ids).values_list("assessment_id", "nodes")
        }

    def lines(self, block: ResultBlock, ids: Collection[int]) -> Mapping[int, tuple[LineResult, ...]]:
        return {
            assessment_id: tuple(map(LineResult.from_json, lines))
            for assessment_id, lines in _results(block, ids).values_list("assessment_id", "lines")
        }

    def explanation(self, assessment_id: int) -> tuple[str, ...]:
        found = Result.objects.values_list("explanation", flat=True).get(assessment_id=assessment_id)
        return tuple(found)


_SUBMITTED = ExpressionWrapper(
    Q(assessment__self_count__gt=0) | Q(assessment__appraised_count__gt=0), BooleanField()
)
_COLUMNS = {
    "assessment_id": "assessment_id",
    "organisation_id": "assessment__organisation_id",
    "name": "assessment__unit__name",
    "name_sort": "assessment__unit__name_sort",
    "name_folded": "assessment__unit__name_folded",
    "is_ranked": "assessment__is_ranked",
    "is_published": "assessment__is_published",
    "submitted": "submitted",
    "self_total": "self_total",
    "total": "total",
    "index": "index",
    "bonus": "bonus",
    "penalty": "penalty",
    "rank": "rank",
    "rank_of": "rank_of",
    "grade": "grade",
    "self_grade": "self_grade",
}


def _results(block: ResultBlock, ids: Collection[int] | None = None) -> QuerySet[Result]:
    found = Result.objects.filter(assessment__round_block_id=block.id)
    return found if ids is None else found.filter(assessment_id__in=ids)


class Provisional:
    """What the stored scores give now, before anything is recognised."""

    def __init__(self, round_id: int) -> None:
        self.round_id = round_id

    @cached_property
    def blocks(self) -> Mapping[int, BlockResults]:
        return {block.round_block_id: block for block in results_of_round(self.round_id)}

    def _units(self, block: ResultBlock, ids: Collection[int] | None = None) -> Mapping[int, UnitResult]:
        units = self.blocks[block.id].units
        return {unit.assessment_id: unit for unit in units if ids is None or unit.assessment_id in ids}

    def rows(self, block: ResultBlock) -> tuple[UnitRow, ...]:
        return tuple(_row_of(unit) for unit in self._units(block).values())

    def fields(self, block: ResultBlock) -> Mapping[int, tuple[FieldShare, ...]]:
        found = {}
        for key, unit in self._units(block).items():
            nodes = {node.code: node for node in unit.nodes}
            found[key] = tuple(
                FieldShare(nodes[code].index, nodes[code].self_index) for code in block.field_codes
            )
        return found

    def leaves(self, block: ResultBlock) -> Mapping[int, Mapping[str, LeafPoints]]:
        return {
            key: {
                node.code: LeafPoints(node.self_points, node.decided_points)
                for node in unit.nodes
                if node.code in block.criteria.leaves
            }
            for key, unit in self._units(block).items()
        }

    def nodes(self, block: ResultBlock, ids: Collection[int]) -> Mapping[int, tuple[NodeResult, ...]]:
        return {key: unit.nodes for key, unit in self._units(block, ids).items()}

    def lines(self, block: ResultBlock, ids: Collection[int]) -> Mapping[int, tuple[LineResult, ...]]:
        return {key: unit.lines for key, unit in self._units(block, ids).items()}

    def explanation(self, assessment_id: int) -> tuple[str, ...]:
        units = (unit for block in self.blocks.values() for unit in block.units)
        return next(unit.explanation for unit in units if unit.assessment_id == assessment_id)


def _row_of(unit: UnitResult) -> UnitRow:
    return UnitRow(
        assessment_id=unit.assessment_id,
        organisation_id=unit.organisation_id,
        name=unit.name,
        name_sort=sort_key(unit.name),
        name_folded=fold(unit.name),
        is_ranked=unit.is_ranked,
        is_published=unit.is_published,
        submitted=unit.submitted,
        self_total=unit.self_total,
        total=unit.total,
        index=unit.index,
        bonus=unit.bonus,
        penalty=unit.penalty,
        rank=unit.rank,
        rank_of=unit.rank_of,
        grade=unit.grade,
        self_grade=unit.self_grade,
        waiting=unit.waiting,
    )
