"""What the store holds of dossiers, in the order of rows in memory: told before, and judged anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from openpar.base.facts.current import FIRST, current
from openpar.base.facts.models import Batch
from openpar.base.facts.rows import Rows
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.declarations import CODE, DATASET
from openpar.delivery.dossiers.normalising import Context, Reckoned, context_for, reckon
from openpar.delivery.dossiers.quality import Before
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.rows import DossierRows, days_of, local_moments_of, rows_of


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
