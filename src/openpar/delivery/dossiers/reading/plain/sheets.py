"""The rows of a workbook's first sheet that has some."""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from xml.parsers import expat

import numpy as np

from openpar.common.archives import ArchiveLimits, open_archive
from openpar.common.errors import FileRefused
from openpar.common.xlsx_reader import read_book, read_number_formats
from openpar.delivery.dossiers.reading.cells import text_of
from openpar.delivery.dossiers.reading.plain.lines import Lines
from openpar.delivery.dossiers.reading.plain.markup import (
    WORD,
    Form,
    Kind,
    NotPlain,
    Part,
    Places,
    Xml,
    looked_for,
    must,
    pieces,
)
from openpar.delivery.dossiers.reading.plain.stock import Stock

_QUOTE, _GREATER, _SLASH, _ZERO, _FIRST_LETTER = b'">/0A'
_LETTERS, _MOST_COLUMNS = 26, 1024
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_ATTRIBUTES = re.compile(rb"""( [A-Za-z0-9:]+="[^"<>&]*")* ?/?""")
_NUMBER = re.compile(r"-?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?", re.ASCII)
# Number formats that no workbook has to define, and codes of others, of which it is certain what they show.
_AMOUNTS, _MOMENTS = (
    frozenset(map(str, (*range(14), 37, 38, 39, 40, 48, 49))),
    frozenset(map(str, range(14, 23))),
)
_AMOUNT_CODE = re.compile(r"[0#?.,%_()\-+; ]+|General|@")
_MOMENT_CODE = re.compile(r"(\[\$-[0-9A-Fa-f]+\])?(?=.*[dmyhs])([dmyhs/:. -]|\\[/. -])+(;@)?")
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001  # the clocks of a workbook know no zone
# Excel knows a 29/02/1900; there are two counts of days; behind the last day a number is none.
_NO_SUCH_DAY, _FROM_1904, _LAST_DAY, _DAY = 60, 1462, 2_958_465, 86_400_000
_ROWS = Part(b"sheetData", b"<row ", b"</row>")
# Behind the address and the style of a cell.
_CELLS = (
    Form(Kind.SHARED, b' t="s"><v>', b"</v></c>", 4),
    Form(Kind.NUMBER, b"><v>", b"</v></c>", 4),
    Form(Kind.BLANK, b"/>", b"", 1),
    Form(Kind.TRIMMED, b' t="inlineStr"><is><t>', b"</t></is></c>", 6),
    Form(Kind.KEPT, b' t="inlineStr"><is><t xml:space="preserve">', b"</t></is></c>", 6),
    Form(Kind.KEPT, b' t="str"><v>', b"</v></c>", 4),
    Form(Kind.NUMBER, b' t="n"><v>', b"</v></c>", 4),
    Form(Kind.TRUTH, b' t="b"><v>', b"</v></c>", 4),
    Form(Kind.BLANK, b' t="n"/>', b"", 1),
    Form(Kind.BLANK, b"></c>", b"", 2),
    Form(Kind.BLANK, b' t="n"></c>', b"", 2),
    Form(Kind.BLANK, b' t="inlineStr"></c>', b"", 2),
)


class Shows(IntEnum):
    """What a number format makes of a number."""

    AMOUNT = 0
    MOMENT = 1
    UNCERTAIN = 2


def csv_of_plain(content: bytes, limits: ArchiveLimits) -> bytes:
    """The first sheet that is not hidden and has rows, as CSV, its cells separated by tabs.

    Raises NotPlain, also for files that are to be refused.
    """
    try:
        with open_archive(content, limits) as archive:
            book = read_book(archive)
            formats = [shows(*known) for known in read_number_formats(archive, book.styles_member)]
            stock = Stock()
            if book.strings_member in archive.NameToInfo:
                stock.take_in(archive, book.strings_member)
            for sheet in book.sheets:
                if not sheet.hidden and (
                    found := _Sheet(stock, formats, book.starts_1904).csv(archive, sheet.member)
                ):
                    return found
    except (FileRefused, UnicodeDecodeError, expat.ExpatError) as error:
        raise NotPlain(str(error)) from error
    raise NotPlain("no sheet with rows")


