"""Sheets as programs write them, as CSV without an object for each cell: whole columns of bytes at once.

Only the plainest XML is understood here, that of lists which a program exports. Its bytes are held against
what is expected; at the first that is otherwise NotPlain is raised, and those read the file who know all of
the format. So nothing is guessed, and what comes out is what they would have said.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from functools import cache
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from openpar.common.archives import ArchiveLimits, open_archive
from openpar.common.errors import FileRefused
from openpar.common.xlsx_reader import read_book, read_number_formats
from openpar.delivery.dossiers.reading.cells import text_of

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PIECE, _WINDOW = 1 << 18, 4 << 20
# Behind the last byte, so that whole words can be looked at from everywhere; its tag is the end.
_EDGE = b"<" + bytes(63)
_TAB, _NEWLINE, _QUOTE, _GREATER, _SLASH, _SPACE, _UNDERSCORE, _ZERO, _FIRST_LETTER = b'\t\n">/ _0A'
_WORD, _MOST_DIGITS, _LETTERS, _MOST_COLUMNS = 8, 7, 26, 1024
_ZEROS, _ALL = np.uint64(0x3030303030303030), np.uint64(0xFFFFFFFFFFFFFFFF)
# A few bytes may claim a million cells, or a million times the same long text.
_MOST_CELLS, _MOST_BYTES = 4_000_000, 64 << 20
_SPECIAL = np.isin(np.arange(256), list(b'&"\t\n\r'))
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ATTRIBUTES = re.compile(rb"""( [A-Za-z0-9:]+="[^"<>&]*")* ?/?""")
_UTF_8 = re.compile(rb"""encoding=["']utf-8["']""", re.IGNORECASE)
_ENTITY = re.compile("&(?:(lt|gt|quot|apos|amp)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_SIGNS, _SURROGATES = range(1, 0x110000), range(0xD800, 0xE000)
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


class NotPlain(Exception):
    """Something is written in a way that is not understood here."""


class _Kind(IntEnum):
    BLANK = 0
    SHARED = 1
    NUMBER = 2
    TRUTH = 3
    TRIMMED = 4
    KEPT = 5


class _Shows(IntEnum):
    """What a number format makes of a number."""

    AMOUNT = 0
    MOMENT = 1
    UNCERTAIN = 2


@dataclass(frozen=True)
class _Form:
    """One way to write a cell or a text: what stands before and behind its value, and how many tags that
    are. Without a closing there is no value.
    """

    kind: _Kind
    opening: bytes
    closing: bytes
    tags: int


# Behind the address and the style of a cell.
_CELLS = (
    _Form(_Kind.SHARED, b' t="s"><v>', b"</v></c>", 4),
    _Form(_Kind.NUMBER, b"><v>", b"</v></c>", 4),
    _Form(_Kind.BLANK, b"/>", b"", 1),
    _Form(_Kind.TRIMMED, b' t="inlineStr"><is><t>', b"</t></is></c>", 6),
    _Form(_Kind.KEPT, b' t="inlineStr"><is><t xml:space="preserve">', b"</t></is></c>", 6),
    _Form(_Kind.KEPT, b' t="str"><v>', b"</v></c>", 4),
    _Form(_Kind.NUMBER, b' t="n"><v>', b"</v></c>", 4),
    _Form(_Kind.TRUTH, b' t="b"><v>', b"</v></c>", 4),
    _Form(_Kind.BLANK, b' t="n"/>', b"", 1),
    _Form(_Kind.BLANK, b"></c>", b"", 2),
    _Form(_Kind.BLANK, b' t="n"></c>', b"", 2),
    _Form(_Kind.BLANK, b' t="inlineStr"></c>', b"", 2),
)
_SHARED_TEXTS = (
    _Form(_Kind.TRIMMED, b"<si><t>", b"</t></si>", 4),
    _Form(_Kind.KEPT, b'<si><t xml:space="preserve">', b"</t></si>", 4),
    _Form(_Kind.TRIMMED, b"<si><t/></si>", b"", 3),
)


def csv_of_plain(content: bytes, limits: ArchiveLimits) -> bytes:
    """The first sheet that is not hidden and has rows, as CSV, its cells separated by tabs.

    Raises NotPlain, also for files that are to be refused.
    """
    try:
        with open_archive(content, limits) as archive:
            book = read_book(archive)
            formats = [_shows(*known) for known in read_number_formats(archive, book.styles_member)]
            stock = _Stock()
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


def _shows(number: str, code: str | None) -> _Shows:
    if number in _AMOUNTS if code is None else _AMOUNT_CODE.fullmatch(code):
        return _Shows.AMOUNT
    if number in _MOMENTS if code is None else _MOMENT_CODE.fullmatch(code):
        return _Shows.MOMENT
    return _Shows.UNCERTAIN


def _must(held: np.bool_ | bool) -> None:
    if not held:
        raise NotPlain


@dataclass(frozen=True)
class _Part:
    """A part of a workbook: the tag that its items stand in, and how an item begins and ends."""

    items: bytes
    first: bytes
    last: bytes


_TEXTS, _ROWS = _Part(b"sst", b"<si>", b"</si>"), _Part(b"sheetData", b"<row ", b"</row>")


def _pieces(archive: zipfile.ZipFile, member: str, part: _Part) -> Iterator[bytes]:
    """All items, in pieces that end with one; nothing where there is none. What stands before and behind them
    is looked at as XML only.
    """
    parser = expat.ParserCreate("utf-8")
    rest, has_begun, is_over = b"", False, False
    with archive.open(member) as stream:
        while chunk := stream.read(_PIECE):
            _must(b"\0" not in chunk)
            rest += chunk
            if not has_begun and (begin := rest.find(part.first)) >= 0:
                _must(_is_head(rest[:begin], part))
                parser.Parse(rest[:begin], False)
                rest, has_begun = rest[begin:], True
            if has_begun and not is_over:
                if (cut := rest.rfind(part.last) + len(part.last)) >= len(part.last):
                    yield rest[:cut]
                    rest = rest[cut:]
                is_over = rest.lstrip().startswith(b"</%b>" % part.items)
            if is_over:
                parser.Parse(rest, False)
                rest = b""
            _must(len(rest) < _WINDOW // 2)
    _must(is_over or (not has_begun and part.first[:3] not in rest))
    parser.Parse(rest, True)


def _is_head(head: bytes, part: _Part) -> bool:
    """Is that what may stand before the first item? No document type, no other encoding."""
    is_utf_8 = b"encoding" not in head or _UTF_8.search(head) is not None
    opening = head.rpartition(b"<")[2]
    return (
        is_utf_8
        and b"<!" not in head
        and re.fullmatch(b"%b( [^<>]*)?>\\s*" % part.items, opening) is not None
    )


class _Xml:
    """Some XML, and where its tags begin; the last of them is the end."""

    def __init__(self, content: Bytes) -> None:
        self.bytes = content
        # From each byte on the next eight, as one number.
        self.words: Words = np.ndarray((len(content) - _WORD,), "<u8", content, 0, (1,))
        self.tags: Places = np.flatnonzero(content == _EDGE[0])

    def says(self, places: Places, text: bytes) -> Flags:
        """At which of the places the text stands."""
        found: Flags = np.ones(len(places), np.bool_)
        for number, (wanted, mask) in enumerate(_looked_for(text)):
            found &= (self.words[places + number * _WORD] & mask) == wanted
        return found

    def numbers(self, places: Places, until: Places | int) -> tuple[Places, Places]:
        """The whole numbers that stand there, and what is behind them: that byte, or that place."""
        words = self.words[places]
        # The highest bit of every byte that is no digit; below the lowest of them lie the digits.
        others = words ^ _ZEROS
        others = (
            ((others & np.uint64(0x7F7F7F7F7F7F7F7F)) + np.uint64(0x7676767676767676)) | others
        ) & np.uint64(0x8080808080808080)
        digits = np.bitwise_count((others & (~others + np.uint64(1))) - np.uint64(1)) >> np.uint8(3)
        _must(((digits > 0) & (digits <= _MOST_DIGITS)).all())
        values = (words << (np.uint64(_WORD) * (np.uint64(_WORD) - digits))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        # Neighbours together: two digits, four, eight.
        values = ((values * np.uint64(10 * 2**8 + 1)) >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
        values = ((values * np.uint64(100 * 2**16 + 1)) >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
        values = (values * np.uint64(10_000 * 2**32 + 1)) >> np.uint64(32)
        behind = places + digits
        _must((self.bytes[behind] == until).all() if isinstance(until, int) else (behind == until).all())
        return values.astype(np.int64), behind

    def matched(
        self, groups: Places, places: Places, forms: Sequence[_Form], may_follow: Flags
    ) -> tuple[Places, Places, Places]:
        """Kind, begin and end of the value of each group of tags, told by its first, by what stands at its
        place; groups follow one another without anything between.
        """
        kinds, begins, ends = (np.empty(len(groups), np.int64) for _ in range(3))
        left: Places = np.arange(len(groups))
        last = len(self.tags) - 1
        for form in forms:
            if not len(left):
                break
            found = self.says(places[left], form.opening)
            these, left = left[found], left[~found]
            first = groups[these]
            begin = end = places[these] + len(form.opening)
            if form.closing:
                end = self.tags[np.minimum(first + form.tags // 2, last)]
                _must(self.says(end, form.closing).all())
            following = np.minimum(first + form.tags, last)
            _must((self.tags[following] == end + len(form.closing)).all() and may_follow[following].all())
            kinds[these], begins[these], ends[these] = form.kind, begin, end
        _must(not len(left))
        return kinds, begins, ends


@cache
def _looked_for(text: bytes) -> tuple[tuple[np.uint64, np.uint64], ...]:
    parts = [text[at : at + _WORD] for at in range(0, len(text), _WORD)]
    return tuple(
        (np.uint64(int.from_bytes(part, "little")), np.uint64((1 << 8 * len(part)) - 1)) for part in parts
    )


class _Stock:
    """The bytes that cells are made of: the shared texts, a piece of the sheet behind them, and behind that
    what had to be written anew.
    """

    def __init__(self) -> None:
        self.source: Bytes = np.empty(_WINDOW, np.uint8)
        self.starts: Places = np.empty(0, np.int64)
        self.lengths: Places = np.empty(0, np.int64)
        self.kept = self.used = 0

    def take_in(self, archive: zipfile.ZipFile, member: str) -> None:
        """The shared texts of a workbook."""
        self.source = np.empty(archive.getinfo(member).file_size + _WINDOW, np.uint8)
        starts, lengths = [self.starts], [self.lengths]
        for piece in _pieces(archive, member, _TEXTS):
            xml, at = self.place(piece)
            is_item = (xml.words[xml.tags] & np.uint64(0xFFFFFFFF)) == int.from_bytes(b"<si>", "little")
            _must(piece.startswith(_TEXTS.first))
            items = np.flatnonzero(is_item)
            is_item[-1] = True
            kinds, begins, ends = xml.matched(items, xml.tags[items], _SHARED_TEXTS, is_item)
            for to, found in zip((starts, lengths), self.settled(xml, at, kinds, begins, ends), strict=True):
                to.append(found)
            self.kept = self.used
        self.starts, self.lengths = np.concatenate(starts), np.concatenate(lengths)

    def place(self, piece: bytes) -> tuple[_Xml, int]:
        """A piece behind what is kept, and where that is."""
        self.used = self.kept
        (at,), _length = self.put([piece + _EDGE])
        return _Xml(self.source[at : self.used]), int(at)

    def put(self, texts: Sequence[bytes]) -> tuple[Places, Places]:
        """Texts behind everything else: where they begin, and their lengths."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        total = int(lengths.sum())
        if self.used + total > len(self.source):
            self.source = np.concatenate([self.source[: self.used], np.empty(total + _WINDOW, np.uint8)])
        self.source[self.used : self.used + total] = np.frombuffer(b"".join(texts), np.uint8)
        starts = self.used + np.cumsum(lengths) - lengths
        self.used += total
        return starts, lengths

    def settled(
        self, xml: _Xml, at: int, kinds: Places, begins: Places, ends: Places
    ) -> tuple[Places, Places]:
        """Where texts lie as CSV has them: those with signs that mean something there are written anew."""
        content = xml.bytes.tobytes()
        is_special = _SPECIAL[xml.bytes]
        if _ESCAPED.search(content.decode()):
            is_special |= xml.bytes == _UNDERSCORE
        specials = np.cumsum(is_special, dtype=np.int32)
        is_outer_blank = (xml.bytes[begins] <= _SPACE) | (xml.bytes[ends - 1] <= _SPACE)
        is_strange = (specials[ends - 1] != specials[begins - 1]) | (
            is_outer_blank & (kinds == _Kind.TRIMMED)
        )
        strange = np.flatnonzero(is_strange & (ends > begins))
        starts, lengths = begins + at, ends - begins
        told = [
            _as_csv(content[begin:end].decode(), is_kept)
            for begin, end, is_kept in zip(
                begins[strange].tolist(),
                ends[strange].tolist(),
                (kinds[strange] == _Kind.KEPT).tolist(),
                strict=True,
            )
        ]
        starts[strange], lengths[strange] = self.put(told)
        return starts, lengths


def _as_csv(text: str, is_kept: bool) -> bytes:
    """A text of the file as a cell of CSV."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        _must("&" not in _ENTITY.sub("", text))
        text = _ENTITY.sub(_meant, text)
    if not is_kept:
        text = text.strip(" \t\n\r")
    text = _ESCAPED.sub(_written, text)
    if any(sign in text for sign in '"\t\n\r'):
        text = '"{}"'.format(text.replace('"', '""'))
    return text.encode()


def _meant(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    if name:
        return _ENTITIES[name]
    sign = int(decimal) if decimal else int(hexadecimal, 16)
    _must(sign in _SIGNS and sign not in _SURROGATES)
    return chr(sign)


def _written(escape: re.Match[str]) -> str:
    sign = int(escape[1], 16)
    _must(sign > 0)
    return escape[0] if sign in _SURROGATES else chr(sign)


class _Sheet:
    """The cells of one sheet, piece by piece."""

    def __init__(self, stock: _Stock, formats: Sequence[_Shows], starts_1904: bool) -> None:
        self.stock, self.starts_1904 = stock, starts_1904
        # The style that no cell names is the last.
        self.shows = np.array([*formats, _Shows.AMOUNT], np.int64)
        self.told: dict[tuple[bool, bytes], bytes] = {}

    def csv(self, archive: zipfile.ZipFile, member: str) -> bytes:
        """All rows; nothing where no cell is filled."""
        _must(member in archive.NameToInfo)
        lines = _Lines(None)
        while True:
            last_row = 0
            for piece in _pieces(archive, member, _ROWS):
                last_row = self._read(piece, last_row, lines)
            if lines.is_whole:
                return b"".join(lines.parts)
            lines = _Lines(lines.seen)

    def _read(self, piece: bytes, last_row: int, lines: _Lines) -> int:
        xml, at = self.stock.place(piece)
        heads = xml.words[xml.tags]
        is_row, is_cell, is_end = (
            (heads & mask) == wanted
            for ((wanted, mask),) in (_looked_for(tag) for tag in (b'<row r="', b'<c r="', b"</row>"))
        )
        is_row[-1] = True
        rows = np.flatnonzero(is_row)[:-1]
        cells, ends = np.flatnonzero(is_cell), np.flatnonzero(is_end)
        places = xml.tags[rows] + len(b'<row r="')
        numbers, behind = xml.numbers(places, _QUOTE)
        _must(is_row[0] and numbers[0] > last_row and (np.diff(numbers) > 0).all())
        # A row is closed at once, or by its end behind its cells.
        close = xml.tags[rows + 1] - 1
        _must((xml.bytes[close] == _GREATER).all() and (close > behind).all())
        is_empty = xml.bytes[close - 1] == _SLASH
        attributes = {
            piece[begin:end] for begin, end in zip((behind + 1).tolist(), close.tolist(), strict=True)
        }
        _must(all(map(_ATTRIBUTES.fullmatch, attributes)))
        may_follow = is_cell | is_end
        _must(np.where(is_empty, is_row[rows + 1], may_follow[rows + 1]).all() and is_row[ends + 1].all())
        breaks = zip((xml.tags[ends] + len(_ROWS.last)).tolist(), xml.tags[ends + 1].tolist(), strict=True)
        _must(not piece[: xml.tags[0]].strip() and not any(piece[begin:end].strip() for begin, end in breaks))
        of_row = np.searchsorted(rows, cells) - 1
        columns, places = self._addresses(xml, xml.tags[cells], places, behind, of_row)
        _must((np.diff(of_row * _MOST_COLUMNS + columns) > 0).all())
        styles, places = self._styles(xml, places)
        kinds, begins, finishes = xml.matched(cells, places, _CELLS, may_follow)
        starts, lengths = self._values(xml, at, kinds, begins, finishes, styles)
        filled = kinds != _Kind.BLANK
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
        self, xml: _Xml, cells: Places, rows: Places, behind: Places, of_row: Places
    ) -> tuple[Places, Places]:
        """The column of each cell, told by one letter or two, and what stands behind its address. The number
        in it is that of its row, compared as it is written.
        """
        places = cells + len(b'<c r="')
        first = xml.bytes[places].astype(np.int64) - _FIRST_LETTER
        second = xml.bytes[places + 1].astype(np.int64) - _FIRST_LETTER
        _must(((first >= 0) & (first < _LETTERS)).all())
        has_two = (second >= 0) & (second < _LETTERS)
        columns = np.where(has_two, (first + 1) * _LETTERS + second, first)
        places = places + 1 + has_two
        lengths = behind + 1 - rows
        masks = _ALL >> (np.uint64(_WORD) * (np.uint64(_WORD) - lengths.astype(np.uint64)))
        _must((((xml.words[places] ^ xml.words[rows][of_row]) & masks[of_row]) == 0).all())
        return columns, places + lengths[of_row]

    def _styles(self, xml: _Xml, places: Places) -> tuple[Places, Places]:
        """The style of each cell, and what stands behind it."""
        styles = np.full(len(places), len(self.shows) - 1)
        styled = np.flatnonzero(xml.says(places, b' s="'))
        if len(styled):
            styles[styled], behind = xml.numbers(places[styled] + len(b' s="'), _QUOTE)
            places[styled] = behind + 1
        return styles, places

    def _values(
        self, xml: _Xml, at: int, kinds: Places, begins: Places, ends: Places, styles: Places
    ) -> tuple[Places, Places]:
        """Where the value of each cell lies, and its length."""
        starts, lengths = begins + at, ends - begins
        if len(shared := np.flatnonzero(kinds == _Kind.SHARED)):
            texts, _behind = xml.numbers(begins[shared], ends[shared])
            _must((texts < len(self.stock.starts)).all())
            starts[shared], lengths[shared] = self.stock.starts[texts], self.stock.lengths[texts]
        if len(truths := np.flatnonzero(kinds == _Kind.TRUTH)):
            signs = xml.bytes[begins[truths]]
            _must((lengths[truths] == 1).all() and ((signs == _ZERO) | (signs == _ZERO + 1)).all())
        if len(texts := np.flatnonzero(kinds >= _Kind.TRIMMED)):
            starts[texts], lengths[texts] = self.stock.settled(
                xml, at, kinds[texts], begins[texts], ends[texts]
            )
        if len(numbers := np.flatnonzero(kinds == _Kind.NUMBER)):
            of_numbers = styles[numbers]
            _must((of_numbers < len(self.shows)).all())
            shows = self.shows[of_numbers]
            _must((shows != _Shows.UNCERTAIN).all())
            content = xml.bytes.tobytes()
            said = [
                self._number(content[begin:end], is_moment)
                for begin, end, is_moment in zip(
                    begins[numbers].tolist(),
                    ends[numbers].tolist(),
                    (shows == _Shows.MOMENT).tolist(),
                    strict=True,
                )
            ]
            starts[numbers], lengths[numbers] = self.stock.put(said)
        return starts, lengths

    def _number(self, said: bytes, is_moment: bool) -> bytes:
        known = self.told.get((is_moment, said))
        if known is None:
            text = said.decode()
            _must(_NUMBER.fullmatch(text) is not None)
            value = float(text)
            _must(math.isfinite(value))
            known = text_of(self._moment(value) if is_moment else value).encode()
            self.told[is_moment, said] = known
        return known

    def _moment(self, value: float) -> object:
        """The day or moment that a count of days means, to the millisecond."""
        _must(1 <= value < _LAST_DAY - _FROM_1904)
        days = value + _FROM_1904 if self.starts_1904 else value
        days = days if days >= _NO_SUCH_DAY else days + 1
        moment = _FIRST_DAY + timedelta(milliseconds=math.floor(days * _DAY + 0.5))
        return moment.date() if value.is_integer() else moment


class _Lines:
    """The cells as lines, all as wide as the sheet: from the leftmost filled cell to the rightmost. Those of
    its first piece are taken for them unless they are known.
    """

    def __init__(self, columns: tuple[int, int] | None) -> None:
        self.columns = self.seen = columns
        self.parts: list[bytes] = []
        self.row = 0

    @property
    def is_whole(self) -> bool:
        return self.columns == self.seen

    def add(self, source: Bytes, rows: Places, columns: Places, starts: Places, lengths: Places) -> None:
        """Cells in their order; rows without any keep their places."""
        if not len(rows):
            return
        found = int(columns.min()), int(columns.max())
        if self.columns is None or self.seen is None:
            self.columns = self.seen = found
        self.seen = min(self.seen[0], found[0]), max(self.seen[1], found[1])
        if not self.is_whole:
            return
        if not self.parts:
            self.row = int(rows[0])
            self.parts.append(b"sep=\t\n" + b"\n" * self.row)
        left, right = self.columns
        width, height = right - left + 1, int(rows[-1]) - self.row + 1
        # A row of one empty cell would be no row at all.
        _must(width > 1 and width * height <= _MOST_CELLS)
        if len(rows) < width * height:
            places = (rows - self.row) * width + columns - left
            scattered = np.zeros((2, width * height), np.int64)
            scattered[0, places], scattered[1, places] = starts, lengths
            starts, lengths = scattered
        with_sign = lengths + 1
        ends = np.cumsum(with_sign)
        _must(int(ends[-1]) <= _MOST_BYTES)
        where = np.repeat(starts - (ends - with_sign), with_sign)
        where += np.arange(len(where))
        line = source.take(where)
        line[ends - 1] = _TAB
        line[ends[width - 1 :: width] - 1] = _NEWLINE
        self.parts.append(line.tobytes())
        self.row += height
