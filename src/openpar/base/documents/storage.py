"""Files by content: each lies once under the SHA-256 of its bytes, is never overwritten and never removed.

The order that survives a power cut: bytes to a temporary file, fsync, rename to the final name, fsync of the
folders; only then may the database speak of it. A file that no row speaks of does no harm. Written once:
nobody may write into a file afterwards, nor into its folder but for the moment in which a file is added.
"""

from __future__ import annotations

import fcntl
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

from openpar.base.documents.antivirus import scan
from openpar.common.errors import FileRefused

_CHUNK = 1024 * 1024
_READ_ONLY, _CLOSED, _OPEN = 0o444, 0o555, 0o755


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

    Raises FileRefused when it is empty or has more than `limit` bytes (no more than that is read), and when
    the scanner of the installation finds something in it or does not answer.
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
        scan(path)
        yield received
    finally:
        path.unlink(missing_ok=True)


def keep(received: Received) -> None:
    """Moves a received file to its place, for good; the same bytes already there stay as they are."""
    place = path_of(received.sha256)
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    received.path.chmod(_READ_ONLY)
    with _opened(place.parent):
        received.path.rename(place)
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        _sync_folder(folder)


def open_file(sha256: str) -> BufferedReader:
    """The stored bytes, to be read; FileNotFoundError when they are lost. Does not recount the digest."""
    return path_of(sha256).open("rb")


def digest_of(path: Path) -> str:
    """The SHA-256 of a file as it lies on disk now. Raises OSError when it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(sha256: str) -> bool:
    """The file is there and its bytes still have their digest."""
    try:
        return digest_of(path_of(sha256)) == sha256
    except OSError:
        return False


def kept_files() -> Iterator[Path]:
    """Every file that lies in the store, in the order of names; those still coming in are left out."""
    yield from sorted(path for path in _folder().glob("??/??/*") if path.is_file())


def _folder() -> Path:
    return Path(settings.OPENPAR_FILES_DIR)


@contextmanager
def _opened(folder: Path) -> Iterator[None]:
    """The folder takes files inside the block; one process at a time, lest one closes it on another."""
    descriptor = os.open(_folder() / "incoming", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        folder.chmod(_OPEN)
        try:
            yield
        finally:
            folder.chmod(_CLOSED)
    finally:
        os.close(descriptor)


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
