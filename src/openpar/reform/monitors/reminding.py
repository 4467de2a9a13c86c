"""What has a deadline in the registers: audits, plans to be issued, quarters to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.utils.translation import gettext as _

from openpar.base.notifications.due import DueThing, holders
from openpar.base.organisations.roles import Role
from openpar.engine.periods import Calendar, Period, PeriodKind, period_of
from openpar.reform.heirs import heirs_on
from openpar.reform.monitors.models import Entry, QualitySystem, RecruitmentPlan, TrainingPlan
from openpar.reform.monitors.registers import REGISTERS, PeriodOf, Register, due_of
from openpar.reform.monitors.rules.base import months_after

_ONE_DAY = timedelta(days=1)
KIND = "monitor.due"
Row = TypeVar("Row", bound=Entry)


@dataclass(frozen=True)
class _Due:
    organisation_id: int
    key: str
    due_on: date
    text: str
    link: str


def due_things(today: date) -> Iterator[DueThing]:
    """Everything open in the registers; a fixed number of queries, whatever the number of agencies.

    What an agency that ended left open is due from whoever carries it on, until they say it themselves.
    """
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
    rows = QualitySystem.objects.filter(is_current=True, is_withdrawn=False)
    for agency, row in _in_force(register, rows, today):
        if row.announced_on is None or row.announced_on > today:
            continue
        link = f"/monitors/{register.key}/entries/{row.pk}/"
        for name, last in (
            ("internal_audit_on", row.internal_audit_on),
            ("management_review_on", row.management_review_on),
        ):
            since = max(row.announced_on, last) if last else row.announced_on
            what = _("đánh giá nội bộ") if name == "internal_audit_on" else _("xem xét của lãnh đạo")
            yield _Due(
                agency,
                f"{register.key}/{row.organisation_id}/{name}",
                months_after(since, months),
                _("Hệ thống quản lý chất lượng ISO 9001: %s") % what,
                link,
            )


def _plans(today: date) -> Iterator[_Due]:
    """Plans of this and the last year that are not issued."""
    years = (today.year - 1, today.year)
    there = {"is_current": True, "is_withdrawn": False, "year__in": years}
    register = REGISTERS["training"]
    for agency, plan in _in_force(register, TrainingPlan.objects.filter(**there), today):
        if plan.issued_on is not None:
            continue
        yield _Due(
            agency,
            f"{register.key}/{plan.organisation_id}/{plan.year}",
            due_of(plan, register.law(today)),
            _("Ban hành kế hoạch đào tạo, bồi dưỡng năm %d") % plan.year,
            f"/monitors/{register.key}/entries/{plan.pk}/",
        )
    register = REGISTERS["recruitment"]
    for agency, one in _in_force(register, RecruitmentPlan.objects.filter(**there), today):
        if one.issued_on is not None or one.vacancies == 0:
            continue
        yield _Due(
            agency,
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
        said = set(rows.values_list("organisation_id", "year", "quarter"))
        heirs = heirs_on({organisation_id for organisation_id, _year, _quarter in said}, today)
        told = {(heirs[organisation_id], year, number) for organisation_id, year, number in said}
        for agency in sorted({organisation_id for organisation_id, _year, _quarter in told}):
            for quarter in (before, now):
                if (agency, quarter.year, quarter.number) not in told:
                    yield _quarter(register, agency, quarter)


def _in_force(register: Register, rows: Iterable[Row], today: date) -> Iterator[tuple[int, Row]]:
    """Who has to act on each entry; without those that an heir has replaced by its own of that subject."""
    found = list(rows)
    heirs = heirs_on({row.organisation_id for row in found}, today)
    own = {(row.organisation_id, *_subject(register, row)) for row in found}
    for row in found:
        heir = heirs[row.organisation_id]
        if heir == row.organisation_id or (heir, *_subject(register, row)) not in own:
            yield heir, row


def _subject(register: Register, row: Entry) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in register.subject)


def _quarter(register: Register, agency: int, quarter: Period) -> _Due:
    within = register.law(quarter.until_on).told_within_days
    return _Due(
        agency,
        f"{register.key}/{agency}/{quarter.year}/{quarter.number}",
        quarter.until_on + timedelta(days=within),
        _("%(title)s: số liệu %(quarter)s") % {"title": register.title, "quarter": quarter.words},
        f"/monitors/{register.key}/{agency}/",
    )
