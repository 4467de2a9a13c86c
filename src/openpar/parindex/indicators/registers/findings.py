"""Findings as a register: what fell due in the period, and what of it was remedied in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from openpar.engine.periods import Period
from openpar.parindex.indicators.registers import RegisterLine
from openpar.reform.findings.models import Finding, FoundBy
from openpar.reform.findings.queries.counting import remedied_on_time


class Findings:
    """Findings whose remedy fell due; `inspected…` only those of inspections."""

    name = "findings"
    label = _("tồn tại, hạn chế đến hạn khắc phục")
    counts = ("due", "remedied", "inspected_due", "inspected_remedied")

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, list[RegisterLine]]:
        by_unit = remedied_on_time(organisation_ids, during.from_on, min(during.until_on, today))
        rows = Finding.objects.in_bulk([one for each in by_unit.values() for one in each.due_ids])
        return {
            unit: [_line(rows[one], is_remedied=one in each.in_time_ids) for one in each.due_ids]
            for unit, each in by_unit.items()
        }


def _line(row: Finding, *, is_remedied: bool) -> RegisterLine:
    counts = {"due": 1, "remedied": int(is_remedied)}
    if row.found_by == FoundBy.INSPECTION:
        counts |= {"inspected_due": 1, "inspected_remedied": int(is_remedied)}
    return RegisterLine(f"finding:{row.pk}", row.text[:300], f"/findings/{row.pk}/", counts)


findings = Findings()
