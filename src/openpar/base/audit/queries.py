"""The trace, read as a story: who did what, and what was different afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from openpar.base.audit.models import Entry, Sealing


@dataclass(frozen=True)
class Difference:
    """One value of a change; None on the side where there was none."""

    key: str
    before: object
    after: object


@dataclass(frozen=True)
class Told:
    """One entry of the trace."""

    id: int
    at: datetime
    actor_id: int | None
    actor_name: str
    verb: str
    object: str
    about: str
    label: str
    reason: str
    differences: tuple[Difference, ...]


def history_of(object: str) -> tuple[Told, ...]:
    """Everything done to one thing ("score:12"), oldest first."""
    return told(Entry.objects.filter(object=object).order_by("id"))


def history_about(about: str) -> tuple[Told, ...]:
    """Everything that belongs to the story of a larger thing ("assessment:3"), oldest first."""
    return told(Entry.objects.filter(about=about).order_by("id"))


def told(entries: Iterable[Entry]) -> tuple[Told, ...]:
    """Entries as they are read, in the order given."""
    return tuple(
        Told(
            id=entry.pk,
            at=entry.at,
            actor_id=entry.actor_id,
            actor_name=entry.actor_name,
            verb=entry.verb,
            object=entry.object,
            about=entry.about,
            label=entry.label,
            reason=entry.reason,
            differences=_differences(entry.before, entry.after),
        )
        for entry in entries
    )


def _differences(
    before: Mapping[str, object] | None, after: Mapping[str, object] | None
) -> tuple[Difference, ...]:
    """The values that changed, by key (PostgreSQL keeps no order); values that stayed are left out."""
    older, newer = before or {}, after or {}
    return tuple(
        Difference(key, older.get(key), newer.get(key))
        for key in sorted({*older, *newer})
        if (key in older) != (key in newer) or older.get(key) != newer.get(key)
    )


def sealed_until() -> datetime | None:
    """Until when everything was sealed; None when nothing was ever sealed."""
    return Sealing.objects.values_list("sealed_until", flat=True).first()
