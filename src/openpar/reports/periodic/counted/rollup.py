"""The report of a province from the reports of its agencies, as they were cut off or are now."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from openpar.reports.periodic.queries.rollup import RolledLine, RollUp, roll_up
from openpar.reports.periodic.told import Computed, Subject

_MOST_NAMED = 5
UNIT = "unit"


def values(subject: Subject) -> Mapping[str, Computed]:
    """Nothing for an agency, and nothing while no agency's report counts."""
    if not subject.is_province:
        return {}
    found = roll_up(subject.asked, UNIT, as_locked=True) or roll_up(subject.asked, UNIT)
    if found is None or not found.reporters:
        return {}
    return {
        one.line.code: Computed(one.value, _words(found, one), _link(found, one))
        for one in found.lines
        if not one.line.is_derived and not one.value.is_blank
    }


def _words(found: RollUp, one: RolledLine) -> str:
    said = _("Tổng hợp từ %(n)d báo cáo của đơn vị") % {"n": one.put.known}
    if found.lock is None:
        said += _(", chưa chốt số liệu")
    lacking = [*one.put.missing, *found.missing]
    if lacking:
        names = "; ".join(lacking[:_MOST_NAMED])
        if len(lacking) > _MOST_NAMED:
            names += _(" và %d đơn vị khác") % (len(lacking) - _MOST_NAMED)
        said += _("; thiếu: %s") % names
    return said + "."


def _link(found: RollUp, one: RolledLine) -> str:
    query = {"report": found.asked.report.code, "year": found.asked.year, "line": one.line.code}
    return f"/reports/board/?{urlencode(query)}"
