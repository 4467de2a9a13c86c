"""Backups damaged in every way we could think of: by nature from outside, by a person with the public key."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openpar.base.backups.envelope import HEAD, KeyPair

_CHUNK = 64 * 1024 + 16
Members = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Damaged:
    """`anew`: closed again with the public key, so that only what lies inside can give it away."""

    how: str
    content: bytes
    anew: bool


def damaged_backups(whole: bytes, keys: KeyPair, chance: random.Random, times: int) -> Iterator[Damaged]:
    """`times` damaged forms of one whole backup, every kind in turn."""
    import pyrage

    plain = pyrage.decrypt(whole, [pyrage.x25519.Identity.from_str(keys.identity)])
    recipient = pyrage.x25519.Recipient.from_str(keys.recipient)
    for number in range(times):
        kinds = len(_OUTSIDE) + len(_INSIDE)
        if number % kinds < len(_OUTSIDE):
            outside = _OUTSIDE[number % kinds]
            yield Damaged(outside.__name__, outside(whole, chance), anew=False)
            continue
        inside = _INSIDE[number % kinds - len(_OUTSIDE)]
        changed = packed(inside(unpacked(plain), chance))
        yield Damaged(inside.__name__, pyrage.encrypt(changed, [recipient]), anew=True)


def unpacked(plain: bytes) -> Members:
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        return [(one.name, (archive.extractfile(one) or io.BytesIO()).read()) for one in archive]


def packed(members: Members) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members:
            one = tarfile.TarInfo(name)
            one.size = len(content)
            archive.addfile(one, io.BytesIO(content))
    return out.getvalue()


# --- from outside -------------------------------------------------------------------------------------------


def flip_a_bit(whole: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(whole))
    return whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :]


def cut_the_tail(whole: bytes, chance: random.Random) -> bytes:
    return whole[: chance.randrange(len(whole))]


def cut_between_chunks(whole: bytes, chance: random.Random) -> bytes:
    body, chunks = _chunks(whole)
    return body + b"".join(chunks[: chance.randrange(len(chunks))])


def swap_chunks(whole: bytes, chance: random.Random) -> bytes:
    body, chunks = _chunks(whole)
    one, other = chance.sample(range(len(chunks)), 2)
    chunks[one], chunks[other] = chunks[other], chunks[one]
    return body + b"".join(chunks)


def drop_a_chunk(whole: bytes, chance: random.Random) -> bytes:
    body, chunks = _chunks(whole)
    del chunks[chance.randrange(len(chunks))]
    return body + b"".join(chunks)


def repeat_a_chunk(whole: bytes, chance: random.Random) -> bytes:
    body, chunks = _chunks(whole)
    chunks.insert(chance.randrange(len(chunks)), chance.choice(chunks))
    return body + b"".join(chunks)


def add_bytes(whole: bytes, chance: random.Random) -> bytes:
    return whole + chance.randbytes(chance.randrange(1, 100))


def _chunks(whole: bytes) -> tuple[bytes, list[bytes]]:
    """The head with the nonce, and the encrypted chunks."""
    assert whole.startswith(HEAD)
    start = whole.index(b"\n", whole.index(b"\n--- ") + 1) + 1 + 16
    body = whole[start:]
    return whole[:start], [body[place : place + _CHUNK] for place in range(0, len(body), _CHUNK)]


# --- from inside --------------------------------------------------------------------------------------------


def drop_a_member(members: Members, chance: random.Random) -> Members:
    place = chance.randrange(len(members))
    return members[:place] + members[place + 1 :]


def repeat_a_member(members: Members, chance: random.Random) -> Members:
    place = chance.randrange(len(members))
    return [*members[:place], members[place], *members[place:]]


def change_a_row(members: Members, chance: random.Random) -> Members:
    def changed(lines: list[bytes]) -> list[bytes]:
        place = chance.randrange(len(lines))
        values = json.loads(lines[place])
        column = chance.randrange(len(values))
        values[column] = "x" if values[column] != "x" else "y"
        lines[place] = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        return lines

    return _with_lines(members, chance, changed)


def drop_a_row(members: Members, chance: random.Random) -> Members:
    def without(lines: list[bytes]) -> list[bytes]:
        del lines[chance.randrange(len(lines))]
        return lines

    return _with_lines(members, chance, without)


def drop_the_last_row(members: Members, chance: random.Random) -> Members:
    return _with_lines(members, chance, lambda lines: lines[:-1])


def edit_the_manifest(members: Members, chance: random.Random) -> Members:
    name, content = members[-1]
    said = json.loads(content)
    table = chance.choice(sorted(said["tables"]))
    edits: list[Callable[[], object]] = [
        lambda: said["tables"][table].update(rows=said["tables"][table]["rows"] + 1),
        lambda: said["tables"][table].update(sha256="0" * 64),
        lambda: said["tables"].pop(table),
        lambda: said["files"].popitem(),
        lambda: said.update(data_sha256="0" * 64),
        lambda: said["header"].update(migrations=[]),
    ]
    chance.choice(edits)()
    return [*members[:-1], (name, json.dumps(said).encode())]


def change_a_file(members: Members, chance: random.Random) -> Members:
    files = [place for place, (name, _content) in enumerate(members) if name.startswith("files/")]
    place = chance.choice(files)
    name, content = members[place]
    members[place] = (name, flip_a_bit(content, chance))
    return members


def swap_two_files(members: Members, chance: random.Random) -> Members:
    files = [place for place, (name, _content) in enumerate(members) if name.startswith("files/")]
    one, other = chance.sample(files, 2)
    (first, content), (second, others) = members[one], members[other]
    members[one], members[other] = (first, others), (second, content)
    return members


def add_a_member(members: Members, chance: random.Random) -> Members:
    name = chance.choice(["../escaped", "/etc/passwd", "files/x", "tables/nothing/000001.jsonl.gz"])
    return [*members[:-1], (name, b"x"), members[-1]]


def _with_lines(
    members: Members, chance: random.Random, change: Callable[[list[bytes]], list[bytes]]
) -> Members:
    tables = [place for place, (name, _content) in enumerate(members) if name.startswith("tables/")]
    place = chance.choice(tables)
    name, content = members[place]
    lines = change(gzip.decompress(content).splitlines(keepends=True))
    members[place] = (name, gzip.compress(b"".join(lines), mtime=0))
    return members


_OUTSIDE = (
    *(flip_a_bit, cut_the_tail, cut_between_chunks, swap_chunks, drop_a_chunk, repeat_a_chunk, add_bytes),
)
_INSIDE = (
    *(drop_a_member, repeat_a_member, change_a_row, drop_a_row, drop_the_last_row, edit_the_manifest),
    *(change_a_file, swap_two_files, add_a_member),
)
