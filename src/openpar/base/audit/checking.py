"""The log checked from inside: every row against its leaf, every leaf against the signed roots.

The same questions are answered from outside, by code that shares nothing with this, in
verify/openpar_verify.py; this one reads the database and names its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from openpar.base.audit import merkle
from openpar.base.audit.models import Checkpoint, Entry, Leaf, VerifierKey
from openpar.base.audit.signing import is_signed

_CHUNK = 5000


@dataclass(frozen=True)
class Wrong:
    """One thing that is not as it was sealed; `position` is the leaf, None for a whole checkpoint."""

    position: int | None
    entry_id: int | None
    what: str


class _Frontier:
    """The roots of the complete subtrees on the right edge: enough to know the root after every leaf."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self._parts.append(leaf)
        self.size += 1
        rest = self.size
        while rest & 1 == 0:
            right = self._parts.pop()
            self._parts[-1] = merkle.node_hash(self._parts[-1], right)
            rest >>= 1

    def root(self) -> bytes:
        if not self._parts:
            return merkle.EMPTY_ROOT
        found = self._parts[-1]
        for part in reversed(self._parts[:-1]):
            found = merkle.node_hash(part, found)
        return found


def wrong_rows(*, most: int = 100) -> tuple[Wrong, ...]:
    """What does not agree, in the order of the log, at most so many findings; none when all is well."""
    found = []
    for wrong in _walk():
        found.append(wrong)
        if len(found) >= most:
            break
    return tuple(found)


def _walk() -> Iterator[Wrong]:
    frontier = _Frontier()
    keys = tuple(VerifierKey.objects.values_list("vkey", flat=True))
    checkpoints = list(Checkpoint.objects.order_by("size"))
    for checkpoint in checkpoints:
        yield from _leaves_until(frontier, checkpoint.size)
        stated = checkpoint.note.split("\n")[:3]
        if frontier.size != checkpoint.size:
            yield Wrong(None, None, _("Mốc niêm phong %d: thiếu dòng của nhật ký.") % checkpoint.size)
            return
        if frontier.root().hex() != checkpoint.root or stated[1] != str(checkpoint.size):
            yield Wrong(None, None, _("Mốc niêm phong %d: gốc cây không khớp.") % checkpoint.size)
        if not is_signed(checkpoint.note, keys):
            yield Wrong(None, None, _("Mốc niêm phong %d: chữ ký không đúng.") % checkpoint.size)
    beyond = Leaf.objects.filter(position__gte=frontier.size).order_by("position").first()
    if beyond is not None:
        yield Wrong(beyond.position, beyond.entry_id, _("Dòng nằm sau mốc niêm phong cuối cùng."))
    if checkpoints:
        yield from _planted_rows(checkpoints[-1].last_entry_id)


def _leaves_until(frontier: _Frontier, size: int) -> Iterator[Wrong]:
    while frontier.size < size:
        leaves = list(
            Leaf.objects.filter(position__gte=frontier.size, position__lt=min(size, frontier.size + _CHUNK))
            .order_by("position")
            .values_list("position", "entry_id", "digest")
        )
        if not leaves:
            return
        entries = Entry.objects.in_bulk([entry_id for _position, entry_id, _digest in leaves])
        for position, entry_id, digest in leaves:
            if position != frontier.size:
                yield Wrong(frontier.size, None, _("Dòng đã bị xóa khỏi cây niêm phong."))
                return
            frontier.add(bytes.fromhex(digest))
            entry = entries.get(entry_id)
            if entry is None:
                yield Wrong(position, entry_id, _("Dòng nhật ký đã bị xóa."))
            elif entry.computed_digest() != digest:
                yield Wrong(position, entry_id, _("Nội dung dòng nhật ký không còn như lúc niêm phong."))


def _planted_rows(last_entry_id: int) -> Iterator[Wrong]:
    """Rows that were put among sealed ones and are not sealed themselves."""
    sealed = Leaf.objects.order_by("entry_id").values_list("entry_id", flat=True)
    first = sealed.first()
    if first is None:
        return
    strangers = Entry.objects.filter(pk__lte=last_entry_id).exclude(pk__in=sealed).order_by("pk")
    for entry_id in strangers.values_list("pk", flat=True)[:100]:
        yield Wrong(None, entry_id, _("Dòng nhật ký chen vào giữa các dòng đã niêm phong."))
