"""A small province with a calendar and a catalogue, and lists of its dossiers, made by the generator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from openpar.base.calendars.queries import work_calendar
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.importing import Imported, import_dossiers
from openpar.delivery.dossiers.mappings import ColumnMapping, suggested
from openpar.delivery.dossiers.reading.tables import DossierFile, table_of
from openpar.demo.dossiers_made import USUAL, MadeProcedure, MadeYear, as_csv, made_year
from tests import factories
from tests.delivery.procedures import catalogue

# A Monday; lists of the year before are told of as of some day before it.
AT = datetime(2026, 7, 6, 9, 0, tzinfo=VIETNAM)
AGENCIES = ("Xã Số 1", "Xã Số 2", "Xã Số 3", "Phường Số 4")
PROCEDURES = (
    MadeProcedure("1.001193", "Đăng ký khai sinh", 3, 3.0),
    MadeProcedure("1.000894", "Đăng ký kết hôn", 5, 2.0),
    MadeProcedure("1.004222", "Đăng ký thường trú", 7, 1.0),
)
HOUSE = factories.registrar()
SOURCE = "igate"


def province() -> None:
    """Calendar, four communes, three procedures since 2025."""
    catalogue.calendar()
    for name in AGENCIES:
        factories.organisation(name, kind=Kind.WARD if name.startswith("Phường") else Kind.COMMUNE)
    catalogue.bring_in(
        *(catalogue.row(one.code, "2025-01-01", name=one.name) for one in PROCEDURES),
        terms=[
            {"code": one.code, "valid_from": "2025-01-01", "limit": one.days, "unit": "ngày làm việc"}
            for one in PROCEDURES
        ],
    )


def year(count: int = 400, seed: int = 1) -> MadeYear:
    """Dossiers received in the first half of 2026."""
    return made_year(
        seed,
        count,
        calendar=work_calendar(),
        agencies=AGENCIES,
        procedures=PROCEDURES,
        first=date(2026, 1, 5),
        last=date(2026, 6, 30),
    )


def moment(day: date) -> datetime:
    """Five in the afternoon of a day."""
    return datetime(day.year, day.month, day.day, 17, 0, tzinfo=VIETNAM)


def brought(
    content: bytes,
    as_of: datetime,
    *,
    at: datetime | None = None,
    name: str = "danh-sach.csv",
    mapping: ColumnMapping | None = None,
    by: Actor | None = None,
) -> Imported:
    """A list brought in, an hour after the moment of which it speaks; columns by their names."""
    file = DossierFile(name, content)
    return import_dossiers(
        by=by or HOUSE,
        at=at or as_of + timedelta(hours=1),
        file=file,
        source=SOURCE,
        mapping=mapping or suggested(table_of(file).headers),
        as_of=as_of,
    )


def brought_year(made: MadeYear, as_of: date, columns: Sequence[str] = USUAL) -> Imported:
    """What the system tells of a year at the end of a day."""
    return brought(as_csv(made, moment(as_of), columns), moment(as_of))
