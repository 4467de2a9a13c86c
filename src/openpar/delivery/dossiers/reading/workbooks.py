"""Workbooks as CSV: what runs in the child process, with nothing of Django."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from openpar.common.archives import ArchiveLimits, check_members
from openpar.common.errors import FileRefused
from openpar.common.wording import gettext as _
from openpar.delivery.dossiers.reading.cells import text_of
from openpar.delivery.dossiers.reading.plain.markup import NotPlain
from openpar.delivery.dossiers.reading.plain.sheets import csv_of_plain

_MEBIBYTE = 1024 * 1024
# As Excel itself says which sign separates the cells.
_SEPARATED = b"sep=\t\n"
_AT_ONCE = 500
# A year of a large province; the child that reads it may use little more.
LIMITS = ArchiveLimits(file_bytes=200 * _MEBIBYTE, unpacked_bytes=1200 * _MEBIBYTE, external_links=True)


def csv_of_workbook(content: bytes) -> bytes:
    """The first sheet that is not hidden and has rows, as CSV; computed cells by the values kept with them.

    Raises FileRefused.
    """
    if content.startswith(b"PK"):
        check_members(content, LIMITS)
        with suppress(NotPlain):
            return csv_of_plain(content, LIMITS)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet in book.sheets_metadata:
            if sheet.visible is SheetVisibleEnum.Visible:
                found = book.get_sheet_by_name(sheet.name)
                if found.height:
                    return as_csv(found.iter_rows())
    except CalamineError as error:
        what, remedy = _("không phải bảng tính đọc được"), _("Lưu bảng thành .xlsx rồi tải lên lại.")
        raise FileRefused.because(_("Tệp"), what, remedy, code="file-kind") from error
    what = _("không có trang tính nào hiển thị")
    raise FileRefused.because(_("Tệp"), what, _("Chọn tệp có dữ liệu."), code="sheet-missing")


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as the CSV that everything here is read from, its cells separated by tabs."""
    output = io.BytesIO()
    output.write(_SEPARATED)
    listed = iter(rows)
    while some := list(islice(listed, _AT_ONCE)):
        output.write(_lines(some).encode("utf-8", "replace"))
    return output.getvalue()


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    """Some rows; few have a cell that must stand in quotation marks, the others are only joined."""
    try:
        text = "\n".join(map("\t".join, rows)) + "\n"
    except TypeError:
        return _lines([[cell if type(cell) is str else text_of(cell) for cell in row] for row in rows])
    tabs = sum(map(len, rows)) - len(rows)
    # A row of one empty cell would be no row at all.
    is_plain = text.count("\t") == tabs > 0 and text.count("\n") == len(rows)
    if is_plain and '"' not in text and "\r" not in text:
        return text
    quoted = io.StringIO()
    csv.writer(quoted, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return quoted.getvalue()
