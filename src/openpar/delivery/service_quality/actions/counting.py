"""Figures counted from the dossiers and from the catalogue of procedures, kept as they were counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.delivery.service_quality.actions.shared import (
    Row,
    Source,
    add_rows,
    lock_agencies,
    period_gaps,
    refuse_unless_manages,
    trace,
)
from openpar.delivery.service_quality.counted import ByIndicator, Count, counted_figures
from openpar.delivery.service_quality.errors import InputsRefused
from openpar.delivery.service_quality.models import IndicatorInput, Origin, Saying
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.delivery.service_quality.queries.boards import scored_agencies
from openpar.delivery.service_quality.queries.inputs import newest_rows
from openpar.delivery.service_quality.rows import Given
from openpar.delivery.service_quality.rules import indicator_of, pair_gaps
from openpar.delivery.service_quality.sets import needed_set
from openpar.engine.qd766 import IndicatorSet

_COUNTED = (Origin.DOSSIERS, Origin.PROCEDURES)


@dataclass(frozen=True)
class Counted:
    """How many figures were added; `unchanged` were counted as before; `kept` differ from what somebody
    stated, and were left as stated; `withdrawn` can no longer be counted.
    """

    added: int
    unchanged: int
    kept: int
    withdrawn: int = 0


def count_inputs(*, by: Actor, at: datetime, period: IndexPeriod, replace_stated: bool = False) -> Counted:
    """Counts every indicator that can be counted, for every agency that is assessed.

    What a person stated (typed or from a file) stays unless `replace_stated`. Raises InputsRefused.
    """
    return _count(by, at, period, refuse_unless_manages, replace_stated=replace_stated)


def count_again(*, by: Actor, at: datetime, since: date) -> int:
    """Counts anew every period that somebody had counted before and that was not over on the day `since`; how
    many figures are others now.

    To be done every night, `since` the day of the last time; once more changes no figure. What a person
    stated stays. Raises InputsRefused for anybody but an administrator.
    """
    _refuse_unless_administers(by)
    return sum(
        counted.added + counted.withdrawn
        for counted in (
            _count(by, at, period, _refuse_unless_administers, replace_stated=False)
            for period in periods_counted()
            if period.until_on >= since
        )
    )


def periods_counted() -> tuple[IndexPeriod, ...]:
    """The periods of which figures were counted, in their order; one query."""
    rows = IndicatorInput.objects.filter(origin__in=_COUNTED).order_by()
    found = rows.values_list("kind", "year", "number").distinct()
    return tuple(sorted(IndexPeriod(IndexPeriodKind(kind), year, number) for kind, year, number in found))


def were_counted() -> bool:
    """Has anybody ever had figures counted?"""
    return IndicatorInput.objects.filter(origin__in=_COUNTED).exists()


def _refuse_unless_administers(by: Actor) -> None:
    if not by.has(Role.ADMINISTRATOR):
        raise InputsRefused(not_allowed(by, _("Việc này do hệ thống tự làm hằng đêm")))


def _count(
    by: Actor,
    at: datetime,
    period: IndexPeriod,
    refuse: Callable[[Actor], None],
    *,
    replace_stated: bool,
) -> Counted:
    refuse(by)
    if gaps := period_gaps(period, at):
        raise InputsRefused(gaps)
    indicators = needed_set(period.until_on)
    agencies = scored_agencies(period.until_on)
    # Before the transaction: on SQLite nobody else writes while it lasts.
    found = counted_figures(period, agencies, timezone.localdate(at))
    with write_transaction():
        lock_agencies(sorted(agencies))
        refuse(by)
        newest = newest_rows(period)
        rows, unchanged, kept = _rows(found, newest, indicators, replace_stated=replace_stated)
        gone = _withdrawn(found, newest, agencies)
        if rows or gone:
            add_rows(period, [*rows, *gone], by=by, at=at)
            after = {"added": len(rows), "kept": kept, "withdrawn": len(gone)}
            trace("index.counted", period, by=by, at=at, after=after)
        return Counted(len(rows), unchanged, kept, len(gone))


def _rows(
    found: Mapping[int, ByIndicator],
    newest: Mapping[tuple[int, str], IndicatorInput],
    indicators: IndicatorSet,
    *,
    replace_stated: bool,
) -> tuple[list[Row], int, int]:
    rows: list[Row] = []
    unchanged = kept = 0
    for organisation_id, figures in found.items():
        for name, count in figures.items():
            known = indicator_of(indicators, name)
            # Another version may have other indicators, or what was counted may contradict itself there.
            if known is None or pair_gaps(known, count.given, where=name):
                continue
            before = newest.get((organisation_id, name))
            if before is not None and _is_same(before, count):
                unchanged += 1
            elif before is not None and not _may_replace(before) and not replace_stated:
                kept += 1
            else:
                rows.append(
                    Row(organisation_id, name, count.given, Source(count.origin, remark=count.remark))
                )
    return rows, unchanged, kept


def _is_same(before: IndicatorInput, count: Count) -> bool:
    said = Given(Saying(before.saying), before.numerator, before.denominator)
    return said == count.given and (before.remark == count.remark or not _may_replace(before))


def _may_replace(before: IndicatorInput) -> bool:
    return before.origin in _COUNTED or before.saying == Saying.NO_DATA


def _withdrawn(
    found: Mapping[int, ByIndicator],
    newest: Mapping[tuple[int, str], IndicatorInput],
    agencies: frozenset[int],
) -> list[Row]:
    """Counted before, and nothing is there to be counted now: the figure of then must not stay."""
    return [
        Row(organisation_id, name, Given(Saying.NO_DATA), Source(Origin(before.origin)))
        for (organisation_id, name), before in newest.items()
        if before.origin in _COUNTED
        and before.saying == Saying.FIGURES
        and organisation_id in agencies
        and name not in found.get(organisation_id, {})
    ]
