"""A waiting list taken in: at once, or by the job when it is large."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.delivery.dossiers.actions.importing import Imported, import_dossiers
from openpar.delivery.dossiers.mappings import ColumnMapping
from openpar.delivery.dossiers.reading.tables import DossierFile
from openpar.delivery.dossiers.stages import ImportStage
from openpar.delivery.dossiers.waiting import WaitingList, WaitingState, write_state


def take_in(*, by: Actor, at: datetime, waiting: WaitingList, mapping: ColumnMapping) -> Imported:
    """Takes the list in with this mapping and keeps what became of it. Raises what `import_dossiers` raises;
    what was refused as a whole may be tried again with another mapping.
    """
    running = replace(waiting, mapping=mapping, state=WaitingState.RUNNING, changed_at=at)
    file = DossierFile(waiting.name, waiting.content)
    write_state(running)

    def heard(stage: ImportStage, read: int, rows: int) -> None:
        write_state(replace(running, stage=stage, read=read, rows=rows))

    try:
        done = import_dossiers(
            by=by,
            at=at,
            file=file,
            source=waiting.source,
            mapping=mapping,
            as_of=waiting.as_of,
            heard=heard,
        )
    except Refused as refused:
        write_state(replace(running, state=WaitingState.MAPPING, gaps=refused.gaps))
        raise
    except BaseException:
        # Nothing was taken in: it waits as before.
        write_state(replace(running, state=WaitingState.MAPPING))
        raise
    write_state(replace(running, state=WaitingState.DONE, batch_id=done.batch_id, is_new=done.is_new))
    return done


def queue_list(*, by: Actor, at: datetime, waiting: WaitingList, mapping: ColumnMapping) -> WaitingList:
    """Leaves the list to the job; `by` is whoever brought it."""
    if by.id != waiting.user_id:
        raise PermissionError(f"{by.full_name} did not bring this list")
    queued = replace(waiting, mapping=mapping, state=WaitingState.QUEUED, changed_at=at, gaps=())
    write_state(queued)
    return queued
