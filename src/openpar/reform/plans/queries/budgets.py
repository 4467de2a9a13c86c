"""The money that the lines of a version name, by field: what a plan costs as far as it says so."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from openpar.reform.plans.models import LineChange, TaskLine


@dataclass(frozen=True)
class Budget:
    """Sums in VND by field, in the order of the fields; fields that name no amount are left out."""

    by_field: dict[str, Decimal]
    tasks: int

    @property
    def total(self) -> Decimal:
        return sum(self.by_field.values(), Decimal(0))


def budget_of(version_id: int) -> Budget:
    """Of the tasks that the version asks for, each once however many agencies lead it; one query."""
    lines = TaskLine.objects.filter(version=version_id, budget__isnull=False)
    named = list(lines.exclude(change=LineChange.DROPPED).values_list("field", "budget").order_by("field"))
    sums: dict[str, Decimal] = {}
    for code, amount in named:
        sums[code] = sums.get(code, Decimal(0)) + (amount or Decimal(0))
    return Budget(sums, len(named))
