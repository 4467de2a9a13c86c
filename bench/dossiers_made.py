"""Made dossiers as a one-stop system exports them: the raw rows that every way starts from.

Shares as provinces report them. Moments are local; supplements are told by the day, as most lists tell them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from openpar.base.calendars.columns import CalendarColumns

Array = npt.NDArray[Any]
AGENCIES, PROCEDURES, SECTORS = 164, 900, 37
# Every fifth agency is a department.
DEPARTMENT_EVERY, OWN_SECTORS, COMMUNE_SECTORS = 5, 4, 24
# Month numbers (year × 12 + month − 1): 24 months up to June 2026; judged on the Monday after.
FIRST_MONTH, MONTHS = 2024 * 12 + 6, 24
LAST_MONTH = FIRST_MONTH + MONTHS - 1
ON = date(2026, 7, 6)
AGENCY, PROCEDURE, SECTOR = "UBND xã số %03d", "1.%06d", "Lĩnh vực %02d"
_NAT = np.datetime64("NaT", "us")
_SECOND = 1_000_000


@dataclass(frozen=True)
class _Days:
    """Working days by number, of one calendar."""

    calendar: CalendarColumns

    def number(self, day: date | np.datetime64) -> int:
        """How many working days there are up to a day, itself included."""
        index = int(np.array(day, "datetime64[D]").astype(np.int64)) - self.calendar.first_day
        return int(self.calendar.working_until[index])

    def moment(self, numbers: Array, seconds: Array | int = 0) -> Array:
        days = (self.calendar.working_days[numbers] + self.calendar.first_day).astype("datetime64[D]")
        found: Array = days.astype("datetime64[us]") + np.asarray(seconds).astype("timedelta64[s]")
        return found


def month_of_dossiers(
    chance: np.random.Generator, calendar: CalendarColumns, month: int, rows: int
) -> dict[str, Array]:
    """The dossiers of one month, ordered by agency; agencies, procedures and sectors as numbers from 1."""
    days = _Days(calendar)
    on = days.number(ON)

    def flag(share: float) -> Array:
        return chance.random(rows, np.float32) < share

    agency = np.sort(chance.zipf(1.3, rows) % AGENCIES + 1)
    procedure = _procedures(chance.zipf(1.4, rows), agency)
    limit = procedure * 7 % 20 + 1
    begins = np.datetime64(f"{month // 12}-{month % 12 + 1:02}", "M")
    first, last = (
        days.number(begins.astype("datetime64[D]") - 1) + 1,
        days.number((begins + 1).astype("datetime64[D]") - 1),
    )
    came = chance.integers(first, last + 1, rows)
    received = days.moment(came, chance.integers(27_000, 59_400, rows))
    done = came + limit + _lateness(chance, limit, rows)
    # A request on the day after, an answer up to a week later; the limit starts anew.
    asked = flag(0.04) & (limit >= 3) & (came + 1 <= on)
    answer = came + 1 + chance.integers(1, 6, rows)
    answered = asked & (answer <= on)
    done = np.where(asked, done + answer - came, done)
    is_open = flag(0.01) | (done > on) | (asked & ~answered)
    status = chance.choice(np.array([9, 10, 3, 7, 8], np.int8), rows, p=[0.35, 0.59, 0.03, 0.01, 0.02])
    status = np.where(is_open, np.where(asked & ~answered, 5, 4), status).astype(np.int8)
    refused = status == 3
    asked, answered = asked & ~refused, answered & ~refused
    apology = came + limit - chance.integers(0, 3, rows)
    apologised = (done > came + limit) & flag(0.5) & (apology <= on) & ~refused
    finished = np.maximum(days.moment(done, chance.integers(30_000, 61_000, rows)), received + 1800 * _SECOND)
    supplements = np.where(asked, 1 + (answered & flag(0.1)), 0)

    def where(chosen: Array, moments: Array) -> Array:
        return np.where(chosen, moments, _NAT)

    return {
        "agency": agency.astype(np.int16),
        "procedure": procedure.astype(np.int16),
        "sector": (procedure % SECTORS + 1).astype(np.int16),
        "channel": chance.choice(np.array([1, 2, 3], np.int8), rows, p=[0.3, 0.65, 0.05]),
        "status": status,
        "is_returned": (status == 8) & flag(0.6),
        "received_at": where(~refused, received),
        "refused_at": where(refused, received),
        "due_on": days.moment(came + limit),
        "finished_at": where(~is_open & ~refused, finished),
        "supplement_asked_at": where(asked, days.moment(came + 1)),
        "supplement_answered_at": where(answered, days.moment(answer)),
        "supplements": supplements.astype(np.int8),
        "extended_at": where(apologised, days.moment(apology)),
        "has_obligation": flag(0.35),
        "paid_online": chance.choice(np.array([0, 1, 2], np.int8), rows, p=[0.6, 0.1, 0.3]),
        "is_digitised": flag(0.6),
        "is_reused": flag(0.3),
        "has_electronic_result": flag(0.5),
    }


def _procedures(asked: Array, agency: Array) -> Array:
    """Communes have the fields of communes, a department its own few; some procedures are asked for often."""
    of_department = (agency * 5 + asked % OWN_SECTORS) % SECTORS
    sector = np.where(agency % DEPARTMENT_EVERY == 0, of_department, asked % COMMUNE_SECTORS)
    found: Array = asked // SECTORS % (PROCEDURES // SECTORS) * SECTORS + sector + SECTORS
    return np.where(found > PROCEDURES, found - SECTORS * (PROCEDURES // SECTORS), found).clip(1)


def _lateness(chance: np.random.Generator, limit: Array, rows: int) -> Array:
    """Working days after the due day, negative before it."""
    kind = chance.choice(3, rows, p=[0.6, 0.33, 0.07])
    early = -(1 + (chance.random(rows, np.float32) * limit).astype(np.int64).clip(max=limit - 1))
    found: Array = np.choose(kind, [early, np.zeros(rows, np.int64), chance.geometric(0.3, rows)])
    return found
