"""What the rows of a table of tasks mean: lines of a plan, or every row that cannot be taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.grids import LOADS
from openpar.common.limited import Limits, run_within
from openpar.common.spreadsheets import cell_decimal
from openpar.common.text import fold
from openpar.common.yaml_files import data_of
from openpar.reform.fields import field_codes, field_from_words
from openpar.reform.plans.deadlines import deadline_from_words
from openpar.reform.plans.errors import PlanFileRefused
from openpar.reform.plans.lines import Agencies, NewLine
from openpar.reform.plans.models import PlanVersion
from openpar.reform.plans.rules import line_gaps
from openpar.reform.plans.secrecy import secret_gap, secret_word_in
from openpar.reform.plans.table_reading import RawRow, RawTable, read_rows
from openpar.reform.plans.words import AgencyNames, deadline_gap, read_agencies, unknown_gap_in

_LIMITS = Limits(seconds=10, mebibytes=256, loads=LOADS)
_MILLION = Decimal(1_000_000)
_LONGEST_NUMBER = 20


@dataclass(frozen=True)
class UnderstoodLine:
    """A task as it was understood, and where it stands in the file."""

    where: str
    line: NewLine


@dataclass(frozen=True)
class UnderstoodTasks:
    """Everything of a file: the tasks, and the rows that are headings only."""

    lines: tuple[UnderstoodLine, ...]
    headings: tuple[tuple[str, str], ...]


def read_tasks(path: Path, file_name: str, *, version: PlanVersion, on: date) -> UnderstoodTasks:
    """The tasks in a file for a draft, by the names of agencies on a day; nothing is stored.

    Raises FileRefused: with every row that cannot be taken in, all at once.
    """
    data = _data()
    limits = Limits(_LIMITS.seconds, _LIMITS.mebibytes, called=file_name, loads=_LIMITS.loads)
    raw = run_within(limits, read_rows, path, file_name, data["columns"], data["needed"])
    reading = _Reading(raw, version, AgencyNames.on(on))
    for row in raw.rows:
        reading.read(row)
    if not reading.lines and not reading.gaps:
        what, remedy = _("không có nhiệm vụ nào dưới dòng tiêu đề"), _("Kiểm tra bảng trong tệp")
        reading.gaps.append(Gap(file_name, what, remedy, code="empty"))
    if reading.gaps:
        raise PlanFileRefused(reading.gaps)
    return UnderstoodTasks(tuple(reading.lines), tuple(reading.headings))


class _Reading:
    """Goes through the rows once; a heading of a chapter gives the field to the rows below it."""

    def __init__(self, raw: RawTable, version: PlanVersion, names: AgencyNames) -> None:
        self.version, self.names = version, names
        self.in_millions = "trieu" in fold(raw.budget_heading)
        self.field: str | None = None
        self.lines: list[UnderstoodLine] = []
        self.headings: list[tuple[str, str]] = []
        self.gaps: list[Gap] = []

    def read(self, row: RawRow) -> None:
        if word := secret_word_in(row.words):
            self.gaps.append(secret_gap(row.where, word))
            return
        cells = row.cells
        if not cells.get("lead") and not cells.get("deadline"):
            self._heading(row)
            return
        gaps: list[Gap] = []
        leads = self._agencies(row, "lead", _("Chủ trì"), gaps)
        cooperating = self._agencies(row, "cooperating", _("Phối hợp"), gaps)
        deadline = deadline_from_words(cells.get("deadline", ""), self.version.plan.year)
        if deadline is None:
            gaps.append(deadline_gap(cells.get("deadline", ""), row.where))
        field = self._field_of(row, gaps)
        budget, source = self._budget(cells)
        if deadline is not None and field is not None:
            line = NewLine(
                field=field,
                text=cells.get("text", ""),
                deadline=deadline,
                leads=leads,
                product=cells.get("product", ""),
                cooperating=tuple(each for each in cooperating if each not in leads),
                number=_short_number(cells.get("number", "")),
                budget=budget,
                budget_source=source,
                note=cells.get("note", ""),
            )
            is_told = bool(gaps)
            gaps += [
                gap
                for gap in line_gaps(line, self.version.plan, row.where)
                if not (is_told and gap.code == "no-lead")
            ]
            if not gaps:
                self.lines.append(UnderstoodLine(row.where, line))
        self.gaps += gaps

    def _heading(self, row: RawRow) -> None:
        field = field_from_words(row.words)
        if field is not None and field in field_codes(only_in_plan=True) and _looks_like_chapter(row):
            self.field = field
        self.headings.append((row.where, row.words[:200]))

    def _agencies(self, row: RawRow, role: str, label: str, gaps: list[Gap]) -> tuple[Agencies, ...]:
        found, unknown = read_agencies(row.cells.get(role, ""), self.names)
        gaps += unknown_gap_in(row.where, label, unknown)
        return found

    def _field_of(self, row: RawRow, gaps: list[Gap]) -> str | None:
        said = row.cells.get("field", "")
        found = field_from_words(said) if said else self.field
        if found is None:
            what = _("không rõ lĩnh vực")
            remedy = _("Thêm cột “Lĩnh vực”, hoặc dòng tiêu đề chương (Cải cách thể chế…) phía trên")
            gaps.append(Gap(row.where, what, remedy, code="no-field"))
        return found

    def _budget(self, cells: Mapping[str, str]) -> tuple[Decimal | None, str]:
        """A number is an amount, words are the source of the money."""
        said, source = cells.get("budget", ""), cells.get("budget_source", "")
        if not said:
            return None, source
        try:
            amount = cell_decimal(said, ambiguous="thousands")
        except Refused:
            return None, source or said
        return amount * _MILLION if self.in_millions else amount, source


def _looks_like_chapter(row: RawRow) -> bool:
    """A row of nothing but a heading, no product beside it."""
    return not row.cells.get("product")


def _short_number(text: str) -> str:
    """“1.”, “(2)”, “a)” without their signs."""
    return text.strip(" .)(")[:_LONGEST_NUMBER]


def _data() -> dict[str, Any]:
    return _read(Path(settings.OPENPAR_DATA_DIR) / "plans" / "table.yaml")


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content
