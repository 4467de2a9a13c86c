"""Writes logs and signs notes as docs/trust/formats.md says; shares nothing with src/ or verify/."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ORIGIN = "par.example.gov.vn/openpar"
ROWS_A_FILE = 65_536


def plain(value: object) -> bytes:
    """Canonical JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


class Key:
    """An Ed25519 key that signs notes; the same seed is the same key."""

    def __init__(self, seed: str = "ours", name: str = ORIGIN) -> None:
        self.name = name
        self.private = Ed25519PrivateKey.from_private_bytes(sha256(seed.encode()).digest())
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.number = sha256(name.encode() + b"\n\x01" + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        encoded = base64.b64encode(b"\x01" + self.public).decode()
        return f"{self.name}+{self.number.hex()}+{encoded}"

    def line(self, text: str) -> str:
        signature = base64.b64encode(self.number + self.private.sign(text.encode())).decode()
        return f"\u2014 {self.name} {signature}\n"

    def note(self, text: str) -> str:
        return f"{text}\n{self.line(text)}"


def row(number: int, **changes: Any) -> dict[str, Any]:
    """A row of the log, different for every number."""
    return {
        "v": 1,
        "at": f"2026-03-05T08:{number // 60 % 60:02d}:{number % 60:02d}.{number % 1_000_000:06d}Z",
        "actor": number % 97 or None,
        "name": f"Nguyễn Văn {number % 97}",
        "verb": "score.self_saved",
        "object": f"score:{number}",
        "about": f"assessment:{number % 150}",
        "label": f"1.1.{number % 9} Kế hoạch “{number}” · Sở Nội vụ",
        "before": None if number % 3 else {"points": None, "answer": {}},
        "after": {"points": f"{number % 10}.5", "answer": {"choice": "có"}, "flags": [True, number]},
        "reason": "" if number % 5 else 'theo "quyết định"\n',
        "salt": sha256(str(number).encode()).hexdigest()[:32],
        **changes,
    }


def leaf(content: bytes) -> bytes:
    return sha256(b"\x00" + content).digest()


def inner(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return inner(root(leaves[:half]), root(leaves[half:]))


def path_to(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The inclusion proof of RFC 6962, 2.1.1."""
    if len(leaves) <= 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return [*path_to(index, leaves[:half]), root(leaves[half:])]
    return [*path_to(index - half, leaves[half:]), root(leaves[:half])]


def checkpoint(leaves: Sequence[bytes], key: Key, at: str = "2026-03-05T09:00:00.000000Z") -> str:
    head = base64.b64encode(root(leaves)).decode()
    return key.note(f"{key.name}\n{len(leaves)}\n{head}\ntime {at}\n")


def tile_name(level: int, index: int) -> str:
    digits = f"{index:d}".rjust(-(-len(str(index)) // 3) * 3, "0")
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return f"tile/{level}/" + "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def write_tiles(folder: Path, leaves: Sequence[bytes]) -> None:
    """All tiles, full and unfinished."""
    level, hashes = 0, list(leaves)
    while hashes:
        for at in range(0, len(hashes), 256):
            tile = hashes[at : at + 256]
            name = tile_name(level, at // 256) + ("" if len(tile) == 256 else f".p/{len(tile)}")
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"".join(tile))
        hashes = [root(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
        level += 1


def write_rows(folder: Path, lines: Sequence[bytes]) -> None:
    """The files of rows."""
    entries = folder / "entries"
    entries.mkdir(parents=True, exist_ok=True)
    for old in entries.iterdir():
        old.unlink()
    for first in range(0, len(lines), ROWS_A_FILE):
        part = lines[first : first + ROWS_A_FILE]
        (entries / f"{first:09d}.jsonl").write_bytes(b"".join(line + b"\n" for line in part))


def write_log(folder: Path, lines: Sequence[bytes], key: Key, sizes: Sequence[int]) -> None:
    """A whole log with checkpoints at these sizes; the last is the newest."""
    leaves = [leaf(line) for line in lines]
    folder.mkdir(parents=True, exist_ok=True)
    notes = [checkpoint(leaves[:size], key) for size in sizes]
    (folder / "checkpoints.txt").write_text("---\n".join(notes), "utf-8")
    (folder / "checkpoint").write_text(notes[-1], "utf-8")
    (folder / "keys.txt").write_text(key.vkey + "\n", "utf-8")
    write_tiles(folder, leaves)
    write_rows(folder, lines)


def some_rows(count: int) -> list[bytes]:
    return [plain(row(number)) for number in range(count)]


def receipt(lines: Sequence[bytes], index: int, key: Key) -> dict[str, Any]:
    leaves = [leaf(line) for line in lines]
    return {
        "format": "openpar-receipt/1",
        "entry": json.loads(lines[index]),
        "index": index,
        "proof": [base64.b64encode(part).decode() for part in path_to(index, leaves)],
        "checkpoint": checkpoint(leaves, key),
        "keys": [key.vkey],
    }


def swapped(random: Random, lines: list[bytes]) -> tuple[list[bytes], int]:
    """Two rows exchanged, and the first of them."""
    first, second = sorted(random.sample(range(len(lines)), 2))
    found = list(lines)
    found[first], found[second] = found[second], found[first]
    return found, first
