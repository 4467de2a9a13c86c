"""Files as one kind of table: CSV as it is; workbooks and JSON turned into CSV first.

A workbook is read in a child process with little memory, like every hostile file; what comes back is text.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from openpar.common.errors import FileRefused
from openpar.common.limited import Limits, run_within
from openpar.common.text import nfc
from openpar.delivery.dossiers.layouts import plain, vocabulary
from openpar.delivery.dossiers.reading.cells import text_of
from openpar.delivery.dossiers.reading.workbooks import as_csv, csv_of_workbook

_LIMITS = Limits(seconds=120, mebibytes=1536, loads="openpar.delivery.dossiers.reading.workbooks")
_HEAD_BYTES, _HEAD_RECORDS, _MOST_COLUMNS = 256 * 1024, 30, 200
# No header is longer; folding the cells of data costs more than reading them.
_LONGEST_HEADER = 100
_DELIMITERS = ";\t,|"
# Decoded at once; what is larger comes from the system anew each time, which costs as much as decoding.
_CHUNK = 1 << 14
# Before the first sign of JSON.
_BLANKS = 100
_SEPARATOR = re.compile(r"sep=([;,\t|])\r?\n")


@dataclass(frozen=True)
class DossierFile:
    """A file or message as it came."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Table:
    """A table as CSV: its headers, where what stands under them begins, and how many rows come before."""

    name: str
    headers: tuple[str, ...]
    delimiter: str
    content: bytes
    begins: int
    rows_before: int

    @property
    def body(self) -> memoryview:
        """What stands under the headers, not copied: lists are large."""
        return memoryview(self.content)[self.begins :]


def table_of(file: DossierFile) -> Table:
    """The table of a file. Raises FileRefused when none is found in it."""
    content = file.content
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        limits = Limits(_LIMITS.seconds, _LIMITS.mebibytes, called=file.name, loads=_LIMITS.loads)
        content = run_within(limits, csv_of_workbook, content)
    elif content[: len(codecs.BOM_UTF8) + _BLANKS].removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"[", b"{"):
        content = csv_of_json(content)
    return _table(file.name, content)


def _table(name: str, content: bytes) -> Table:
    if not content[:_HEAD_BYTES].strip():
        raise FileRefused.because(name, _("tệp rỗng"), _("Chọn tệp có dữ liệu."), code="file-kind")
    content = content.removeprefix(codecs.BOM_UTF8)
    _refuse_other_encodings(name, content)
    head = content[:_HEAD_BYTES].decode("utf-8", "ignore")
    declared = _SEPARATOR.match(head)
    skipped = len(declared[0]) if declared else 0
    found = _header(name, head[skipped:], declared[1] if declared else _DELIMITERS)
    headers = tuple(nfc(cell).strip() for cell in found.cells)
    return Table(name, headers, found.delimiter, content, skipped + found.length, found.number)


def _refuse_other_encodings(name: str, content: bytes) -> None:
    """The first place that is no UTF-8, if there is one. Decoded piece by piece: as a whole, Vietnamese text
    takes several times its bytes.
    """
    view = memoryview(content)
    begin = 0
    while begin < len(content):
        piece = view[begin : begin + _CHUNK]
        try:
            # A sign that the piece cuts through begins the next one.
            _text, taken = codecs.utf_8_decode(piece, "strict", begin + _CHUNK >= len(content))
        except UnicodeDecodeError as error:
            raise _encoding(name, content.count(b"\n", 0, begin + error.start) + 1) from error
        begin += taken
    if (at := content.find(b"\0")) >= 0:
        raise _encoding(name, content.count(b"\n", 0, at) + 1)


def _encoding(name: str, line: int) -> FileRefused:
    where = _("%(file)s, dòng %(row)d") % {"file": name, "row": line}
    remedy = _("Trong Excel chọn “Lưu thành” (Save As) → “CSV UTF-8 (Comma delimited)” rồi tải lên lại.")
    return FileRefused.because(where, _("bảng mã không phải UTF-8"), remedy, code="csv-encoding")


