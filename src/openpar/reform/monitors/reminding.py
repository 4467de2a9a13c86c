"""What has a deadline in the registers: audits, plans to be issued, quarters to be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from openpar.base.notifications.due import DueThing, holders
from openpar.base.organisations.roles import Role
from openpar.engine.periods import Calendar, Period, PeriodKind, period_of
from openpar.reform.monitors.models import QualitySystem, RecruitmentPlan, TrainingPlan
from openpar.reform.monitors.registers import REGISTERS, PeriodOf, due_of
from openpar.reform.monitors.rules.base import months_after

# A quarter is told within so many days of its end, when the report is due (581/BNV-CCHC).
_DAYS_TO_TELL = 6
_ONE_DAY = timedelta(days=1)
KIND = "monitor.due"


@dataclass(frozen=True)
class _Due:
    organisation_id: int
    key: str
    due_on: date
    text: str
    link: str


def due_things(today: date) -> Iterator[DueThing]:
    """Everything open in the registers; seven queries, whatever the number of agencies."""
    found = [*_audits(today), *_plans(today), *_quarters(today)]
    agencies = {one.organisation_id for one in found}
    officers = holders(agencies, Role.FOCAL_OFFICER, on=today)
    heads = holders(agencies, Role.AGENCY_HEAD, on=today)
    for one in found:
        yield DueThing(
            kind=KIND,
            object=f"monitor:{one.key}",
            due_on=one.due_on,
            text=one.text,
            link=one.link,
            responsible=officers.get(one.organisation_id, ()),
            heads=heads.get(one.organisation_id, ()),
        )


def _audits(today: date) -> Iterator[_Due]:
    """The next internal audit and management review of every announced system."""
    register = REGISTERS["quality_system"]
    months = register.law(today).maintained_within_months
    rows = QualitySystem.objects.filter(is_current=True, is_withdrawn=False, announced_on__lte=today)
    for row in rows:
        assert row.announced_on is not None
        link = f"/monitors/{register.key}/entries/{row.pk}/"
        for name, last in (
            ("internal_audit_on", row.internal_audit_on),
            ("management_review_on", row.management_review_on),
        ):
            since = max(row.announced_on, last) if last else row.announced_on
            what = _("đánh giá nội bộ") if name == "internal_audit_on" else _("xem xét của lãnh đạo")
            yield _Due(
                row.organisation_id,
                f"{register.key}/{row.organisation_id}/{name}",
                months_after(since, months),
                _("Hệ thống quản lý chất lượng ISO 9001: %s") % what,
                link,
            )


def _plans(today: date) -> Iterator[_Due]:
    """Plans of this and the last year that are not issued."""
    years = (today.year - 1, today.year)
    training = TrainingPlan.objects.filter(
        is_current=True, is_withdrawn=False, year__in=years, issued_on__isnull=True
    )
    recruitment = RecruitmentPlan.objects.filter(
        is_current=True, is_withdrawn=False, year__in=years, issued_on__isnull=True
    )
    for plan in training:
        register = REGISTERS["training"]
        yield _Due(
            plan.organisation_id,
            f"{register.key}/{plan.organisation_id}/{plan.year}",
            due_of(plan, register.law(today)),
            _("Ban hành kế hoạch đào tạo, bồi dưỡng năm %d") % plan.year,
            f"/monitors/{register.key}/entries/{plan.pk}/",
        )
    for one in recruitment.exclude(vacancies=0):
        register = REGISTERS["recruitment"]
        yield _Due(
            one.organisation_id,
            f"{register.key}/{one.organisation_id}/{one.year}/{one.staff_group}",
            due_of(one, register.law(today)),
            _("Ban hành kế hoạch tuyển dụng %(group)s năm %(year)d")
            % {"group": str(one.get_staff_group_display()).lower(), "year": one.year},
            f"/monitors/{register.key}/entries/{one.pk}/",
        )


def _quarters(today: date) -> Iterator[_Due]:
    """The quarter that runs and the one before, of agencies that told a quarter of the two years before."""
    now = period_of(Calendar.REFORM, PeriodKind.QUARTER, today)
    before = period_of(Calendar.REFORM, PeriodKind.QUARTER, now.from_on - _ONE_DAY)
    for register in REGISTERS.values():
        if register.period is not PeriodOf.QUARTER:
            continue
        rows = register.current(year__gte=now.year - 1)
        told = set(rows.values_list("organisation_id", "year", "quarter"))
        for agency in sorted({organisation_id for organisation_id, _year, _quarter in told}):
            for quarter in (before, now):
                if (agency, quarter.year, quarter.number) not in told:
                    yield _quarter(register.key, str(register.title), agency, quarter)


def _quarter(key: str, title: str, agency: int, quarter: Period) -> _Due:
    return _Due(
        agency,
        f"{key}/{agency}/{quarter.year}/{quarter.number}",
        quarter.until_on + timedelta(days=_DAYS_TO_TELL),
        _("%(title)s: số liệu %(quarter)s") % {"title": title, "quarter": quarter.words},
        f"/monitors/{key}/{agency}/",
    )
