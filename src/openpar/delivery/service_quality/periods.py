"""The periods of the index: calendar months, quarters, and the year up to the end of a month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.facts.declarations import month_number
from openpar.common.errors import Gap
from openpar.delivery.service_quality.errors import InputsRefused
from openpar.engine.periods import BadPeriod, Calendar, Period, PeriodKind, period, year_to_date

_MONTHS_OF_A_QUARTER = 3


class IndexPeriodKind(models.TextChoices):
    """MONTH 1–12, QUARTER 1–4, YEAR_TO_DATE: from 01/01 to the end of month 1–12."""

    MONTH = "MONTH", gettext_lazy("Tháng")
    QUARTER = "QUARTER", gettext_lazy("Quý")
    YEAR_TO_DATE = "YEAR_TO_DATE", gettext_lazy("Từ đầu năm")


@dataclass(frozen=True, order=True)
class IndexPeriod:
    """One period by its kind, year and number; for the year to date the number is that of its last month."""

    kind: IndexPeriodKind
    year: int
    number: int

    @property
    def days(self) -> Period:
        """Its days. Raises InputsRefused for a period that does not exist."""
        try:
            if self.kind is IndexPeriodKind.YEAR_TO_DATE:
                return year_to_date(Calendar.CIVIL, self.year, self.number)
            return period(Calendar.CIVIL, PeriodKind(self.kind.value), self.year, self.number)
        except BadPeriod as bad:
            raise InputsRefused(Gap(_("Kỳ"), str(bad), code="no-period")) from bad

    @property
    def from_on(self) -> date:
        return self.days.from_on

    @property
    def until_on(self) -> date:
        """Its last day, included."""
        return self.days.until_on

    @property
    def words(self) -> str:
        """“Quý III/2026 (01/07/2026–30/09/2026)”: never without the days."""
        if self.kind is not IndexPeriodKind.YEAR_TO_DATE:
            return self.days.words
        days = self.days
        texts = {"year": self.year, "first": f"{days.from_on:%d/%m/%Y}", "last": f"{days.until_on:%d/%m/%Y}"}
        return _("Từ đầu năm %(year)d (%(first)s–%(last)s)") % texts

    @property
    def months(self) -> tuple[int, int]:
        """The first and the last month number of the facts (`month_number`), both included."""
        first, last = self.from_on, self.until_on
        return month_number(first.year, first.month), month_number(last.year, last.month)


def month_of(day: date) -> IndexPeriod:
    """The month that a day lies in."""
    return IndexPeriod(IndexPeriodKind.MONTH, day.year, day.month)


def last_finished(kind: IndexPeriodKind, day: date) -> IndexPeriod:
    """The period of a kind that ended last before a day."""
    month = month_of(day.replace(day=1) - timedelta(days=1))
    if kind is not IndexPeriodKind.QUARTER:
        return IndexPeriod(kind, month.year, month.number)
    quarter = (day.month - 1) // _MONTHS_OF_A_QUARTER
    return IndexPeriod(kind, day.year, quarter) if quarter else IndexPeriod(kind, day.year - 1, 4)


def months_up_to(last: IndexPeriod, count: int) -> tuple[IndexPeriod, ...]:
    """`count` months, oldest first; the last is the one in which `last` ends."""

    def backwards() -> Iterator[IndexPeriod]:
        day = last.until_on
        for _place in range(count):
            yield month_of(day)
            day = day.replace(day=1) - timedelta(days=1)

    return tuple(backwards())[::-1]
