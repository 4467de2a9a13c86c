"""The encryption around a backup: the age format (age-encryption.org/v1), for public keys only.

Whoever makes backups holds no key that opens them. age cuts the content into chunks of 64 KiB, each
authenticated with its number and a flag on the last one: a changed, missing, swapped or added chunk is
refused. Content passes through a pipe, so that its size does not matter and no plain text touches the disk.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyrage
from django.utils.translation import gettext as _

from openpar.base.backups.errors import BackupRefused, BadBackup

HEAD = b"age-encryption.org/v1\n"
_ARMOUR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_BUFFER = 1024 * 1024


@dataclass(frozen=True)
class KeyPair:
    """`identity` opens (secret, kept away from the server), `recipient` closes (public, on the server)."""

    identity: str
    recipient: str


def new_key_pair() -> KeyPair:
    """A pair that any age program understands."""
    made = pyrage.x25519.Identity.generate()
    return KeyPair(identity=str(made), recipient=str(made.to_public()))


def recipients_of(text: str) -> tuple[str, ...]:
    """Public keys ("age1…") separated by commas or blanks. Raises BackupRefused for none or a wrong one."""
    keys = tuple(text.replace(",", " ").split())
    wrong = [key for key in keys if not _is_recipient(key)]
    if not keys or wrong:
        raise BackupRefused.because(
            _("Khóa công khai"),
            _("“%s” không phải khóa công khai của age") % wrong[0][:80] if wrong else _("chưa có khóa nào"),
            _("Ghi khóa bắt đầu bằng age1… vào OPENPAR_BACKUP_RECIPIENTS; tạo khóa: openpar backup-key"),
            code="backup-recipient",
        )
    return keys


def _is_recipient(text: str) -> bool:
    try:
        pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def identities_in(content: bytes, *, passphrase: str = "") -> tuple[str, ...]:
    """The secret keys of an identity file; lines with # are remarks.

    A file that is itself closed with a passphrase (`age -p`) is opened with `passphrase` first. Raises
    BadBackup when there is no key in it or the passphrase is wrong.
    """
    if is_closed(content):
        try:
            content = pyrage.passphrase.decrypt(content, passphrase)
        except Exception as failure:
            raise BadBackup.because(
                _("Tệp khóa"), _("không mở được bằng mật khẩu này"), code="key-passphrase"
            ) from failure
    lines = [line.strip() for line in content.decode("utf-8", errors="replace").splitlines()]
    keys = tuple(line for line in lines if line and not line.startswith("#"))
    try:
        for key in keys:
            pyrage.x25519.Identity.from_str(key)
    except pyrage.IdentityError:
        keys = ()
    if not keys:
        raise BadBackup.because(
            _("Tệp khóa"),
            _("không có khóa bí mật của age"),
            _("Tệp phải có dòng AGE-SECRET-KEY-1…"),
            code="key-unfit",
        )
    return keys


def is_closed(content: bytes) -> bool:
    """The content begins as an age file does."""
    return content.startswith((HEAD, _ARMOUR))


class _Counted:
    """A file that recounts its digest while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, content: bytes) -> int:
        self._digest.update(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


@dataclass
class Sealed:
    """Where the plain content goes; `sha256` of the closed file stands here once it is whole."""

    writer: BinaryIO
    sha256: str = ""


@contextmanager
def sealed(path: Path, recipients: Sequence[str]) -> Iterator[Sealed]:
    """A new file at `path`, on disk and whole when the block ends without an error, absent otherwise."""
    keys = [pyrage.x25519.Recipient.from_str(key) for key in recipients]
    failures: list[Exception] = []
    outlet, inlet = os.pipe()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        counted = _Counted(file)

        def encrypt() -> None:
            with os.fdopen(outlet, "rb", buffering=_BUFFER) as source:
                try:
                    pyrage.encrypt_io(source, counted, keys)
                except Exception as failure:  # told by the thread that waits
                    failures.append(failure)

        thread = threading.Thread(target=encrypt, daemon=True)
        thread.start()
        try:
            with os.fdopen(inlet, "wb", buffering=_BUFFER) as writer:
                told = Sealed(writer)
                yield told
            thread.join()
            if failures:
                raise failures[0]
            file.flush()
            os.fsync(file.fileno())
            told.sha256 = counted.sha256
        except BaseException:
            thread.join()
            path.unlink(missing_ok=True)
            if failures:
                raise _not_written(path, failures[0]) from failures[0]
            raise


def _not_written(path: Path, failure: Exception) -> BackupRefused:
    return BackupRefused.because(
        str(path), str(failure), _("Kiểm tra dung lượng đĩa và quyền ghi"), code="not-written"
    )


@contextmanager
def opened(path: Path, identities: Sequence[str]) -> Iterator[BinaryIO]:
    """The content of a closed file, to be read once to its end.

    What is read is authentic up to where it was read; that it is also complete is known only when the
    block ends. Raises BadBackup for a wrong key and for every damage.
    """
    _refuse_other_kinds(path)
    keys = [pyrage.x25519.Identity.from_str(key) for key in identities]
    failures: list[Exception] = []
    outlet, inlet = os.pipe()

    def decrypt() -> None:
        with os.fdopen(inlet, "wb", buffering=0) as sink, path.open("rb") as source:
            try:
                pyrage.decrypt_io(source, _Whole(sink), keys)
            except Exception as failure:  # before the pipe closes: whoever sees its end also sees this
                failures.append(failure)

    thread = threading.Thread(target=decrypt, daemon=True)
    thread.start()
    reader = os.fdopen(outlet, "rb", buffering=_BUFFER)
    try:
        yield reader
        while reader.read(_BUFFER):
            pass
    except Exception:
        # Only what failed before we went away is the file's fault; a broken pipe afterwards is ours.
        found = list(failures)
        reader.close()
        thread.join()
        if found:
            raise _damaged(path, found[0]) from found[0]
        raise
    finally:
        reader.close()
        thread.join()
    if failures:
        raise _damaged(path, failures[0]) from failures[0]


class _Whole:
    """A pipe takes what fits; this writes until everything is through."""

    def __init__(self, sink: Any) -> None:
        self._sink = sink

    def write(self, content: bytes) -> int:
        rest = memoryview(content)
        while rest:
            rest = rest[self._sink.write(rest) :]
        return len(content)

    def flush(self) -> None:
        self._sink.flush()


def _damaged(path: Path, failure: Exception) -> BadBackup:
    if "No matching keys" in str(failure):
        return BadBackup.because(
            path.name, _("khóa này không mở được bản sao lưu"), _("Dùng khóa bí mật khác"), code="wrong-key"
        )
    return BadBackup.because(
        path.name,
        _("tệp hỏng, bị cắt hoặc bị sửa (%s)") % failure,
        _("Dùng bản sao lưu khác"),
        code="damaged",
    )


def _refuse_other_kinds(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(len(HEAD))
    if head == HEAD:
        return
    what, remedy = _("không phải bản sao lưu của OpenPAR"), _("Dùng tệp .age do openpar backup tạo ra")
    if head.startswith(b"SQLite format 3"):
        what = _(
            "là tệp cơ sở dữ liệu SQLite chép thẳng; chép khi đang chạy thì mất các thay đổi còn trong tệp "
            "-wal hoặc lẫn trang cũ với trang mới, và không có gì để kiểm tra"
        )
    elif head.startswith((b"PGDMP", b"--\n-- PostgreSQL")):
        what = _("là bản kết xuất của pg_dump, không có tệp kiểm chứng và mã băm để kiểm tra")
    raise BadBackup.because(path.name, what, remedy, code="not-a-backup")
