"""Erasing what was told of people: asked for by law (base.privacy), or kept for nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.facts.actions.datasets import not_allowed
from openpar.base.facts.current import Keys
from openpar.base.facts.datasets import Registered, locked
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.models import PersonalPart
from openpar.base.facts.permissions import may_bring_facts, may_erase_personal_data
from openpar.base.facts.personal import PersonalRow, personal_rows
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc

_LONGEST_REASON = 500
# A database takes only so many values in one question.
_AT_ONCE = 500


@dataclass(frozen=True)
class ErasedRow:
    """What one batch had told of the people of a key: the names of the columns that held something."""

    key: tuple[Any, ...]
    columns: tuple[str, ...]


def erase_personal(
    *, by: Actor, at: datetime, dataset: str, keys: Keys, reason: str
) -> tuple[ErasedRow, ...]:
    """Erases what every batch told of the people of these keys; what it was, by name and not by content.

    The facts stay, and so does every digest: the file holds the salted hash, and the salt goes with the
    content. The trace names batches and rows, never what stood there. `reason` says which request it was.
    Where nothing is kept any more nothing changes, and no trace is left. Raises FactsRefused for a stranger
    and without a reason.
    """
    with write_transaction():
        to = locked(dataset)
        if not may_erase_personal_data(by):
            raise not_allowed(by)
        if not reason.strip() or len(reason) > _LONGEST_REASON:
            what = _("để trống hoặc dài quá %d ký tự") % _LONGEST_REASON
            remedy = _("Ghi yêu cầu của ai, ngày nào")
            raise FactsRefused([Gap(_("Lý do"), what, remedy, code="reason-unfit")])
        return _erased(to, keys, reason, by=by, at=at)


def end_keeping(*, by: Actor, at: datetime, dataset: str, keys: Keys, reason: str) -> tuple[ErasedRow, ...]:
    """The same for people whom the owner of the dataset has no more reason to keep; `reason` says why.

    Whoever brings in what ends the reason may do so. Raises FactsRefused for a stranger.
    """
    with write_transaction():
        to = locked(dataset)
        if not may_bring_facts(by):
            raise not_allowed(by)
        return _erased(to, keys, reason, by=by, at=at)


def _erased(to: Registered, keys: Keys, reason: str, *, by: Actor, at: datetime) -> tuple[ErasedRow, ...]:
    there = [row for row in personal_rows(to.name, keys) if row.content is not None]
    if not there:
        return ()
    parts = [row.part_id for row in there]
    for first in range(0, len(parts), _AT_ONCE):
        PersonalPart.objects.filter(pk__in=parts[first : first + _AT_ONCE]).update(
            salt="", content=None, erased_at=at
        )
    record(
        by=by,
        at=at,
        verb="facts.personal_erased",
        object=f"dataset:{to.dataset_id}",
        label=to.name,
        after={"rows": len(there), "batches": _places(there)},
        reason=nfc(reason).strip(),
    )
    return tuple(
        ErasedRow(
            row.key, tuple(sorted(name for name, value in (row.content or {}).items() if value is not None))
        )
        for row in there
    )


def _places(rows: Sequence[PersonalRow]) -> dict[str, list[int]]:
    """batch → rows."""
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.batch, []).append(row.row)
    return found
