"""Calendar files (docs/data/calendars.md): read whole, or refused with all that is wrong. Needs no Django.

Plain YAML would turn 15:00 into the number 900, and of a year written twice let the last win. Here every word
is text and a key written twice is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from openpar.common.errors import FileRefused, Gap
from openpar.common.text import nfc
from openpar.common.wording import gettext as _
from openpar.common.yaml_files import given_texts
from openpar.engine.workdays import (
    CalendarYear,
    InvalidCalendar,
    NamedDay,
    OfficeHours,
    Shift,
    WorkCalendar,
)

CERTAINTIES = ("V", "S", "R")
_MOST_BYTES = 1_000_000
_SHIFT = re.compile(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", re.ASCII)
# Remarks for people, in files that carry more than the calendar.
_REMARKS = {"week", "rules", "counting", "tests", "swaps_before_2018"}


class CalendarFileRefused(FileRefused):
    """The file is no calendar; nothing of it was taken in."""


@dataclass(frozen=True)
class FileYear:
    """One year of a file, where it comes from, and how certain it is: V verified, S seen, R inferred."""

    days: CalendarYear
    source: str
    certainty: str
    # What the file says itself, to be compared with what its days give.
    working_days_total: int | None


@dataclass(frozen=True)
class FileHours:
    """Office hours of a file, where they come from, and how certain they are."""

    hours: OfficeHours
    source: str
    certainty: str


@dataclass(frozen=True)
class CalendarFile:
    """What a calendar file says; `digest` is the SHA-256 of its bytes."""

    name: str
    digest: str
    years: tuple[FileYear, ...]
    hours: tuple[FileHours, ...]

    @property
    def version(self) -> str:
        """Names exactly this file: “vn_holidays.yaml 1f2e3d4c5b6a”."""
        return f"{self.name} {self.digest[:12]}"

    def calendar(self, hours: Sequence[OfficeHours] = ()) -> WorkCalendar:
        """The calendar; `hours` stand in when the file has none. Raises InvalidCalendar."""
        own = [each.hours for each in self.hours]
        return WorkCalendar(self.version, [each.days for each in self.years], own or hours)


def read_calendar(path: Path) -> CalendarFile:
    """The calendar in a file. Raises CalendarFileRefused with everything that is wrong."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        what = _("không mở được: %(why)s", why=fault.strerror or "")
        raise CalendarFileRefused.because(str(path), what, code="file-unreadable") from None
    return calendar_of(content, path.name)


@lru_cache(maxsize=4)
def shipped_calendar(folder: Path) -> CalendarFile:
    """The calendar that comes with the program, in its folder data/."""
    return read_calendar(folder / "vn_holidays.yaml")


def calendar_of(content: bytes, name: str) -> CalendarFile:
    """The calendar in the bytes of a file; see `read_calendar`."""
    reader = _Reader()
    mapping = reader.mapping(content, name)
    years = tuple(reader.years(mapping))
    hours = tuple(reader.hours(mapping))
    for key in sorted(mapping.keys() - {"years", "office_hours", "hours"} - _REMARKS):
        reader.fault(key, _("không hiểu mục này"), _("Các mục: years, office_hours"))
    if reader.gaps:
        raise CalendarFileRefused(reader.gaps)
    found = CalendarFile(name, hashlib.sha256(content).hexdigest(), years, hours)
    gaps = tuple(_contradictions(found))
    if gaps:
        raise CalendarFileRefused(gaps)
    return found


def _contradictions(found: CalendarFile) -> Iterator[Gap]:
    """What the days say against each other, and against the total that the file names."""
    anywhere = OfficeHours(date.min, None, (Shift(time(8), time(17)),))
    try:
        calendar = found.calendar([anywhere])
    except InvalidCalendar as invalid:
        for problem in invalid.problems:
            yield Gap(problem.where, problem.what, problem.remedy, code=problem.code)
        return
    for each in found.years:
        year, stated = each.days.year, each.working_days_total
        counted = calendar.working_days_of(year)
        if stated is not None and stated != counted:
            what = _("khai %(stated)s ngày làm việc, đếm được %(counted)s", stated=stated, counted=counted)
            remedy = _("Sửa ngày nghỉ, ngày làm bù hoặc tổng số ngày làm việc")
            yield Gap(_("Năm %(year)s", year=year), what, remedy, code="TOTAL_DIFFERS")


