"""What reports and indicators take from here: numerators, denominators, and the things behind them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from openpar.engine.periods import Period
from openpar.reform.initiatives.duty import PeriodKey
from openpar.reform.initiatives.models import Initiative, Level, Recognition
from openpar.reform.initiatives.queries.evaluating import owed_in
from openpar.reform.initiatives.queries.targets import target_lines


@dataclass(frozen=True)
class InitiativeFigure:
    """One figure of an agency in a period; `behind` are the addresses and names of what was counted.

    A denominator of None: nobody said how many it should be.
    """

    code: str
    title: str
    numerator: int
    denominator: int | None
    behind: tuple[tuple[str, str], ...]


def initiative_figures(organisation_id: int, during: Period, today: date) -> tuple[InitiativeFigure, ...]:
    """Evaluated of running models, and recognised of assigned initiatives (the latter of the whole year)."""
    agencies: Collection[int] = [organisation_id]
    owed = owed_in(PeriodKey(during.kind, during.year, during.number), agencies)
    line = target_lines(during.year, today, agencies)
    recognised = [
        one.initiative for each in line for one in each.recognised if one.recognised_on <= during.until_on
    ]
    planned = [each.target.planned for each in line if each.target is not None]
    return (
        InitiativeFigure(
            "initiative.evaluated",
            _("Mô hình đang triển khai được đánh giá trong kỳ"),
            sum(not one.is_lacking for one in owed),
            len(owed),
            tuple(_link(one.initiative) for one in owed),
        ),
        InitiativeFigure(
            "initiative.recognised",
            _("Sáng kiến được công nhận trên chỉ tiêu giao của năm"),
            len(recognised),
            sum(planned) if planned else None,
            tuple(map(_link, recognised)),
        ),
    )


def recognised_in(organisation_ids: Collection[int], during: Period) -> int:
    """How many of these agencies' initiatives a council of the base recognised within the period."""
    rows = Recognition.objects.filter(
        initiative__organisation_id__in=list(organisation_ids),
        level=Level.BASE,
        recognised_on__gte=during.from_on,
        recognised_on__lte=during.until_on,
    )
    return rows.count()


def _link(initiative: Initiative) -> tuple[str, str]:
    return f"/initiatives/{initiative.pk}/", initiative.name
