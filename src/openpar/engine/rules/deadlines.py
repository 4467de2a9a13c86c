"""Type 10: points by the day a document was signed; the whole last day counts, in Asia/Ho_Chi_Minh."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from openpar.engine.answers import Answer
from openpar.engine.numbers import ZERO, plain
from openpar.engine.outcomes import Earned, Outcome
from openpar.engine.parameters import Parameters
from openpar.engine.rules.base import Rule, ScaleRow, missing
from openpar.engine.rules.lists import below_zero
from openpar.engine.wording import points

_MONTH = re.compile(r"[0-9]{1,2}")
_MONTH_AND_DAY = re.compile(r"[0-9]{1,2}-[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class DeadlineOption:
    """Up to and including the day `until`, the points; `until` empty: later or never.

    `until` is a month ("1": up to its last day), a day of the assessed year ("01-31"), or a full date.
    """

    until: str
    points: Decimal
    label: str = ""


@dataclass(frozen=True, slots=True)
class Deadline(Rule):
    """The first option whose day is not passed gives the points. No document (choice "no"): the last option.

    `counts` says which day counts: that of the digital signature (signed_at), or the date on the document. A
    document without a digital signature counts by its date only if `accept_document_date`; the day of upload
    never counts. `year` is the assessed year that days without a year belong to.
    """

    type = "deadline"
    options: tuple[DeadlineOption, ...]
    year: int
    counts: str = "signed_at"
    accept_document_date: bool = False

    @classmethod
    def read(cls, given: Parameters) -> "Deadline":
        year = int(given.number("year"))
        options = tuple(_read_option(row, year) for row in given.rows("options"))
        counts = given.one_of("counts", ("signed_at", "document_date"), "signed_at")
        return cls(options, year, counts, given.flag("accept_document_date", default=False))

    def as_mapping(self) -> dict[str, object]:
        return {
            "type": self.type,
            "year": plain(Decimal(self.year)),
            "options": [_option_as_row(option) for option in self.options],
            "counts": self.counts,
            "accept_document_date": self.accept_document_date,
        }

    def most(self, maximum: Decimal) -> Decimal:
        return max((option.points for option in self.options), default=ZERO)

    def own_problems(self, maximum: Decimal) -> tuple[str, ...]:
        found = below_zero(tuple((option.until or "sau đó", option.points) for option in self.options))
        if self.options and self.options[-1].until:
            found += ("Dòng cuối phải để trống “until”: muộn hơn hoặc không ban hành.",)
        if any(not option.until for option in self.options[:-1]):
            found += ("Chỉ dòng cuối được để trống “until”.",)
        days = [self._last_day(option) for option in self.options if option.until]
        if any(later <= earlier for earlier, later in pairwise(days)):
            found += ("Các thời hạn phải xếp từ sớm đến muộn.",)
        return found

    def judge(self, answer: Answer, maximum: Decimal) -> Outcome:
        if answer.choice == "no":
            worth = self.options[-1].points
            return Earned(worth, f"Không có văn bản: {points(worth)}.")
        if answer.moment is None:
            return missing("ngày của văn bản")
        if self.counts == "signed_at" and answer.signed is None:
            return missing("văn bản có chữ ký số hay không")
        day = _written(answer.moment)
        figures = (("ngày tính", day),)
        if not self._day_counts(answer):
            worth = self.options[-1].points
            return Earned(
                worth, f"Văn bản ngày {day} không có chữ ký số, không được tính: {points(worth)}.", figures
            )
        position = self._position(answer.moment)
        option = self.options[position]
        kind = "Ký số" if answer.signed and self.counts == "signed_at" else "Ngày văn bản"
        return Earned(
            option.points, f"{kind} {day} ({self._label(option)}): {points(option.points)}.", figures
        )

    def describe(self, maximum: Decimal) -> tuple[ScaleRow, ...]:
        return tuple(ScaleRow(self._label(option), option.points) for option in self.options)

    def reached(self, answer: Answer) -> int | None:
        if answer.choice == "no":
            return len(self.options) - 1
        if answer.moment is None or (self.counts == "signed_at" and answer.signed is None):
            return None
        return self._position(answer.moment) if self._day_counts(answer) else len(self.options) - 1

    def _day_counts(self, answer: Answer) -> bool:
        return self.counts == "document_date" or answer.signed is True or self.accept_document_date

    def _position(self, day: date) -> int:
        for at, option in enumerate(self.options):
            if option.until and day <= self._last_day(option):
                return at
        return len(self.options) - 1

    def _last_day(self, option: DeadlineOption) -> date:
        return last_day(option.until, self.year)

    def _label(self, option: DeadlineOption) -> str:
        if option.label:
            return option.label
        return (
            f"đến hết {_written(self._last_day(option))}" if option.until else "muộn hơn hoặc không ban hành"
        )


def last_day(until: str, year: int) -> date:
    """The last day that still counts. Raises ValueError if the text names no day."""
    if _MONTH.fullmatch(until):
        month = int(until)
        if not 1 <= month <= 12:
            raise ValueError(until)
        return date(year, month, monthrange(year, month)[1])
    if _MONTH_AND_DAY.fullmatch(until):
        month_text, day_text = until.split("-")
        return date(year, int(month_text), int(day_text))
    return date.fromisoformat(until)


def _read_option(row: Parameters, year: int) -> DeadlineOption:
    option = DeadlineOption(row.text("until"), row.number("points"), row.text("label"))
    if option.until:
        try:
            last_day(option.until, year)
        except ValueError:
            row.fault(
                f"Thời hạn “{option.until}” không phải là ngày.",
                "Ghi tháng (1), ngày trong năm (01-31) hoặc 2026-01-31.",
            )
            option = DeadlineOption("", option.points, option.label)
    row.finish()
    return option


def _option_as_row(option: DeadlineOption) -> dict[str, object]:
    found: dict[str, object] = {"until": option.until} if option.until else {}
    found["points"] = plain(option.points)
    return {**found, "label": option.label} if option.label else found


def _written(day: date) -> str:
    return day.strftime("%d/%m/%Y")
