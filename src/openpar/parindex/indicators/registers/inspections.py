"""Inspections of the own subordinates as a register: one line a subordinate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from openpar.base.organisations.queries import names_on
from openpar.engine.periods import Period
from openpar.parindex.indicators.registers import RegisterLine
from openpar.reform.inspections.queries.coverage import own_lines


class Inspections:
    """Subordinates of an agency in the year of the period: all, planned, inspected; inspected as planned."""

    name = "inspections"
    label = _("đơn vị trực thuộc phải kiểm tra")
    counts = ("subordinates", "planned", "inspected", "inspected_as_planned")

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, list[RegisterLine]]:
        found = own_lines(during.year, min(during.until_on, today), only=organisation_ids)
        names = names_on({one for line in found for one in line.coverage.units}, min(during.until_on, today))
        return {
            line.organisation_id: [
                RegisterLine(
                    key=f"organisation:{one}",
                    label=names.get(one, ""),
                    link=f"/inspections/?unit={one}&year={during.year}",
                    counts=_counts(one in line.coverage.planned, one in line.coverage.inspected),
                )
                for one in sorted(line.coverage.units)
            ]
            for line in found
        }


def _counts(is_planned: bool, is_inspected: bool) -> dict[str, int]:
    return {
        "subordinates": 1,
        "planned": int(is_planned),
        "inspected": int(is_inspected),
        "inspected_as_planned": int(is_planned and is_inspected),
    }


inspections = Inspections()
