"""The log as a folder, for somebody who checks it elsewhere (docs/trust/formats.md, 5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openpar.base.audit import merkle, tree
from openpar.base.audit.canonical import canonical
from openpar.base.audit.models import Checkpoint, Entry, Leaf, VerifierKey

ROWS_A_FILE = 65_536
_CHUNK = 5_000
BETWEEN = "---\n"


class NothingSealed(Exception):
    """There is no checkpoint yet."""


@dataclass(frozen=True)
class Written:
    """What a folder holds."""

    size: int
    root: str
    missing: int


def write_folder(folder: Path) -> Written:
    """Writes the sealed log into an empty folder. Raises NothingSealed, FileExistsError, BrokenTree.

    Rows that are gone leave an empty line in their place: the one who checks has to see them missing.
    """
    checkpoint = Checkpoint.objects.order_by("-size").first()
    if checkpoint is None:
        raise NothingSealed
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder}: the folder is not empty")
    missing = _write_rows(folder / "entries", checkpoint.size)
    for level, number, hashes in tiles(checkpoint.size):
        path = folder / "tile" / tile_path(level, number, len(hashes))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(hashes))
    (folder / "keys.txt").write_text(keys_text(), encoding="utf-8")
    (folder / "checkpoints.txt").write_text(checkpoints_text(checkpoint.size), encoding="utf-8")
    # Last: a folder without it was not finished.
    (folder / "checkpoint").write_text(checkpoint.note, encoding="utf-8")
    return Written(checkpoint.size, checkpoint.root, missing)


def _write_rows(folder: Path, size: int) -> int:
    folder.mkdir()
    missing = 0
    for first in range(0, size, ROWS_A_FILE):
        with (folder / f"{first:09}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            for row in _rows(first, min(size, first + ROWS_A_FILE)):
                missing += row == ""
                file.write(row + "\n")
    return missing


def _rows(start: int, end: int) -> Iterator[str]:
    for first in range(start, end, _CHUNK):
        places = dict(
            Leaf.objects.filter(position__gte=first, position__lt=min(end, first + _CHUNK)).values_list(
                "position", "entry_id"
            )
        )
        entries = Entry.objects.in_bulk(places.values())
        for position in range(first, min(end, first + _CHUNK)):
            entry = entries.get(places.get(position, -1))
            yield "" if entry is None else canonical(entry.content)


def keys_text() -> str:
    """Every public key that has signed here, oldest first, one a line."""
    return "".join(f"{vkey}\n" for vkey in VerifierKey.objects.values_list("vkey", flat=True))


def checkpoints_text(size: int) -> str:
    """Every checkpoint up to this size, oldest first."""
    notes = Checkpoint.objects.filter(size__lte=size).order_by("size").values_list("note", flat=True)
    return BETWEEN.join(notes)


def tiles(size: int) -> Iterator[tuple[int, int, tuple[bytes, ...]]]:
    """Level, number and hashes of every tile of the tree of this size."""
    level = 0
    while (here := size >> (merkle.TILE_BITS * level)) > 0:
        for number in range((here + merkle.TILE_WIDTH - 1) // merkle.TILE_WIDTH):
            yield level, number, tree.tile(level, number, size)
        level += 1


def tile_path(level: int, number: int, width: int) -> str:
    """The path of a tile below `tile/`, in groups of three digits; `.p/<width>` when it is not full."""
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    path = f"{level}/{'/'.join(groups)}"
    return path if width == merkle.TILE_WIDTH else f"{path}.p/{width}"


class NoSuchTile(ValueError):
    """The path names no tile."""


def tile_at(path: str, size: int) -> bytes:
    """The content of the tile at a path of `tile_path`, of the tree of this size. Raises NoSuchTile."""
    level_text, _, rest = path.partition("/")
    name, _, width_text = rest.partition(".p/")
    digits = name.replace("x", "").replace("/", "")
    if not (level_text.isdecimal() and digits.isdecimal() and len(digits) <= 15 and len(level_text) <= 2):
        raise NoSuchTile(path)
    if width_text and not (width_text.isdecimal() and len(width_text) <= 3):
        raise NoSuchTile(path)
    width = int(width_text) if width_text else merkle.TILE_WIDTH
    level, number = int(level_text), int(digits)
    hashes = tree.tile(level, number, size)
    if tile_path(level, number, width) != path or not 0 < width <= len(hashes):
        raise NoSuchTile(path)
    return b"".join(hashes[:width])
