"""Files of figures and of the portal's points: taken in whole or not at all, and any number of times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from openpar.base.intake.actions import keep_batch
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused
from openpar.delivery.service_quality.actions.shared import (
    Row,
    Source,
    add_rows,
    lock_agencies,
    period_gaps,
    refuse_unless_manages,
    trace,
)
from openpar.delivery.service_quality.errors import InputsRefused
from openpar.delivery.service_quality.files import (
    Content,
    InputRow,
    PortalRow,
    Units,
    read_inputs,
    read_portal_points,
)
from openpar.delivery.service_quality.models import Origin, PortalPoints, Saying
from openpar.delivery.service_quality.periods import IndexPeriod
from openpar.delivery.service_quality.permissions import agencies_entered_by
from openpar.delivery.service_quality.queries.inputs import ByAgency, figures_known, portal_points
from openpar.delivery.service_quality.rows import Given
from openpar.delivery.service_quality.sets import needed_set

BATCH_KIND, PORTAL_KIND = "index_inputs", "portal_points"


@dataclass(frozen=True)
class File:
    """A file as it was uploaded; the content is its bytes or where they lie."""

    name: str
    content: Content
    sha256: str


@dataclass(frozen=True)
class Change:
    """One row of a file that says something else than is known."""

    row: InputRow
    before: Given | None

    @property
    def withdraws(self) -> bool:
        """Are figures that were known taken away?"""
        return self.before is not None and self.row.given.saying is Saying.NO_DATA


@dataclass(frozen=True)
class Changes:
    """What a file would do."""

    changed: tuple[Change, ...]
    unchanged: int


def changes_of_file(*, by: Actor, at: datetime, period: IndexPeriod, file: File) -> Changes:
    """What `bring_in_inputs` would do; writes nothing. Raises as it does."""
    return _changes(_read(by, at, period, file), figures_known(period))


def bring_in_inputs(*, by: Actor, at: datetime, period: IndexPeriod, file: File) -> Changes:
    """Adds the figures of a file that say something else than is known.

    Raises InputsRefused for a period that has not begun or has no set, FileRefused with every fault of the
    file (kept in a refused batch).
    """
    try:
        rows = _read(by, at, period, file)
        with write_transaction():
            lock_agencies(sorted({row.organisation_id for row in rows}))
            changes = _changes(rows, figures_known(period))
            batch = keep_batch(
                by=by,
                at=at,
                kind=BATCH_KIND,
                file_name=file.name,
                sha256=file.sha256,
                accepted_rows=len(rows),
                about="service_quality",
            )
            source = Source(Origin.FILE, batch_id=batch.pk)
            added = [
                Row(each.row.organisation_id, each.row.indicator, each.row.given, source)
                for each in changes.changed
            ]
            if added:
                add_rows(period, added, by=by, at=at)
                after = {"added": len(added), "unchanged": changes.unchanged, "sha256": file.sha256}
                trace("index.brought_in", period, by=by, at=at, label=file.name, after=after)
            return changes
    except FileRefused as refused:
        _keep_refused(file, BATCH_KIND, refused, by=by, at=at)
        raise


def _read(by: Actor, at: datetime, period: IndexPeriod, file: File) -> tuple[InputRow, ...]:
    if gaps := period_gaps(period, at):
        raise InputsRefused(gaps)
    only = agencies_entered_by(by)
    units = Units.of_day(period.until_on)
    return read_inputs(file.content, file.name, needed_set(period.until_on), units, only=only)


def _changes(rows: Sequence[InputRow], known: ByAgency) -> Changes:
    changed = []
    for row in rows:
        before = known.get(row.organisation_id, {}).get(row.indicator)
        is_silent = row.given.saying is Saying.NO_DATA
        if row.given != before and not (before is None and is_silent):
            changed.append(Change(row, before))
    return Changes(tuple(changed), len(rows) - len(changed))


def _keep_refused(file: File, kind: str, refused: FileRefused, *, by: Actor, at: datetime) -> None:
    keep_batch(
        by=by,
        at=at,
        kind=kind,
        file_name=file.name,
        sha256=file.sha256,
        refusals=refused.gaps,
        about="service_quality",
    )


def bring_in_portal_points(*, by: Actor, at: datetime, period: IndexPeriod, file: File) -> int:
    """Adds the points of the portal that are others than known; how many. Raises as `bring_in_inputs`."""
    refuse_unless_manages(by)
    try:
        if gaps := period_gaps(period, at):
            raise InputsRefused(gaps)
        units = Units.of_day(period.until_on)
        rows = read_portal_points(file.content, file.name, needed_set(period.until_on), units)
        with write_transaction():
            lock_agencies(sorted({row.organisation_id for row in rows}))
            known = portal_points(period)
            new = [row for row in rows if _is_new(row, known.get(row.organisation_id, {}))]
            batch = keep_batch(
                by=by,
                at=at,
                kind=PORTAL_KIND,
                file_name=file.name,
                sha256=file.sha256,
                accepted_rows=len(rows),
                about="service_quality",
            )
            _add_points(period, new, batch.pk, by=by, at=at)
            if new:
                after = {"added": len(new), "unchanged": len(rows) - len(new), "sha256": file.sha256}
                trace("index.portal_brought_in", period, by=by, at=at, label=file.name, after=after)
            return len(new)
    except FileRefused as refused:
        _keep_refused(file, PORTAL_KIND, refused, by=by, at=at)
        raise


def _is_new(row: PortalRow, known: Mapping[str, Decimal | None]) -> bool:
    return row.code not in known or known[row.code] != row.points


def _add_points(
    period: IndexPeriod, rows: Sequence[PortalRow], batch_id: int, *, by: Actor, at: datetime
) -> None:
    PortalPoints.objects.bulk_create(
        PortalPoints(
            organisation_id=row.organisation_id,
            kind=period.kind.value,
            year=period.year,
            number=period.number,
            code=row.code,
            points=row.points,
            batch_id=batch_id,
            by_id=by.id,
            at=at,
        )
        for row in rows
    )
