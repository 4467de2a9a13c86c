"""A lapse becomes a finding: models that nobody evaluated for a report, too few initiatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.reform.findings.actions.adding import NewFinding, add_findings
from openpar.reform.findings.models import Finding, FoundBy
from openpar.reform.initiatives.actions.shared import refuse_if
from openpar.reform.initiatives.duty import PeriodKey, duty_on
from openpar.reform.initiatives.models import Initiative
from openpar.reform.initiatives.permissions import may_find_lapses
from openpar.reform.initiatives.queries.evaluating import lacking_evaluation
from openpar.reform.initiatives.queries.targets import target_lines

_FIELD = "F0"


def find_missing_evaluations(*, asked: PeriodKey, by: Actor, at: datetime) -> list[Finding]:
    """One finding for each agency whose running models lack an evaluation once it is overdue; an agency that
    has the finding of that period gets no second one. Raises InitiativeRefused before that day.
    """
    with write_transaction():
        during, duty = asked.days, duty_on(asked.days.until_on)
        _refuse_before(duty.due_on(during), during, by, at)
        by_agency: dict[int, list[Initiative]] = {}
        for one in lacking_evaluation(asked):
            by_agency.setdefault(one.organisation_id, []).append(one)
        words = _("Chưa đánh giá kết quả triển khai mô hình trong %(period)s: %(names)s.")
        query = f"kind={asked.kind}&year={asked.year}&number={asked.number}"
        found = _Found(duty.finding, _("Sổ mô hình, sáng kiến"), f"/initiatives/evaluations/?{query}", during)
        lines = [
            found.of(
                organisation_id,
                words % {"period": during.words, "names": "; ".join(one.name for one in models)},
                _("%d mô hình chưa đánh giá") % len(models),
                by,
                at,
            )
            for organisation_id, models in by_agency.items()
        ]
        return add_findings(lines=_new(lines, found), by=by, at=at)


def find_too_few_initiatives(*, year: int, by: Actor, at: datetime) -> list[Finding]:
    """One finding for each agency that was assigned more initiatives than its council recognised, once the
    reform year is over. Raises InitiativeRefused before.
    """
    with write_transaction():
        during = period(Calendar.REFORM, PeriodKind.YEAR, year)
        _refuse_before(during.until_on, during, by, at)
        source = _("Chỉ tiêu sáng kiến năm %d") % year
        found = _Found(
            duty_on(during.until_on).too_few_finding, source, f"/initiatives/targets/?year={year}", during
        )
        words = _("Thiếu sáng kiến cải cách hành chính năm %(year)d: được công nhận %(n)d/%(of)d.")
        lines = [
            found.of(
                line.organisation_id,
                words % {"year": year, "n": len(line.recognised), "of": line.target.planned},
                f"{len(line.recognised)}/{line.target.planned}",
                by,
                at,
            )
            for line in target_lines(year, timezone.localdate(at))
            if line.target is not None and line.missing
        ]
        return add_findings(lines=_new(lines, found), by=by, at=at)


@dataclass(frozen=True)
class _Found:
    """What the findings of one look have in common."""

    code: str
    source: str
    link: str
    during: Period

    def of(self, organisation_id: int, text: str, metric: str, by: Actor, at: datetime) -> NewFinding:
        return NewFinding(
            organisation_id=organisation_id,
            field=_FIELD,
            code=self.code,
            text=text,
            metric=metric,
            found_by=FoundBy.DATA_CHECK,
            finder_id=min(by.organisations(Role.ROUND_MANAGER)),
            found_on=timezone.localdate(at),
            period_from=self.during.from_on,
            period_until=self.during.until_on,
            source_text=self.source,
            source_link=self.link,
        )


def _refuse_before(day: date, during: Period, by: Actor, at: datetime) -> None:
    if not may_find_lapses(by):
        refuse_if([not_allowed(by, _("Sở Nội vụ lập tồn tại từ sổ mô hình, sáng kiến"))])
    if timezone.localdate(at) <= day:
        what = _("còn trong hạn đến hết ngày %s") % format_date(day)
        refuse_if([Gap(during.words, what, _("Lập tồn tại sau ngày này"), code="not-over")])


def _new(lines: Sequence[NewFinding], found: _Found) -> list[NewFinding]:
    """Those of agencies that do not have the finding of that period yet."""
    there = set(
        Finding.objects.filter(
            found_by=FoundBy.DATA_CHECK,
            code=found.code,
            period_from=found.during.from_on,
            period_until=found.during.until_on,
        ).values_list("organisation_id", flat=True)
    )
    return [line for line in lines if line.organisation_id not in there]
