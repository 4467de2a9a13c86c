"""The live board and the list of apologies, from the index of open dossiers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, F, Q, QuerySet

from openpar.delivery.dossiers.models import OpenDossier
from openpar.engine.workdays import WorkCalendar


class Work(StrEnum):
    """What is to be done; a dossier may stand in several of these lists."""

    DUE_TODAY = "due_today"
    DUE_TOMORROW = "due_tomorrow"
    OVERDUE = "overdue"
    AT_RISK = "at_risk"
    LAST_DAY_TO_APOLOGISE = "last_day_to_apologise"
    LATE_WITHOUT_APOLOGY = "late_without_apology"


@dataclass(frozen=True)
class Today:
    """The days that the lists are made of: today, the next working day, until when a dossier is at risk."""

    today: date
    tomorrow: date
    risk_until: date


def today_of(calendar: WorkCalendar, today: date, *, risk_days: int = 2) -> Today:
    """`risk_days` working days from today on are at risk. Raises IndexError outside of the calendar."""
    tables, index = calendar.tables, calendar.index(today)
    counted = tables.working_until[index]

    def after(days: int) -> date:
        return calendar.day(tables.working_days[min(counted + days, len(tables.working_days) - 1)])

    return Today(today, after(1), after(risk_days))


def _conditions(days: Today) -> dict[Work, Q]:
    running = Q(is_waiting=False)
    overdue = Q(due_on__lt=days.today)
    # An apology counts when it was issued by the last day for it (NĐ 61/2018/NĐ-CP Art. 19.9).
    in_time = Q(apologised_on__isnull=False, apologised_on__lte=F("apologise_by"))
    return {
        Work.DUE_TODAY: running & Q(due_on=days.today),
        Work.DUE_TOMORROW: running & Q(due_on__gt=days.today, due_on__lte=days.tomorrow),
        Work.OVERDUE: running & overdue,
        Work.AT_RISK: running & Q(due_on__gte=days.today, due_on__lte=days.risk_until),
        Work.LAST_DAY_TO_APOLOGISE: running & Q(apologise_by=days.today, apologised_on__isnull=True),
        Work.LATE_WITHOUT_APOLOGY: running & overdue & ~in_time,
    }


def work_list(
    work: Work, days: Today, *, organisations: Collection[int] | None = None
) -> QuerySet[OpenDossier]:
    """The dossiers of one list, the most urgent first; of some agencies, of all when None."""
    found = OpenDossier.objects.filter(_conditions(days)[work]).select_related("organisation")
    if organisations is not None:
        found = found.filter(organisation_id__in=organisations)
    return found.order_by("due_on", "dossier")


def work_counts(days: Today, *, organisations: Collection[int] | None = None) -> dict[Work, int]:
    """How many stand in each list; one query."""
    rows = OpenDossier.objects.all()
    if organisations is not None:
        rows = rows.filter(organisation_id__in=organisations)
    conditions = _conditions(days)
    found = rows.aggregate(**{work.value: Count("pk", filter=asked) for work, asked in conditions.items()})
    return {work: found[work.value] for work in conditions}


def work_by_agency(days: Today) -> dict[int, dict[Work, int]]:
    """The same for every agency that has open dossiers; one query."""
    conditions = _conditions(days)
    rows = OpenDossier.objects.values("organisation_id").order_by("organisation_id")
    counted = rows.annotate(**{work.value: Count("pk", filter=asked) for work, asked in conditions.items()})
    names = [work.value for work in conditions]
    found = counted.values_list("organisation_id", *names)
    return {agency: dict(zip(conditions, numbers, strict=True)) for agency, *numbers in found}
