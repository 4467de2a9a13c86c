"""Which running models owe an evaluation in a report period, and which have one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from openpar.reform.initiatives.duty import PeriodKey, duty_on
from openpar.reform.initiatives.models import Evaluation, Initiative


@dataclass(frozen=True)
class Owed:
    """One model that ran in a period; `evaluation` is the newest of that period, None while it is owed."""

    initiative: Initiative
    evaluation: Evaluation | None

    @property
    def is_lacking(self) -> bool:
        return self.evaluation is None


def owed_in(asked: PeriodKey, organisation_ids: Collection[int] | None = None) -> tuple[Owed, ...]:
    """Every model that ran in the period, of these agencies or of all; two queries.

    An evaluation of another period does not count, not even of a quarter for the half year: every report
    tells of its own period.
    """
    during = asked.days
    kinds = [kind.value for kind in duty_on(during.until_on).kinds]
    ran = Initiative.objects.filter(kind__in=kinds, started_on__lte=during.until_on).filter(
        Q(stopped_on__isnull=True) | Q(stopped_on__gte=during.from_on)
    )
    if organisation_ids is not None:
        ran = ran.filter(organisation_id__in=list(organisation_ids))
    found = list(ran.order_by("organisation_id", "id"))
    rows = Evaluation.objects.filter(
        initiative__in=found, kind=asked.kind.value, year=asked.year, number=asked.number
    ).select_related("by")
    newest = {row.initiative_id: row for row in rows.order_by("revision")}
    return tuple(Owed(one, newest.get(one.pk)) for one in found)


def lacking_evaluation(
    asked: PeriodKey, organisation_ids: Collection[int] | None = None
) -> tuple[Initiative, ...]:
    """The models that ran in the period and that nobody evaluated for it: the gap of a report."""
    return tuple(one.initiative for one in owed_in(asked, organisation_ids) if one.is_lacking)
