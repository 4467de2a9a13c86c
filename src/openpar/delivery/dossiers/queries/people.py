"""People of dossiers: of which dossiers they are kept, and what is kept of one."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from openpar.base.facts.current import current
from openpar.base.facts.datasets import registered
from openpar.base.facts.declarations import KEY
from openpar.base.facts.duck import fetched
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.models import Batch
from openpar.base.facts.personal import personal_rows
from openpar.base.privacy.holders import Holder
from openpar.delivery.dossiers.declarations import CODE, DATASET, PEOPLE, PEOPLE_DATASET
from openpar.delivery.dossiers.judging import Judged
from openpar.delivery.dossiers.layouts import vocabulary
from openpar.delivery.dossiers.queries.measures import whole_facts
from openpar.delivery.dossiers.words import VERDICT_NUMBER, Outcome
from openpar.engine.verdicts import Verdict

_LATE = VERDICT_NUMBER[Verdict.LATE]


def are_needed(judged: Judged) -> npt.NDArray[np.bool_]:
    """Of which dossiers people are kept: those that are late or still open, and no others."""
    found: npt.NDArray[np.bool_] = (judged.outcome == Outcome.OPEN) | (judged.verdict == _LATE)
    return found


def needed_until_now(codes: Sequence[str]) -> list[str]:
    """Those of these dossiers of which people were kept, by the facts as they are now."""
    if not codes or not Batch.objects.filter(dataset__name=PEOPLE_DATASET).exists():
        return []
    with whole_facts() as duck:
        if duck is None:
            return []
        # Few of all dossiers are late or open; those that a list tells of may be all there are.
        needed = fetched(
            duck, f"SELECT {KEY} FROM facts WHERE outcome = {int(Outcome.OPEN):d} OR verdict = {_LATE:d}"
        )
    return sorted(set(codes).intersection(needed[KEY].tolist()))


def people_of_dossier(code: str) -> tuple[tuple[str, str], ...]:
    """What is kept of the people of a dossier, as the newest lists gave it: titles and texts; nothing once it
    was erased. Who may see it, the caller asks.
    """
    try:
        rows = personal_rows(PEOPLE_DATASET, [(code,)])
    except UnknownDataset:
        return ()
    kept = [row.content for row in rows if row.content is not None]
    if not kept:
        return ()
    # A list that has no column for something says nothing of it: what an earlier one told stays.
    newest = {name: value for content in kept for name, value in content.items()}
    # In the order of the declaration: PostgreSQL keeps another one inside JSON.
    return tuple((title, str(newest[name])) for name, title in people_titles().items() if newest.get(name))


def people_titles() -> Mapping[str, str]:
    """column of people → its title on our screens."""
    titles = vocabulary().titles
    return {column.name: titles[column.name] for column in PEOPLE.personal}


def known_dossiers(codes: Sequence[str]) -> frozenset[str]:
    """Those of these codes of which some list told."""
    try:
        registered(DATASET)
    except UnknownDataset:
        return frozenset()
    return frozenset(current(DATASET, keys=[(code,) for code in codes])[CODE].plain())


HOLDER = Holder(dataset=PEOPLE_DATASET, titles=people_titles, known=known_dossiers)
