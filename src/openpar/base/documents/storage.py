"""Files by content: each lies once under the SHA-256 of its bytes, is never overwritten and never removed.

The order that survives a power cut: bytes to a temporary file, fsync, rename to the final name, fsync of the
folders; only then may the database speak of it. A file that no row speaks of does no harm.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.common.errors import FileRefused

_CHUNK = 1024 * 1024


class Readable(Protocol):
    """A file, or what a browser sent."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class Received:
    """A file that has come in whole and lies on disk under a temporary name."""

    path: Path
    sha256: str
    size: int


def path_of(sha256: str) -> Path:
    """Where the bytes of this digest lie, whether they are there or not."""
    return _folder() / sha256[:2] / sha256[2:4] / sha256


@contextmanager
def receive(upload: Readable | bytes, *, limit: int) -> Iterator[Received]:
    """Writes the upload to a temporary file, gone at the end unless `keep` took it.

    Raises FileRefused when it is empty or has more than `limit` bytes; no more than that is read.
    """
    incoming = _folder() / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=incoming)
    path = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            received = _copy(upload, file, path, limit)
            file.flush()
            os.fsync(file.fileno())
        yield received
    finally:
        path.unlink(missing_ok=True)


def keep(received: Received) -> None:
    """Moves a received file to its place, for good; the same bytes already there stay as they are."""
    place = path_of(received.sha256)
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    received.path.chmod(0o440)
    received.path.rename(place)
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        _sync_folder(folder)


def open_file(sha256: str) -> BufferedReader:
    """The stored bytes, to be read; FileNotFoundError when they are lost. Does not recount the digest."""
    return path_of(sha256).open("rb")


def verify(sha256: str) -> bool:
    """The file is there and its bytes still have their digest."""
    try:
        with open_file(sha256) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def _folder() -> Path:
    return Path(settings.OPENPAR_FILES_DIR)


def _copy(upload: Readable | bytes, file: BinaryIO, path: Path, limit: int) -> Received:
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(upload):
        size += len(chunk)
        if size > limit:
            raise FileRefused.because(
                _("Tệp"),
                _("lớn hơn mức cho phép %s MB") % (limit // 1024 // 1024),
                _("Giảm dung lượng (quét ở 200 dpi, nén ảnh) hoặc tách thành nhiều tệp"),
                code="file-too-big",
            )
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise FileRefused.because(
            _("Tệp"), _("tệp rỗng, 0 byte"), _("Chọn lại tệp có nội dung"), code="file-empty"
        )
    return Received(path=path, sha256=digest.hexdigest(), size=size)


def _chunks(upload: Readable | bytes) -> Iterator[bytes]:
    if isinstance(upload, bytes):
        yield upload
        return
    while chunk := upload.read(_CHUNK):
        yield chunk


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
