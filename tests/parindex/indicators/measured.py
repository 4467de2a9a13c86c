"""Definitions for the tests, and facts of agencies put into the sample dataset of dossiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.facts.actions.datasets import number_values
from openpar.base.facts.declarations import month_number
from openpar.base.organisations.models import Organisation
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.declarations import AGENCIES
from openpar.engine.periods import Calendar
from openpar.parindex.indicators.actions.definitions import issue_version
from openpar.parindex.indicators.definitions import Definition
from tests import factories
from tests.base.facts import sample

ISSUED = datetime(2026, 1, 10, 8, 0, tzinfo=VIETNAM)
DURING = datetime(2026, 11, 11, 8, 0, tzinfo=VIETNAM)
JANUARY = month_number(2026, 1)
# Counted by calendar months of the end.
ON_TIME = Definition(
    code="dossier.on_time_ratio",
    name="Tỷ lệ hồ sơ đúng hạn",
    unit="hồ sơ",
    numerator_label="sớm hạn và đúng hạn",
    denominator_label="đã giải quyết",
    inclusion="Hồ sơ có kết quả trong kỳ",
    legal_source="NĐ 61/2018/NĐ-CP",
    valid_from=date(2026, 1, 1),
    calendar=Calendar.CIVIL,
    dataset="dossiers",
    basis="ended",
    numerator=("early", "on_time"),
    denominator=("early", "on_time", "late"),
)
# Told by people.
TASKS = replace(
    ON_TIME,
    code="task.on_time",
    name="Tỷ lệ nhiệm vụ đúng hạn",
    unit="nhiệm vụ",
    dataset="",
    basis="",
    numerator=(),
    denominator=(),
)


def manager(where: Organisation | None = None) -> Actor:
    return factories.actor_as(
        Role.ROUND_MANAGER, where or factories.organisation("Sở Nội vụ"), "Trần Thị Quản"
    )


def issued(definition: Definition = ON_TIME, *, by: Actor | None = None) -> Actor:
    """The definition is issued; returns who did it."""
    by = by or manager()
    issue_version(definition=definition, by=by, at=ISSUED)
    return by


def numbers_of(*organisations: Organisation) -> dict[int, int]:
    """organisation → the small number that stands for it in facts."""
    found = number_values(dimension=AGENCIES, values=[one.key for one in organisations])
    return {one.pk: found[one.key] for one in organisations}


def dossiers_of(
    organisation: Organisation, verdicts: Mapping[int, int], *, month: int = JANUARY, prefix: str = ""
) -> dict[str, sample.Fact]:
    """verdict → how many dossiers of an agency ended so in a month, as facts."""
    agency = numbers_of(organisation)[organisation.pk]
    return {
        f"{prefix}{organisation.key}-{month}-{verdict}-{place:03}": sample.fact(
            agency=agency, month_received=month, month_due=month, month_ended=month, verdict_legal=verdict
        )
        for verdict, count in verdicts.items()
        for place in range(count)
    }


def put_dossiers(organisation: Organisation, *, in_time: int, late: int, month: int = JANUARY) -> None:
    """The sample dataset with dossiers of an agency that ended in a month."""
    sample.registered_dossiers()
    sample.put(dossiers_of(organisation, {sample.ON_TIME: in_time, sample.LATE: late}, month=month))
