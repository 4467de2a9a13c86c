"""Everything that people are reminded of: one line for each package that knows of deadlines.

A package writes `reminding.py` with `due_things(today)` (base/notifications/due.py says what it hands over),
gives its kinds of things their steps in data/reminders.yaml, and has its line here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError
from django.utils import timezone

from openpar.base.notifications import unsealed
from openpar.base.notifications.actions.reminding import remind
from openpar.base.notifications.due import DueThing, DueThings
from openpar.parindex.assessments import reminding as assessments_reminding
from openpar.reform.findings import reminding as findings_reminding
from openpar.reform.initiatives import reminding as initiatives_reminding
from openpar.reform.inspections import reminding as inspections_reminding
from openpar.reform.monitors import reminding as monitors_reminding
from openpar.reform.plans import reminding as plans_reminding
from openpar.reports.periodic import reminding as reports_reminding

_log = logging.getLogger("openpar.reminders")


@dataclass(frozen=True)
class Provider:
    """A package that knows of deadlines; the name stands in what the job says."""

    name: str
    due_things: DueThings


# One line each: Provider("plans", plans_reminding.due_things).
PROVIDERS: tuple[Provider, ...] = (
    Provider("seals", unsealed.due_things),
    Provider("assessments", assessments_reminding.due_things),
    Provider("findings", findings_reminding.due_things),
    Provider("inspections", inspections_reminding.due_things),
    Provider("plans", plans_reminding.due_things),
    Provider("initiatives", initiatives_reminding.due_things),
    Provider("reports", reports_reminding.due_things),
    Provider("monitors", monitors_reminding.due_things),
)


class ProvidersFailed(Exception):
    """Packages that could not say what is due, by name; everybody else was reminded all the same."""


def remind_of_everything(*, at: datetime, providers: Iterable[Provider] = ()) -> int:
    """Reminds of everything that `providers` (all of them when none is named) hand over; how many messages.

    One package that fails keeps nobody else from being reminded. Raises ProvidersFailed at the end: the job
    tries again, and nobody hears a thing twice.
    """
    told, failed = 0, []
    for provider in providers or PROVIDERS:
        try:
            told += remind(things=_distinct(provider, at), at=at)
        except DatabaseError:
            # The database is away: for the others too.
            raise
        except Exception as failure:
            _log.exception("%s could not say what is due", provider.name)
            failed.append(f"{provider.name}: {type(failure).__name__}: {failure}")
    if failed:
        raise ProvidersFailed("; ".join(failed))
    return told


def _distinct(provider: Provider, at: datetime) -> list[DueThing]:
    """One of each; a package that hands a thing over twice would be caught by the ledger only later."""
    things = provider.due_things(timezone.localdate(at))
    return list({(thing.kind, thing.object, thing.due_on): thing for thing in things}.values())
