"""XML of one form: its tags and what lies between them, all of a piece at once."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_PIECE, WINDOW = 1 << 18, 4 << 20
# Behind the last byte, so that whole words can be looked at from everywhere; its tag is the end.
EDGE = b"<" + bytes(63)
WORD, _MOST_DIGITS = 8, 7
_ZEROS = np.uint64(0x3030303030303030)
_UTF_8 = re.compile(rb"""encoding=["']utf-8["']""", re.IGNORECASE)


class NotPlain(Exception):
    """Something is written in a way that is not understood here."""


def must(held: np.bool_ | bool) -> None:
    if not held:
        raise NotPlain


class Kind(IntEnum):
    BLANK = 0
    SHARED = 1
    NUMBER = 2
    TRUTH = 3
    TRIMMED = 4
    KEPT = 5


@dataclass(frozen=True)
class Form:
    """One way to write a cell or a text: what stands before and behind its value, and how many tags that
    are. Without a closing there is no value.
    """

    kind: Kind
    opening: bytes
    closing: bytes
    tags: int


@dataclass(frozen=True)
class Part:
    """A part of a workbook: the tag that its items stand in, and how an item begins and ends."""

    items: bytes
    first: bytes
    last: bytes


def pieces(archive: zipfile.ZipFile, member: str, part: Part) -> Iterator[bytes]:
    """All items, in pieces that end with one; nothing where there is none. What stands before and behind them
    is looked at as XML only.
    """
    parser = expat.ParserCreate("utf-8")
    rest, has_begun, is_over = b"", False, False
    with archive.open(member) as stream:
        while chunk := stream.read(_PIECE):
            must(b"\0" not in chunk)
            rest += chunk
            if not has_begun and (begin := rest.find(part.first)) >= 0:
                must(_is_head(rest[:begin], part))
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
            must(len(rest) < WINDOW // 2)
    must(is_over or (not has_begun and part.first[:3] not in rest))
    parser.Parse(rest, True)


def _is_head(head: bytes, part: Part) -> bool:
    """Is that what may stand before the first item? No document type, no other encoding."""
    is_utf_8 = b"encoding" not in head or _UTF_8.search(head) is not None
    opening = head.rpartition(b"<")[2]
    return (
        is_utf_8
        and b"<!" not in head
        and re.fullmatch(b"%b( [^<>]*)?>\\s*" % part.items, opening) is not None
    )


class Xml:
    """Some XML, and where its tags begin; the last of them is the end."""

    def __init__(self, content: Bytes) -> None:
        self.bytes = content
        # From each byte on the next eight, as one number.
        self.words: Words = np.ndarray((len(content) - WORD,), "<u8", content, 0, (1,))
        self.tags: Places = np.flatnonzero(content == EDGE[0])

    def says(self, places: Places, text: bytes) -> Flags:
        """At which of the places the text stands."""
        found: Flags = np.ones(len(places), np.bool_)
        for number, (wanted, mask) in enumerate(looked_for(text)):
            found &= (self.words[places + number * WORD] & mask) == wanted
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
        must(((digits > 0) & (digits <= _MOST_DIGITS)).all())
        values = (words << (np.uint64(WORD) * (np.uint64(WORD) - digits))) & np.uint64(0x0F0F0F0F0F0F0F0F)
        # Neighbours together: two digits, four, eight.
        values = ((values * np.uint64(10 * 2**8 + 1)) >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
        values = ((values * np.uint64(100 * 2**16 + 1)) >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
        values = (values * np.uint64(10_000 * 2**32 + 1)) >> np.uint64(32)
        behind = places + digits
        must((self.bytes[behind] == until).all() if isinstance(until, int) else (behind == until).all())
        return values.astype(np.int64), behind

    def matched(
        self, groups: Places, places: Places, forms: Sequence[Form], may_follow: Flags
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
                must(self.says(end, form.closing).all())
            following = np.minimum(first + form.tags, last)
            must((self.tags[following] == end + len(form.closing)).all() and may_follow[following].all())
            kinds[these], begins[these], ends[these] = form.kind, begin, end
        must(not len(left))
        return kinds, begins, ends


@cache
def looked_for(text: bytes) -> tuple[tuple[np.uint64, np.uint64], ...]:
    parts = [text[at : at + WORD] for at in range(0, len(text), WORD)]
    return tuple(
        (np.uint64(int.from_bytes(part, "little")), np.uint64((1 << 8 * len(part)) - 1)) for part in parts
    )
