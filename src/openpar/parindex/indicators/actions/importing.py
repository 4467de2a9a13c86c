"""Values from a CSV file: what it would do, and doing it, whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.intake.actions import keep_batch
from openpar.base.intake.queries import accepted_before
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.engine.periods import Period
from openpar.parindex.indicators.actions.shared import refuse_unless, unknown_gap, version_for
from openpar.parindex.indicators.actions.values import (
    Reported,
    figure_of_reported,
    gaps_of_reported,
    keep_value,
)
from openpar.parindex.indicators.errors import IndicatorFileRefused
from openpar.parindex.indicators.figures import Figure
from openpar.parindex.indicators.models import Indicator, IndicatorValue, IndicatorVersion
from openpar.parindex.indicators.permissions import may_manage_indicators
from openpar.parindex.indicators.queries import figure_of_value, latest_values
from openpar.parindex.indicators.value_files import ValueRow, read_values

BATCH_KIND = "indicator_values"


@dataclass(frozen=True)
class PlannedValue:
    """What one row would do: the newest value there is (None: none) and the one of the file."""

    where: str
    indicator: str
    name: str
    unit: str
    organisation: str
    period: str
    before: Figure | None
    after: Figure
    note: str

    @property
    def is_unchanged(self) -> bool:
        return self.before is not None and self.before.is_same(self.after)


@dataclass(frozen=True)
class _Ready:
    """A row with everything that it names."""

    planned: PlannedValue
    indicator: Indicator
    version: IndicatorVersion
    during: Period
    organisation_id: int


@dataclass(frozen=True)
class ImportedValues:
    """What a file did; `is_replay`: exactly this file was taken in before."""

    added: int
    unchanged: int
    is_replay: bool


def plan_import(*, content: bytes, by: Actor, at: datetime) -> tuple[PlannedValue, ...]:
    """What a file would do, row by row; writes nothing. Raises IndicatorRefused for who may not,
    FileRefused with every fault.
    """
    _refuse_strangers(by)
    return tuple(each.planned for each in _ready(content, at))


def import_values(*, content: bytes, file_name: str, by: Actor, at: datetime) -> ImportedValues:
    """Takes the values of a file in: rows that say what is known already add nothing, and the same file
    again changes nothing. A refused file is remembered with its faults.

    Raises IndicatorRefused for who may not, FileRefused with every fault.
    """
    _refuse_strangers(by)
    digest = hashlib.sha256(content).hexdigest()
    try:
        with write_transaction():
            if accepted_before(kind=BATCH_KIND, sha256=digest) is not None:
                return ImportedValues(0, 0, is_replay=True)
            ready = _ready(content, at)
            new = [each for each in ready if not each.planned.is_unchanged]
            kept = keep_batch(
                by=by, at=at, kind=BATCH_KIND, file_name=file_name, sha256=digest, accepted_rows=len(ready)
            )
            for each in new:
                _keep(each, kept.pk, by=by, at=at)
            return ImportedValues(len(new), len(ready) - len(new), is_replay=False)
    except FileRefused as refused:
        keep_batch(by=by, at=at, kind=BATCH_KIND, file_name=file_name, sha256=digest, refusals=refused.gaps)
        raise


def _refuse_strangers(by: Actor) -> None:
    refuse_unless(may_manage_indicators(by), by, _("Việc này do người quản lý kỳ đánh giá (Sở Nội vụ) làm"))


def _keep(each: _Ready, batch_id: int, *, by: Actor, at: datetime) -> None:
    figure = each.planned.after
    value = IndicatorValue(
        version=each.version,
        organisation_id=each.organisation_id,
        year=each.during.year,
        number=each.during.number,
        from_on=each.during.from_on,
        until_on=each.during.until_on,
        origin=IndicatorValue.Origin.IMPORTED,
        state=figure.state.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        batch_id=batch_id,
        note=figure.why or each.planned.note,
        taken_by_id=by.id,
        taken_at=at,
    )
    keep_value(value, each.indicator, each.planned.organisation, by=by, at=at)


def _ready(content: bytes, at: datetime) -> list[_Ready]:
    """The rows with what they name. Raises FileRefused with every fault of every row."""
    rows, faults = read_values(content)
    gaps = list(faults)
    indicators = {each.code: each for each in Indicator.objects.prefetch_related("versions")}
    units = _Units(at)
    found: list[_Ready] = []
    for row in rows:
        try:
            found.append(_placed(row, indicators, units))
        except Refused as refused:
            gaps += refused.gaps
    gaps += _same_agency_twice(found)
    if gaps:
        raise IndicatorFileRefused(gaps)
    return _with_known(found)


def _placed(row: ValueRow, indicators: dict[str, Indicator], units: _Units) -> _Ready:
    gaps: list[Gap] = []
    reported = Reported(row.numerator, row.denominator, row.not_applicable, row.note)
    gaps += gaps_of_reported(row.where, reported)
    indicator = indicators.get(row.indicator)
    if indicator is None:
        gaps.append(unknown_gap(row.indicator, row.where))
    unit = units.find(row.organisation)
    if unit is None:
        what = _("không có đơn vị “%s”") % row.organisation
        remedy = _("Ghi khóa, mã hoặc tên đúng như trong danh mục đơn vị")
        gaps.append(Gap(row.where, what, remedy, code="unknown-organisation"))
    version = None
    if indicator is not None:
        try:
            version = version_for(indicator, row.year, row.period, where=row.where)
        except Refused as refused:
            gaps += refused.gaps
    if gaps or indicator is None or unit is None or version is None:
        raise IndicatorFileRefused(gaps)
    stored, definition, during = version
    planned = PlannedValue(
        where=row.where,
        indicator=indicator.code,
        name=definition.name,
        unit=definition.unit,
        organisation=unit.name,
        period=during.words,
        before=None,
        after=figure_of_reported(reported),
        note=row.note,
    )
    return _Ready(planned, indicator, stored, during, unit.organisation_id)


class _Units:
    """Agencies of the day by key, code or name; a name that two bear finds neither."""

    def __init__(self, at: datetime) -> None:
        rows = OrganisationVersion.objects.as_of(timezone.localdate(at)).select_related("organisation")
        self._by: dict[str, OrganisationVersion | None] = {}
        for row in rows:
            for said in {row.organisation.key, row.code, row.name} - {""}:
                self._by[said] = None if said in self._by else row

    def find(self, said: str) -> OrganisationVersion | None:
        return self._by.get(said)


def _same_agency_twice(rows: list[_Ready]) -> Iterator[Gap]:
    """The same agency once by its key and once by its name."""
    first: dict[tuple[int, int, int, int], str] = {}
    for row in rows:
        key = (row.indicator.pk, row.organisation_id, row.during.year, row.during.number)
        if key in first:
            what = _("cùng chỉ tiêu, đơn vị và kỳ với %s") % first[key]
            yield Gap(row.planned.where, what, _("Giữ một dòng"), code="doubled-row")
        first.setdefault(key, row.planned.where)


def _with_known(rows: list[_Ready]) -> list[_Ready]:
    """The rows with the newest value that is there before them; one query a period."""
    found = []
    periods = {(row.during.year, row.during.number) for row in rows}
    known = {
        (*key, *period): value
        for period in periods
        for key, value in latest_values({row.version.pk for row in rows}, *period).items()
    }
    for row in rows:
        key = (row.indicator.pk, row.organisation_id, row.during.year, row.during.number)
        value = known.get(key)
        before = None if value is None else figure_of_value(value)
        found.append(
            _Ready(
                PlannedValue(**{**vars(row.planned), "before": before}),
                row.indicator,
                row.version,
                row.during,
                row.organisation_id,
            )
        )
    return found