class _Reader:
    """Reads a file part by part and keeps what is wrong."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []

    def fault(self, where: str, what: str, remedy: str) -> None:
        self.gaps.append(Gap(where, what, remedy, code="calendar-file"))

    def mapping(self, content: bytes, name: str) -> dict[str, Any]:
        """The whole file, every value as text. Raises CalendarFileRefused."""
        if len(content) > _MOST_BYTES:
            raise CalendarFileRefused.because(name, _("tệp lớn hơn 1 MB"), code="file-too-large")
        try:
            found = given_texts(nfc(content.decode("utf-8-sig")))
        except UnicodeDecodeError:
            what = _("không phải văn bản UTF-8")
            raise CalendarFileRefused.because(name, what, code="file-unreadable") from None
        except yaml.YAMLError as fault:
            what = _("không đọc được YAML: %(why)s", why=" ".join(str(fault).split()))
            raise CalendarFileRefused.because(name, what, code="file-unreadable") from None
        if not isinstance(found, dict) or not isinstance(found.get("years"), dict) or not found["years"]:
            what, remedy = _("không có mục years với các năm"), _("Xem tệp mẫu data/vn_holidays.yaml")
            raise CalendarFileRefused.because(name, what, remedy, code="no-years")
        return found

    def years(self, mapping: dict[str, Any]) -> Iterator[FileYear]:
        """The years of the file."""
        for number, given in mapping["years"].items():
            where = _("Năm %(year)s", year=number)
            if not re.fullmatch("[0-9]{4}", number) or not isinstance(given, dict):
                self.fault(
                    where, _("không phải một năm với các ngày"), _("Ghi như 2026: {off_weekdays: [...]}")
                )
                continue
            yield self._year(int(number), given, where)

    def _year(self, number: int, given: dict[str, Any], where: str) -> FileYear:
        known = {"status", "certainty", "source", "off_weekdays", "worked_saturdays", "possible_off"}
        known |= {"working_days_total", "if_24_11_is_statutory"}
        for key in sorted(given.keys() - known):
            self.fault(f"{where}, {key}", _("không hiểu mục này"), ", ".join(sorted(known)))
        if "off_weekdays" not in given:
            remedy = _("Ghi off_weekdays, danh sách trống nếu không có ngày nghỉ nào")
            self.fault(where, _("không nêu ngày nghỉ"), remedy)
        status = str(given.get("status", "actual"))
        if not status.startswith(("actual", "estimate")):
            self.fault(f"{where}, status", _("không hiểu “%(text)s”", text=status), "actual, estimate")
        possible = given.get("possible_off")
        if possible is None and isinstance(other := given.get("if_24_11_is_statutory"), dict):
            possible = [other.get("off", "")]
        days = CalendarYear(
            number,
            self._days(given.get("off_weekdays"), f"{where}, off_weekdays"),
            self._days(given.get("worked_saturdays"), f"{where}, worked_saturdays"),
            is_estimate=status.startswith("estimate"),
            possible_days_off=self._days(possible, f"{where}, possible_off"),
        )
        certainty = self._certainty(given, where)
        total = given.get("working_days_total")
        if total is not None and not re.fullmatch("[0-9]{1,3}", str(total)):
            self.fault(f"{where}, working_days_total", _("không phải là số ngày"), _("Ghi như 250"))
            total = None
        return FileYear(days, str(given.get("source", "")), certainty, None if total is None else int(total))

    def _days(self, given: Any, where: str) -> tuple[NamedDay, ...]:
        """A list of days, or days with their names."""
        if given is None or given == "":
            return ()
        pairs = given.items() if isinstance(given, dict) else [(day, "") for day in given]
        if isinstance(given, str):
            pairs = [(given, "")]
        found = [NamedDay(day, str(name)) for text, name in pairs if (day := self._day(text, where))]
        for day in {each.day for each in found}:
            if sum(each.day == day for each in found) > 1:
                self.fault(where, _("ngày %(day)s ghi hai lần", day=day), _("Mỗi ngày ghi một lần"))
        return tuple(sorted(found, key=lambda each: each.day))

    def _day(self, text: Any, where: str) -> date | None:
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(text), re.ASCII):
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            self.fault(where, _("“%(text)s” không phải là ngày", text=text), _("Ghi như 2026-02-16"))
            return None

    def hours(self, mapping: dict[str, Any]) -> Iterator[FileHours]:
        """The office hours of the file."""
        rows = mapping.get("office_hours")
        if rows is None and isinstance(other := mapping.get("hours"), dict):
            # Hours that were only seen somewhere: they hold for all years of the file.
            rows = [{"from": "0001-01-01", "shifts": other.get("seen_in_real_system")}]
        if not isinstance(rows, list):
            if rows is not None:
                self.fault(
                    "office_hours", _("không phải là danh sách"), _("Xem tệp mẫu data/vn_holidays.yaml")
                )
            return
        for number, row in enumerate(rows, 1):
            where = f"office_hours {number}"
            if isinstance(row, dict):
                yield self._hours(row, where)
            else:
                self.fault(where, _("không phải giờ làm việc"), _("Xem tệp mẫu data/vn_holidays.yaml"))

    def _hours(self, row: dict[str, Any], where: str) -> FileHours:
        known = {"from", "until", "shifts", "saturday_reception", "same_day_until", "source", "certainty"}
        for key in sorted(row.keys() - known):
            self.fault(f"{where}, {key}", _("không hiểu mục này"), ", ".join(sorted(known)))
        until, last = row.get("until"), row.get("same_day_until")
        hours = OfficeHours(
            self._day(row.get("from", ""), f"{where}, from") or date.min,
            None if until in (None, "", "null") else self._day(until, f"{where}, until"),
            self._shifts(row.get("shifts"), f"{where}, shifts"),
            self._shifts(row.get("saturday_reception"), f"{where}, saturday_reception"),
            None if last in (None, "", "null") else self._time(last, f"{where}, same_day_until"),
        )
        return FileHours(hours, str(row.get("source", "")), self._certainty(row, where))

    def _shifts(self, given: Any, where: str) -> tuple[Shift, ...]:
        found = []
        for text in given if isinstance(given, list) else []:
            parts = _SHIFT.fullmatch(str(text))
            opens = self._time(parts[1], where) if parts else None
            closes = self._time(parts[2], where) if parts else None
            if opens is None or closes is None:
                self.fault(where, _("không hiểu “%(text)s”", text=text), _("Ghi như 07:00-11:30"))
            else:
                found.append(Shift(opens, closes))
        return tuple(found)

    def _time(self, text: Any, where: str) -> time | None:
        try:
            if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", str(text), re.ASCII):
                raise ValueError(text)
            return time.fromisoformat(text)
        except ValueError:
            self.fault(where, _("“%(text)s” không phải là giờ", text=text), _("Ghi như 15:00"))
            return None

    def _certainty(self, row: dict[str, Any], where: str) -> str:
        """R, the least, unless the file says more."""
        found = str(row.get("certainty", "R"))
        if found not in CERTAINTIES:
            self.fault(f"{where}, certainty", _("không hiểu “%(text)s”", text=found), ", ".join(CERTAINTIES))
        return found