def shows(number: str, code: str | None) -> Shows:
    if number in _AMOUNTS if code is None else _AMOUNT_CODE.fullmatch(code):
        return Shows.AMOUNT
    if number in _MOMENTS if code is None else _MOMENT_CODE.fullmatch(code):
        return Shows.MOMENT
    return Shows.UNCERTAIN


class _Sheet:
    """The cells of one sheet, piece by piece."""

    def __init__(self, stock: Stock, formats: Sequence[Shows], starts_1904: bool) -> None:
        self.stock, self.starts_1904 = stock, starts_1904
        # The style that no cell names is the last.
        self.shows = np.array([*formats, Shows.AMOUNT], np.int64)
        self.told: dict[tuple[bool, bytes], bytes] = {}

    def csv(self, archive: zipfile.ZipFile, member: str) -> bytes:
        """All rows; nothing where no cell is filled."""
        must(member in archive.NameToInfo)
        lines = Lines(None)
        while True:
            last_row = 0
            for piece in pieces(archive, member, _ROWS):
                last_row = self._read(piece, last_row, lines)
            if lines.is_whole:
                return b"".join(lines.parts)
            lines = Lines(lines.seen)

    def _read(self, piece: bytes, last_row: int, lines: Lines) -> int:
        xml, at = self.stock.place(piece)
        heads = xml.words[xml.tags]
        is_row, is_cell, is_end = (
            (heads & mask) == wanted
            for ((wanted, mask),) in (looked_for(tag) for tag in (b'<row r="', b'<c r="', b"</row>"))
        )
        is_row[-1] = True
        rows = np.flatnonzero(is_row)[:-1]
        cells, ends = np.flatnonzero(is_cell), np.flatnonzero(is_end)
        places = xml.tags[rows] + len(b'<row r="')
        numbers, behind = xml.numbers(places, _QUOTE)
        must(is_row[0] and numbers[0] > last_row and (np.diff(numbers) > 0).all())
        # A row is closed at once, or by its end behind its cells.
        close = xml.tags[rows + 1] - 1
        must((xml.bytes[close] == _GREATER).all() and (close > behind).all())
        is_empty = xml.bytes[close - 1] == _SLASH
        attributes = {
            piece[begin:end] for begin, end in zip((behind + 1).tolist(), close.tolist(), strict=True)
        }
        must(all(map(_ATTRIBUTES.fullmatch, attributes)))
        may_follow = is_cell | is_end
        must(np.where(is_empty, is_row[rows + 1], may_follow[rows + 1]).all() and is_row[ends + 1].all())
        breaks = zip((xml.tags[ends] + len(_ROWS.last)).tolist(), xml.tags[ends + 1].tolist(), strict=True)
        must(not piece[: xml.tags[0]].strip() and not any(piece[begin:end].strip() for begin, end in breaks))
        of_row = np.searchsorted(rows, cells) - 1
        columns, places = self._addresses(xml, xml.tags[cells], places, behind, of_row)
        must((np.diff(of_row * _MOST_COLUMNS + columns) > 0).all())
        styles, places = self._styles(xml, places)
        kinds, begins, finishes = xml.matched(cells, places, _CELLS, may_follow)
        starts, lengths = self._values(xml, at, kinds, begins, finishes, styles)
        filled = kinds != Kind.BLANK
        if filled.all():
            lines.add(self.stock.source, numbers[of_row] - 1, columns, starts, lengths)
        else:
            lines.add(
                self.stock.source,
                numbers[of_row[filled]] - 1,
                columns[filled],
                starts[filled],
                lengths[filled],
            )
        return int(numbers[-1])

    def _addresses(
        self, xml: Xml, cells: Places, rows: Places, behind: Places, of_row: Places
    ) -> tuple[Places, Places]:
        """The column of each cell, told by one letter or two, and what stands behind its address. The number
        in it is that of its row, compared as it is written.
        """
        places = cells + len(b'<c r="')
        first = xml.bytes[places].astype(np.int64) - _FIRST_LETTER
        second = xml.bytes[places + 1].astype(np.int64) - _FIRST_LETTER
        must(((first >= 0) & (first < _LETTERS)).all())
        has_two = (second >= 0) & (second < _LETTERS)
        columns = np.where(has_two, (first + 1) * _LETTERS + second, first)
        places = places + 1 + has_two
        lengths = behind + 1 - rows
        masks = _ALL >> (np.uint64(WORD) * (np.uint64(WORD) - lengths.astype(np.uint64)))
        must((((xml.words[places] ^ xml.words[rows][of_row]) & masks[of_row]) == 0).all())
        return columns, places + lengths[of_row]

    def _styles(self, xml: Xml, places: Places) -> tuple[Places, Places]:
        """The style of each cell, and what stands behind it."""
        styles = np.full(len(places), len(self.shows) - 1)
        styled = np.flatnonzero(xml.says(places, b' s="'))
        if len(styled):
            styles[styled], behind = xml.numbers(places[styled] + len(b' s="'), _QUOTE)
            places[styled] = behind + 1
        return styles, places

    def _values(
        self, xml: Xml, at: int, kinds: Places, begins: Places, ends: Places, styles: Places
    ) -> tuple[Places, Places]:
        """Where the value of each cell lies, and its length."""
        starts, lengths = begins + at, ends - begins
        if len(shared := np.flatnonzero(kinds == Kind.SHARED)):
            texts, _behind = xml.numbers(begins[shared], ends[shared])
            must((texts < len(self.stock.starts)).all())
            starts[shared], lengths[shared] = self.stock.starts[texts], self.stock.lengths[texts]
        if len(truths := np.flatnonzero(kinds == Kind.TRUTH)):
            signs = xml.bytes[begins[truths]]
            must((lengths[truths] == 1).all() and ((signs == _ZERO) | (signs == _ZERO + 1)).all())
        if len(texts := np.flatnonzero(kinds >= Kind.TRIMMED)):
            starts[texts], lengths[texts] = self.stock.settled(
                xml, at, kinds[texts], begins[texts], ends[texts]
            )
        if len(numbers := np.flatnonzero(kinds == Kind.NUMBER)):
            of_numbers = styles[numbers]
            must((of_numbers < len(self.shows)).all())
            shows = self.shows[of_numbers]
            must((shows != Shows.UNCERTAIN).all())
            content = xml.bytes.tobytes()
            said = [
                self._number(content[begin:end], is_moment)
                for begin, end, is_moment in zip(
                    begins[numbers].tolist(),
                    ends[numbers].tolist(),
                    (shows == Shows.MOMENT).tolist(),
                    strict=True,
                )
            ]
            starts[numbers], lengths[numbers] = self.stock.put(said)
        return starts, lengths

    def _number(self, said: bytes, is_moment: bool) -> bytes:
        known = self.told.get((is_moment, said))
        if known is None:
            text = said.decode()
            must(_NUMBER.fullmatch(text) is not None)
            value = float(text)
            must(math.isfinite(value))
            known = text_of(self._moment(value) if is_moment else value).encode()
            self.told[is_moment, said] = known
        return known

    def _moment(self, value: float) -> object:
        """The day or moment that a count of days means, to the millisecond."""
        must(1 <= value < _LAST_DAY - _FROM_1904)
        days = value + _FROM_1904 if self.starts_1904 else value
        days = days if days >= _NO_SUCH_DAY else days + 1
        moment = _FIRST_DAY + timedelta(milliseconds=math.floor(days * _DAY + 0.5))
        return moment.date() if value.is_integer() else moment
