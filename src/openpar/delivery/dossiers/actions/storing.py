"""Between the store and the rows in memory: what was told before, facts out of rows, datasets registered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.base.facts.actions.datasets import number_values, register_dataset
from openpar.base.facts.current import FIRST, current
from openpar.base.facts.datasets import registered
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.models import Batch
from openpar.base.facts.rows import Rows
from openpar.base.facts.staged_facts import StagedFacts, stage_facts
from openpar.base.organisations.roles import operator
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.declarations import (
    AGENCIES,
    CODE,
    DATASET,
    DOSSIERS,
    PEOPLE,
    PROCEDURES,
    SECTORS,
)
from openpar.delivery.dossiers.normalising import Context, Reckoned, context_for, facts_of, reckon
from openpar.delivery.dossiers.quality import Before
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.rows import DossierRows, days_of, local_moments_of, rows_of
from openpar.delivery.procedures.codes import CODE as PROCEDURE_CODE

_HOUSE = "openpar"


def prepare_datasets(*, at: datetime) -> None:
    """Registers what this version declares; the program does it by itself, nobody decides anything."""
    for declaration in (DOSSIERS, PEOPLE):
        try:
            if registered(declaration.name).declaration == declaration:
                continue
        except UnknownDataset:
            pass
        register_dataset(by=operator(_HOUSE), at=at, declaration=declaration)


def told_before(rows: DossierRows, as_of: datetime) -> tuple[Before, bool]:
    """What was told of these dossiers before; and whether some of it speaks of a later moment."""
    size = len(rows)
    if not size or not Batch.objects.filter(dataset__name=DATASET).exists():
        return Before.none(size), False
    found = current(DATASET, keys=[(code,) for code in rows.codes.tolist()])
    if not len(found):
        return Before.none(size), False
    moments = moments_of_batches()
    newer = any(moments[code] > as_of for code in set(found["newest_batch"].values.tolist()))
    return _aligned(found, rows, moments), newer


def _aligned(found: Rows, rows: DossierRows, moments: dict[str, datetime]) -> Before:
    """What the store knows, in the order of these rows."""
    place_of = {code: place for place, code in enumerate(found[CODE].values.tolist())}
    places = np.array([place_of.get(code, -1) for code in rows.codes.tolist()], np.int64)
    known = places >= 0
    days = {code: np.datetime64(moment.astimezone(VIETNAM).date(), "D") for code, moment in moments.items()}
    told_on = np.array([days[code] for code in found["newest_batch"].values.tolist()], "datetime64[D]")
    finished = local_moments_of(found["finished_at"])
    told_on[~np.isnat(finished) | (found["status"].values < 2)] = np.datetime64("NaT")

    def here(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        chosen = values[places]
        chosen[~known] = np.datetime64("NaT")
        return chosen

    first_due, first_finished = (
        days_of(found[f"{FIRST}due_on"]),
        local_moments_of(found[f"{FIRST}finished_at"]),
    )
    return Before(known, here(first_due), here(first_finished), here(told_on))


def original_due(rows: DossierRows, before: Before) -> npt.NDArray[np.datetime64]:
    """The due day that was told first."""
    return np.where(np.isnat(before.first_due), rows.days["due_on"], before.first_due)


def reckoned_of_store(
    codes: Sequence[str], register: Register, today: date
) -> tuple[Reckoned, Before, Context]:
    """Dossiers as the store has them now, judged as of a day; what was told before, and what they are judged
    with.
    """
    found = current(DATASET, keys=[(code,) for code in codes])
    rows = rows_of(found)
    before = _aligned(found, rows, moments_of_batches())
    agencies, procedures = rows.words["agency"].words, rows.words["procedure"].words
    context = context_for(agencies, register.ids, procedures, today)
    return reckon(rows, original_due(rows, before), context), before, context


def moments_of_batches() -> dict[str, datetime]:
    """The moments that the batches speak of, by their codes."""
    return dict(Batch.objects.filter(dataset__name=DATASET).values_list("code", "as_of"))


def staged_facts(reckoned: Reckoned, context: Context) -> StagedFacts:
    rows = reckoned.rows
    numbers = {
        AGENCIES: number_values(dimension=AGENCIES, values=_used(rows.words["agency"].words)),
        SECTORS: number_values(dimension=SECTORS, values=_used(reckoned.sectors.words)),
        PROCEDURES: number_values(
            dimension=PROCEDURES,
            values=[word for word in rows.words["procedure"].words if PROCEDURE_CODE.fullmatch(word)],
        ),
    }
    return stage_facts(dataset=DATASET, facts=facts_of(reckoned, numbers, context.edition))


def _used(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.strip()]
