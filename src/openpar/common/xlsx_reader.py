"""Reading one sheet of an .xlsx file, cell by cell, within caps.

The same single pass over the XML finds formulas, merged cells and excessive sizes *and* takes the values,
so that what was checked and what was read cannot be two different things. Numbers never become floats.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

from openpar.common.archives import Source, check_archive, open_archive, stream_xml
from openpar.common.errors import FileRefused
from openpar.common.sheets import (
    DEFAULT_CAPS,
    Sheet,
    SheetCaps,
    StoredNumber,
    cell_address,
    check_within_caps,
    parse_address,
    parse_range,
)
from openpar.common.text import nfc
from openpar.common.wording import gettext as _

# Number formats that every workbook knows without defining them (ECMA-376 part 1, 18.8.30): days,
# moments, times.
_BUILT_IN_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MOST_SHARED_STRINGS = 500_000
_MOST_SHARED_CHARACTERS = 20_000_000
_ELEMENTS_PER_CELL = 4  # a cell with text of its own has three
_EXCEL_DIGITS = 15
_LAST_SERIAL_DAY = 2_958_465  # 31/12/9999


def read_xlsx(source: Source, *, sheet: str | int | None = None, caps: SheetCaps = DEFAULT_CAPS) -> Sheet:
    """One sheet of a workbook: by name, by place counted from 0, or the first one that is not hidden.

    Checks the archive first. Raises FileRefused for everything that cannot be read faithfully.
    """
    check_archive(source)
    with open_archive(source) as archive:
        book = read_book(archive)
        name, member = _choose(book, sheet)
        strings = _read_shared_strings(archive, book.strings_member)
        date_styles = _read_date_styles(archive, book.styles_member)
        cells = _Cells(caps, strings, date_styles, book.starts_1904)
        stream_xml(archive, member, cells.parser())
    return cells.sheet(name)


def sheet_names(source: Source) -> tuple[str, ...]:
    """The names of the sheets of a workbook that are not hidden, in order."""
    check_archive(source)
    with open_archive(source) as archive:
        return tuple(entry.name for entry in read_book(archive).sheets if not entry.hidden)


@dataclass(frozen=True)
class SheetEntry:
    """A sheet and the part of the file that it lies in."""

    name: str
    member: str
    hidden: bool


@dataclass(frozen=True)
class Book:
    """The sheets of a workbook in order, and the parts they refer to, "" for one that is not there."""

    sheets: tuple[SheetEntry, ...]
    strings_member: str
    styles_member: str
    starts_1904: bool


def _local(tag: str) -> str:
    """The name without its prefix: programs differ in how they abbreviate the namespaces."""
    return tag[tag.find(":") + 1 :]


def _attribute(attributes: Mapping[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if _local(key) == name), "")


def _read_relations(archive: zipfile.ZipFile, of_member: str) -> list[tuple[str, str, str]]:
    """Id, last word of the type, and target member of what a part refers to."""
    folder, file = posixpath.split(of_member)
    member = posixpath.join(folder, "_rels", f"{file}.rels")
    relations: list[tuple[str, str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = (
                target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            relations.append((attributes.get("Id", ""), attributes.get("Type", "").rpartition("/")[2], path))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if member in archive.NameToInfo:
        stream_xml(archive, member, parser)
    return relations


def read_book(archive: zipfile.ZipFile) -> Book:
    """What a workbook says of its sheets. Raises FileRefused for what is none."""
    workbook = next((path for _, kind, path in _read_relations(archive, "") if kind == "officeDocument"), "")
    if workbook not in archive.NameToInfo or not workbook.endswith(".xml") or "/document" in f"/{workbook}":
        remedy = _("Lưu bảng thành .xlsx rồi tải lên lại.")
        raise FileRefused.because(_("Tệp"), _("không phải bảng tính .xlsx"), remedy, code="file-kind")
    relations = _read_relations(archive, workbook)
    worksheets = {key: path for key, kind, path in relations if kind == "worksheet"}
    members = {kind: path for _, kind, path in relations}
    sheets: list[SheetEntry] = []
    starts_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal starts_1904
        if _local(tag) == "sheet" and (member := worksheets.get(_attribute(attributes, "id"))):
            hidden = attributes.get("state", "visible") != "visible"
            sheets.append(SheetEntry(nfc(attributes.get("name", "")), member, hidden))
        elif _local(tag) == "workbookPr":
            starts_1904 = attributes.get("date1904") in {"1", "true"}

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    stream_xml(archive, workbook, parser)
    return Book(tuple(sheets), members.get("sharedStrings", ""), members.get("styles", ""), starts_1904)


def _choose(book: Book, wanted: str | int | None) -> tuple[str, str]:
    if isinstance(wanted, int):
        found = book.sheets[wanted] if 0 <= wanted < len(book.sheets) else None
    elif wanted is not None:
        found = next((entry for entry in book.sheets if entry.name == nfc(wanted)), None)
    else:
        found = next((entry for entry in book.sheets if not entry.hidden), None)
    if found is None:
        names = ", ".join(f"“{entry.name}”" for entry in book.sheets[:20]) or _("không có trang tính nào")
        what = _("không có trang tính nào hiển thị")
        if wanted is not None:
            what = _("không có trang tính %(name)s", name=repr(wanted))
        remedy = _("Các trang tính trong tệp: %(names)s.", names=names)
        raise FileRefused.because(_("Tệp"), what, remedy, code="sheet-missing")
    return found.name, found.member


def _read_shared_strings(archive: zipfile.ZipFile, member: str) -> list[str | None]:
    """The texts that cells refer to by number; phonetic hints are left out."""
    strings: list[str | None] = []
    if member not in archive.NameToInfo:
        return strings
    pieces: list[str] = []
    phonetic = 0
    taking = False
    characters = 0

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal phonetic, taking
        name = _local(tag)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            phonetic += 1
        elif name == "t":
            taking = not phonetic

    def text(data: str) -> None:
        nonlocal characters
        if taking:
            characters += len(data)
            if characters > _MOST_SHARED_CHARACTERS or len(strings) > _MOST_SHARED_STRINGS:
                what = _("chứa quá nhiều chữ")
                raise FileRefused.because(_("Tệp"), what, _("Chia nhỏ tệp."), code="sheet-too-big")
            pieces.append(data)

    def end(tag: str) -> None:
        nonlocal phonetic, taking
        name = _local(tag)
        if name == "t":
            taking = False
        elif name == "rPh":
            phonetic -= 1
        elif name == "si":
            strings.append(_clean_text("".join(pieces)))

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    stream_xml(archive, member, parser)
    return strings


def _read_date_styles(archive: zipfile.ZipFile, member: str) -> list[bool]:
    """For every cell format of the workbook: does it show a number as a day or a time?"""
    formats = read_number_formats(archive, member)
    own = {code: is_date_format(code) for _key, code in formats if code is not None}
    return [
        key.isdecimal() and int(key) in _BUILT_IN_DATE_FORMATS if code is None else own[code]
        for key, code in formats
    ]


def read_number_formats(archive: zipfile.ZipFile, member: str) -> list[tuple[str, str | None]]:
    """For every cell format of the workbook: the number of its number format, and its code where the workbook
    defines it.
    """
    own_formats: dict[str, str] = {}
    formats: list[tuple[str, str | None]] = []
    inside = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = _local(tag)
        if name == "numFmt":
            own_formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            inside = True
        elif name == "xf" and inside:
            key = attributes.get("numFmtId", "0")
            formats.append((key, own_formats.get(key)))

    def end(tag: str) -> None:
        nonlocal inside
        if _local(tag) == "cellXfs":
            inside = False

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    if member in archive.NameToInfo:
        stream_xml(archive, member, parser)
    return formats


def is_date_format(code: str) -> bool:
    """Does a number format show days or times? Elapsed time such as [h]:mm does not count: it is an
    amount.
    """
    if re.search(r"\[(h+|m+|s+)\]", code, re.IGNORECASE):
        return False
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.', "", code)
    return bool(re.search("[dmyhs]", bare, re.IGNORECASE)) and bare.lower() != "general"


def _clean_text(text: str) -> str | None:
    """Text of a cell as we keep it: escapes resolved, no control characters, NFC, nothing at its ends."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return nfc(text).strip() or None


