"""CSV in and out, as Excel in Viet Nam makes and reads it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TextIO

from openpar.common.errors import FileRefused
from openpar.common.harmless import with_its_signs, without_formula
from openpar.common.sheets import DEFAULT_CAPS, Sheet, SheetCaps, cell_address, check_within_caps
from openpar.common.text import nfc
from openpar.common.wording import gettext as _

_MOST_BYTES = 20 * 1024 * 1024
_DELIMITERS = ";\t,"  # on a tie the first wins: with decimal commas, a comma seldom separates columns
_SNIFFED_RECORDS = 50
_LONGEST_LINE = 500_000


def read_csv(source: Path | str | bytes, *, caps: SheetCaps = DEFAULT_CAPS) -> Sheet:
    """A CSV file as a sheet without name: UTF-8 with or without mark, separated by comma, semicolon or tab.

    Cells that a spreadsheet program would take for formulas ("=1+1") are named in `formula_cells`. Raises
    FileRefused, with the line, for other encodings, unclosed quotes and tables beyond the caps.
    """
    text = _decode(_read_bytes(source))
    declared = re.match(r"sep=([;,\t])\r?\n", text)  # a line that Excel writes to itself
    if declared:
        text = text[declared.end() :]
    delimiter = declared[1] if declared else _sniff(text)
    rows: list[list[str | None]] = []
    formula_cells: list[str] = []
    cells = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, record in enumerate(reader):
            cells += len(record)
            _check_record(number, record, cells, caps)
            formula_cells += [
                cell_address(number, column)
                for column, cell in enumerate(record)
                if cell.lstrip().startswith("=")
            ]
            rows.append([_clean(cell) for cell in record])
    except csv.Error as error:
        raise FileRefused.because(
            _("dòng %(n)s", n=reader.line_num),
            _("không đọc được (%(error)s)", error=error),
            _("Kiểm tra dấu ngoặc kép ở dòng này."),
            code="csv-quotes",
        ) from error
    return Sheet("", _rectangle(rows), formula_cells)


def write_csv(target: TextIO, header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Rows as CSV. The caller opens the target with encoding "utf-8-sig" and newline="" so that Excel
    reads it rightly.

    A text that a spreadsheet program could take for a formula gets an apostrophe (`common.harmless`), which
    `read_csv` takes away again.
    """
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([without_formula(cell) for cell in header])
    for row in rows:
        writer.writerow(["" if cell is None else without_formula(cell) for cell in row])


def _clean(cell: str) -> str | None:
    return with_its_signs(nfc(cell).strip()).strip() or None


def _read_bytes(source: Path | str | bytes) -> bytes:
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > _MOST_BYTES:
        what = _("tệp lớn hơn %(most)s MB", most=_MOST_BYTES // 1024 // 1024)
        raise FileRefused.because(_("Tệp"), what, _("Chia nhỏ tệp."), code="file-too-big")
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if content.strip():
        return content
    raise FileRefused.because(_("Tệp"), _("tệp rỗng"), _("Chọn tệp có dữ liệu."), code="file-kind")


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
        wrong = text.find("\x00")
        line = text.count("\n", 0, wrong) + 1 if wrong >= 0 else 0
    except UnicodeDecodeError as error:
        text, line = "", content.count(b"\n", 0, error.start) + 1
    if not line:
        _check_lines(text)
    else:
        raise FileRefused.because(
            _("dòng %(n)s", n=line),
            _("bảng mã không phải UTF-8"),
            _("Trong Excel chọn “Lưu thành” (Save As) → “CSV UTF-8 (Comma delimited)” rồi tải lên lại."),
            code="csv-encoding",
        )
    return text


def _check_lines(text: str) -> None:
    """A line of millions of separators would become millions of cells before any cap could count them."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > _LONGEST_LINE:
            what = _("dòng dài hơn %(most)s ký tự", most=_LONGEST_LINE)
            raise FileRefused.because(
                _("dòng %(n)s", n=number), what, _("Kiểm tra lại cách xuất tệp."), code="sheet-too-big"
            )


def _sniff(text: str) -> str:
    """The separator that cuts most of the first records into the same number of columns, more than one."""
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        widths: Counter[int] = Counter()
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for record in reader:
                widths[len(record)] += 1
                if widths.total() >= _SNIFFED_RECORDS:
                    break
        except csv.Error:
            continue  # the reading itself will say where and what
        several = [(count, width) for width, count in widths.items() if width > 1]
        if several and max(several) > best_score:
            best, best_score = delimiter, max(several)
    return best


def _check_record(number: int, record: list[str], cells: int, caps: SheetCaps) -> None:
    check_within_caps(number, max(len(record) - 1, 0), caps)
    if cells > caps.cells:
        where, what = _("dòng %(n)s", n=number + 1), _("bảng có hơn %(most)s ô", most=caps.cells)
        raise FileRefused.because(where, what, _("Chia nhỏ tệp."), code="sheet-too-big")
    for column, cell in enumerate(record):
        if len(cell) > caps.text:
            where = _("ô %(cell)s", cell=cell_address(number, column))
            what = _("ô chứa hơn %(most)s ký tự", most=caps.text)
            raise FileRefused.because(where, what, _("Rút ngắn nội dung."), code="sheet-too-big")


def _rectangle(rows: list[list[str | None]]) -> list[list[str | None]]:
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row.extend([None] * (width - len(row)))
    return rows
