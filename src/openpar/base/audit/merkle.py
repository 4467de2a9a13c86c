"""The Merkle tree of RFC 6962, section 2.1, over hashes that somebody else keeps.

Hashes are bytes of length 32. Leaves are numbered from 0; ranges are half open, [start, end).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

# A stored hash of level L is the root of 256 of level L − 1; level 0 are the leaves (c2sp.org/tlog-tiles).
TILE_BITS = 8
TILE_WIDTH = 1 << TILE_BITS
EMPTY_ROOT = sha256(b"").digest()

# (level, first, count) → that many stored hashes, in order.
Reader = Callable[[int, int, int], Sequence[bytes]]


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf with this content."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over a complete row of hashes; their number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def root(read: Reader, size: int) -> bytes:
    """The root of the tree of the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _hash_of_range(read, 0, size)


def inclusion_proof(read: Reader, index: int, size: int) -> tuple[bytes, ...]:
    """The hashes beside the way from leaf `index` to the root of `size` leaves, from below (RFC 6962, 2.1.1).

    Raises ValueError unless 0 ≤ index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_hash_of_range(read, middle, end))
            end = middle
        else:
            path.append(_hash_of_range(read, start, middle))
            start = middle
    return tuple(reversed(path))


def root_by_proof(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads; None when its length does not fit its place (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at != 0:
                at >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        at >>= 1
        last >>= 1
    return found if last == 0 else None


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _hash_of_range(read: Reader, start: int, end: int) -> bytes:
    """The root over [start, end); `start` is a multiple of the first power of two not below the length."""
    parts = []
    while start < end:
        bits = (end - start).bit_length() - 1
        parts.append(_complete(read, bits, start >> bits))
        start += 1 << bits
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found


def _complete(read: Reader, bits: int, index: int) -> bytes:
    """The root of the complete subtree of 2**bits leaves that is number `index` of its size."""
    level, inside = divmod(bits, TILE_BITS)
    return folded(read(level, index << inside, 1 << inside))
