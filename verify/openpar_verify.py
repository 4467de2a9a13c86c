#!/usr/bin/env python3
"""Checks what leaves an OpenPAR installation, without OpenPAR.

    python3 openpar_verify.py log FOLDER_OR_ADDRESS --checkpoint FILE [--key VKEY]
    python3 openpar_verify.py receipt FILE [--key VKEY]
    python3 openpar_verify.py evidence FOLDER --manifest FILE
    python3 openpar_verify.py draw FILE
    python3 openpar_verify.py round BUNDLE.zip [--key VKEY]

One file, Python 3.9 or newer, standard library only. It is written from docs/trust/formats.md and docs/rules
alone and shares no code with the program it checks: where the two agree, two readings of the rules agree.
Read it from the top: strict JSON, signatures, trees, then the five commands; the rules begin at "RULES".

Exit status: 0 all of it holds; 1 something is wrong, the first wrong row is named first; 2 it cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import operator
import re
import sys
import time
import unicodedata
import urllib.error
import urllib.request
import zipfile
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, NoReturn, TypeAlias

    Json = dict[str, Any]  # an object as it was read
    Options = argparse.Namespace
    Summary = tuple[str, Mapping[str, object]]  # what is said at the end, and its figures
    Keys = dict[tuple[str, bytes], bytes]  # (name, number) → public key
    Point = tuple[int, int, int, int]
    Judged = tuple[str, Fraction | None]  # state, and points where there are any
    Outcomes = Mapping[str, Judged]  # by leaf
    Node = tuple[Fraction | None, Fraction | None, Fraction]  # achieved, index, maximum
    Indices = Mapping[int, Fraction | None]  # by unit
    Points = Iterable[Fraction]
    Compiled = Callable[[Mapping[str, Fraction]], Any]
    Source: TypeAlias = "Folder | Address"

MEBIBYTE = 1 << 20
MOST_UNPACKED = 64 * MEBIBYTE  # of a whole bundle
MOST_MEMBERS = 120
MOST_MEMORY = 2048 * MEBIBYTE
MOST_SMALL_FILE = 4 * MEBIBYTE  # receipts, keys, one checkpoint
MOST_CHECKPOINTS = 256 * MEBIBYTE  # a list of them
MOST_SHOWN = 20
MOST_WAIT, MOST_WAITS = 300, 100  # seconds, and how often, when a server asks to be asked later
sys.setrecursionlimit(max(sys.getrecursionlimit(), 5000))


class Unreadable(Exception):
    """The file is not there or is nothing of the expected kind: exit status 2."""


class Wrong(Exception):
    """What was read contradicts the format, so that nothing after it can be trusted: exit status 1."""


# ---------------------------------------------------------------------------------------------------------
# What is said. Problems about rows come before problems about seals: they tell what was changed.


class Report:
    """Collects what is wrong, and says it at the end."""

    def __init__(self, vietnamese: bool = False) -> None:
        self.vietnamese = vietnamese
        self.rows: list[str] = []
        self.seals: list[str] = []
        self.notes: list[str] = []

    def text(self, template: str, values: Mapping[str, object]) -> str:
        """The sentence in the language asked for."""
        if self.vietnamese:
            template = VIETNAMESE.get(template, template)
        return template.format(**{name: _shown(value) for name, value in values.items()})

    def row(self, template: str, **values: object) -> None:
        """A row that is wrong."""
        self.rows.append(self.text(template, values))

    def seal(self, template: str, **values: object) -> None:
        """A digest, signature or checkpoint that does not hold."""
        self.seals.append(self.text(template, values))

    def note(self, template: str, **values: object) -> None:
        """Something the reader should know although nothing is wrong."""
        self.notes.append(self.text(template, values))

    @property
    def problems(self) -> list[str]:
        return self.rows + self.seals


def _shown(value: object) -> str:
    """A value on one line, without control characters, at most 200 characters; fractions as decimals."""
    if isinstance(value, Fraction):
        value = decimal_text(value)
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value))
    return text if len(text) <= 200 else text[:200] + "…"


def decimal_text(value: Fraction) -> str:
    """A fraction as a decimal, at most 24 places, for messages only."""
    scaled = round(abs(value) * 10**24)
    whole, rest = divmod(scaled, 10**24)
    digits = f"{rest:024d}".rstrip("0")
    return ("-" if value < 0 else "") + (f"{whole}.{digits}" if digits else str(whole))


# ---------------------------------------------------------------------------------------------------------
# Canonical JSON (formats.md, 1): read strictly, because two readers must never see two things in one text.


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is written twice")
    return found


def _whole(text: str) -> int:
    if len(text) > 18:
        raise ValueError("a number is too long")
    return int(text)


def _no_fraction(text: str) -> None:
    raise ValueError("fractions are written as text, not as numbers")


_READ = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_no_fraction, parse_constant=_no_fraction
).decode
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def canonical(value: Any) -> bytes:
    """The bytes of a value in canonical JSON."""
    return _WRITE(value).encode("utf-8")


def read_json(content: bytes, where: str, composed: bool = True) -> Any:
    """The value in canonical JSON. Raises Wrong: not UTF-8, not JSON, or not in the canonical form.

    Rows of a log are taken as they were sealed, also where the letters of a text are not composed.
    """
    try:
        text = content.decode("utf-8")
        value = _READ(text)
        if _WRITE(value) != text or (composed and not unicodedata.is_normalized("NFC", text)):
            raise ValueError("not in the canonical form")
    except RecursionError:
        raise Wrong(f"{where}: nested too deeply") from None
    except ValueError as fault:
        raise Wrong(f"{where}: {fault}") from None
    return value


def read_lines(content: bytes, name: str) -> Iterator[tuple[int, Any]]:
    """The rows of a .jsonl member with their numbers, from 1. Raises Wrong."""
    if content and not content.endswith(b"\n"):
        raise Wrong(f"{name}: the last line is not ended")
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        yield number, read_json(line, f"{name} line {number}")


_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{1,40})?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@lru_cache(maxsize=1 << 16)
def number(text: str) -> Fraction:
    """The exact value of a decimal written as text. Raises ValueError."""
    if isinstance(text, bool) or not isinstance(text, (str, int)):
        raise ValueError(f"{text!r} is not a decimal written as text")
    if not _DECIMAL.fullmatch(str(text)):
        raise ValueError(f"“{_shown(text)}” is not a decimal of at most 20 digits before the point")
    whole, _, digits = str(text).partition(".")
    return Fraction(int(whole + digits), 10 ** len(digits))


def settle(value: Fraction, places: int) -> Fraction:
    """The value at so many decimal places, half to even: leaves 24, totals and indices 18."""
    return Fraction(round(value * 10**places), 10**places)


def near(first: Fraction | None, second: Fraction | None, dust: Fraction) -> bool:
    """Equal but for less than `dust`; nothing equals only nothing."""
    if first is None or second is None:
        return first is second
    return first == second or abs(first - second) < dust


# ---------------------------------------------------------------------------------------------------------
# Ed25519 (RFC 8032), verification only: whole numbers and one table of multiples for each key.

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_1 = pow(2, (_P - 1) // 4, _P)
_ZERO_POINT = (0, 1, 1, 0)


def _add(first: Point, second: Point) -> Point:
    """Two points in extended coordinates (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""
    a = (first[1] - first[0]) * (second[1] - second[0]) % _P
    b = (first[1] + first[0]) * (second[1] + second[0]) % _P
    c = 2 * first[3] * second[3] * _D % _P
    d = 2 * first[2] * second[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _point(encoded: bytes) -> Point:
    """The point in 32 bytes. Raises ValueError."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        raise ValueError("no point of the curve")
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_1 % _P
    if (x * x - square) % _P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


@lru_cache(maxsize=16)
def _multiples(encoded: bytes) -> list[list[Point]]:
    """[[0, P, … 15 P], [0, 16 P, … 240 P], …]: a product is then 64 additions."""
    row_of, base = [], _point(encoded)
    for _ in range(64):
        row = [_ZERO_POINT]
        for _ in range(15):
            row.append(_add(row[-1], base))
        row_of.append(row)
        base = _add(row[-1], base)
    return row_of


def _times(scalar: int, encoded: bytes, total: Point = _ZERO_POINT) -> Point:
    """total + scalar × P."""
    for row in _multiples(encoded):
        if scalar & 15:
            total = _add(total, row[scalar & 15])
        scalar >>= 4
    return total


_BASE = (4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")


def ed25519_verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Is this the signature of the message by the owner of the public key (32 bytes)?"""
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= _ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _ORDER
    try:
        # R = s B − k A, and −k A is (order − k) A but for the small part that the encoding of R would show.
        x, y, z, t = _times(k, public)
        return _encoded(_times(s, _BASE, (_P - x, y, z, _P - t))) == signature[:32]
    except ValueError:
        return False


# ---------------------------------------------------------------------------------------------------------
# Keys, signed notes and checkpoints (formats.md, 4)


def _base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def read_vkey(text: str) -> tuple[tuple[str, bytes], bytes]:
    """((name, number), public key) of a vkey. Raises Wrong."""
    try:
        name, written, encoded = text.strip().split("+", 2)
        content = _base64(encoded)
    except (ValueError, binascii.Error):
        raise Wrong(f"“{_shown(text)}” is no vkey") from None
    key_number = hashlib.sha256(name.encode() + b"\n" + content).digest()[:4]
    if len(content) != 33 or content[0] != 1 or key_number.hex() != written:
        raise Wrong(f"“{_shown(text)}” is no vkey of Ed25519")
    return (name, key_number), content[1:]


def read_keys(texts: Iterable[str]) -> Keys:
    """{(name, number): public key}."""
    return dict(read_vkey(text) for text in texts if text.strip())


def note_body(text: str, keys: Keys, where: str) -> str:
    """The signed text of a note, after a good signature by one of the keys and no wrong one by any of them.

    Signatures by keys that are not known are passed over. Raises Wrong.
    """
    body, separator, lines = text.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise Wrong(f"{where}: not a signed note")
    good = 0
    for line in lines.split("\n")[:-1]:
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.rpartition(" ")
        try:
            content = _base64(encoded)
        except (ValueError, binascii.Error):
            content = b""
        if dash != "\u2014" or not name or len(content) < 5:
            raise Wrong(f"{where}: “{_shown(line)}” is no signature line")
        public = keys.get((name, content[:4]))
        if public is None:
            continue
        if not ed25519_verifies(public, (body + "\n").encode(), content[4:]):
            raise Wrong(f"{where}: the signature of {name} is wrong")
        good += 1
    if not good:
        raise Wrong(f"{where}: no signature by a trusted key")
    return body


class Checkpoint:
    """The head of the tree at one moment, its signature checked."""

    def __init__(self, text: str, keys: Keys, where: str) -> None:
        lines = note_body(text, keys, where).split("\n")
        if len(lines) < 3 or not re.fullmatch(r"0|[1-9][0-9]{0,15}", lines[1]):
            raise Wrong(f"{where}: not a checkpoint")
        try:
            self.root = _base64(lines[2])
        except (ValueError, binascii.Error):
            self.root = b""
        if len(self.root) != 32:
            raise Wrong(f"{where}: not a checkpoint")
        self.where, self.origin, self.size = where, lines[0], int(lines[1])
        if self.origin not in {name for name, _ in keys}:
            raise Wrong(f"{where}: the origin {_shown(self.origin)} has no trusted key")


def read_checkpoints(text: str, keys: Keys, name: str) -> list[Checkpoint]:
    """The checkpoints in a text: one, or several with `---` between; of a receipt or a QR code, its own."""
    if text.startswith("{"):
        receipt = read_json(text.encode(), name, composed=False)
        text = str(receipt.get("checkpoint", "")) if isinstance(receipt, dict) else ""
    elif text.startswith("c2sp.org/tlog-proof@v1\n"):
        text = text.partition("\n\n")[2]
    parts = re.split(r"(?m)^---\n", text)
    return [
        Checkpoint(part, keys, f"{name} ({place} of {len(parts)})" if len(parts) > 1 else name)
        for place, part in enumerate(parts, start=1)
        if part.strip()
    ]


# ---------------------------------------------------------------------------------------------------------
# Trees (RFC 6962, 2.1; formats.md, 3)


def leaf_hash(content: bytes) -> bytes:
    return hashlib.sha256(b"\0" + content).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Every whole subtree over some leaves: levels[l] holds, 32 bytes each, the roots of 2**l leaves."""

    def __init__(self, leaves: bytes) -> None:
        self.levels = [leaves]
        sha256 = hashlib.sha256
        while len(leaves) >= 64:
            ends = range(0, len(leaves) - 63, 64)
            leaves = b"".join([sha256(b"\1" + leaves[at : at + 64]).digest() for at in ends])
            self.levels.append(leaves)

    def node(self, level: int, index: int) -> bytes:
        return self.levels[level][32 * index : 32 * index + 32]

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves, which must be there."""
        found, covered = None, 0
        parts = []
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                parts.append(self.node(level, covered >> level))
                covered += 1 << level
        for part in reversed(parts):
            found = part if found is None else inner_hash(part, found)
        return hashlib.sha256(b"").digest() if found is None else found


def _steps(first: int, last: int, proof: list[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The parts of a proof from leaf `first` of 0…`last` up to the root, and whether each stands on the left.

    Raises ValueError when the proof is too short or too long.
    """
    for part in proof:
        if last == 0:
            raise ValueError("too long")
        on_the_left = bool(first & 1) or first == last
        yield part, on_the_left
        while on_the_left and not first & 1 and first:
            first, last = first >> 1, last >> 1
        first, last = first >> 1, last >> 1
    if last:
        raise ValueError("too short")


def inclusion_holds(leaf: bytes, index: int, size: int, proof: list[bytes], root: bytes) -> bool:
    """Does the proof lead from the leaf at `index` to the root of a tree of `size`? (RFC 9162, 2.1.3.2)"""
    if not 0 <= index < size:
        return False
    found = leaf
    try:
        for part, on_the_left in _steps(index, size - 1, proof):
            found = inner_hash(part, found) if on_the_left else inner_hash(found, part)
    except ValueError:
        return False
    return found == root


def consistency_proof(node: Callable[[int, int], bytes], old: int, size: int) -> list[bytes]:
    """The proof of RFC 6962, 2.1.2; `node(start, end)` is the root of the leaves [start, end)."""
    parts, start, end, whole = [], 0, size, True
    while old - start != end - start:
        half = 1 << (end - start - 1).bit_length() - 1
        if old - start <= half:
            parts.append(node(start + half, end))
            end = start + half
        else:
            parts.append(node(start, start + half))
            start, whole = start + half, False
    if not whole:
        parts.append(node(start, end))
    return parts[::-1]


def consistency_holds(old: int, size: int, proof: list[bytes], old_root: bytes, root: bytes) -> bool:
    """Is the tree of `old` leaves the beginning of the tree of `size` leaves? (RFC 9162, 2.1.4.2)"""
    if old == 0:
        return True
    if old == size:
        return old_root == root
    proof = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not proof:
        return False
    first, last = old - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old_found = found = proof[0]
    try:
        for part, on_the_left in _steps(first, last, proof[1:]):
            old_found = inner_hash(part, old_found) if on_the_left else old_found
            found = inner_hash(part, found) if on_the_left else inner_hash(found, part)
    except ValueError:
        return False
    return old_found == old_root and found == root


# ---------------------------------------------------------------------------------------------------------
# The log (formats.md, 2 and 5)

_TEXT = rb'"[^"\\\x00-\x1f]*(?:\\(?:["\\bfnrt]|u00[01][0-9a-f])[^"\\\x00-\x1f]*)*"'
_PLAIN = rb"(?:" + _TEXT + rb"|-?[0-9]+|true|false|null)"


def _nested(depth: int) -> bytes:
    """Pattern of a JSON value without spaces, at most so deep."""
    if depth == 0:
        return _PLAIN
    part = _nested(depth - 1)
    pair = _TEXT + rb":" + part
    return (
        rb"(?:" + _PLAIN + rb"|\{(?:" + pair + rb"(?:," + pair + rb")*)?\}"
        rb"|\[(?:" + part + rb"(?:," + part + rb")*)?\])"
    )


_ROW_PATTERNS = {
    "about": _TEXT, "actor": rb"(?:null|-?[0-9]+)", "after": _nested(2), "at": rb'"[0-9T:.-]{26}Z"',
    "before": _nested(2), "label": _TEXT, "name": _TEXT, "object": _TEXT, "reason": _TEXT,
    "salt": rb'"[0-9a-f]{32}"', "v": b"1", "verb": _TEXT,
}  # fmt: skip
_PARTS = [b'"%b":%b' % (key.encode(), pattern) for key, pattern in _ROW_PATTERNS.items()]
_ROW = re.compile(rb"\{" + b",".join(_PARTS) + rb"\}")
_READ_EVERY_ROW_UP_TO = 100_000


def row_fault(line: bytes) -> str:
    """Why a row is not one of formats.md, 2; empty when it is."""
    try:
        row = read_json(line, "row", composed=False)
    except Wrong as fault:
        return str(fault)
    if not isinstance(row, dict) or list(row) != list(_ROW_PATTERNS) or row["v"] != 1:
        return "row: not the keys of a row"
    is_right = (
        all(isinstance(row[key], str) for key in ("about", "label", "name", "object", "reason", "verb"))
        and all(row[key] is None or isinstance(row[key], dict) for key in ("before", "after"))
        and type(row["actor"]) in (int, type(None))
        and _MOMENT.fullmatch(str(row["at"]))
        and re.fullmatch(r"[0-9a-f]{32}", str(row["salt"]))
    )
    return "" if is_right else "row: a value of the wrong kind"


def tile_path(level: int, index: int) -> str:
    """tile/0/x001/x234/067"""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/" + "/".join(groups)


def tile_widths(level: int, size: int) -> list[tuple[int, int]]:
    """(index, number of hashes) of every tile of a level in a tree of so many leaves."""
    hashes = size >> (8 * level)
    return [(at // 256, min(256, hashes - at)) for at in range(0, hashes, 256)]


def read_tile(fetch: Source, level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile: from the full tile, or from a partial one at least as wide."""
    whole = fetch(tile_path(level, index))
    if whole is None and width < 256:
        for wide in [width, *range(width + 1, 256)] if fetch.is_folder else [width]:
            whole = fetch(f"{tile_path(level, index)}.p/{wide}")
            if whole is not None:
                break
    if whole is None or len(whole) < 32 * width or len(whole) % 32:
        raise Wrong(f"{tile_path(level, index)}: missing, or not {width} hashes")
    return whole[: 32 * width]


class Folder:
    """Reads the parts of a log from a folder; None for what is not there."""

    is_folder = True

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def __call__(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def rows(self) -> list[tuple[int, Path]]:
        """(first position, path) of the files of rows, by name."""
        found = []
        for path in sorted((self.path / "entries").glob("*")):
            if not re.fullmatch(r"[0-9]{9}\.jsonl", path.name):
                raise Wrong(f"entries/{_shown(path.name)}: not the name of a file of rows")
            found.append((int(path.name[:9]), path))
        return found


class Address:
    """Reads the parts of a log from a public address."""

    is_folder = False

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.waits = 0

    def __call__(self, name: str) -> bytes | None:
        """None for what is not there. A server that asks to wait (429) is asked again afterwards."""
        try:
            with urllib.request.urlopen(f"{self.address}/{name}", timeout=30) as answer:  # noqa: S310  # typed by the reader, begins with http
                content: bytes = answer.read(MOST_SMALL_FILE + 1)
        except urllib.error.HTTPError as fault:
            seconds = fault.headers.get("Retry-After", "") if fault.code == 429 else ""
            if seconds.isdecimal() and int(seconds) <= MOST_WAIT and self.waits < MOST_WAITS:
                self.waits += 1
                time.sleep(int(seconds))
                return self(name)
            if fault.code in (404, 410):
                return None
            raise Unreadable(f"{self.address}/{name}: {fault.code}") from None
        if len(content) > MOST_SMALL_FILE:
            raise Wrong(f"{name}: too long")
        return content


def check_log(options: Options, report: Report) -> Summary:
    """`log`: what was once sealed is still there, unchanged. Returns the figures of the summary."""
    is_address = options.source.startswith(("http://", "https://"))
    fetch: Source = Address(options.source) if is_address else Folder(options.source)
    if not is_address and not Path(options.source).is_dir():
        raise Unreadable(f"{options.source}: no folder")
    keys = trusted_keys(options, (fetch("keys.txt") or b"").decode("utf-8", "replace").splitlines(), report)
    newest_text = fetch("checkpoint")
    if newest_text is None:
        raise Unreadable(f"{options.source}: no file “checkpoint”")
    newest = read_checkpoints(text_of(newest_text, "checkpoint"), keys, "checkpoint")[0]
    kept = small_text(options.checkpoint, MOST_CHECKPOINTS)
    outside = read_checkpoints(kept, keys, Path(options.checkpoint).name)
    if not outside:
        raise Unreadable(f"{options.checkpoint}: no checkpoint")
    for checkpoint in outside:
        if checkpoint.origin != newest.origin:
            raise Wrong(f"{checkpoint.where}: of another log, {_shown(checkpoint.origin)}")
    if isinstance(fetch, Address):
        _check_address(fetch, newest, outside, report)
    else:
        _check_folder(fetch, newest, outside, keys, report)
    return "{rows} rows, {checkpoints} checkpoints", {"rows": newest.size, "checkpoints": len(outside) + 1}


def _check_address(fetch: Address, newest: Checkpoint, outside: list[Checkpoint], report: Report) -> None:
    """By consistency proofs made from the tiles: both roots come out of the same hashes."""
    cache: dict[tuple[int, int], bytes] = {}

    def node(start: int, end: int) -> bytes:
        """Root of the leaves [start, end), put together from tiles of the tree of the newest size."""
        size = end - start
        if size & (size - 1):
            half = 1 << size.bit_length() - 1
            return inner_hash(node(start, start + half), node(start + half, end))
        depth = size.bit_length() - 1
        level, inside = divmod(depth, 8)
        at = start >> (8 * level)
        widths = dict(tile_widths(level, newest.size))
        if (level, at // 256) not in cache:
            cache[level, at // 256] = read_tile(fetch, level, at // 256, widths[at // 256])
        place = 32 * (at % 256)
        return Tree(cache[level, at // 256][place : place + (32 << inside)]).root(1 << inside)

    for checkpoint in outside:
        if checkpoint.size > newest.size:
            report.row(MISSING_ROWS, first=newest.size, last=checkpoint.size - 1, where=checkpoint.where)
            continue
        proof = [] if checkpoint.size == 0 else consistency_proof(node, checkpoint.size, newest.size)
        if not consistency_holds(checkpoint.size, newest.size, proof, checkpoint.root, newest.root):
            report.seal(NOT_THE_BEGINNING, where=checkpoint.where, size=checkpoint.size)


def _check_folder(
    fetch: Folder, newest: Checkpoint, outside: list[Checkpoint], keys: Keys, report: Report
) -> None:
    """Every row against its tile, the tiles against the tree, the tree against every checkpoint."""
    leaves = _leaves_of_rows(fetch, newest, report)
    has_rows = leaves is not None
    if leaves is None:
        leaves = b"".join(read_tile(fetch, 0, at, width) for at, width in tile_widths(0, newest.size))
    count = len(leaves) // 32
    if count < max(newest.size, max(each.size for each in outside)):
        far = max([newest, *outside], key=lambda each: each.size)
        report.row(MISSING_ROWS, first=count, last=far.size - 1, where=far.where)
    if count > newest.size:
        report.row(UNSEALED_ROWS, first=newest.size, last=count - 1)
    tree = Tree(leaves)
    holds = count >= newest.size and tree.root(newest.size) == newest.root
    _compare_tiles(fetch, tree, min(count, newest.size), has_rows, holds, report)
    own = fetch("checkpoints.txt")
    known = [*outside, newest]
    # Whoever could seal the changed rows anew could seal earlier ones too: then only what was kept outside
    # tells where the change begins.
    if own is not None and not holds:
        try:
            known += read_checkpoints(text_of(own, "checkpoints.txt"), keys, "checkpoints.txt")
        except Wrong as fault:
            report.seal("{fault}", fault=fault)
    held = 0
    for checkpoint in sorted(known, key=lambda each: each.size):
        if checkpoint.size <= count and tree.root(checkpoint.size) == checkpoint.root:
            held = checkpoint.size
        else:
            last = min(count, checkpoint.size) - 1
            report.seal(STRETCH, where=checkpoint.where, first=held, last=max(last, held))
            break


def _leaves_of_rows(fetch: Folder, newest: Checkpoint, report: Report) -> bytes | None:
    """The leaf hashes of all rows, joined; None when the folder has no rows. Their form is checked."""
    files = fetch.rows()
    if not files:
        return None
    leaves, count, sha256 = [], 0, hashlib.sha256
    faults: list[tuple[int, str]] = []
    every = newest.size <= _READ_EVERY_ROW_UP_TO
    matches = _ROW.fullmatch
    for first, path in files:
        if first != count:
            report.row(FILE_OUT_OF_PLACE, name=f"entries/{path.name}", first=count)
        content = path.read_bytes()
        lines = content.split(b"\n")
        if lines.pop():
            report.row("entries/{name}: the last row is not ended", name=path.name)
        for place, line in enumerate(lines):
            # A large log: the pattern tells nearly everything; keys in a row are then not compared for order.
            if every or not matches(line):
                fault = row_fault(line)
                if fault:
                    faults.append((count + place, fault))
        leaves.append(b"".join([sha256(b"\0" + line).digest() for line in lines]))
        count += len(lines)
    if faults:
        row, fault = faults[0]
        report.row("row {row}: {fault}; {count} in all", row=row, fault=fault, count=len(faults))
    return b"".join(leaves)


def _compare_tiles(fetch: Folder, tree: Tree, size: int, has_rows: bool, holds: bool, report: Report) -> None:
    """Which rows differ from their tiles; then the tiles of higher levels against those below."""
    for level in range(8):
        differing: list[tuple[int, int]] = []
        for at, width in tile_widths(level, size):
            computed = tree.levels[8 * level][8192 * at : 8192 * at + 32 * width]
            try:
                stored = read_tile(fetch, level, at, width)
            except Wrong as fault:
                report.seal("{fault}", fault=fault)
                continue
            if stored != computed:
                places = range(0, 32 * width, 32)
                wrong = [k // 32 for k in places if stored[k : k + 32] != computed[k : k + 32]]
                differing += [(at, inside) for inside in wrong]
        if differing:
            at, inside = differing[0]
            if level == 0 and has_rows and not holds:
                report.row(ROW_DIFFERS, row=256 * at + inside, count=len(differing))
            else:
                report.seal(TILE_DIFFERS, name=tile_path(level, at), place=inside)
            return


# ---------------------------------------------------------------------------------------------------------
# Receipts and evidence (formats.md, 6 and 7)


def small_text(path: str, most: int = MOST_SMALL_FILE) -> str:
    """The text of a file of at most `most` bytes. Raises Unreadable."""
    return text_of(file_bytes(path, most), path)


def text_of(content: bytes, name: str) -> str:
    """UTF-8. Raises Unreadable."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(f"{name}: not a text in UTF-8") from None


def trusted_keys(options: Options, own: list[str], report: Report) -> Keys:
    """The keys of --key; without any, those that came with the thing itself, and a word of warning."""
    if options.key:
        return read_keys(options.key)
    keys = read_keys(own)
    for text in filter(str.strip, own):
        report.note(OWN_KEY, key=text)
    return keys


def check_receipt(options: Options, report: Report) -> Summary:
    """`receipt`: the entry stands in the tree that the checkpoint signs."""
    text = small_text(options.file)
    receipt = read_json(text.encode(), Path(options.file).name, composed=False)
    shape(receipt, RECEIPT, "receipt")
    if receipt["format"] != "openpar-receipt/1":
        raise Wrong(f"receipt: unknown format {_shown(receipt['format'])}")
    fault = row_fault(canonical(receipt["entry"]))
    if fault:
        report.row("entry: {fault}", fault=fault)
    keys = trusted_keys(options, receipt["keys"], report)
    checkpoint = Checkpoint(receipt["checkpoint"], keys, "checkpoint")
    try:
        proof = [_base64(part) for part in receipt["proof"]]
    except (ValueError, TypeError, binascii.Error):
        raise Wrong("proof: not hashes in base64") from None
    entry, index, size = receipt["entry"], receipt["index"], checkpoint.size
    if not inclusion_holds(leaf_hash(canonical(entry)), index, size, proof, checkpoint.root):
        report.row("entry {index} is not in the tree of {size} rows", index=index, size=size)
    told = {key: entry.get(key, "") for key in ("verb", "label", "at")}
    return "row {index} of {size}: {verb} {label}, {at}", {"index": index, "size": size, **told}


def check_evidence(options: Options, report: Report) -> Summary:
    """`evidence`: every file of the manifest is there, unchanged; others are named."""
    folder = Path(options.folder)
    if not folder.is_dir():
        raise Unreadable(f"{options.folder}: no folder")
    manifest = read_json(file_bytes(options.manifest, MOST_UNPACKED), Path(options.manifest).name)
    shape(manifest, {"format": "text", "files": "list"}, "manifest")
    if manifest["format"] != "openpar-evidence/1":
        raise Wrong(f"manifest: unknown format {_shown(manifest['format'])}")
    known = set()
    for place, row in enumerate(manifest["files"], start=1):
        shape(row, {"path": "text", "sha256": "digest", "size": "count"}, f"manifest file {place}")
        parts = row["path"].split("/")
        if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts) or ":" in parts[0]:
            raise Wrong(f"manifest file {place}: the path {_shown(row['path'])} leaves the folder")
        known.add(row["path"])
        size, digest = file_digest(folder.joinpath(*parts))
        if digest is None:
            report.row("{path}: missing", path=row["path"])
        elif size != row["size"]:
            told = {"path": row["path"], "size": size, "wanted": row["size"]}
            report.row("{path}: {size} bytes instead of {wanted}", **told)
        elif digest != row["sha256"]:
            report.row("{path}: the content is not what was submitted", path=row["path"])
    if [row["path"] for row in manifest["files"]] != sorted(known):
        report.seal("manifest: not sorted by path, or a path twice")
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name not in known and (path.is_symlink() or not path.is_dir()):
            report.row("{path}: in the folder, not in the manifest", path=name)
    return "{files} files", {"files": len(known)}


def check_draw(options: Options, report: Report) -> Summary:
    """`draw`: the seed is the committed one, and picks from the list what was published (formats.md, 9)."""
    draw = read_json(file_bytes(options.file, MOST_SMALL_FILE), Path(options.file).name, composed=False)
    shape(draw, DRAW, "draw")
    for key, wanted in (("format", "openpar-draw/1"), ("method", "sha256-fisher-yates-1")):
        if draw[key] != wanted:
            raise Wrong(f"draw: unknown {key} {_shown(draw[key])}")
    units, count, published = draw["units"], draw["count"], draw["picked"]
    if not all(isinstance(unit, str) and unit.strip() for unit in units) or len(set(units)) < len(units):
        raise Wrong("draw: a unit without a key, or a key twice")
    if not 1 <= count == len(published) <= len(units):
        raise Wrong(f"draw: {count} of {len(units)} units cannot be {len(published)} picks")
    if hashlib.sha256(draw["seed"].encode()).hexdigest() != draw["seed_digest"]:
        report.seal("the seed is not the one that was committed to")
    value = draw["public_value"]
    again = drawn(units, f"{draw['seed']} {value}" if value else draw["seed"], count)
    for place, (unit, stored) in enumerate(zip(again, published), start=1):  # noqa: B905  # of one length; Python 3.9
        if unit != stored:
            report.row(
                "pick {place}: the seed gives {unit}, published {stored}",
                place=place,
                unit=unit,
                stored=stored,
            )
    report.note(COMMITTED, digest=draw["seed_digest"])
    return "{count} of {units} units drawn again", {"count": count, "units": len(units)}


def drawn(units: list[str], seed: str, count: int) -> list[str]:
    """The first units of the list, sorted by the bytes of keys and shuffled by the numbers of the seed."""
    found, block = sorted(units, key=str.encode), 0
    numbers: list[int] = []
    for place in range(count):
        bound = len(found) - place
        number = 1 << 64
        while number >= (1 << 64) // bound * bound:
            if not numbers:
                digest = hashlib.sha256(f"{seed}\n{block}".encode()).digest()
                numbers = [int.from_bytes(digest[start : start + 8], "big") for start in (0, 8, 16, 24)]
                block += 1
            number = numbers.pop(0)
        other = place + number % bound
        found[place], found[other] = found[other], found[place]
    return found[:count]


def file_bytes(path: str, most: int) -> bytes:
    """A file of at most `most` bytes. Raises Unreadable."""
    try:
        with open(path, "rb") as file:
            content = file.read(most + 1)
    except OSError as fault:
        raise Unreadable(f"{path}: {fault.strerror}") from None
    if len(content) > most:
        raise Unreadable(f"{path}: larger than {most} bytes")
    return content


def file_digest(path: Path) -> tuple[int, str | None]:
    """(size, SHA-256 in hex) of a regular file; (0, None) when there is none. Links are not followed."""
    if path.is_symlink() or not path.is_file():
        return 0, None
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(MEBIBYTE), b""):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


# ---------------------------------------------------------------------------------------------------------
# The parts of a bundle and their shapes (formats.md, 8)


def _is_decimal(value: object) -> bool:
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "count": _is_count,
    "truth": lambda value: isinstance(value, bool),
    "decimal": _is_decimal,
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "digest": lambda value: isinstance(value, str) and _SHA256.fullmatch(value) is not None,
    "day": lambda value: isinstance(value, str) and _DAY.fullmatch(value) is not None,
    "moment": lambda value: isinstance(value, str) and _MOMENT.fullmatch(value) is not None,
}
RECEIPT = {
    "format": "text", "entry": "object", "index": "count", "proof": "list", "checkpoint": "text",
    "keys": "list",
}  # fmt: skip
DRAW = {
    "format": "text", "method": "text", "units": "list", "count": "count", "seed_digest": "digest",
    "seed": "text", "public_source": "text", "public_value": "text", "picked": "list",
}  # fmt: skip
UNIT = {
    "unit": "count", "block": "text", "name": "text?", "ranked": "truth", "published": "truth",
    "locked": "truth", "self_count": "count", "appraised_count": "count",
}  # fmt: skip
SCORE = {
    "unit": "count", "code": "text", "layer": "text", "answer": "object", "outcome": "text",
    "computed": "decimal?", "given": "decimal?", "points": "decimal?",
}  # fmt: skip
ADJUSTMENT = {"unit": "count", "kind": "text", "points": "decimal", "state": "text"}
RESULT = {
    "unit": "count", "self_total": "decimal?", "total": "decimal?", "index": "decimal?", "bonus": "decimal?",
    "penalty": "decimal?", "rank": "count?", "rank_of": "count?", "grade": "text", "self_grade": "text",
    "nodes": "object", "lines": "list",
}  # fmt: skip
NODE = {
    "maximum": "decimal?", "self": "decimal?", "decided": "decimal?", "index": "decimal?",
    "self_index": "decimal?", "rank": "count?",
}  # fmt: skip
LINE = {"code": "text", "decided_layer": "text", "decided": "decimal?", "points": "object"}
DECISION = {
    "manifest": "digest", "round": "text", "year": "count", "assessed_from": "day", "assessed_until": "day",
    "number": "text", "signed_on": "day", "signer": "text", "published_at": "moment",
}  # fmt: skip
ANSWER = {
    "choice": "text", "items": "list", "numerator": "decimal", "denominator": "decimal", "excused": "decimal",
    "counts": "object", "variables": "object", "points": "decimal", "moment": "day", "signed": "truth",
    "applicable": "truth",
}  # fmt: skip


def shape(value: Any, wanted: Mapping[str, str], where: str, partial: bool = False) -> None:
    """Exactly these keys (or some of them), each of its kind; `?` allows null. Raises Wrong."""
    if not isinstance(value, dict):
        raise Wrong(f"{where}: not an object")
    odd = set(value) - set(wanted) if partial else set(value) ^ set(wanted)
    if odd:
        raise Wrong(f"{where}: missing or unknown: {_shown(', '.join(sorted(odd)))}")
    for key, part in value.items():
        kind = wanted[key]
        if not ((part is None and kind.endswith("?")) or KINDS[kind.rstrip("?")](part)):
            raise Wrong(f"{where}: {key} is {_shown(part)}, wanted: {kind}")


_FIXED_MEMBERS = {
    "adjustments.jsonl", "blocks.json", "decision.json", "keys.txt", "manifest.json", "results.jsonl",
    "scores.jsonl", "signature.txt", "units.jsonl",
}  # fmt: skip
_CRITERIA = re.compile(r"criteria-[0-9]{1,3}\.json")


def read_bundle(path: str) -> dict[str, bytes]:
    """{name: bytes} of the ZIP file. Nothing is unpacked before its names and sizes were found harmless."""
    try:
        archive = zipfile.ZipFile(path)
    except OSError as fault:
        raise Unreadable(f"{path}: {fault.strerror}") from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Unreadable(f"{path}: not a ZIP file") from None
    with archive:
        infos = archive.infolist()
        names = [info.filename for info in infos]
        if len(names) > MOST_MEMBERS:
            raise Wrong(f"{len(names)} members; at most {MOST_MEMBERS} are read")
        for info in infos:
            if info.filename not in _FIXED_MEMBERS and not _CRITERIA.fullmatch(info.filename):
                raise Wrong(f"{_shown(info.filename)}: not a member of a round")
            if names.count(info.filename) > 1:
                raise Wrong(f"{info.filename}: twice in the archive")
            if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Wrong(f"{info.filename}: encrypted, or packed in another way than deflated")
        if sum(info.file_size for info in infos) > MOST_UNPACKED:
            raise Wrong(f"more than {MOST_UNPACKED} bytes when unpacked")
        missing = sorted(_FIXED_MEMBERS - set(names))
        if missing:
            raise Wrong(f"missing from the archive: {', '.join(missing)}")
        try:
            members = {info.filename: archive.read(info) for info in infos}
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, NotImplementedError):
            raise Wrong("a member cannot be unpacked") from None
        except Exception as fault:  # zlib.error, without importing a module that may be missing
            if type(fault).__name__ != "error":
                raise
            raise Wrong("a member cannot be unpacked") from None
    if names != sorted(names):
        raise Wrong("the members are not sorted by name")
    return members


def check_seals(members: dict[str, bytes], options: Options, report: Report) -> str:
    """Digests from the members up to the signature. Returns the digest of the round."""
    manifest = read_json(members["manifest.json"], "manifest.json")
    shape(manifest, {"format": "text", "files": "object"}, "manifest.json")
    if manifest["format"] != "openpar-round/1":
        raise Wrong(f"manifest.json: unknown format {_shown(manifest['format'])}")
    digest = hashlib.sha256(members["manifest.json"]).hexdigest()
    sealed_later = {"manifest.json", "decision.json", "signature.txt", "keys.txt"}
    for name in sorted((set(members) | set(manifest["files"])) - sealed_later):
        found = hashlib.sha256(members.get(name, b"")).hexdigest()
        if name not in members or manifest["files"].get(name) != found:
            report.seal("{name}: not the content that manifest.json vouches for", name=name)
    decision = read_json(members["decision.json"], "decision.json")
    shape(decision, DECISION, "decision.json")
    if decision["manifest"] != digest:
        report.seal("decision.json: vouches for another manifest.json")
    keys = trusted_keys(options, text_of(members["keys.txt"], "keys.txt").splitlines(), report)
    try:
        body = note_body(text_of(members["signature.txt"], "signature.txt"), keys, "signature.txt")
        if body != "openpar-round/1\n" + hashlib.sha256(members["decision.json"]).hexdigest():
            raise Wrong("signature.txt: signs another decision.json")
    except Wrong as fault:
        report.seal("{fault}", fault=fault)
    return digest


# ---------------------------------------------------------------------------------------------------------
# RULES (docs/rules): each gives a state, and points when the state is EARNED. All arithmetic is on exact
# fractions; a leaf's points are settled at 24 decimal places at the end.

ZERO = Fraction(0)
EARNED, NOT_APPLICABLE, PENDING, INVALID, MISSING = (
    "EARNED", "NOT_APPLICABLE", "PENDING", "INVALID", "MISSING",
)  # fmt: skip
NOTHING: Judged = (MISSING, None)
OUT: Judged = (NOT_APPLICABLE, None)
BAD: Judged = (INVALID, None)
WAITED: Judged = (PENDING, None)


def figure(answer: Json, name: str) -> Fraction | None:
    """A figure of the answer, or None."""
    return None if answer.get(name) is None else number(answer[name])


def table(rows: Any, value: str = "points") -> dict[str, Fraction]:
    """{label: number} of a list of {label, value}, or of a mapping."""
    if isinstance(rows, dict):
        return {label: number(points) for label, points in rows.items()}
    return {row["label"]: number(row[value]) for row in rows}


def is_count(value: Fraction) -> bool:
    return value >= 0 and value.denominator == 1


def keeps(bounds: Json, value: Fraction) -> bool:
    """Does the value keep every bound? `gt` above, `ge` from, `lt` below, `le` up to, `eq` exactly."""
    return (
        ("gt" not in bounds or value > number(bounds["gt"]))
        and ("ge" not in bounds or value >= number(bounds["ge"]))
        and ("lt" not in bounds or value < number(bounds["lt"]))
        and ("le" not in bounds or value <= number(bounds["le"]))
        and ("eq" not in bounds or value == number(bounds["eq"]))
    )


def says(rule: Json, name: str) -> bool:
    """A switch of a rule: true or "true"."""
    return rule.get(name) in (True, "true")


def boolean(rule: Json, most: Fraction, answer: Json) -> Judged:
    choice = answer.get("choice")
    if choice is None:
        return NOTHING
    return (EARNED, number(rule.get(choice, "0"))) if choice in ("yes", "no") else BAD


def choice(rule: Json, most: Fraction, answer: Json) -> Judged:
    options = table(rule["options"])
    if answer.get("choice") is None:
        return NOTHING
    return (EARNED, options[answer["choice"]]) if answer["choice"] in options else BAD


def checklist(rule: Json, most: Fraction, answer: Json) -> Judged:
    items, ticked = table(rule["items"]), answer.get("items")
    if ticked is None:
        return NOTHING
    if len(set(ticked)) != len(ticked) or any(item not in items for item in ticked):
        return BAD
    return EARNED, sum((items[item] for item in ticked), ZERO)


def count_times_points(rule: Json, most: Fraction, answer: Json) -> Judged:
    count = figure(answer, "numerator")
    if count is None:
        return NOTHING
    return (EARNED, min(number(rule["cap"]), count * number(rule["per"]))) if is_count(count) else BAD


def first_step(steps: list[Json], value: Fraction) -> Judged:
    """The points of the first step that holds the value."""
    for step in steps:
        if keeps(step, value):
            return EARNED, number(step["points"])
    return BAD


def step_on_count(rule: Json, most: Fraction, answer: Json) -> Judged:
    count = figure(answer, "numerator")
    if count is None:
        return NOTHING
    return first_step(rule["steps"], count) if is_count(count) else BAD


def ratio(rule: Json, most: Fraction, answer: Json) -> Judged:
    """Numerator / (denominator − excused): steps on it, or times the maximum with or without a floor."""
    top, whole = figure(answer, "numerator"), figure(answer, "denominator")
    excused = figure(answer, "excused") or ZERO
    if top is None or whole is None:
        return NOTHING
    below = whole - excused
    if min(top, whole, excused, below) < 0 or (excused and "excused" not in rule):
        return BAD
    if below == 0:
        return OUT if top == 0 else BAD
    if top > below and not says(rule, "cap_ratio"):
        return BAD
    share = min(Fraction(1), top / below)
    if "steps" in rule:
        return first_step(rule["steps"], share)
    if "zero_below" in rule:
        floor = number(rule["zero_below"])
        if share < floor or (share == floor and says(rule, "open_floor")):
            return EARNED, ZERO
    return EARNED, share * most


def formula(rule: Json, most: Fraction, answer: Json) -> Judged:
    given = answer.get("variables") or {}
    names = {variable["name"]: variable for variable in rule["variables"]}
    if any(name not in given for name in names):
        return NOTHING
    if any(name not in names for name in given):
        return BAD
    values = {name: number(value) for name, value in given.items()}
    for name, variable in names.items():
        if says(variable, "whole") and values[name].denominator != 1:
            return BAD
        if values[name] < 0 and not says(variable, "may_be_negative"):
            return BAD
    values["max"] = values["maximum"] = most
    for branch in rule["branches"]:
        try:
            if "if" in branch and not expression(branch["if"])(values):
                continue
            if branch["points"] == "not_applicable":
                return OUT
            points = expression(branch["points"])(values)
        except ZeroDivisionError:
            return OUT if branch.get("zero_division") == "not_applicable" else BAD
        return EARNED, max(ZERO, min(most, points)) if says(rule, "cap") else points
    return BAD


def deadline(rule: Json, most: Fraction, answer: Json) -> Judged:
    """The last day counts whole; without a document, or with a day that does not count, the last option."""
    last = (EARNED, number(rule["options"][-1]["points"]))
    if answer.get("choice") == "no":
        return last
    if answer.get("moment") is None:
        return NOTHING
    if rule.get("counts", "signed_at") == "signed_at":
        if answer.get("signed") is None:
            return NOTHING
        if not answer["signed"] and not says(rule, "accept_document_date"):
            return last
    moment = date.fromisoformat(answer["moment"])
    for option in rule["options"]:
        if "until" not in option or moment <= last_day(option["until"], int(rule["year"])):
            return EARNED, number(option["points"])
    return last


def last_day(until: str, year: int) -> date:
    """The last day of a time limit: a month ("1"), a day of the year ("01-31"), or a day."""
    parts = [int(part) for part in str(until).split("-")]
    if len(parts) == 3:
        return date(*parts)
    if len(parts) == 2:
        return date(year, *parts)
    return date(year + parts[0] // 12, parts[0] % 12 + 1, 1) - timedelta(days=1)


ANY_VIOLATION = "vi phạm"  # the kind of a rule that knows only one


def deduct(rule: Json, most: Fraction, answer: Json) -> Judged:
    kinds, counts = rule["per_violation"], answer.get("counts")
    single = not isinstance(kinds, (list, dict))
    kinds = {ANY_VIOLATION: number(kinds)} if single else table(kinds)
    if counts is None:
        count = figure(answer, "numerator")
        if count is None:
            return NOTHING
        counts = {ANY_VIOLATION: answer["numerator"]}
    counts = {kind: number(count) for kind, count in counts.items()}
    if any(kind not in kinds or not is_count(count) for kind, count in counts.items()):
        return BAD
    lost = sum((count * kinds[kind] for kind, count in counts.items()), ZERO)
    return EARNED, max(number(rule.get("floor", "0")), most - lost)


def quality_grade(rule: Json, most: Fraction, answer: Json) -> Judged:
    grades = table(rule["grades"], "percent")
    if answer.get("choice") is None:
        return NOTHING
    violations = figure(answer, "numerator") or ZERO
    if answer["choice"] not in grades or not is_count(violations):
        return BAD
    earned = grades[answer["choice"]] / 100 * most
    part = earned if rule.get("deduct_of") == "earned" else most
    return EARNED, max(ZERO, earned - violations * number(rule.get("minor_violation", "0")) / 100 * part)


def survey(rule: Json, most: Fraction, answer: Json) -> Judged:
    """Weighted answers over all forms, or the mean of the groups; blank forms count if the set says so."""
    weights = {**table(rule["weights"], "weight"), "blank": ZERO}
    shares = table(rule["groups"], "weight") if "groups" in rule else {"": Fraction(1)}
    if answer.get("counts") is None:
        return WAITED
    forms, marks = dict.fromkeys(shares, ZERO), dict.fromkeys(shares, ZERO)
    for key, written in answer["counts"].items():
        group, _, option = key.partition("/") if "groups" in rule else ("", "", key)
        count = number(written)
        if group not in shares or option not in weights or not is_count(count):
            return BAD
        if option != "blank" or rule.get("blank") == "zero":
            forms[group] += count
            marks[group] += weights[option] * count
    combine = rule.get("combine", "pooled")
    least = number(rule.get("minimum_forms", "0" if combine == "pooled" else "1"))
    everybody = sum(forms.values(), ZERO)
    if everybody == 0 or any(count < least for count in forms.values()):
        return WAITED
    if combine == "pooled":
        return EARNED, sum(marks.values(), ZERO) / everybody * most
    if min(forms.values()) == 0:
        return WAITED
    if combine == "mean_of_groups":
        shares = dict.fromkeys(shares, Fraction(1))
    means = sum((shares[group] * marks[group] / forms[group] for group in shares), ZERO)
    return EARNED, means / sum(shares.values(), ZERO) * most


def external_index(rule: Json, most: Fraction, answer: Json) -> Judged:
    value, of = figure(answer, "numerator"), figure(answer, "denominator")
    if value is None:
        not_surveyed = answer.get("choice") == "no" and rule.get("not_surveyed") == "not_applicable"
        return OUT if not_surveyed else WAITED
    of = Fraction(100) if of is None else of
    return (EARNED, value / of * most) if of > 0 and 0 <= value <= of else BAD


def leadership(rule: Json, most: Fraction, answer: Json) -> Judged:
    points = figure(answer, "points")
    given = {name: number(value) for name, value in (answer.get("variables") or {}).items()}
    if points is not None:
        return EARNED, points
    if not given:
        return WAITED
    if min(given.values()) < 0:
        return BAD
    if rule["combine"] == "sum":
        return EARNED, sum(given.values(), ZERO)
    if rule["combine"] == "mean":
        return EARNED, sum(given.values(), ZERO) / len(given)
    others = [value for name, value in given.items() if name != "chair"]
    if "chair" not in given or not others:
        return WAITED
    weight = number(rule["chair_weight"])
    return EARNED, weight * given["chair"] + (1 - weight) * sum(others, ZERO) / len(others)


def cohort_alone(rule: Json, most: Fraction, answer: Json) -> Judged:
    """A leaf measured against the best of the block waits for the block; see `cohort`."""
    value = figure(answer, "numerator")
    if value is None:
        return NOTHING
    return BAD if value < 0 or answer.get("denominator") is not None else WAITED


def claims(rule: Json, most: Fraction, answer: Json) -> Judged:
    """Bonus or penalty as a leaf: the sum of the claims up to the cap."""
    if answer.get("counts") is None:
        return NOTHING
    points = [number(value) for value in answer["counts"].values()]
    if any(value < 0 for value in points):
        return BAD
    return EARNED, min(number(rule["cap"]), sum(points, ZERO))


RULES: dict[str, Callable[[Json, Fraction, Json], Judged]] = {
    "boolean": boolean, "choice": choice, "additive_checklist": checklist,
    "count_times_points_capped": count_times_points, "step_on_count": step_on_count,
    "step_on_ratio": ratio, "ratio_times_max": ratio, "ratio_with_zero_floor": ratio,
    "formula_with_variables_and_conditions": formula, "deadline": deadline,
    "deduct_per_violation": deduct, "quality_grade_percent": quality_grade,
    "survey_weighted_answers": survey, "external_index": external_index, "leadership_score": leadership,
    "cohort_normalised": cohort_alone, "bonus_capped": claims, "penalty_capped": claims,
    "not_applicable": lambda rule, most, answer: OUT, "unstated": lambda rule, most, answer: BAD,
}  # fmt: skip
SHORT_NAMES = {
    "checklist": "additive_checklist", "count": "count_times_points_capped", "step": "step_on_ratio",
    "ratio": "ratio_times_max", "formula": "formula_with_variables_and_conditions",
    "deduct": "deduct_per_violation", "quality_grade": "quality_grade_percent",
    "survey": "survey_weighted_answers", "external_pct": "external_index", "leadership": "leadership_score",
    "cohort": "cohort_normalised", "bonus": "bonus_capped", "penalty": "penalty_capped",
}  # fmt: skip


def rule_type(rule: Json) -> str:
    """The full name of the type of a rule."""
    name: str = rule["type"]
    return SHORT_NAMES.get(name, name)


def judge(rule: Json, most: Fraction, answer: Json, allowed: bool) -> Judged:
    """State and settled points of an answer under a rule. Raises ValueError for what is no number or day."""
    if answer.get("applicable") is False:
        return OUT
    if rule_type(rule) == "boolean" and answer.get("choice") == "not_applicable":
        return OUT if allowed else BAD
    state, points = RULES[rule_type(rule)](rule, most, answer)
    if points is None:
        return state, None
    return (EARNED, settle(points, 24)) if 0 <= points <= most else BAD


def cohort(rule: Json, most: Fraction, answers: Mapping[Any, Json]) -> dict[Any, Judged]:
    """{unit: (state, points)} of a leaf measured against the best of those in the block who answered."""
    alone = {unit: judge(rule, most, answer, True) for unit, answer in answers.items()}
    if any(state in (MISSING, INVALID) for state, _ in alone.values()):
        return alone
    waiting = [unit for unit, (state, _) in alone.items() if state == PENDING]
    values = {unit: number(answers[unit]["numerator"]) for unit in waiting}
    lower = rule.get("direction") == "lower_is_better"
    best = (min if lower else max)(values.values(), default=ZERO)
    if best == 0:
        return dict.fromkeys(answers, OUT)
    shares = {unit: best / value if lower else value / best for unit, value in values.items()}
    return {unit: (EARNED, settle(shares[unit] * most, 24)) if unit in shares else OUT for unit in answers}


# Formulas: numbers, variables, max, + − × ÷, comparisons, and / or / not, min(…), max(…); nothing else.

_TOKEN = re.compile(r"\s*(?:([0-9]+(?:\.[0-9]+)?)|([^\W\d]\w*)|(<=|>=|==|!=|<>|[-+*/×÷−<>=≤≥≠(),]))")
_SIGNS = {"−": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "<>": "!=", "==": "="}
_POWER = {
    "or": 1, "and": 2, "<": 4, "<=": 4, ">": 4, ">=": 4, "=": 4, "!=": 4, "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip
_COUNTED: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


@lru_cache(maxsize=4096)
def expression(text: str) -> Compiled:
    """A formula as a function of its variables. Raises ValueError for what is none."""
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found or len(text) > 2000:
            raise ValueError(f"“{_shown(text)}” is no formula")
        tokens.append(_SIGNS.get(found.group().strip(), found.group().strip()))
        at = found.end()
    reader = _Formula(text, tokens)
    compiled = reader.read(0)
    if reader.at != len(tokens):
        reader.refuse()
    return compiled


class _Formula:
    """Reads tokens by binding power; every read gives a function from variables to a value."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text, self.tokens, self.at = text, tokens, 0

    def refuse(self) -> NoReturn:
        raise ValueError(f"“{_shown(self.text)}” is no formula")

    def next(self, wanted: str | None = None) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if not token or (wanted is not None and token != wanted):
            self.refuse()
        self.at += 1
        return token

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def read(self, power: int) -> Compiled:
        left = self.first()
        while _POWER.get(self.peek(), 0) > power:
            sign = self.next()
            right = self.read(_POWER[sign])
            left = self.joined(sign, left, right)
            if _POWER[sign] == 4 and _POWER.get(self.peek()) == 4:
                self.refuse()  # x < y < z
        return left

    def joined(self, sign: str, left: Compiled, right: Compiled) -> Compiled:
        if sign == "and":
            return lambda values: left(values) and right(values)
        if sign == "or":
            return lambda values: left(values) or right(values)
        counted = _COUNTED[sign]
        return lambda values: counted(left(values), right(values))

    def first(self) -> Compiled:
        word = self.next()
        if word == "(":
            inner = self.read(0)
            self.next(")")
            return inner
        if word == "-":
            negated = self.read(6)
            return lambda values: -negated(values)
        if word == "not":
            denied = self.read(3)
            return lambda values: not denied(values)
        if word in ("min", "max") and self.peek() == "(":
            return self.called(min if word == "min" else max)
        if word[0].isdigit():
            whole, _, digits = word.partition(".")
            constant = Fraction(int(whole + digits), 10 ** len(digits))
            return lambda values: constant
        if word in _POWER or not (word[0].isalpha() or word[0] == "_"):
            self.refuse()
        return lambda values: values[word]

    def called(self, function: Callable[[Iterable[Any]], Any]) -> Compiled:
        self.next("(")
        parts = [self.read(0)]
        while self.peek() == ",":
            self.next()
            parts.append(self.read(0))
        self.next(")")
        return lambda values: function(part(values) for part in parts)


# ---------------------------------------------------------------------------------------------------------
# Criteria sets, totals, ranks and classes

OUTSIDE_SCORERS = ("survey", "external", "leadership")


class Leaf:
    """One scored line of the table, with the codes above it."""

    def __init__(self, node: Json, codes: tuple[str, ...]) -> None:
        self.code, self.codes = node["code"], codes
        self.rule, self.maximum = node["rule"], number(node["max"])
        self.outside = node["by"] in OUTSIDE_SCORERS
        self.allowed = node.get("na") is not None
        self.is_cohort = rule_type(self.rule) == "cohort_normalised"


class Criteria:
    """A criteria set: leaves in the order of the table, every node with its leaves, and the settings."""

    def __init__(self, given: Json) -> None:
        self.policy, self.by_field = given["na_policy"], given.get("na_scope") == "field"
        if self.policy not in ("rescale_appraisal", "shrink_denominator", "full_marks"):
            raise ValueError(f"unknown na_policy {_shown(self.policy)}")
        extra = given.get("bonus_penalty", {})
        self.most_bonus = number(extra.get("bonus_max", "0"))
        self.most_penalty = number(extra.get("penalty_max", "0"))
        self.cap = None if extra.get("total_cap") is None else number(extra["total_cap"])
        self.digits, self.mode = int(given["rounding"]["display"]), given["rounding"]["mode"].lower()
        self.ties, self.rank_on = given.get("ties", "competition"), given.get("rank_on", "exact")
        self.breakers = given.get("tie_breakers", [])
        self.bands, self.bands_of_block = given.get("bands", []), given.get("bands_by_block", {})
        self.leaves: list[Leaf] = []
        self._read(given["fields"], ())
        self.leaf = {leaf.code: leaf for leaf in self.leaves}
        if len(self.leaf) != len(self.leaves):
            raise ValueError("a code is there twice")
        self.nodes: dict[str, tuple[int, list[Leaf]]] = {}
        for leaf in self.leaves:
            for depth, code in enumerate(leaf.codes):
                self.nodes.setdefault(code, (depth, []))[1].append(leaf)

    def _read(self, nodes: list[Json], above: tuple[str, ...]) -> None:
        for node in nodes:
            codes = (*above, node["code"])
            if "rule" in node:
                self.leaves.append(Leaf(node, codes))
            else:
                self._read(node.get("criteria") or node["sub"], codes)


class Sums:
    """Achieved, maximum and removed points of some leaves under some outcomes."""

    def __init__(self, leaves: Iterable[Leaf], outcomes: Outcomes) -> None:
        self.achieved = self.most = self.removed = ZERO
        for leaf in leaves:
            state, points = outcomes.get(leaf.code, NOTHING)
            self.most += leaf.maximum
            if points is not None:
                self.achieved += points
            elif state == NOT_APPLICABLE:
                self.removed += leaf.maximum
        self.left = self.most - self.removed

    def rescaled(self) -> Fraction:
        return self.achieved / self.left * self.most if self.left else ZERO


def part_points(criteria: Criteria, leaves: list[Leaf], outcomes: Outcomes) -> tuple[Fraction, Fraction]:
    """(achieved, maximum) of the appraised or the outside part under the not-applicable policy."""
    sums = Sums(leaves, outcomes)
    if criteria.policy == "shrink_denominator":
        return sums.achieved, sums.left
    if criteria.policy == "full_marks":
        return sums.achieved + sums.removed, sums.most
    if not criteria.by_field:
        return sums.rescaled(), sums.most
    fields: dict[str, list[Leaf]] = {leaf.codes[0]: [] for leaf in leaves}
    for leaf in leaves:
        fields[leaf.codes[0]].append(leaf)
    alive = [own for own in (Sums(of_field, outcomes) for of_field in fields.values()) if own.left]
    weight = sum((own.most for own in alive), ZERO)
    return sum((own.rescaled() for own in alive), ZERO) * sums.most / weight, sums.most


def node_points(criteria: Criteria, leaves: list[Leaf], outcomes: Outcomes, is_field: bool) -> Node:
    """(achieved, index, maximum) of a field or criterion; the first two None when nothing is left of it."""
    sums = Sums(leaves, outcomes)
    scaled = is_field and criteria.by_field and criteria.policy == "rescale_appraisal"
    if not sums.left:
        return None, None, ZERO if scaled else sums.most
    achieved, most = sums.achieved, sums.left
    if scaled:
        halves = [Sums([leaf for leaf in leaves if leaf.outside is side], outcomes) for side in (False, True)]
        achieved = sum((half.rescaled() for half in halves), ZERO)
        most = sum((half.most for half in halves if half.left), ZERO)
    elif criteria.policy == "full_marks":
        achieved, most = achieved + sums.removed, sums.most
    return achieved, achieved / most * 100, most


class Total:
    """What one side of one unit gets, all of it settled at 18 decimal places."""

    def __init__(
        self, criteria: Criteria, outcomes: Outcomes, bonus: Points = (), penalty: Points = ()
    ) -> None:
        halves = [[leaf for leaf in criteria.leaves if leaf.outside is side] for side in (False, True)]
        self.bonus = min(criteria.most_bonus, sum(bonus, ZERO))
        self.penalty = min(criteria.most_penalty, sum(penalty, ZERO))
        self.total = self.index = None
        parts = [part_points(criteria, half, outcomes) for half in halves if Sums(half, outcomes).left]
        if Sums(halves[0], outcomes).left:
            total = sum(achieved for achieved, _ in parts) + self.bonus - self.penalty
            if criteria.cap is not None:
                total = min(criteria.cap, total)
            self.total = max(ZERO, total)
            self.index = settle(self.total / sum(most for _, most in parts) * 100, 18)
            self.total = settle(self.total, 18)
        self.nodes: dict[str, Node] = {}
        for code, (depth, leaves) in criteria.nodes.items():
            self.nodes[code] = settled(node_points(criteria, leaves, outcomes, depth == 0))
        self.parts = {
            "appraised": settled(node_points(criteria, halves[0], outcomes, False)),
            "outside": settled(node_points(criteria, halves[1], outcomes, False)),
        }

    def breaker(self, code: str) -> Fraction | None:
        """The component index by which a tie is broken."""
        return self.parts[code][1] if code in self.parts else self.nodes[code][1]


def settled(node: Node) -> Node:
    """What is there, at 18 decimal places."""
    achieved, index, most = node
    if achieved is None or index is None:
        return None, None, most
    return settle(achieved, 18), settle(index, 18), settle(most, 18)


def shown(value: Fraction, digits: int, mode: str) -> Fraction:
    """The value as it is printed, rounded once."""
    scaled = value * 10**digits
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    up = {
        "half_up": rest >= Fraction(1, 2),
        "half_even": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1),
        "down": False,
        "up": rest > 0,
    }[mode]
    return Fraction(whole + up, 10**digits)


def ranks(criteria: Criteria, indices: Indices, breakers: Iterable[Indices] = ()) -> dict[int, int]:
    """{unit: rank}: by index, equal ones by the tie-breakers of an ordinal ranking; no index, no rank."""

    def compared(value: Fraction | None) -> Fraction:
        if value is None:
            return Fraction(-1)
        return shown(value, criteria.digits, criteria.mode) if criteria.rank_on == "displayed" else value

    keys = {}
    for unit, index in indices.items():
        if index is not None:
            more = [compared(breaker.get(unit)) for breaker in breakers] if criteria.ties == "ordinal" else []
            keys[unit] = (compared(index), *more)
    order = sorted(set(keys.values()) if criteria.ties == "dense" else keys.values(), reverse=True)
    place: dict[tuple[Fraction, ...], int] = {}
    for position, key in enumerate(order, start=1):
        place.setdefault(key, position)
    return {unit: place[key] for unit, key in keys.items()}


def grade(criteria: Criteria, block: str, index: Fraction | None) -> str:
    """The class: the first band that holds the exact index, not the printed one."""
    bands = criteria.bands_of_block.get(block) or criteria.bands
    return "" if index is None else next((band["name"] for band in bands if keeps(band, index)), "")


# ---------------------------------------------------------------------------------------------------------
# The recount of a round

OWN_LAYERS = ("SELF", "APPRAISED", "EXPLAINED", "REAPPRAISED", "CORRECTED")
DECIDING = ("OUTSIDE", "CORRECTED", "REAPPRAISED", "APPRAISED")
LEAF_DUST, TOTAL_DUST = Fraction(1, 10**20), Fraction(1, 10**17)


class Unit:
    """One unit: its row, its scores {code: {layer: row}}, what they are worth, its adjustments."""

    def __init__(self, row: Json, line: int) -> None:
        self.row, self.line, self.number = row, line, row["unit"]
        self.scores: dict[str, dict[str, Json]] = {}
        self.worth: dict[str, dict[str, Judged]] = {}
        self.claims: dict[str, list[Fraction]] = {"BONUS": [], "PENALTY": []}

    @property
    def is_silent(self) -> bool:
        """Locked, and neither the unit nor an appraiser scored anything: counted 0 in every node."""
        return bool(self.row["locked"]) and not self.row["self_count"] and not self.row["appraised_count"]

    def side(self, *layers: str) -> dict[str, Judged]:
        """{code: (state, points)}: per leaf the first of the layers that is there."""
        found = {}
        for code, by_layer in self.worth.items():
            layer = next((layer for layer in layers if layer in by_layer), None)
            if layer:
                found[code] = by_layer[layer]
        return {} if self.is_silent else found


def check_round(options: Options, report: Report) -> Summary:
    """`round`: seals, then every point, total, index, rank and class once more."""
    members = read_bundle(options.bundle)
    digest = check_seals(members, options, report)
    try:
        counted = recount(members, report)
    except Wrong as fault:
        report.row("{fault}", fault=fault)
        counted = {"units": 0, "scores": 0, "blocks": 0}
    summary = "{units} units in {blocks} blocks, {scores} answers recounted; digest of the round {digest}"
    return summary, {**counted, "digest": digest}


def recount(members: dict[str, bytes], report: Report) -> dict[str, int]:
    """Recounts the members of a bundle. Raises Wrong for what cannot be read at all."""
    blocks = read_blocks(members)
    units = read_units(members, blocks)
    scores = read_scores(members, blocks, units, report)
    read_adjustments(members, units)
    results = read_results(members, units)
    for block, criteria in blocks.items():
        own = [unit for unit in units.values() if unit.row["block"] == block]
        settle_cohorts(criteria, own)
        for unit in own:
            check_counts(unit, report)
        check_block(block, criteria, own, results, report)
    return {"units": len(units), "scores": scores, "blocks": len(blocks)}


def read_blocks(members: dict[str, bytes]) -> dict[str, Criteria]:
    """{block code: Criteria}."""
    blocks, used = {}, {"blocks.json"}
    listed = read_json(members["blocks.json"], "blocks.json")
    if not isinstance(listed, list):
        raise Wrong("blocks.json: not a list")
    for row in listed:
        shape(row, {"block": "text", "name": "text", "criteria": "text"}, "blocks.json")
        name = row["criteria"]
        if not _CRITERIA.fullmatch(name) or name not in members or row["block"] in blocks:
            raise Wrong(f"blocks.json: {_shown(row['block'])}: twice, or without its criteria")
        try:
            blocks[row["block"]] = Criteria(read_json(members[name], name))
        except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as fault:
            raise Wrong(f"{name}: not a criteria set ({_shown(fault)})") from None
        used.add(name)
    unused = sorted(name for name in members if name.startswith("criteria-") and name not in used)
    if unused:
        raise Wrong(f"{unused[0]}: of no block")
    return blocks


def read_units(members: dict[str, bytes], blocks: dict[str, Criteria]) -> dict[int, Unit]:
    """{number: Unit} in the order of the file."""
    units: dict[int, Unit] = {}
    for line, row in read_lines(members["units.jsonl"], "units.jsonl"):
        shape(row, UNIT, f"units.jsonl line {line}")
        if row["block"] not in blocks or (units and row["unit"] <= max(units)):
            raise Wrong(f"units.jsonl line {line}: unknown block, or not sorted by unit")
        if (row["name"] is None) is row["published"]:
            raise Wrong(f"units.jsonl line {line}: a published unit has its name, another has none")
        units[row["unit"]] = Unit(row, line)
    return units


def read_scores(
    members: dict[str, bytes], blocks: dict[str, Criteria], units: dict[int, Unit], report: Report
) -> int:
    """Reads every score and computes it by its rule. Returns how many there are."""
    last: tuple[object, ...] = ()
    line = 0
    for line, row in read_lines(members["scores.jsonl"], "scores.jsonl"):
        where = f"scores.jsonl line {line}"
        shape(row, SCORE, where)
        key = (row["unit"], row["code"], row["layer"])
        if key <= last:
            raise Wrong(f"{where}: not sorted by unit, code, layer, or twice")
        last, unit = key, units.get(row["unit"])
        leaf = blocks[unit.row["block"]].leaf.get(row["code"]) if unit else None
        is_layer = leaf and row["layer"] in (("OUTSIDE",) if leaf.outside else OWN_LAYERS)
        if not unit or not leaf or not is_layer:
            raise Wrong(f"{where}: no such unit, leaf or layer: {_shown(key)}")
        worth = check_score(row, leaf, where, report)
        unit.scores.setdefault(leaf.code, {})[row["layer"]] = row
        unit.worth.setdefault(leaf.code, {})[row["layer"]] = worth
    return line


def check_score(row: Json, leaf: Leaf, where: str, report: Report) -> Judged:
    """Computes one answer, compares with what is stored, returns (state, points) that it is worth."""
    place = {"where": where, "unit": row["unit"], "code": leaf.code, "layer": row["layer"]}
    try:
        shape(row["answer"], ANSWER, where, partial=True)
        state, points = judge(leaf.rule, leaf.maximum, row["answer"], leaf.allowed)
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as fault:
        raise Wrong(f"{where}: the rule of {leaf.code} cannot read this answer ({_shown(fault)})") from None
    stored, given, computed = (decimal_of(row[key]) for key in ("points", "given", "computed"))
    told = row["outcome"]
    if told != state and not (leaf.outside and {told, state} == {MISSING, PENDING}):
        report.row(OUTCOME_DIFFERS, **place, computed=state, stored=told)
    elif not near(computed, points, LEAF_DUST):
        report.row(POINTS_DIFFER, **place, computed=points, stored=computed)
    elif not near(stored, points if given is None else given, LEAF_DUST):
        report.row(POINTS_DIFFER, **place, computed=points if given is None else given, stored=stored)
    if given is None:
        return state, points
    if not 0 <= given <= leaf.maximum:
        report.row(GIVEN_OUT_OF_RANGE, **place, given=given, most=leaf.maximum)
    return EARNED, given


def decimal_of(text: str | None) -> Fraction | None:
    return None if text is None else number(text)


def read_adjustments(members: dict[str, bytes], units: dict[int, Unit]) -> None:
    """Accepted bonus and penalty points, to their units."""
    last = 0
    for line, row in read_lines(members["adjustments.jsonl"], "adjustments.jsonl"):
        where = f"adjustments.jsonl line {line}"
        shape(row, ADJUSTMENT, where)
        unit = units.get(row["unit"])
        if not unit or row["unit"] < last or row["kind"] not in unit.claims or number(row["points"]) < 0:
            raise Wrong(f"{where}: no such unit or kind, negative, or not sorted by unit")
        if row["state"] not in ("CLAIMED", "ACCEPTED", "REFUSED"):
            raise Wrong(f"{where}: unknown state {_shown(row['state'])}")
        last = row["unit"]
        if row["state"] == "ACCEPTED":
            unit.claims[row["kind"]].append(number(row["points"]))


def read_results(members: dict[str, bytes], units: dict[int, Unit]) -> dict[int, tuple[int, Json]]:
    """{unit: (line, row)}: one for every unit, in the same order."""
    results: dict[int, tuple[int, Json]] = {}
    for line, row in read_lines(members["results.jsonl"], "results.jsonl"):
        shape(row, RESULT, f"results.jsonl line {line}")
        for code, node in row["nodes"].items():
            shape(node, NODE, f"results.jsonl line {line}, {code}")
        for leaf in row["lines"]:
            shape(leaf, LINE, f"results.jsonl line {line}")
        results.setdefault(row["unit"], (line, row))
        if len(results) != line:
            raise Wrong(f"results.jsonl line {line}: unit {row['unit']} twice")
    if list(results) != list(units):
        odd = sorted(set(results) ^ set(units))
        what = f"unit {odd[0]}" if odd else "not in the order of units.jsonl"
        raise Wrong(f"results.jsonl: not one row for every unit: {what}")
    return results


def settle_cohorts(criteria: Criteria, units: list[Unit]) -> None:
    """Leaves measured against the best of the block: once for the units' own side, once for what decides."""
    for leaf in (leaf for leaf in criteria.leaves if leaf.is_cohort):
        for layers in (("SELF",), DECIDING[1:]):
            rows = {}
            for unit in units:
                by_layer = unit.scores.get(leaf.code, {})
                layer = next((layer for layer in layers if layer in by_layer), None)
                if layer:
                    rows[unit.number] = (unit, layer, by_layer[layer])
            answers = {number_: row["answer"] for number_, (_, _, row) in rows.items()}
            for number_, worth in cohort(leaf.rule, leaf.maximum, answers).items():
                unit, layer, row = rows[number_]
                if row["given"] is None:
                    unit.worth[leaf.code][layer] = worth


def check_counts(unit: Unit, report: Report) -> None:
    """The counts that tell a silent unit are those of its rows."""
    for name, layer in (("self_count", "SELF"), ("appraised_count", "APPRAISED")):
        found = sum(
            by_layer[layer]["points"] is not None
            or by_layer[layer]["outcome"] in (NOT_APPLICABLE, PENDING, INVALID)
            for by_layer in unit.scores.values()
            if layer in by_layer
        )
        stored = unit.row[name]
        if found != stored:
            place = {"line": unit.line, "unit": unit.number}
            report.row(COUNT_DIFFERS, **place, name=name, computed=found, stored=stored)


def check_block(
    block: str, criteria: Criteria, units: list[Unit], results: dict[int, tuple[int, Json]], report: Report
) -> None:
    """Totals, ranks and classes of one block, each compared with what was published."""
    own = {unit.number: Total(criteria, unit.side("SELF", "OUTSIDE")) for unit in units}
    final = {unit.number: decided_total(criteria, unit) for unit in units}
    ranked = [unit.number for unit in units if unit.row["ranked"]]
    breakers = [{unit: final[unit].breaker(code) for unit in ranked} for code in criteria.breakers]
    places = ranks(criteria, {unit: final[unit].index for unit in ranked}, breakers)
    by_node = {code: {unit: final[unit].nodes[code][1] for unit in ranked} for code in criteria.nodes}
    node_places = {code: ranks(criteria, indices) for code, indices in by_node.items()}
    for unit in units:
        line, row = results[unit.number]
        compare = Comparison(f"results.jsonl line {line}", unit.number, report)
        mine, decided, place = own[unit.number], final[unit.number], places.get(unit.number)
        for name, counted in (
            ("self_total", mine.total), ("total", decided.total), ("index", decided.index),
            ("bonus", decided.bonus), ("penalty", decided.penalty),
        ):  # fmt: skip
            compare.decimals(name, row[name], counted)
        compare.same("grade", row["grade"], grade(criteria, block, decided.index))
        own_grade = "" if unit.is_silent else grade(criteria, block, mine.index)
        compare.same("self_grade", row["self_grade"], own_grade)
        compare.same("rank", row["rank"], place)
        compare.same("rank_of", row["rank_of"], None if place is None else len(places))
        compare_nodes(compare, row["nodes"], mine, decided, node_places, unit.number)
        compare_lines(compare, row["lines"], unit, criteria)


def decided_total(criteria: Criteria, unit: Unit) -> Total:
    """What counts in the end, with bonus and penalty; 0 for a unit that nobody scored."""
    found = Total(criteria, unit.side(*DECIDING), unit.claims["BONUS"], unit.claims["PENALTY"])
    if unit.is_silent:
        found.total = found.index = ZERO
    return found


class Comparison:
    """Compares one published row with what was counted."""

    def __init__(self, where: str, unit: int, report: Report) -> None:
        self.place, self.report = {"where": where, "unit": unit}, report

    def same(self, name: str, stored: object, counted: object) -> None:
        if stored != counted:
            self.differs(name, stored, counted)

    def decimals(self, name: str, stored: Any, counted: Fraction | None, dust: Fraction = TOTAL_DUST) -> None:
        is_decimal = stored is None or _is_decimal(stored)
        if not is_decimal or not near(decimal_of(stored), counted, dust):
            self.differs(name, stored, counted)

    def differs(self, name: str, stored: object, counted: object) -> None:
        self.report.row(RESULT_DIFFERS, **self.place, name=name, computed=counted, stored=stored)


def compare_nodes(
    compare: Comparison, nodes: Json, own: Total, final: Total, places: dict[str, dict[int, int]], unit: int
) -> None:
    """Points, component indices and ranks of every field and criterion."""
    compare.same("nodes", sorted(nodes), sorted(final.nodes))
    for code in (code for code in final.nodes if code in nodes):
        (achieved, index, most), (own_achieved, own_index, _) = final.nodes[code], own.nodes[code]
        for name, counted in (
            ("maximum", most), ("self", own_achieved), ("decided", achieved), ("index", index),
            ("self_index", own_index),
        ):  # fmt: skip
            compare.decimals(f"{code} {name}", nodes[code][name], counted)
        compare.same(f"{code} rank", nodes[code]["rank"], places[code].get(unit))


def compare_lines(compare: Comparison, lines: list[Json], unit: Unit, criteria: Criteria) -> None:
    """The leaves: points of every layer, and which of them decided."""
    compare.same("lines", [line["code"] for line in lines], [leaf.code for leaf in criteria.leaves])
    decided = unit.side(*DECIDING)
    for line in (line for line in lines if line["code"] in criteria.leaf):
        code = line["code"]
        worth = unit.worth.get(code, {})
        deciding = next((layer for layer in DECIDING if layer in worth), "")
        compare.same(f"{code} decided_layer", line["decided_layer"], deciding)
        compare.decimals(f"{code} decided", line["decided"], decided.get(code, NOTHING)[1], LEAF_DUST)
        compare.same(f"{code} layers", sorted(line["points"]), sorted(worth))
        for layer in (layer for layer in sorted(worth) if layer in line["points"]):
            compare.decimals(f"{code} {layer}", line["points"][layer], worth[layer][1], LEAF_DUST)


# ---------------------------------------------------------------------------------------------------------
# Sentences

MISSING_ROWS = "row {first} is missing, and all up to {last}: {where} vouches for them"
UNSEALED_ROWS = "row {first} is in no checkpoint, nor are those up to {last}"
NOT_THE_BEGINNING = "{where}: the tree of its {size} rows is not the beginning of the newest tree"
STRETCH = "{where} does not hold: the first changed row is one of {first} to {last}"
FILE_OUT_OF_PLACE = "row {first}: {name} does not begin with it"
ROW_DIFFERS = "row {row} is not the row that was sealed there; {count} in all"
TILE_DIFFERS = "{name}: hash {place} is not that of the tree"
OUTCOME_DIFFERS = "{where}: unit {unit}, {code} {layer}: the rule gives {computed}, stored {stored}"
POINTS_DIFFER = "{where}: unit {unit}, {code} {layer}: the rule gives {computed} points, stored {stored}"
GIVEN_OUT_OF_RANGE = "{where}: unit {unit}, {code} {layer}: given {given} points, the most is {most}"
COUNT_DIFFERS = "units.jsonl line {line}: unit {unit}: {name} counted {computed}, stored {stored}"
RESULT_DIFFERS = "{where}: unit {unit}: {name} counted {computed}, published {stored}"

COMMITTED = "Compare the digest of the seed with the one published before the draw: {digest}"
OWN_KEY = "Key taken from the material itself; compare it with the published one: {key}"

VIETNAMESE = {
    MISSING_ROWS: "thiếu dòng {first} và các dòng đến {last}: {where} đã xác nhận chúng",
    UNSEALED_ROWS: "dòng {first} và các dòng đến {last} không nằm trong mốc niêm phong nào",
    NOT_THE_BEGINNING: "{where}: cây {size} dòng không phải là phần đầu của cây mới nhất",
    STRETCH: "{where} không còn đúng: dòng bị đổi đầu tiên nằm trong khoảng {first} đến {last}",
    FILE_OUT_OF_PLACE: "dòng {first}: {name} không bắt đầu bằng dòng này",
    ROW_DIFFERS: "dòng {row} không phải là dòng đã niêm phong ở vị trí đó; tất cả {count} dòng",
    TILE_DIFFERS: "{name}: mã băm thứ {place} không phải của cây",
    OUTCOME_DIFFERS: "{where}: đơn vị {unit}, {code} {layer}: theo quy tắc là {computed}, đã lưu {stored}",
    POINTS_DIFFER: "{where}: đơn vị {unit}, {code} {layer}: đúng quy tắc là {computed} điểm, đã lưu {stored}",
    GIVEN_OUT_OF_RANGE: "{where}: đơn vị {unit}, {code} {layer}: cho {given} điểm, tối đa {most}",
    COUNT_DIFFERS: "units.jsonl dòng {line}: đơn vị {unit}: {name} đếm được {computed}, đã lưu {stored}",
    RESULT_DIFFERS: "{where}: đơn vị {unit}: {name} tính được {computed}, đã công bố {stored}",
    "row {row}: {fault}; {count} in all": "dòng {row}: {fault}; tất cả {count} dòng",
    "entries/{name}: the last row is not ended": "entries/{name}: dòng cuối không kết thúc",
    "entry: {fault}": "mục nhật ký: {fault}",
    "entry {index} is not in the tree of {size} rows": "mục {index} không nằm trong cây {size} dòng",
    "{path}: missing": "{path}: không còn tệp",
    "{path}: {size} bytes instead of {wanted}": "{path}: {size} byte thay vì {wanted}",
    "{path}: the content is not what was submitted": "{path}: nội dung không phải như đã nộp",
    "{path}: in the folder, not in the manifest": "{path}: có trong thư mục, không có trong bảng kê",
    "manifest: not sorted by path, or a path twice": "bảng kê: không xếp thứ tự, hoặc trùng đường dẫn",
    "{name}: not the content that manifest.json vouches for": "{name}: khác nội dung ghi trong manifest.json",
    "decision.json: vouches for another manifest.json": "decision.json: xác nhận một manifest.json khác",
    "the seed is not the one that was committed to": "chuỗi khởi tạo không phải chuỗi đã cam kết",
    "pick {place}: the seed gives {unit}, published {stored}": (
        "đơn vị chọn thứ {place}: chuỗi khởi tạo cho ra {unit}, đã công bố {stored}"
    ),
    COMMITTED: "Hãy so mã cam kết của chuỗi khởi tạo với mã đã công bố trước khi chọn: {digest}",
    "{count} of {units} units drawn again": "chọn lại {count} trong {units} đơn vị",
    OWN_KEY: "Khóa lấy từ chính gói này; hãy so với khóa đã công bố: {key}",
    "{rows} rows, {checkpoints} checkpoints": "{rows} dòng, {checkpoints} mốc niêm phong",
    "row {index} of {size}: {verb} {label}, {at}": "dòng {index} trong {size}: {verb} {label}, {at}",
    "{files} files": "{files} tệp",
    "{units} units in {blocks} blocks, {scores} answers recounted; digest of the round {digest}": (
        "{units} đơn vị trong {blocks} khối, tính lại {scores} câu trả lời; mã băm của kỳ {digest}"
    ),
    "WRONG ": "SAI ",
    "UNREADABLE ": "KHÔNG ĐỌC ĐƯỢC ",
    "ALL OF IT HOLDS: {figures} ({seconds} s)": "TẤT CẢ ĐÚNG: {figures} ({seconds} giây)",
    "{count} WRONG: {figures} ({seconds} s)": "{count} CHỖ SAI: {figures} ({seconds} giây)",
    "… and {count} more": "… và {count} chỗ nữa",
}


def parser() -> argparse.ArgumentParser:
    """The commands."""
    found = argparse.ArgumentParser(prog="openpar_verify.py", description="Checks OpenPAR without OpenPAR.")
    found.add_argument("--vi", action="store_true", help="messages in Vietnamese")
    commands = found.add_subparsers(dest="command", required=True)
    for name, run, about, source, metavar, needed in (
        ("log", check_log, "a folder or an address", "source", "FOLDER_OR_ADDRESS", "--checkpoint"),
        ("receipt", check_receipt, "a receipt", "file", "FILE", ""),
        ("evidence", check_evidence, "a folder of evidence", "folder", "FOLDER", "--manifest"),
        ("draw", check_draw, "a draw by lot", "file", "FILE", ""),
        ("round", check_round, "the bundle of a published round", "bundle", "BUNDLE.zip", ""),
    ):
        command = commands.add_parser(name, help=about)
        command.set_defaults(run=run)
        command.add_argument(source, metavar=metavar)
        if needed:
            command.add_argument(needed, required=True, metavar="FILE")
        if run not in (check_evidence, check_draw):
            command.add_argument("--key", action="append", metavar="VKEY", help="a public key to be trusted")
        no_default = argparse.SUPPRESS  # also behind the command; in front of it counts as well
        command.add_argument("--vi", action="store_true", default=no_default, help="messages in Vietnamese")
    return found


def limit_memory() -> None:
    """Ask the system to stop us before a hostile file eats the machine; not everywhere possible."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):
        pass


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    options = parser().parse_args(arguments)
    started, report = time.monotonic(), Report(options.vi)
    figures = ""
    try:
        summary, values = options.run(options, report)
        figures = report.text(summary, values)
    except Wrong as fault:
        report.row("{fault}", fault=fault)
    except (Unreadable, OSError, urllib.error.URLError) as fault:
        say(report.text("UNREADABLE ", {}) + _shown(fault))
        return 2
    except MemoryError:
        say(report.text("UNREADABLE ", {}) + "too large for the memory that may be used")
        return 2
    problems = report.problems
    for problem in problems[:MOST_SHOWN]:
        say(report.text("WRONG ", {}) + problem)
    if len(problems) > MOST_SHOWN:
        say(report.text("… and {count} more", {"count": len(problems) - MOST_SHOWN}))
    for note in report.notes:
        say(note)
    seconds = f"{time.monotonic() - started:.1f}"
    last = (
        "{count} WRONG: {figures} ({seconds} s)" if problems else "ALL OF IT HOLDS: {figures} ({seconds} s)"
    )
    say(report.text(last, {"count": len(problems), "figures": figures, "seconds": seconds}))
    return 1 if problems else 0


def say(text: str) -> None:
    """One line, whatever the console can show."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


if __name__ == "__main__":
    limit_memory()
    sys.exit(main())
