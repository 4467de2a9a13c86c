"""What the one-stop shops of the demo province tell: invented dossiers, told list by list as they come.

Departments and some communes have a year and a half of dossiers; the department of the real case has those of
its last full year, and exactly as many, and as many late, as it says of itself (labour.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
from django.conf import settings

from openpar.base.calendars.queries import work_calendar
from openpar.base.organisations.models import OrganisationVersion
from openpar.demo import labour
from openpar.demo.calendar import moment
from openpar.demo.dossiers_made import (
    FULL,
    MadeProcedure,
    MadeYear,
    as_rows,
    backdated,
    made_year,
    with_defects,
)

COLUMNS = (*(name for name in FULL if name != "STT"), "Lĩnh vực")
SEED = 766
# The communes of today, and the sample catalogue that they work by, begin on this day.
_BEGINNING = date(2025, 7, 1)
_DAYS, _DEFECTS, _REWRITTEN = 540, 0.006, 4
_CLOSING = time(17, 0)
_NEVER = np.datetime64("NaT", "us")

# (code of the sample catalogue, working days, how often it is asked for) and how many dossiers there are.
_DEPARTMENTS: Mapping[str, tuple[int, tuple[tuple[str, int, float], ...]]] = {
    "68-so-tu-phap": (520, (("9.000012", 8, 4.0), ("9.000013", 12, 0.3), ("9.000014", 10, 0.3))),
    "68-so-y-te": (460, (("9.000054", 20, 2.0), ("9.000055", 15, 0.7), ("9.000056", 15, 1.0))),
    "68-so-xay-dung-2025": (480, (("9.000038", 20, 1.0), ("9.000041", 2, 3.0), ("9.000039", 15, 1.0))),
    "68-so-nong-nghiep-moi-truong-2025": (620, (("9.000026", 8, 4.0), ("9.000029", 8, 1.0))),
    "68-so-tai-chinh-2025": (560, (("9.000044", 3, 5.0), ("9.000049", 2, 1.0))),
    "68-so-cong-thuong": (360, (("9.000051", 15, 1.0), ("9.000053", 15, 0.2))),
    "68-so-noi-vu-2025": (300, (("9.000022", 10, 2.0), ("9.000023", 7, 1.0))),
    "68-so-van-hoa-the-thao-du-lich": (180, (("9.000061", 10, 1.0), ("9.000062", 7, 1.0))),
    "68-so-giao-duc-dao-tao": (240, (("9.000058", 3, 1.0), ("9.000059", 1, 2.0))),
    "68-so-khoa-hoc-cong-nghe-2025": (80, (("9.000064", 10, 1.0),)),
    "68-so-dan-toc-ton-giao-2025": (90, (("9.000065", 5, 1.0), ("9.000066", 20, 1.0))),
}
_COMMUNES, _OF_COMMUNES = 14, 4100
_AT_COMMUNES = (
    *(("9.000001", 1, 3.0), ("9.000003", 1, 1.0), ("9.000004", 3, 2.0), ("9.000009", 1, 4.0)),
    *(("9.000016", 10, 0.5), ("9.000018", 5, 0.4), ("9.000037", 15, 0.6), ("9.000045", 3, 1.0)),
)
# So many are made that enough of them are plain: done, in time or late, nothing asked for.
_OF_THE_CASE = 5400
_OF_LABOUR = (("9.000022", 10, 2.0), ("9.000023", 7, 1.0), ("9.000020", 12, 1.0))


@dataclass(frozen=True)
class Told:
    """One list: the day of which it speaks, and its content."""

    name: str
    on: date
    content: bytes

    @property
    def as_of(self) -> datetime:
        return moment(self.on, _CLOSING)

    @property
    def has_rows(self) -> bool:
        """Is there anything below the header?"""
        return self.content.count(b"\n") > 1

    @property
    def brought_at(self) -> datetime:
        """The next morning, before the offices open."""
        return moment(self.on + timedelta(days=1), time(7, 30))


def labours_list(on: date) -> Told:
    """The year of the real case until a day: 4,040 dossiers with a result, 101 of them late."""
    of_year = made_year(
        SEED,
        _OF_THE_CASE,
        calendar=work_calendar(),
        agencies=_names((labour.KEY,)),
        procedures=_procedures(_OF_LABOUR),
        first=date(2023, 12, 15),
        last=on - timedelta(days=30),
        office="H36.90",
    )
    in_time, resolved = labour.ON_TIME
    days = of_year.finished.astype("datetime64[D]")
    plain = (of_year.left_as == 0) & np.isnat(of_year.asked) & (of_year.handed_over < np.datetime64(on))
    punctual = np.flatnonzero(plain & (days <= of_year.due_on))[:in_time]
    late = np.flatnonzero(plain & (days > of_year.due_on))[: resolved - in_time]
    chosen = of_year.taken(np.sort(np.concatenate([punctual, late])))
    # Nobody was told that a dossier would be late: the appraiser found no apology.
    unasked = np.full(len(chosen), _NEVER)
    told = replace(chosen, apologised=unasked, new_due_on=unasked.astype("datetime64[D]"))
    return _told([told], on, f"ho-so-so-lao-dong-{on.year}.csv")


@dataclass(frozen=True)
class Lists:
    """The lists of the year and a half, in the order in which they come; `after` are those that came when the
    sheets of the round were full.
    """

    before: tuple[Told, ...]
    after: tuple[Told, ...]


def lists_of(today: date, opens: date) -> Lists:
    """One a quarter, one on the eve of the self-scoring, one of yesterday; and one that rewrites finish dates
    of dossiers which an earlier list had told as late.
    """
    first = max(_BEGINNING, today - timedelta(days=_DAYS))
    # Due dates must lie in years with a calendar.
    last = min(today - timedelta(days=1), date(work_calendar().last_year, 10, 31))
    if first >= last:
        return Lists((), ())
    years = [with_defects(year, SEED + number, _DEFECTS) for number, year in enumerate(_years(first, last))]
    eve = opens - timedelta(days=1)
    found: list[Told] = []
    since: date | None = None
    for day in _quarter_ends(first, eve - timedelta(days=10)):
        found.append(_list_of(years, since, day))
        since = day
    if since is not None:
        known_by, calendar = moment(since, _CLOSING), work_calendar()
        years = [backdated(year, SEED, _REWRITTEN, known_by=known_by, calendar=calendar) for year in years]
        on = since + timedelta(days=8)
        found.append(_told([_rewritten(year) for year in years], on, f"dinh-chinh-{on:%Y%m%d}.csv"))
    if first < eve:
        found.append(_list_of(years, since, eve))
    yesterday = today - timedelta(days=1)
    return Lists(tuple(found), (_list_of(years, eve if first < eve else None, yesterday),))


def _years(first: date, last: date) -> Iterator[MadeYear]:
    calendar = work_calendar()
    for number, (key, (count, asked_for)) in enumerate(_DEPARTMENTS.items(), start=1):
        yield made_year(
            SEED + number,
            count,
            calendar=calendar,
            agencies=_names((key,)),
            procedures=_procedures(asked_for),
            first=first,
            last=last,
            office=f"H36.{number}",
        )
    communes = OrganisationVersion.objects.as_of(last).filter(kind__in=["COMMUNE", "WARD", "SPECIAL_ZONE"])
    keys = communes.order_by("organisation__key").values_list("organisation__key", flat=True)
    yield made_year(
        SEED,
        _OF_COMMUNES,
        calendar=calendar,
        agencies=_names(tuple(keys[:_COMMUNES])),
        procedures=_procedures(_AT_COMMUNES),
        first=first,
        last=last,
        office="H36.50",
    )


def _rewritten(year: MadeYear) -> MadeYear:
    codes = year.planted["Q7"] | year.planted["Q8"]
    return year.taken(np.array([code in codes for code in year.codes.tolist()], np.bool_))


def _list_of(years: Sequence[MadeYear], since: date | None, on: date) -> Told:
    """What is new since the list before: received, or not handed over yet by then."""
    if since is not None:
        told = np.datetime64(moment(since, _CLOSING).replace(tzinfo=None), "us")
        years = [year.taken(~(year.handed_over <= told)) for year in years]
    return _told(years, on, f"ho-so-mot-cua-{on:%Y%m%d}.csv")


def _told(years: Sequence[MadeYear], on: date, name: str) -> Told:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    for year in years:
        writer.writerows(as_rows(year, moment(on, _CLOSING), COLUMNS)[1:])
    return Told(name, on, output.getvalue().encode())


def _quarter_ends(first: date, last: date) -> Iterator[date]:
    for year in range(first.year, last.year + 1):
        for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)):
            if first < date(year, month, day) <= last:
                yield date(year, month, day)


def _names(keys: Sequence[str]) -> tuple[str, ...]:
    """As lists name agencies: by the last name each of them had."""
    names: dict[str, str] = {}
    versions = OrganisationVersion.objects.filter(organisation__key__in=keys).order_by("valid_from")
    names.update(versions.values_list("organisation__key", "name"))
    return tuple(names[key] for key in keys)


def _procedures(asked_for: Sequence[tuple[str, int, float]]) -> tuple[MadeProcedure, ...]:
    """With the names and fields of the sample catalogue."""
    path = settings.OPENPAR_DATA_DIR / "procedures" / "sample" / "procedures.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["code"][: len("9.000000")]: row for row in csv.DictReader(file)}
    return tuple(
        MadeProcedure(code, rows[code]["name"], days, weight, rows[code]["sector"])
        for code, days, weight in asked_for
    )
