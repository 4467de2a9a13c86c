"""What the round manager steers by: who is late and by how much, who has which field, what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Block, OrganisationVersion
from openpar.common.errors import Gap
from openpar.parindex.assessments.calendar import PhaseDates, Shift, phases_of, shifts_of
from openpar.parindex.assessments.models import (
    AppraiserAssignment,
    Assessment,
    EvidenceUse,
    Layer,
    Phase,
    Reopening,
    Round,
    RoundBlock,
    RoundStage,
    Score,
    SheetState,
)
from openpar.parindex.assessments.queries.completeness import leaving_gaps, next_stages, opening_gaps
from openpar.parindex.criteria.models import CriteriaSet, SetStage
from openpar.parindex.criteria.queries import LoadedSet, loaded_set

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class PhaseLine:
    """A phase in the calendar: `state` is done, active, or empty (still to come)."""

    stage: RoundStage
    opens_at: datetime | None
    closes_at: datetime | None
    state: str

    @property
    def last_day(self) -> date | None:
        """The last day on which the phase is open: a phase closing at midnight ends the day before."""
        return None if self.closes_at is None else timezone.localdate(self.closes_at - _INSTANT)

    @property
    def closing_hour(self) -> str:
        """“17:00”, or nothing when it runs until the end of its last day."""
        if self.closes_at is None:
            return ""
        hour = f"{timezone.localtime(self.closes_at):%H:%M}"
        return "" if hour == "00:00" else hour


def phase_lines(round: Round) -> tuple[PhaseLine, ...]:
    """The phases of a round in their order, those it leaves out left out; one query."""
    dates = {phase.stage: phase for phase in Phase.objects.filter(round=round)}
    order = list(RoundStage)
    here = order.index(RoundStage(round.stage))
    always = {RoundStage.PREPARATION, RoundStage.DECISION, RoundStage.PUBLISHED}
    lines = []
    for place, stage in enumerate(order):
        phase = dates.get(stage)
        if phase is None and stage not in always and place != here:
            continue
        is_done = place < here or stage == RoundStage.PUBLISHED == round.stage
        state = "done" if is_done else "active" if place == here else "empty"
        opens_at, closes_at = (phase.opens_at, phase.closes_at) if phase else (None, None)
        lines.append(PhaseLine(stage, opens_at, closes_at, state))
    return tuple(lines)


@dataclass(frozen=True)
class UnitLine:
    """How far one unit is. `late_days` counts from the end of self-scoring while its sheet stays unlocked,
    or until it was locked; None: not late."""

    assessment_id: int
    organisation_id: int
    name: str
    state: SheetState
    self_count: int
    self_leaves: int
    appraised_count: int
    appraised_leaves: int
    flagged: int
    saved_at: datetime | None
    submitted_at: datetime | None
    locked_at: datetime | None
    locked_automatically: bool
    reopened_until: datetime | None
    late_days: int | None
    without_evidence: int

    @property
    def is_silent(self) -> bool:
        return self.self_count == 0


@dataclass(frozen=True)
class BlockLine:
    """One block of a round with its units."""

    round_block_id: int
    code: str
    name: str
    criteria_id: int
    criteria: LoadedSet
    units: tuple[UnitLine, ...]

    def count(self, state: SheetState) -> int:
        return sum(unit.state == state for unit in self.units)

    @property
    def locked(self) -> int:
        return self.count(SheetState.LOCKED)

    @property
    def late(self) -> int:
        return sum(unit.late_days is not None for unit in self.units)

    @property
    def silent(self) -> int:
        return sum(unit.is_silent for unit in self.units)

    @property
    def without_evidence(self) -> int:
        return sum(unit.without_evidence for unit in self.units)

    @property
    def self_share(self) -> tuple[int, int]:
        """Leaves scored, of all."""
        return sum(unit.self_count for unit in self.units), sum(unit.self_leaves for unit in self.units)

    @property
    def appraised_share(self) -> tuple[int, int]:
        """Leaves appraised, of all those of units that scored themselves."""
        heard = [unit for unit in self.units if not unit.is_silent]
        return sum(unit.appraised_count for unit in heard), sum(unit.appraised_leaves for unit in heard)


def late_days(state: str, locked_at: datetime | None, closes_at: datetime | None, at: datetime) -> int | None:
    """Whole days a sheet is behind the end of self-scoring, at least 1; None while it is in time.

    A sheet locked before the end is in time; one locked later was late until then. The end is excluded: a
    sheet locked at that very moment by the closing of the phase was not handed in by its unit.
    """
    if closes_at is None or at < closes_at:
        return None
    if state == SheetState.LOCKED and locked_at is not None:
        if locked_at < closes_at:
            return None
        until = locked_at
    else:
        until = at
    return max((timezone.localdate(until) - timezone.localdate(closes_at)).days, 1)


def block_lines(round: Round, closes_at: datetime | None, at: datetime) -> tuple[BlockLine, ...]:
    """Every block with every unit; self-scoring ends at `closes_at`. Three queries, whatever their number."""
    without = without_evidence(round)
    blocks = list(RoundBlock.objects.filter(round=round).select_related("block", "criteria_set"))
    sheets = (
        Assessment.objects.filter(round_block__round=round)
        .select_related("unit")
        .order_by("unit__name_sort", "pk")
    )
    by_block: dict[int, list[Assessment]] = defaultdict(list)
    for sheet in sheets:
        by_block[sheet.round_block_id].append(sheet)
    lines = []
    for block in blocks:
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
        units = [_unit_line(sheet, criteria, without, closes_at, at) for sheet in by_block[block.pk]]
        lines.append(
            BlockLine(
                block.pk,
                block.block.code,
                block.block.name,
                block.criteria_set_id,
                criteria,
                tuple(units),
            )
        )
    return tuple(lines)


def _unit_line(
    sheet: Assessment,
    criteria: LoadedSet,
    without: Mapping[int, int],
    closes_at: datetime | None,
    at: datetime,
) -> UnitLine:
    return UnitLine(
        assessment_id=sheet.pk,
        organisation_id=sheet.organisation_id,
        name=sheet.unit.name,
        state=SheetState(sheet.state),
        self_count=sheet.self_count,
        self_leaves=len(criteria.self_leaves),
        appraised_count=sheet.appraised_count,
        appraised_leaves=sum(not leaf.is_outside for leaf in criteria.leaves.values()),
        flagged=sheet.flagged_count,
        saved_at=sheet.self_saved_at,
        submitted_at=sheet.submitted_at,
        locked_at=sheet.locked_at,
        locked_automatically=sheet.locked_automatically,
        reopened_until=sheet.reopened_until,
        late_days=late_days(sheet.state, sheet.locked_at, closes_at, at),
        without_evidence=without.get(sheet.pk, 0),
    )


def without_evidence(round: Round) -> Mapping[int, int]:
    """Per sheet: leaves scored that want evidence and have neither a document nor an explanation."""
    proved = EvidenceUse.objects.filter(score=OuterRef("pk"))
    rows = (
        Score.objects.filter(assessment__round_block__round=round, layer=Layer.SELF, note="")
        .exclude(criterion__evidence_wanted="")
        .exclude(outcome__in=("MISSING", "NOT_APPLICABLE"))
        .exclude(Exists(proved))
        .values_list("assessment_id")
        .order_by()
        .annotate(count=Count("pk"))
    )
    return dict(rows)


# ---- what comes next --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NextStep:
    """A phase the round may go to, with everything that stands in the way, and what going there would do.

    `dates` are those of the phase as the calendar has them, None where it has none; `shifts` the dates that
    would change.
    """

    stage: RoundStage
    gaps: tuple[Gap, ...]
    dates: PhaseDates | None = None
    shifts: tuple[Shift, ...] = ()

    @property
    def needs_reason(self) -> bool:
        """Nothing stands in the way but what a reason gets over."""
        return bool(self.gaps) and all(gap.code in ("early", "unanswered") for gap in self.gaps)

    @property
    def is_free(self) -> bool:
        return not self.gaps


def next_steps(round: Round, at: datetime) -> tuple[NextStep, ...]:
    """What the manager may do next, by the same rules as the actions."""
    calendar = phases_of(round)
    dates = {phase.stage: phase for phase in calendar}
    if round.stage == RoundStage.PREPARATION:
        opening = RoundStage.SELF_SCORING
        return (NextStep(opening, tuple(opening_gaps(round)), dates.get(opening)),)
    stages = next_stages(round)
    if not stages:
        return ()
    gaps = tuple(leaving_gaps(round, at=at))
    leaving = RoundStage(round.stage)
    return tuple(
        NextStep(stage, gaps, dates.get(stage), shifts_of(calendar, leaving=leaving, to=stage, at=at))
        for stage in stages
    )


def open_reopenings(round: Round) -> QuerySet[Reopening]:
    """Requests to open a locked sheet again that nobody has answered, oldest first."""
    return (
        Reopening.objects.filter(
            assessment__round_block__round=round, granted_at__isnull=True, closed_at__isnull=True
        )
        .select_related("assessment__unit", "asked_by")
        .order_by("asked_at")
    )


# ---- who appraises what ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HandedField:
    """One field of a block and the people who have it; nobody: a hole."""

    code: str
    title: str
    leaf_count: int
    people: tuple[User, ...]
    # Units that nobody of them may appraise, because all of them belong to it.
    uncovered: tuple[str, ...]

    @property
    def is_hole(self) -> bool:
        return not self.people or bool(self.uncovered)


@dataclass(frozen=True)
class HandedBlock:
    """One block of a round with its fields."""

    round_block_id: int
    name: str
    criteria: LoadedSet
    fields: tuple[HandedField, ...]

    @property
    def holes(self) -> int:
        return sum(field.is_hole for field in self.fields)


def handed_blocks(round: Round, at: datetime) -> tuple[HandedBlock, ...]:
    """Fields × blocks with their appraisers: four queries."""
    people: dict[tuple[int, str], list[User]] = defaultdict(list)
    for row in (
        AppraiserAssignment.objects.filter(round_block__round=round)
        .select_related("appraiser")
        .order_by("appraiser__name_sort")
    ):
        people[row.round_block_id, row.field_code].append(row.appraiser)
    where: dict[int, set[int]] = defaultdict(set)
    held = RoleHeld.objects.as_of(timezone.localdate(at)).filter(
        user__appraiser_assignments__round_block__round=round
    )
    for user_id, organisation_id in held.values_list("user_id", "organisation_id"):
        where[user_id].add(organisation_id)
    units: dict[int, list[Assessment]] = defaultdict(list)
    for sheet in Assessment.objects.filter(round_block__round=round).select_related("unit"):
        units[sheet.round_block_id].append(sheet)
    found = []
    for block in RoundBlock.objects.filter(round=round).select_related("block", "criteria_set"):
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
        fields = [
            _handed_field(field.code, criteria, people[block.pk, field.code], where, units[block.pk])
            for field in criteria.engine.fields
        ]
        kept = tuple(field for field in fields if field.leaf_count)
        found.append(HandedBlock(block.pk, block.block.name, criteria, kept))
    return tuple(found)


def _handed_field(
    code: str,
    criteria: LoadedSet,
    people: list[User],
    where: Mapping[int, set[int]],
    sheets: list[Assessment],
) -> HandedField:
    uncovered = [
        sheet.unit.name
        for sheet in sheets
        if people and all(sheet.organisation_id in where.get(person.pk, ()) for person in people)
    ]
    return HandedField(
        code=code,
        title=criteria.titles[code],
        leaf_count=sum(leaf.field_code == code and not leaf.is_outside for leaf in criteria.leaves.values()),
        people=tuple(people),
        uncovered=tuple(uncovered),
    )


def appraisers_on(day: date) -> tuple[tuple[int, str], ...]:
    """Everybody who holds the role of an appraiser on a day, (id, "name, place"); two queries."""
    names = dict(
        OrganisationVersion.objects.as_of(day)
        .filter(organisation__people__role=Role.APPRAISER)
        .values_list("organisation_id", "name")
    )
    held = (
        RoleHeld.objects.as_of(day)
        .filter(role=Role.APPRAISER, user__is_active=True)
        .select_related("user")
        .order_by("user__name_sort")
    )
    people: dict[int, str] = {}
    for row in held:
        people.setdefault(row.user_id, f"{row.user.full_name}, {names.get(row.organisation_id, '')}")
    return tuple(people.items())


# ---- what a round in preparation may be given -----


def blocks_to_add(round: Round) -> QuerySet[Block]:
    """The blocks that the round does not have."""
    return Block.objects.exclude(pk__in=round.blocks.values("block_id"))


def sets_to_use() -> QuerySet[CriteriaSet]:
    """Criteria sets a round may be given, issued or still being drafted, newest first."""
    return CriteriaSet.objects.exclude(stage=SetStage.RETIRED)


def units_to_enrol(round: Round, block_id: int) -> QuerySet[OrganisationVersion]:
    """Units marked as scored in a block on the last day of the assessed period, not enrolled in it yet."""
    enrolled = Assessment.objects.filter(round_block__round=round)
    return (
        OrganisationVersion.objects.as_of(round.assessed_until)
        .filter(is_scored=True, block_id=block_id)
        .exclude(organisation_id__in=enrolled.values("organisation_id"))
        .order_by("name_sort")
    )


def managed_by(actor: Actor, day: date) -> tuple[tuple[int, str], ...]:
    """Where the person is a round manager: (id, name) of the organisations, by name."""
    return tuple(
        OrganisationVersion.objects.as_of(day)
        .filter(organisation_id__in=actor.organisations(Role.ROUND_MANAGER))
        .order_by("name_sort")
        .values_list("organisation_id", "name")
    )
