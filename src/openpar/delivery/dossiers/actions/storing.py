"""Datasets registered, facts staged out of judged rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from openpar.base.facts.actions.datasets import number_values, register_dataset
from openpar.base.facts.datasets import registered
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.staged_facts import StagedFacts, stage_facts
from openpar.base.organisations.roles import operator
from openpar.delivery.dossiers.declarations import AGENCIES, DATASET, DOSSIERS, PEOPLE, PROCEDURES, SECTORS
from openpar.delivery.dossiers.normalising import Reckoned, facts_of
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


def staged_facts(reckoned: Reckoned) -> StagedFacts:
    rows = reckoned.rows
    numbers = {
        AGENCIES: number_values(dimension=AGENCIES, values=_used(rows.words["agency"].words)),
        SECTORS: number_values(dimension=SECTORS, values=_used(reckoned.sectors.words)),
        PROCEDURES: number_values(
            dimension=PROCEDURES,
            values=[word for word in rows.words["procedure"].words if PROCEDURE_CODE.fullmatch(word)],
        ),
    }
    return stage_facts(dataset=DATASET, facts=facts_of(reckoned, numbers))


def _used(words: Sequence[str]) -> list[str]:
    return [word for word in words if word.strip()]