class _Cells:
    """Collects the cells of one sheet while its XML streams by."""

    def __init__(
        self, caps: SheetCaps, strings: list[str | None], date_styles: list[bool], starts_1904: bool
    ) -> None:
        self.caps, self.strings, self.date_styles, self.starts_1904 = caps, strings, date_styles, starts_1904
        self.rows: list[list[str | None]] = []
        self.formula_cells: list[str] = []
        self.error_cells: list[str] = []
        self.merged: list[str] = []
        self.row, self.column = -1, -1
        self.in_cell, self.taking, self.phonetic = False, False, False
        self.kind, self.style, self.pieces, self.length = "", "", [""], 0
        self.cells, self.elements, self.most_elements = 0, 0, _ELEMENTS_PER_CELL * caps.cells + 10_000

    def parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        return parser

    def sheet(self, name: str) -> Sheet:
        while self.rows and not any(self.rows[-1]):
            self.rows.pop()
        width = max((len(row) for row in self.rows), default=0)
        for row in self.rows:
            row.extend([None] * (width - len(row)))
        return Sheet(name, self.rows, self.formula_cells, self.merged, self.error_cells)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > self.most_elements:
            what = _("trang tính quá lớn")
            raise FileRefused.because(_("Tệp"), what, _("Chia nhỏ tệp."), code="sheet-too-big")
        name = _local(tag)
        if name == "c":
            self.start_cell(attributes)
        elif self.in_cell:
            if name == "v" or (name == "t" and not self.phonetic):
                self.taking = True
            elif name == "f":
                self.note_formula(attributes)
            elif name == "rPh":
                self.phonetic = True
        elif name == "row":
            row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            if row <= self.row:
                raise self.refusal(row, 0, _("dòng lặp lại hoặc không theo thứ tự"), "sheet-order")
            self.row, self.column = row, -1
        elif name == "mergeCell":
            self.merged.append(self.checked_range(attributes.get("ref", "")))
        elif name == "dimension":
            self.checked_range(attributes.get("ref", ""))

    def start_cell(self, attributes: dict[str, str]) -> None:
        row, column = parse_address(attributes["r"]) if "r" in attributes else (self.row, self.column + 1)
        check_within_caps(row, column, self.caps)
        if row != self.row or column <= self.column:
            raise self.refusal(row, column, _("ô lặp lại hoặc không theo thứ tự"), "sheet-order")
        self.cells += 1
        if self.cells > self.caps.cells:
            what = _("bảng có hơn %(most)s ô", most=self.caps.cells)
            raise self.refusal(row, column, what, "sheet-too-big")
        self.column, self.in_cell = column, True
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.pieces, self.length = [], 0

    def note_formula(self, attributes: dict[str, str]) -> None:
        """An array formula stands in its first cell only, though it fills all of its range."""
        if attributes.get("t") != "array" or ":" not in attributes.get("ref", ""):
            self.formula_cells.append(cell_address(self.row, self.column))
            return
        top, left, bottom, right = parse_range(self.checked_range(attributes["ref"]))
        if (bottom - top + 1) * (right - left + 1) > self.caps.cells - len(self.formula_cells):
            raise self.refusal(top, left, _("công thức mảng quá lớn"), "sheet-too-big")
        places = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        self.formula_cells += [cell_address(row, column) for row, column in places]

    def text(self, data: str) -> None:
        if not self.taking:
            return
        self.length += len(data)
        if self.length > self.caps.text:
            what = _("ô chứa hơn %(most)s ký tự", most=self.caps.text)
            raise self.refusal(self.row, self.column, what, "sheet-too-big")
        self.pieces.append(data)

    def end(self, tag: str) -> None:
        if not self.in_cell:
            return
        name = _local(tag)
        if name in {"v", "t"}:
            self.taking = False
        elif name == "rPh":
            self.phonetic = False
        elif name == "c":
            self.in_cell = False
            self.keep(self.value())

    def keep(self, value: str | None) -> None:
        if value is None:
            return
        while len(self.rows) <= self.row:
            self.rows.append([])
        row = self.rows[self.row]
        row.extend([None] * (self.column - len(row)))
        row.append(value)

    def value(self) -> str | None:
        stored = "".join(self.pieces)
        if self.kind in {"inlineStr", "str"}:
            return _clean_text(stored)
        stored = stored.strip()
        if not stored:
            return None
        if self.kind == "s":
            if not stored.isdecimal() or int(stored) >= len(self.strings):
                what = _("ô trỏ tới chữ không có trong tệp")
                raise self.refusal(self.row, self.column, what, "sheet-value")
            return self.strings[int(stored)]
        if self.kind == "b":
            return "yes" if stored in {"1", "true"} else "no"
        if self.kind == "e":
            self.error_cells.append(cell_address(self.row, self.column))
            return None
        return stored if self.kind == "d" else self.number(stored)

    def number(self, stored: str) -> str:
        try:
            number = Decimal(stored)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number.adjusted()) > 300:
            what = _("“%(text)s” không phải là số", text=stored[:40])
            raise self.refusal(self.row, self.column, what, "sheet-value")
        style = int(self.style) if self.style.isdecimal() else 0
        is_date = style < len(self.date_styles) and self.date_styles[style]
        return (_day_text(number, self.starts_1904) if is_date else None) or StoredNumber(
            _number_text(number)
        )

    def checked_range(self, reference: str) -> str:
        _top, _left, bottom, right = parse_range(reference)
        check_within_caps(bottom, right, self.caps)
        return reference.replace("$", "")

    def refusal(self, row: int, column: int, what: str, code: str) -> FileRefused:
        return FileRefused.because(
            _("ô %(cell)s", cell=cell_address(row, column)),
            what,
            _("Mở tệp bằng Excel, sửa lại rồi lưu thành tệp mới."),
            code=code,
        )


def _number_text(number: Decimal) -> str:
    """At most the 15 digits that Excel shows, without exponent, without zeros at the end."""
    if number and len(number.as_tuple().digits) > _EXCEL_DIGITS:
        number = number.quantize(Decimal(1).scaleb(number.adjusted() - _EXCEL_DIGITS + 1))
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _day_text(serial: Decimal, starts_1904: bool) -> str | None:
    """ISO text of a day (or moment, or time of day) that a workbook stores as a count of days.

    None where the count is no day: negative, past the year 9999, or 60, the 29/02/1900 that never was.
    """
    days, seconds = divmod(int((serial * 86_400).to_integral_value()), 86_400)
    if days < 0 or days > _LAST_SERIAL_DAY or (days == 60 and not starts_1904):
        return None
    time_of_day = time(seconds // 3600, seconds // 60 % 60, seconds % 60).isoformat()
    if days == 0:
        return time_of_day
    if starts_1904:
        first = date(1904, 1, 1)
    else:
        first = date(1899, 12, 30) if days > 60 else date(1899, 12, 31)
    day = first + timedelta(days=min(days, (date.max - first).days))
    return f"{day.isoformat()}T{time_of_day}" if seconds else day.isoformat()
