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
from openpar.common.sheets import DEFAULT_CAPS, Sheet, SheetCaps, cell_address, check_within_caps
from openpar.common.text import nfc

_MOST_BYTES = 20 * 1024 * 1024
_DELIMITERS = ";\t,"  # on a tie the first wins: with decimal commas, a comma seldom separates columns
_SNIFFED_RECORDS = 50
_LONGEST_LINE = 500_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
            f"dòng {reader.line_num}",
            f"không đọc được ({error})",
            "Kiểm tra dấu ngoặc kép ở dòng này.",
            code="csv-quotes",
        ) from error
    return Sheet("", _rectangle(rows), formula_cells)


def write_csv(target: TextIO, header: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    """Rows as CSV. The caller opens the target with encoding "utf-8-sig" and newline="" so that Excel
    reads it rightly.

    CSV has no types: a text that begins like a formula would run when the file is opened. It gets an
    apostrophe in front, which Excel does not show and `read_csv` takes away again. Numbers with a sign
    stay as they are.
    """
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([_without_formula(cell) for cell in header])
    for row in rows:
        writer.writerow(["" if cell is None else _without_formula(cell) for cell in row])


def _without_formula(cell: str) -> str:
    if cell.startswith(_FORMULA_STARTS) and not re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", cell):
        return f"'{cell}"
    return cell


def _clean(cell: str) -> str | None:
    cell = nfc(cell).strip()
    if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS):
        cell = cell[1:]
    return cell or None


def _read_bytes(source: Path | str | bytes) -> bytes:
    size = len(source) if isinstance(source, bytes) else Path(source).stat().st_size
    if size > _MOST_BYTES:
        what = f"tệp lớn hơn {_MOST_BYTES // 1024 // 1024} MB"
        raise FileRefused.because("Tệp", what, "Chia nhỏ tệp.", code="file-too-big")
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if content.strip():
        return content
    raise FileRefused.because("Tệp", "tệp rỗng", "Chọn tệp có dữ liệu.", code="file-kind")


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
            f"dòng {line}",
            "bảng mã không phải UTF-8",
            "Trong Excel chọn “Lưu thành” (Save As) → “CSV UTF-8 (Comma delimited)” rồi tải lên lại.",
            code="csv-encoding",
        )
    return text


def _check_lines(text: str) -> None:
    """A line of millions of separators would become millions of cells before any cap could count them."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > _LONGEST_LINE:
            what = f"dòng dài hơn {_LONGEST_LINE} ký tự"
            raise FileRefused.because(
                f"dòng {number}", what, "Kiểm tra lại cách xuất tệp.", code="sheet-too-big"
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
        raise FileRefused.because(
            f"dòng {number + 1}", f"bảng có hơn {caps.cells} ô", "Chia nhỏ tệp.", code="sheet-too-big"
        )
    for column, cell in enumerate(record):
        if len(cell) > caps.text:
            what = f"ô chứa hơn {caps.text} ký tự"
            raise FileRefused.because(
                f"ô {cell_address(number, column)}", what, "Rút ngắn nội dung.", code="sheet-too-big"
            )


def _rectangle(rows: list[list[str | None]]) -> list[list[str | None]]:
    while rows and not any(rows[-1]):
        rows.pop()
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row.extend([None] * (width - len(row)))
    return rows
