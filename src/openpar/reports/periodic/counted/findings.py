"""What findings say: found through inspection, remedied, still open and why; as it stood on the last day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from openpar.common.formats import format_date
from openpar.engine.report_lines import Value
from openpar.reform.findings.models import Finding, FindingState, FoundBy
from openpar.reform.findings.queries.standing import Standing, standings_on
from openpar.reports.periodic.counted.whose import acting
from openpar.reports.periodic.counted.words import listed, shortened
from openpar.reports.periodic.told import Computed, Sentence, Subject

_MOST_LISTED = 8


def values(subject: Subject) -> Mapping[str, Computed]:
    """1.2.3 and 1.2.4: of what inspections found in the days of the report, and what of it is remedied.

    An agency without any finding says nothing: whether anybody inspected it is not known here.
    """
    rows = _of(subject).filter(found_by=FoundBy.INSPECTION)
    found = rows.filter(found_on__gte=subject.period.from_on, found_on__lte=subject.until_on)
    all_of_them, remedied = found.count(), found.filter(_remedied_by(subject)).count()
    if not all_of_them:
        return {}
    words = _("tồn tại phát hiện qua kiểm tra từ %(first)s đến %(last)s") % {
        "first": format_date(subject.period.from_on),
        "last": format_date(subject.until_on),
    }
    return {
        "1.2.3": Computed(Value(Decimal(all_of_them)), words, "/findings/"),
        "1.2.4": Computed(Value(Decimal(remedied)), words, "/findings/"),
    }


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """What was still open on the last day, whatever was closed since, the earliest deadline first, with its
    cause; how many were remedied.
    """
    rows = _of(subject).filter(found_on__lte=subject.until_on)
    closed = rows.filter(closed_on__gte=subject.period.from_on, closed_on__lte=subject.until_on).count()
    unclosed = list(rows.exclude(_remedied_by(subject)).select_related("unit").order_by("id"))
    standing = standings_on(unclosed, subject.until_on)
    still = sorted(unclosed, key=lambda one: (standing[one.pk].deadline or date.max, one.pk))
    if not closed and not still:
        return {}
    said = _("Đã khắc phục xong %(closed)d tồn tại, hạn chế trong kỳ; còn %(open)d chưa xong.")
    found = [Sentence(said % {"closed": closed, "open": len(still)}, "/findings/")]
    found += [_sentence(one, standing[one.pk], subject) for one in still[:_MOST_LISTED]]
    found += listed(len(still) - _MOST_LISTED, _("tồn tại, hạn chế"), "/findings/")
    return {"findings": found}


def _of(subject: Subject) -> QuerySet[Finding]:
    """Those of the organisation; of the province, everybody's."""
    return (
        Finding.objects.all()
        if subject.is_province
        else Finding.objects.filter(organisation__in=acting(subject))
    )


def _remedied_by(subject: Subject) -> Q:
    return Q(state=FindingState.CLOSED, closed_on__lte=subject.until_on)


def _sentence(one: Finding, standing: Standing, subject: Subject) -> Sentence:
    who = f"{one.unit.name}: " if subject.is_province else ""
    said = f"{who}{shortened(one.text)}"
    if standing.deadline is not None:
        words = _(" (quá hạn khắc phục %s)") if standing.is_overdue else _(" (hạn khắc phục %s)")
        said += words % format_date(standing.deadline)
    if one.cause:
        said += _(". Nguyên nhân %s") % one.get_cause_display().lower()
        said += f": {shortened(one.cause_text)}" if one.cause_text else ""
    return Sentence(f"{said}.", f"/findings/{one.pk}/")
