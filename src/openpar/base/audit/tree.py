"""The stored tree: what to read for a root, a proof or a tile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openpar.base.audit import merkle
from openpar.base.audit.models import Leaf, TreeNode


def stored(level: int, first: int, count: int) -> Sequence[bytes]:
    """That many hashes of a level, in order. Raises BrokenTree when some are missing."""
    digests: Iterable[str]
    if level == 0:
        leaves = Leaf.objects.filter(position__gte=first, position__lt=first + count)
        digests = leaves.order_by("position").values_list("digest", flat=True)
    else:
        nodes = TreeNode.objects.filter(level=level, place__gte=first, place__lt=first + count)
        digests = nodes.order_by("place").values_list("digest", flat=True)
    found = [bytes.fromhex(digest) for digest in digests]
    if len(found) != count:
        raise BrokenTree(f"level {level}: {count} hashes from {first} are expected, {len(found)} are there")
    return found


class BrokenTree(Exception):
    """Rows of the tree are missing: somebody took them out."""


def root(size: int) -> bytes:
    """The root of the first `size` leaves."""
    return merkle.root(stored, size)


def inclusion_proof(index: int, size: int) -> tuple[bytes, ...]:
    """See merkle.inclusion_proof."""
    return merkle.inclusion_proof(stored, index, size)


def tile(level: int, number: int, size: int) -> tuple[bytes, ...]:
    """The hashes of a tile of the tree of `size` leaves; fewer than 256 in the last one, none beyond it."""
    here = size >> (merkle.TILE_BITS * level)
    first = number * merkle.TILE_WIDTH
    count = min(merkle.TILE_WIDTH, here - first)
    return tuple(stored(level, first, count)) if count > 0 else ()
