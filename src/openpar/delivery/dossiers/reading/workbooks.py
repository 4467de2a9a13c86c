"""Workbooks as CSV: what runs in the child process, with nothing of Django."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from openpar.common.archives import ArchiveLimits, check_members
from openpar.common.errors import FileRefused
from openpar.common.wording import gettext as _

_MEBIBYTE = 1024 * 1024
# A year of a large province; the child that reads it may use little more.
LIMITS = ArchiveLimits(file_bytes=200 * _MEBIBYTE, unpacked_bytes=1200 * _MEBIBYTE, external_links=True)


def csv_of_workbook(content: bytes) -> bytes:
    """The first sheet that is not hidden and has rows, as CSV; computed cells by the values kept with them.

    Raises FileRefused.
    """
    if content.startswith(b"PK"):
        check_members(content, LIMITS)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheets_metadata:
            if sheet.visible is SheetVisibleEnum.Visible:
                found = book.get_sheet_by_name(sheet.name)
                if found.height:
                    return as_csv(_rows(found.iter_rows(), found.start))
    except CalamineError as error:
        what, remedy = _("không phải bảng tính đọc được"), _("Lưu bảng thành .xlsx rồi tải lên lại.")
        raise FileRefused.because(_("Tệp"), what, remedy, code="file-kind") from error
    what = _("không có trang tính nào hiển thị")
    raise FileRefused.because(_("Tệp"), what, _("Chọn tệp có dữ liệu."), code="sheet-missing")


def _rows(rows: Iterable[Sequence[object]], start: tuple[int, int] | None) -> Iterator[list[str]]:
    """Rows as texts; those above the first that is filled stay, so that rows keep their numbers."""
    for _row in range(start[0] if start else 0):
        yield [""]
    for row in rows:
        yield [cell if type(cell) is str else text_of(cell) for cell in row]


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as the CSV that everything here is read from."""
    output = io.StringIO()
    csv.writer(output, lineterminator="\n").writerows(rows)
    return output.getvalue().encode("utf-8", "replace")


def text_of(value: object) -> str:
    """One cell as text: moments as ISO, whole numbers without a fraction, true and false as 1 and 0."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)
