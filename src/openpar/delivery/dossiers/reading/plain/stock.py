"""The texts of a workbook as cells of CSV have them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence

import numpy as np

from openpar.delivery.dossiers.reading.plain.markup import (
    EDGE,
    WINDOW,
    Bytes,
    Form,
    Kind,
    Part,
    Places,
    Xml,
    must,
    pieces,
)

_SPACE, _UNDERSCORE = b" _"
_SPECIAL = np.isin(np.arange(256), list(b'&"\t\n\r'))
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile("&(?:(lt|gt|quot|apos|amp)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));")
_ENTITIES = {"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"}
_SIGNS, _SURROGATES = range(1, 0x110000), range(0xD800, 0xE000)
_TEXTS = Part(b"sst", b"<si>", b"</si>")
_SHARED_TEXTS = (
    Form(Kind.TRIMMED, b"<si><t>", b"</t></si>", 4),
    Form(Kind.KEPT, b'<si><t xml:space="preserve">', b"</t></si>", 4),
    Form(Kind.TRIMMED, b"<si><t/></si>", b"", 3),
)


class Stock:
    """The bytes that cells are made of: the shared texts, a piece of the sheet behind them, and behind that
    what had to be written anew.
    """

    def __init__(self) -> None:
        self.source: Bytes = np.empty(WINDOW, np.uint8)
        self.starts: Places = np.empty(0, np.int64)
        self.lengths: Places = np.empty(0, np.int64)
        self.kept = self.used = 0

    def take_in(self, archive: zipfile.ZipFile, member: str) -> None:
        """The shared texts of a workbook."""
        self.source = np.empty(archive.getinfo(member).file_size + WINDOW, np.uint8)
        starts, lengths = [self.starts], [self.lengths]
        for piece in pieces(archive, member, _TEXTS):
            xml, at = self.place(piece)
            is_item = (xml.words[xml.tags] & np.uint64(0xFFFFFFFF)) == int.from_bytes(b"<si>", "little")
            must(piece.startswith(_TEXTS.first))
            items = np.flatnonzero(is_item)
            is_item[-1] = True
            kinds, begins, ends = xml.matched(items, xml.tags[items], _SHARED_TEXTS, is_item)
            for to, found in zip((starts, lengths), self.settled(xml, at, kinds, begins, ends), strict=True):
                to.append(found)
            self.kept = self.used
        self.starts, self.lengths = np.concatenate(starts), np.concatenate(lengths)

    def place(self, piece: bytes) -> tuple[Xml, int]:
        """A piece behind what is kept, and where that is."""
        self.used = self.kept
        (at,), _length = self.put([piece + EDGE])
        return Xml(self.source[at : self.used]), int(at)

    def put(self, texts: Sequence[bytes]) -> tuple[Places, Places]:
        """Texts behind everything else: where they begin, and their lengths."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        total = int(lengths.sum())
        if self.used + total > len(self.source):
            self.source = np.concatenate([self.source[: self.used], np.empty(total + WINDOW, np.uint8)])
        self.source[self.used : self.used + total] = np.frombuffer(b"".join(texts), np.uint8)
        starts = self.used + np.cumsum(lengths) - lengths
        self.used += total
        return starts, lengths

    def settled(
        self, xml: Xml, at: int, kinds: Places, begins: Places, ends: Places
    ) -> tuple[Places, Places]:
        """Where texts lie as CSV has them: those with signs that mean something there are written anew."""
        content = xml.bytes.tobytes()
        is_special = _SPECIAL[xml.bytes]
        if _ESCAPED.search(content.decode()):
            is_special |= xml.bytes == _UNDERSCORE
        specials = np.cumsum(is_special, dtype=np.int32)
        is_outer_blank = (xml.bytes[begins] <= _SPACE) | (xml.bytes[ends - 1] <= _SPACE)
        is_strange = (specials[ends - 1] != specials[begins - 1]) | (is_outer_blank & (kinds == Kind.TRIMMED))
        strange = np.flatnonzero(is_strange & (ends > begins))
        starts, lengths = begins + at, ends - begins
        told = [
            _as_csv(content[begin:end].decode(), is_kept)
            for begin, end, is_kept in zip(
                begins[strange].tolist(),
                ends[strange].tolist(),
                (kinds[strange] == Kind.KEPT).tolist(),
                strict=True,
            )
        ]
        starts[strange], lengths[strange] = self.put(told)
        return starts, lengths


def _as_csv(text: str, is_kept: bool) -> bytes:
    """A text of the file as a cell of CSV."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        must("&" not in _ENTITY.sub("", text))
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
    must(sign in _SIGNS and sign not in _SURROGATES)
    return chr(sign)


def _written(escape: re.Match[str]) -> str:
    sign = int(escape[1], 16)
    must(sign > 0)
    return escape[0] if sign in _SURROGATES else chr(sign)
