"""A list of dossiers brought in: the batch, its facts and counters, what is open, and what is wrong.

Everything heavy is done before the transaction; in it the batch begins to count as a whole, or not at all.
The same file once more changes nothing and leaves no trace.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.calendars.queries import work_calendar
from openpar.base.facts.actions.batches import append_batch
from openpar.base.facts.actions.facts import put_facts
from openpar.base.facts.models import Batch
from openpar.base.facts.staged_facts import StagedFacts
from openpar.base.facts.staging import Source, StagedBatch, Untold, stage_batch
from openpar.base.organisations.roles import Actor, operator
from openpar.base.privacy.queries import dossiers_erased
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import VIETNAM
from openpar.common.text import nfc
from openpar.delivery.dossiers.actions.forgetting import forget_people
from openpar.delivery.dossiers.actions.indexing import write_hits, write_open
from openpar.delivery.dossiers.actions.refreshing import follow_calendar
from openpar.delivery.dossiers.actions.storing import prepare_datasets, staged_facts
from openpar.delivery.dossiers.actions.telling import tell_of_rewritten
from openpar.delivery.dossiers.declarations import (
    CODE,
    DATASET,
    PEOPLE,
    PEOPLE_DATASET,
)
from openpar.delivery.dossiers.errors import DossierFileRefused, DossiersRefused
from openpar.delivery.dossiers.mappings import ColumnMapping, to_mapping
from openpar.delivery.dossiers.models import DossierImport
from openpar.delivery.dossiers.normalising import Context, Reckoned, context_for
from openpar.delivery.dossiers.permissions import agencies_brought_by, may_import_dossiers
from openpar.delivery.dossiers.quality import Before, Hits, hits_of
from openpar.delivery.dossiers.queries.people import are_needed
from openpar.delivery.dossiers.reading.rows import people_of, read_rows
from openpar.delivery.dossiers.reading.tables import DossierFile, Table, table_of
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stages import Heard, ImportStage, unheard
from openpar.delivery.dossiers.stored import (
    Earlier,
    judged_with,
    moments_of_batches,
    reckoned_of_store,
    told_before,
)
from openpar.delivery.dossiers.understanding import MOST_TOLD, Understood, Years, understand

_HOUSE = "openpar"


@dataclass(frozen=True)
class RefusedBefore:
    """Dossiers that never became rows of the list, because nobody could read their shape; and why."""

    dossiers: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Imported:
    """What became of a list. `is_new` is false when the same rows of the same file lay there already."""

    batch_id: int
    is_new: bool
    accepted: int
    refused: int
    refusals: tuple[Gap, ...]
    hits: dict[str, int]


@dataclass(frozen=True)
class _Prepared:
    """Everything that is known before the transaction; `facts` None: an older list that arrives late."""

    # How many the list has, read or not.
    rows: int
    understood: Understood
    reckoned: Reckoned
    context: Context
    register: Register
    staged: StagedBatch
    people: StagedBatch | None
    # The dossiers of which there are people in it.
    people_of: tuple[str, ...]
    facts: StagedFacts | None
    hits: tuple[Hits, ...]


def import_dossiers(
    *,
    by: Actor,
    at: datetime,
    file: DossierFile,
    source: str,
    mapping: ColumnMapping,
    as_of: datetime,
    refused_before: RefusedBefore | None = None,
    heard: Heard = unheard,
) -> Imported:
    """Takes a list in: rows that cannot be read are refused and told, the rest counts at once.

    `source` names the system or office, `as_of` the moment of which it speaks; what was `refused_before` is
    kept with what is refused here; `heard` is told how far it is. Raises DossiersRefused for a stranger,
    FileRefused when the file or the mapping as a whole is unfit, FactsRefused for a moment in the future,
    StaleFacts when somebody else brought dossiers in meanwhile: try again.
    """
    if not may_import_dossiers(by):
        raise _not_allowed(by)
    prepare_datasets(at=at)
    # So that what a calendar moved is told apart from what this list moves.
    follow_calendar(by=operator(_HOUSE), at=at)
    today = at.astimezone(VIETNAM).date()
    prepared = _prepare(by, file, source, mapping, as_of, today, refused_before, heard)
    if prepared.staged.repeats is not None:
        return _known(prepared.staged.repeats)
    heard(ImportStage.COUNTING, prepared.rows, prepared.rows)
    with write_transaction():
        appended = append_batch(by=by, at=at, staged=prepared.staged)
        if not appended.is_new:
            return _known(appended.batch.pk)
        if prepared.people is not None:
            append_batch(by=by, at=at, staged=prepared.people)
        facts, reckoned, hits = prepared.facts, prepared.reckoned, prepared.hits
        if facts is None:
            facts, reckoned, hits = _of_late_arrival(prepared, as_of)
        forget_people(reckoned, prepared.people_of, by=by, at=at)
        put_facts(by=by, at=at, staged=facts)
        write_open(reckoned, prepared.register.ids)
        counted = write_hits(appended.batch, reckoned.rows, hits, prepared.register.ids)
        tell_of_rewritten(batch=appended.batch, at=at)
        _keep(appended.batch, prepared, mapping, counted)
        _trace(appended.batch, prepared, counted, by=by, at=at)
        return _known(appended.batch.pk, is_new=True)


def _not_allowed(by: Actor) -> DossiersRefused:
    what = _("%s không có quyền nạp danh sách hồ sơ") % by.full_name
    return DossiersRefused.because("", what, code="not-allowed")


def _prepare(
    by: Actor,
    file: DossierFile,
    source: str,
    mapping: ColumnMapping,
    as_of: datetime,
    today: date,
    refused_before: RefusedBefore | None,
    heard: Heard,
) -> _Prepared:
    table = table_of(file)
    heard(ImportStage.READING, 0, table.content.count(b"\n", table.begins))
    read = read_rows(table, mapping)
    rows = len(read) + read.unread
    heard(ImportStage.COMPARING, rows, rows)
    register = Register.load()
    understood = understand(read, mapping, register, _years(), agencies_brought_by(by))
    if refused_before is not None:
        understood = _with_those(understood, refused_before)
    earlier = told_before(understood.rows, as_of)
    heard(ImportStage.JUDGING, rows, rows)
    understood, reckoned, context = _reckoned(understood, earlier, register, today)
    if not len(understood.rows):
        raise DossierFileRefused(
            understood.refusals or [Gap(file.name, _("không có dòng nào"), code="no-rows")]
        )
    if len(earlier.places) != len(understood.rows):
        earlier = told_before(understood.rows, as_of)
    heard(ImportStage.WRITING, rows, rows)
    origin = Source(source, file.name, hashlib.sha256(file.content).hexdigest())
    staged = stage_batch(
        dataset=DATASET,
        columns=understood.rows.columns(),
        source=origin,
        as_of=as_of,
        refused=understood.refused,
        untold=understood.untold,
    )
    facts: StagedFacts | None = None
    hits: tuple[Hits, ...] = ()
    if staged.repeats is None and not earlier.is_newer:
        facts = staged_facts(reckoned)
        hits = _hits(reckoned, earlier.before, understood, register, context, as_of)
    places = read.places[understood.places]
    people: StagedBatch | None = None
    people_of: tuple[str, ...] = ()
    if staged.repeats is None:
        people, people_of = _people(table, mapping, reckoned, places, origin, as_of)
    return _Prepared(rows, understood, reckoned, context, register, staged, people, people_of, facts, hits)


def _with_those(understood: Understood, before: RefusedBefore) -> Understood:
    gaps = (*before.gaps, *understood.refusals)[:MOST_TOLD]
    return replace(understood, refused=understood.refused + before.dossiers, refusals=gaps)


def _years() -> Years:
    calendar = work_calendar()
    return Years(np.datetime64(calendar.day(0), "D"), np.datetime64(date(calendar.last_year, 12, 31), "D"))


def _reckoned(
    understood: Understood, earlier: Earlier, register: Register, today: date
) -> tuple[Understood, Reckoned, Context]:
    """Judged; rows of which no due date can be reckoned are refused after all."""
    rows = earlier.completed(understood.rows, understood.untold)
    agencies, procedures = rows.words["agency"].words, rows.words["procedure"].words
    context = context_for(agencies, register.ids, procedures, today)
    reckoned = judged_with(rows, earlier.before, context)
    if not reckoned.unjudged.any():
        return understood, reckoned, context
    kept = ~reckoned.unjudged
    codes = rows.codes[~kept][: MOST_TOLD - len(understood.refusals)].tolist()
    what, remedy = _("hạn trả rơi vào năm chưa có lịch làm việc"), _("Nhập lịch làm việc của năm đó")
    less = understood.taken(kept, [Gap(code, what, remedy, "due-unknown") for code in codes])
    return less, judged_with(rows.taken(kept), earlier.before.taken(kept), context), context


def _hits(
    reckoned: Reckoned,
    before: Before,
    understood: Understood,
    register: Register,
    context: Context,
    as_of: datetime,
) -> tuple[Hits, ...]:
    return hits_of(
        reckoned,
        before,
        guessed=understood.guessed,
        doubled=understood.doubled,
        agency_ids=reckoned.rows.words["agency"].looked_up(register.ids, 0),
        as_of=as_of.astimezone(VIETNAM).date(),
        context=context,
    )


def _people(
    table: Table,
    mapping: ColumnMapping,
    reckoned: Reckoned,
    places: npt.NDArray[np.intp],
    origin: Source,
    as_of: datetime,
) -> tuple[StagedBatch | None, tuple[str, ...]]:
    """People of dossiers that are late or still open, and of no others; and which dossiers these are."""
    needed = are_needed(reckoned.judged)
    if erased := dossiers_erased():
        needed &= ~np.isin(reckoned.rows.codes, list(erased))
    wanted = np.flatnonzero(needed)
    told = people_of(table, mapping, places[wanted])
    untold: Untold = dict.fromkeys(column.name for column in PEOPLE.personal if column.name not in told)
    some = np.array([any(values) for values in zip(*told.values(), strict=True)], np.bool_)
    if not some.any():
        return None, ()
    kept = np.flatnonzero(some).tolist()
    columns = {name: [values[place] for place in kept] for name, values in told.items()}
    codes = reckoned.rows.codes[wanted][some]
    staged = stage_batch(
        dataset=PEOPLE_DATASET,
        columns={CODE: codes, **columns},
        source=origin,
        as_of=as_of,
        untold=untold,
    )
    return staged, tuple(codes.tolist())


def _of_late_arrival(prepared: _Prepared, as_of: datetime) -> tuple[StagedFacts, Reckoned, tuple[Hits, ...]]:
    """Facts of dossiers of which a later list had told before: from what the store holds now."""
    codes = prepared.understood.rows.codes.tolist()
    reckoned, before, context = reckoned_of_store(codes, prepared.register, prepared.context.on)
    rows = reckoned.rows
    nothing = Understood(rows, np.arange(len(rows)), np.zeros(len(rows), np.bool_), 0, ())
    latest = max(as_of, *moments_of_batches().values())
    hits = _hits(reckoned, before, nothing, prepared.register, context, latest)
    return staged_facts(reckoned), reckoned, hits


def _keep(batch: Batch, prepared: _Prepared, mapping: ColumnMapping, hits: dict[str, int]) -> None:
    DossierImport.objects.create(
        batch=batch,
        mapping=to_mapping(mapping),
        accepted=len(prepared.understood.rows),
        refused=prepared.understood.refused,
        refusals=[asdict(gap) for gap in prepared.understood.refusals],
        hits=hits,
    )


def _known(batch_id: int, *, is_new: bool = False) -> Imported:
    """What is kept of an import."""
    kept = DossierImport.objects.get(batch_id=batch_id)
    refusals = tuple(Gap(**refusal) for refusal in kept.refusals)
    return Imported(batch_id, is_new, kept.accepted, kept.refused, refusals, dict(kept.hits))


def _trace(batch: Batch, prepared: _Prepared, hits: dict[str, int], *, by: Actor, at: datetime) -> None:
    record(
        by=by,
        at=at,
        verb="dossiers.imported",
        object=f"facts_batch:{batch.pk}",
        about="dossiers",
        label=nfc(batch.source_name),
        after={
            "source": batch.source,
            "rows": len(prepared.understood.rows),
            "refused": prepared.understood.refused,
            "hits": sum(hits.values()),
        },
    )
