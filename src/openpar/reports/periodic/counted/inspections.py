"""What inspections say: how many agencies and communes were inspected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.engine.report_lines import Value
from openpar.reform.inspections.models import Campaign, Scope
from openpar.reform.inspections.queries.figures import InspectionCounts, counts_of_days
from openpar.reports.periodic.told import Computed, Sentence, Subject


def values(subject: Subject) -> Mapping[str, Computed]:
    """1.2.1 and 1.2.2 of the province, by the days of the minutes; nothing without a plan of inspections."""
    if not subject.is_province or not _has_any(subject):
        return {}
    counts = _counts(subject)
    words = _("đơn vị có biên bản kiểm tra trong kỳ")
    return {
        "1.2.1": Computed(Value(Decimal(counts.departments)), words, "/inspections/"),
        "1.2.2": Computed(Value(Decimal(counts.communes)), words, "/inspections/"),
    }


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """How many were inspected, and what was concluded."""
    if not _has_any(subject):
        return {}
    counts = _counts(subject)
    if not counts.departments and not counts.communes:
        said = _("Trong kỳ chưa kiểm tra đơn vị nào.")
    else:
        said = _(
            "Đã kiểm tra %(departments)d cơ quan, đơn vị và %(communes)d xã, phường; kết luận nêu "
            "%(limitations)d tồn tại, hạn chế."
        ) % {
            "departments": counts.departments,
            "communes": counts.communes,
            "limitations": counts.limitations,
        }
    return {"inspections": (Sentence(said, "/inspections/"),)}


def _counts(subject: Subject) -> InspectionCounts:
    own = None if subject.is_province else subject.organisation_id
    return counts_of_days(subject.period.from_on, subject.until_on, own)


def _has_any(subject: Subject) -> bool:
    """Is there a plan of inspections of the year, of the province or of the agency for its own?"""
    campaigns = Campaign.objects.filter(year=subject.asked.year)
    if subject.is_province:
        return campaigns.filter(scope=Scope.PROVINCE).exists()
    return campaigns.filter(scope=Scope.OWN, organisation=subject.organisation_id).exists()