@dataclass(frozen=True)
class _Header:
    """The row with the headers: its number, the separator of its cells, the bytes up to its end."""

    number: int
    delimiter: str
    cells: Sequence[str]
    length: int


def _header(name: str, head: str, delimiters: str) -> _Header:
    """The row with the most known headers, cut by the separator that gives them.

    Lists have titles above their headers. Where nothing is known it is the first row of the greatest width.
    """
    best: _Header | None = None
    most = (-1, -1)
    for delimiter in delimiters:
        for number, (place, record) in enumerate(_first(head, delimiter), start=1):
            cells = {cell for cell in record if 0 < len(cell) <= _LONGEST_HEADER}
            # Comparing cells with headers costs: not where even all of them would be too few.
            if (len(cells), len(record)) > most and (rank := (_known(cells), len(record))) > most:
                best, most = _Header(number, delimiter, record, place), rank
    if best is None:
        what = _("không đọc được dòng tiêu đề")
        raise FileRefused.because(name, what, _("Kiểm tra dấu ngoặc kép ở các dòng đầu."), code="no-header")
    if len(best.cells) > _MOST_COLUMNS:
        raise FileRefused.because(name, _("quá nhiều cột: %d") % len(best.cells), code="sheet-too-big")
    return replace(best, length=len(head[: best.length].encode()))


def _known(cells: Collection[str]) -> int:
    headers = vocabulary().headers
    return len({headers.get(plain(cell)) for cell in cells} - {None})


def _first(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first records, each with the characters up to its end."""
    stream = _Counted(text)
    reader = csv.reader(stream, delimiter=delimiter)
    found: list[tuple[int, list[str]]] = []
    with suppress(csv.Error):
        for record in islice(reader, _HEAD_RECORDS):
            found.append((stream.taken, record))  # noqa: PERF401  # those before a fault are kept
    return found


class _Counted:
    """Lines of a text; `taken` is how many characters were given out."""

    def __init__(self, text: str) -> None:
        self.lines = iter(io.StringIO(text, newline=""))
        self.taken = 0

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.taken += len(line)
        return line


# --- JSON ---------------------------------------------------------------------------------------------------

_SUPPLEMENTS = "DanhSachHoSoBoSung"
_MOST_DEPTH_NAMES = 500


def csv_of_json(content: bytes) -> bytes:
    """A list of dossiers, or an object that holds one (the national envelope has it under “data”), as CSV.

    Of a list of supplements the first request counts, and how many there are. Raises FileRefused.
    """
    try:
        said = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        what = _("không phải JSON hợp lệ")
        raise FileRefused.because(_("Tệp"), what, str(error)[:120], code="json-unfit") from error
    rows = said if isinstance(said, list) else _held(said)
    if not rows or not all(isinstance(row, dict) for row in rows):
        what, remedy = _("không tìm thấy danh sách hồ sơ"), _("Gửi một mảng JSON, mỗi phần tử là một hồ sơ")
        raise FileRefused.because(_("Tệp"), what, remedy, code="json-unfit")
    flat = [_flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))[:_MOST_DEPTH_NAMES]
    return as_csv([names, *([row.get(name, "") for name in names] for row in flat)])


def _held(said: Any) -> list[Any]:
    if isinstance(said, Mapping):
        for name in ("data", "dossiers", "items", "result"):
            if isinstance(said.get(name), list):
                return list(said[name])
        return [said]
    return []


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    flat = {str(name): text_of(value) for name, value in row.items() if not isinstance(value, list | dict)}
    told = row.get(_SUPPLEMENTS)
    supplements = [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
    if supplements:
        for name in ("NgayBoSung", "NgayTiepNhanBoSung", "NgayHenTraMoi"):
            flat.setdefault(name, text_of(supplements[0].get(name)))
        flat["Số lần bổ sung"] = str(len(supplements))
        # A new due date after a supplement is no extension with an apology.
        flat.pop("NgayHenTraMoi", None)
    return flat
