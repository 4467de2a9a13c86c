"""Reading a backup once, from its first to its last byte, believing nothing that was not recounted."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

from django.utils.translation import gettext as _

from openpar.base.backups import layout
from openpar.base.backups.envelope import opened
from openpar.base.backups.errors import BadBackup
from openpar.base.backups.layout import Header, Manifest
from openpar.base.backups.tables import Digest

_CHUNK = 1024 * 1024
_MOST_JSON = 64 * 1024 * 1024
_MOST_PART = 256 * 1024 * 1024
_TABLE_PART = re.compile(r"tables/([a-z0-9_]+)/(\d{6})\.jsonl\.gz")
_FILE = re.compile(r"files/([0-9a-f]{64})")
_KEY = re.compile(r"keys/([A-Za-z0-9._-]+)")

Lines = Sequence[bytes]
_Parsed = TypeVar("_Parsed")


@dataclass
class Reader:
    """What to do with what is read; by default nothing, for a verification."""

    header: Callable[[Header], None] = lambda header: None
    lines: Callable[[str, Lines], None] = lambda table, lines: None
    # Takes the content of a file chunk by chunk; the digest was not yet recounted.
    file: Callable[[str, Iterator[bytes]], None] = lambda sha256, chunks: None
    key: Callable[[str, bytes], None] = lambda name, content: None


@dataclass(frozen=True)
class Read:
    """A backup that was read to its end and holds what it says."""

    manifest: Manifest
    # Of the encrypted file.
    sha256: str


@dataclass
class _Counts:
    """What was found, to be compared with what the manifest says."""

    header: Header | None = None
    manifest: Manifest | None = None
    tables: dict[str, tuple[int, hashlib._Hash]] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


def read_backup(
    path: Path, identities: Sequence[str], *, reader: Reader | None = None, expected_sha256: str = ""
) -> Read:
    """Reads `path` and gives everything in it to `reader` as it comes.

    Only when this returns was everything whole: what a reader does before must be possible to take back.
    `expected_sha256`, the digest that was told when the backup was made, also shows a backup that somebody
    made anew with the public key. Raises BadBackup.
    """
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if expected_sha256 and sha256 != expected_sha256:
        raise BadBackup.because(
            path.name,
            _("mã băm của tệp là %(found)s, không phải %(told)s")
            % {"found": sha256, "told": expected_sha256},
            _("Tệp đã bị thay; dùng bản sao lưu khác"),
            code="other-digest",
        )
    counts = _Counts()
    with opened(path, identities) as content:
        try:
            with tarfile.open(fileobj=content, mode="r|", bufsize=_CHUNK) as archive:
                for member in archive:
                    _take(path, archive, member, counts, reader or Reader())
        except (tarfile.TarError, zlib.error, EOFError) as failure:
            raise _bad(path, str(failure)) from failure
        if any(chunk.strip(b"\0") for chunk in iter(lambda: content.read(_CHUNK), b"")):
            raise _bad(path, _("có dữ liệu thừa sau phần cuối"))
    return Read(manifest=_believed(path, counts), sha256=sha256)


def _bad(path: Path, what: str) -> BadBackup:
    return BadBackup.because(path.name, what, _("Dùng bản sao lưu khác"), code="damaged")


def _take(
    path: Path, archive: tarfile.TarFile, member: tarfile.TarInfo, counts: _Counts, reader: Reader
) -> None:
    content = archive.extractfile(member) if member.isreg() else None
    if content is None or counts.manifest is not None:
        raise _bad(path, _("phần không ai chờ đợi: %s") % member.name)
    if counts.header is None:
        if member.name != layout.HEADER:
            raise _bad(path, _("không bắt đầu bằng %s") % layout.HEADER)
        counts.header = _parsed(path, layout.header_from, content)
        reader.header(counts.header)
    elif part := _TABLE_PART.fullmatch(member.name):
        _take_part(path, content, part[1], int(part[2]), counts, reader)
    elif name := _FILE.fullmatch(member.name):
        _take_file(path, content, name[1], counts, reader)
    elif name := _KEY.fullmatch(member.name):
        key = content.read(_CHUNK)
        counts.keys[name[1]] = hashlib.sha256(key).hexdigest()
        reader.key(name[1], key)
    elif member.name == layout.MANIFEST:
        counts.manifest = _parsed(path, layout.manifest_from, content)
    else:
        raise _bad(path, _("phần không ai chờ đợi: %s") % member.name)


def _parsed(path: Path, parse: Callable[[bytes], _Parsed], content: IO[bytes]) -> _Parsed:
    try:
        return parse(content.read(_MOST_JSON))
    except (ValueError, KeyError, TypeError) as failure:
        raise _bad(path, _("phần mô tả không đọc được: %s") % failure) from failure


def _take_part(
    path: Path, content: IO[bytes], table: str, number: int, counts: _Counts, reader: Reader
) -> None:
    if counts.header is None or table not in counts.header.tables or number != counts.parts.get(table, 0) + 1:
        raise _bad(path, _("phần %(number)s của bảng %(table)s lạc chỗ") % {"number": number, "table": table})
    lines = _unpacked(path, content.read()).splitlines(keepends=True)
    rows, sha256 = counts.tables.get(table) or (0, hashlib.sha256())
    sha256.update(b"".join(lines))
    counts.tables[table], counts.parts[table] = (rows + len(lines), sha256), number
    reader.lines(table, lines)


def _unpacked(path: Path, packed: bytes) -> bytes:
    """Never more than a part may have, whatever the packed bytes claim."""
    unpacking = zlib.decompressobj(wbits=31)
    content = unpacking.decompress(packed, _MOST_PART)
    if not unpacking.eof or unpacking.unused_data or not content.endswith(b"\n"):
        raise _bad(path, _("phần nén hỏng hoặc quá lớn"))
    return content


def _take_file(path: Path, content: IO[bytes], name: str, counts: _Counts, reader: Reader) -> None:
    sha256, size = hashlib.sha256(), 0

    def chunks() -> Iterator[bytes]:
        nonlocal size
        while chunk := content.read(_CHUNK):
            sha256.update(chunk)
            size += len(chunk)
            yield chunk

    passing = chunks()
    reader.file(name, passing)
    for _rest in passing:
        pass
    if name in counts.files or sha256.hexdigest() != name:
        raise _bad(path, _("tệp %s không đúng mã băm") % name)
    counts.files[name] = size


def _believed(path: Path, counts: _Counts) -> Manifest:
    """The manifest, once everything in it was found and nothing else."""
    manifest = counts.manifest
    if manifest is None:
        raise _bad(path, _("thiếu phần cuối %s") % layout.MANIFEST)
    empty = Digest(0, hashlib.sha256().hexdigest())
    found = {name: Digest(rows, sha256.hexdigest()) for name, (rows, sha256) in counts.tables.items()}
    told_tables, header = manifest.tables, manifest.header
    wrong = [
        _("bảng %s") % name
        for name in sorted({*header.tables, *told_tables, *found})
        if told_tables.get(name) != found.get(name, empty) or name not in header.tables
    ]
    if header != counts.header:
        wrong.append(_("phần đầu"))
    if manifest.files != counts.files or set(manifest.files) & set(manifest.files_in_base):
        wrong.append(_("danh sách tệp"))
    if manifest.keys != counts.keys:
        wrong.append(_("khóa"))
    files = {*manifest.files, *manifest.files_in_base, *manifest.files_lost}
    if manifest.data_sha256 != layout.data_digest(told_tables, dict.fromkeys(files, 0)):
        wrong.append(_("mã băm chung"))
    if wrong:
        raise _bad(path, _("không khớp bản kê: %s") % ", ".join(wrong))
    return manifest
