"""What changes though no list said so: a new day makes dossiers overdue, a new calendar moves due days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.calendars.queries import CalendarMissing, changed_days, hours_in_force
from openpar.base.facts.actions.facts import put_facts
from openpar.base.facts.datasets import locked, registered
from openpar.base.facts.errors import StaleFacts, UnknownDataset
from openpar.base.facts.staged_facts import StagedFacts
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.indexing import write_hits_of_the_day, write_open
from openpar.delivery.dossiers.actions.storing import staged_facts
from openpar.delivery.dossiers.calendars import edition_of_day
from openpar.delivery.dossiers.declarations import DATASET
from openpar.delivery.dossiers.errors import DossiersRefused
from openpar.delivery.dossiers.models import MovedDueDay, OpenDossier
from openpar.delivery.dossiers.normalising import Reckoned
from openpar.delivery.dossiers.quality import Hits, hits_of
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.engine.workdays import DayChange, may_move

_AT_ONCE = 500


def judge_open_dossiers(*, by: Actor, at: datetime, since: date) -> int:
    """Judges anew the open dossiers that were due by either clock from `since` on and before today; how many.

    To be done every night, `since` the day of the last time; once more changes no figure. What a calendar
    moved is moved first (`follow_calendar`). Raises DossiersRefused for a stranger, StaleFacts when dossiers
    came in meanwhile: do it again.
    """
    follow_calendar(by=by, at=at)
    today = at.astimezone(VIETNAM).date()
    due = OpenDossier.objects.filter(
        Q(due_on__gte=since, due_on__lt=today) | Q(index_due_on__gte=since, index_due_on__lt=today)
    )
    codes = list(due.order_by("dossier").values_list("dossier", flat=True))
    if not codes:
        return 0
    anew = _judged_anew(codes, today)
    with write_transaction():
        _write(anew, by=by, at=at)
        record(
            by=by,
            at=at,
            verb="dossiers.judged",
            object="dossiers",
            about="dossiers",
            label=f"{today:%d/%m/%Y}",
            after={"rows": len(codes)},
        )
        return len(codes)


def calendar_is_ahead(today: date) -> bool:
    """Are there open dossiers whose due days were reckoned by an earlier edition of the calendar?"""
    try:
        return OpenDossier.objects.filter(edition__lt=edition_of_day(today)).exists()
    except CalendarMissing:
        return False


def follow_calendar(*, by: Actor, at: datetime) -> int:
    """Judges anew the open dossiers whose due days the edition in force may move; how many it moved.

    The due day before is kept (`MovedDueDay`). What has ended is left as it is. Raises DossiersRefused for a
    stranger, StaleFacts when dossiers came in meanwhile: do it again.
    """
    _refuse_strangers(by)
    today = at.astimezone(VIETNAM).date()
    if not calendar_is_ahead(today):
        return 0
    try:
        generation = registered(DATASET).generation
    except UnknownDataset:
        return 0
    edition = edition_of_day(today)
    touched = {one.dossier: one for one in _touched(edition, today)}
    anew = _judged_anew(sorted(touched), today) if touched else None
    with write_transaction():
        if locked(DATASET).generation != generation:
            what = _("dữ kiện đã thay đổi từ khi chuẩn bị")
            raise StaleFacts.because(DATASET, what, _("Chuẩn bị lại rồi thực hiện lại"), code="stale-facts")
        moved = 0
        if anew is not None:
            _write(anew, by=by, at=at)
            moved = _keep_due_days(anew.reckoned, touched, edition, at)
        # The others were looked at: no changed day lies between their reception and their due day.
        OpenDossier.objects.filter(edition__lt=edition).update(edition=edition)
        record(
            by=by,
            at=at,
            verb="dossiers.due_moved",
            object="dossiers",
            about="dossiers",
            label=_("Lịch làm việc, phiên bản %d") % edition,
            after={"edition": edition, "rows": len(touched), "moved": moved},
        )
        return moved


def _refuse_strangers(by: Actor) -> None:
    if not by.has(Role.ADMINISTRATOR):
        what = _("%s không có quyền tính lại hạn hồ sơ") % by.full_name
        raise DossiersRefused.because("", what, code="not-allowed")


@dataclass(frozen=True)
class _Anew:
    """Dossiers of the store judged today, before anything of it is written."""

    register: Register
    reckoned: Reckoned
    facts: StagedFacts
    hits: tuple[Hits, ...]


def _judged_anew(codes: Sequence[str], today: date) -> _Anew:
    register = Register.load()
    reckoned, before, context = reckoned_of_store(codes, register, today)
    hits = hits_of(
        reckoned,
        before,
        guessed=np.zeros(len(reckoned), np.bool_),
        doubled=frozenset(),
        agency_ids=reckoned.rows.words["agency"].looked_up(register.ids, 0),
        as_of=today,
        context=context,
    )
    return _Anew(register, reckoned, staged_facts(reckoned), hits)


def _write(anew: _Anew, *, by: Actor, at: datetime) -> None:
    put_facts(by=by, at=at, staged=anew.facts)
    write_open(anew.reckoned, anew.register.ids)
    write_hits_of_the_day(anew.reckoned.rows, anew.hits, anew.register.ids)


# --- due days that a calendar moves -------------------------------------------------------------------------


def _touched(edition: int, today: date) -> Iterable[OpenDossier]:
    """The open dossiers with a changed day between their reception and their later due day."""
    differ = hours_in_force().filter(organisation__isnull=False).exists()
    changes: dict[tuple[int, int | None], tuple[DayChange, ...]] = {}
    for one in OpenDossier.objects.filter(edition__lt=edition, due_on__isnull=False).order_by("dossier"):
        key = one.edition, one.organisation_id if differ else None
        if key not in changes:
            changes[key] = changed_days(one.edition, edition, organisation_id=key[1], on=today)
        days = [day for day in (one.due_on, one.index_due_on) if day is not None]
        # The last day for an apology lies before the due day, now and then before the reception.
        if may_move(changes[key], min(one.received_on, one.apologise_by or one.received_on), max(days)):
            yield one


def _keep_due_days(reckoned: Reckoned, before: dict[str, OpenDossier], edition: int, at: datetime) -> int:
    """Keeps the due day of every dossier that has another one now; how many there are."""
    made = []
    for code, due_on in zip(reckoned.rows.codes.tolist(), reckoned.judged.due_on.tolist(), strict=True):
        was = before[code]
        if was.due_on is None or due_on is None or due_on == was.due_on:
            continue
        made.append(
            MovedDueDay(
                dossier=code,
                due_before=was.due_on,
                due_after=due_on,
                edition_id=edition,
                edition_before=was.edition,
                at=at,
            )
        )
    MovedDueDay.objects.bulk_create(made, batch_size=_AT_ONCE)
    return len(made)
