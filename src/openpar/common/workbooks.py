"""Writing .xlsx files: text stays text, numbers stay exact, and the same content gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from openpar.common.errors import FileRefused
from openpar.common.formats import VIETNAM
from openpar.common.sheets import cell_address, column_letters
from openpar.common.text import nfc
from openpar.common.wording import gettext as _
from openpar.common.workbook_heads import head_cells, head_depth

CellValue = str | Decimal | int | bool | date | datetime | None

# A workbook says when it was made; were it the clock, two equal exports would differ.
_CREATED = datetime(2000, 1, 1, tzinfo=VIETNAM).replace(tzinfo=None)
_EXACT_DIGITS = 15  # what a spreadsheet keeps of a number
_INLINE_CHOICES = 255  # characters of a list inside a cell rule
_CHOICES_SHEET = "Danh mục chọn"
_A4 = 9
_LINE_HEIGHT = 15  # points
_HIGHEST_ROW = 408


@dataclass(frozen=True)
class Column:
    """One column of a sheet. `width` in characters; `number_format` as Excel writes it ("0.00"), empty
    for as many decimals as each number has; `choices` offers a list to choose from; `editable` leaves it
    open in a protected sheet; `over` are headings above the title, shared by neighbours that have the same.
    """

    title: str
    width: float = 16
    number_format: str = ""
    choices: tuple[str, ...] = ()
    editable: bool = False
    align: Literal["", "left", "center", "right"] = ""
    over: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetSpec:
    """One sheet to be written: lines of heading, the titles of the columns, the rows, lines below.

    Rows count from 0: `bold_rows` are emphasised, `locked_rows` stay closed even in editable columns.
    `protect` guards against accidents, not against people: there is no password. Prints on A4, as wide as
    the page, the titles of the columns on every page. `numbers` is a row below the titles: “(1)”, “(2)”…
    """

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[CellValue]]
    heading: tuple[str, ...] = ()
    footing: tuple[str, ...] = ()
    bold_rows: frozenset[int] = frozenset()
    locked_rows: frozenset[int] = frozenset()
    protect: bool = False
    landscape: bool = True
    frozen_columns: int = 0
    numbers: tuple[str, ...] = ()


def write_workbook(target: Path | str | BytesIO, sheets: Sequence[SheetSpec]) -> None:
    """Write a workbook. A text is never a formula, a link or a number, whatever it begins with.

    Decimals and integers are numbers, unless they have more digits than a spreadsheet keeps (15): those
    are written as text. Days and moments (shown in the time of Viet Nam) are dates. Raises FileRefused
    for what a cell cannot hold.
    """
    output = target if isinstance(target, BytesIO) else str(target)
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    # Loaded when the first workbook is written: many processes never do.
    import xlsxwriter

    with xlsxwriter.Workbook(output, options) as workbook:
        workbook.set_properties({"created": _CREATED})
        writer = _Writer(workbook)
        names: set[str] = {_CHOICES_SHEET.casefold()}
        for spec in sheets:
            writer.write_sheet(spec, sheet_title(spec.name, names))
        writer.write_choices()


def sheet_title(name: str, taken: set[str]) -> str:
    """A name that Excel accepts: no []:*?/\\, at most 31 characters, not `taken` yet (it is added,
    without case).
    """
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", nfc(name)).strip("' ") or "Trang"
    title, number = clean[:31].strip(), 1
    while title.casefold() in taken:
        number += 1
        ending = f" ({number})"
        title = clean[: 31 - len(ending)].strip() + ending
    taken.add(title.casefold())
    return title


class _Writer:
    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.long_choices: list[tuple[str, ...]] = []

    def format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"font_name": "Times New Roman", **properties})
        return self.formats[key]

    def write_sheet(self, spec: SheetSpec, title: str) -> None:
        sheet = self.workbook.add_worksheet(title)
        last_column = max(len(spec.columns) - 1, 0)
        widths = [column.width for column in spec.columns]
        for number, line in enumerate(spec.heading):
            self.set_height(sheet, number, [line], [sum(widths)])
            self.write_line(sheet, number, last_column, line, bold=number == 0)
        header = self.write_head(sheet, spec)
        row = header
        for number, values in enumerate(spec.rows):
            row = header + 1 + number
            self.write_row(sheet, row, values, spec, number)
        self.set_choices(sheet, spec, header + 1, row)
        for number, line in enumerate(spec.footing):
            self.set_height(sheet, row + 2 + number, [line], [sum(widths)])
            self.write_line(sheet, row + 2 + number, last_column, line, bold=False)
        self.set_page(sheet, spec, header)

    def write_head(self, sheet: Any, spec: SheetSpec) -> int:
        """The titles, merged under the headings above them, and their numbers; gives their last row."""
        top = len(spec.heading)
        style = self.format(
            bold=True, text_wrap=True, align="center", valign="vcenter", border=1, bg_color="#DCE6F1"
        )
        for place, column in enumerate(spec.columns):
            sheet.set_column(place, place, column.width)
        paths = [(*column.over, column.title) for column in spec.columns]
        for cell in head_cells(paths):
            if cell.is_merged:
                sheet.merge_range(top + cell.top, cell.left, top + cell.bottom, cell.right, "", style)
            self.write_text(sheet, top + cell.top, cell.left, cell.text, style)
        bottom = top + max(head_depth(paths), 1) - 1
        self.set_height(
            sheet, bottom, [path[-1] for path in paths], [column.width for column in spec.columns]
        )
        if not spec.numbers:
            return bottom
        for place, number in enumerate(spec.numbers):
            self.write_text(
                sheet, bottom + 1, place, number, self.format(italic=True, align="center", border=1)
            )
        return bottom + 1

    def set_height(self, sheet: Any, row: int, texts: Sequence[CellValue], widths: Sequence[float]) -> None:
        """High enough for wrapped text: not every program finds that out by itself when it opens a file."""
        lines = max((_lines(text, width) for text, width in zip(texts, widths, strict=True)), default=1)
        if lines > 1:
            sheet.set_row(row, min(lines * _LINE_HEIGHT, _HIGHEST_ROW))

    def write_line(self, sheet: Any, row: int, last_column: int, line: str, *, bold: bool) -> None:
        style = self.format(bold=bold, text_wrap=True, align="center" if bold else "left", valign="vcenter")
        if last_column:
            sheet.merge_range(row, 0, row, last_column, "", style)
        self.write_text(sheet, row, 0, line, style)

    def write_row(
        self, sheet: Any, row: int, values: Sequence[CellValue], spec: SheetSpec, number: int
    ) -> None:
        if len(values) != len(spec.columns):
            raise ValueError(
                f"row {number} of {spec.name!r}: {len(values)} values, {len(spec.columns)} columns"
            )
        self.set_height(sheet, row, values, [column.width for column in spec.columns])
        for place, (value, column) in enumerate(zip(values, spec.columns, strict=True)):
            properties: dict[str, Any] = {"border": 1, "valign": "top", "text_wrap": True}
            if number in spec.bold_rows:
                properties["bold"] = True
            if column.align:
                properties["align"] = column.align
            if column.editable and number not in spec.locked_rows:
                properties["locked"] = False
            self.write_cell(sheet, row, place, value, column.number_format, properties)

    def write_cell(
        self,
        sheet: Any,
        row: int,
        place: int,
        value: CellValue,
        number_format: str,
        properties: dict[str, Any],
    ) -> None:
        if value is None:
            sheet.write_blank(row, place, None, self.format(**properties))
        elif isinstance(value, bool):
            sheet.write_boolean(row, place, value, self.format(**properties))
        elif isinstance(value, str):
            self.write_text(sheet, row, place, value, self.format(**properties))
        elif isinstance(value, datetime):
            local = value.astimezone(VIETNAM).replace(tzinfo=None)
            style = self.format(**properties, num_format="dd/mm/yyyy hh:mm")
            sheet.write_datetime(row, place, local, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, place, value, self.format(**properties, num_format="dd/mm/yyyy"))
        elif _keeps_exactly(value):
            style = self.format(**properties, num_format=number_format or _format_for(value))
            sheet.write_number(row, place, value, style)
        else:
            self.write_text(sheet, row, place, str(value), self.format(**properties))

    def write_text(self, sheet: Any, row: int, place: int, text: str, style: Any) -> None:
        if sheet.write_string(row, place, nfc(text), style) != 0:
            raise FileRefused.because(
                _("ô %(cell)s", cell=cell_address(row, place)),
                _("nội dung dài hơn một ô bảng tính chứa được (32.767 ký tự)"),
                _("Rút ngắn nội dung hoặc xuất ra Word."),
                code="cell-too-long",
            )

    def set_choices(self, sheet: Any, spec: SheetSpec, first: int, last: int) -> None:
        """Short lists stand in the rule of the cell; long ones, and such with commas, on a hidden sheet."""
        for place, column in enumerate(spec.columns):
            if not column.choices or last < first:
                continue
            source: list[str] | str = list(column.choices)
            if len(",".join(column.choices)) > _INLINE_CHOICES or any(
                "," in choice for choice in column.choices
            ):
                if column.choices not in self.long_choices:
                    self.long_choices.append(column.choices)
                letters = column_letters(self.long_choices.index(column.choices))
                source = f"='{_CHOICES_SHEET}'!${letters}$1:${letters}${len(column.choices)}"
            rule = {
                "validate": "list",
                "source": source,
                # As the table itself, whatever language its maker reads: the file goes on to others.
                "error_title": "Chưa đúng",
                "error_message": "Hãy chọn một giá trị trong danh sách.",
            }
            sheet.data_validation(first, place, last, place, rule)

    def set_page(self, sheet: Any, spec: SheetSpec, header: int) -> None:
        sheet.freeze_panes(header + 1, spec.frozen_columns)
        sheet.set_paper(_A4)
        if spec.landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(len(spec.heading), header)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&CTrang &P/&N")
        if spec.protect:
            sheet.protect("", {"format_columns": True, "format_rows": True})

    def write_choices(self) -> None:
        if not self.long_choices:
            return
        sheet = self.workbook.add_worksheet(_CHOICES_SHEET)
        sheet.hide()
        for place, choices in enumerate(self.long_choices):
            for row, choice in enumerate(choices):
                self.write_text(sheet, row, place, choice, self.format())


def _lines(text: CellValue, width: float) -> int:
    """About how many lines a cell needs, by the number of characters that fit into its width."""
    if not isinstance(text, str):
        return 1
    return sum(max(1, -(-len(line) // max(int(width), 1))) for line in text.split("\n"))


def _keeps_exactly(value: Decimal | int) -> bool:
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value}")
    return len(number.as_tuple().digits) <= _EXACT_DIGITS and abs(number.adjusted()) < _EXACT_DIGITS


def _format_for(value: Decimal | int) -> str:
    """As many decimals as the number has; Excel shows comma and dot as the reader's country does."""
    exponent = Decimal(value).as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return "#,##0" + ("." + "0" * decimals if decimals else "")
