"""Asking a ClamAV daemon about a file that comes in, where the installation names one (OPENPAR_CLAMAV).

An installation that wants files scanned wants no file unscanned: when the daemon does not answer, nothing is
let in. Protocol: clamd(8), INSTREAM.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from openpar.common.errors import FileRefused

_CHUNK = 128 * 1024
_SECONDS = 30
_LONGEST_ANSWER = 4096


def scan(path: Path) -> None:
    """Raises FileRefused for an infected file, and when the daemon cannot be asked; without a daemon in the
    settings every file passes.
    """
    address: str = settings.OPENPAR_CLAMAV
    if not address:
        return
    try:
        answer = _ask(address, path)
    except (OSError, ValueError) as error:
        raise _unreachable() from error
    if answer == "stream: OK":
        return
    if answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")[:80]
        raise FileRefused.because(
            _("Tệp"),
            _("có mã độc (%s)") % name,
            _("Không mở tệp này; quét máy đã tạo ra tệp, rồi tải lên bản sạch"),
            code="file-infected",
        )
    raise _unreachable()


def _unreachable() -> FileRefused:
    return FileRefused.because(
        _("Tệp"),
        _("chưa nhận được vì máy quét mã độc không trả lời"),
        _("Thử lại sau ít phút; nếu vẫn vậy, báo quản trị hệ thống"),
        code="scanner-unreachable",
    )


def _ask(address: str, path: Path) -> str:
    with _connect(address) as stream, path.open("rb") as file:
        stream.sendall(b"zINSTREAM\0")
        while chunk := file.read(_CHUNK):
            stream.sendall(struct.pack(">I", len(chunk)) + chunk)
        stream.sendall(struct.pack(">I", 0))
        answer = b""
        while b"\0" not in answer and len(answer) < _LONGEST_ANSWER:
            piece = stream.recv(_LONGEST_ANSWER)
            if not piece:
                break
            answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connect(address: str) -> socket.socket:
    """“unix:/run/clamav/clamd.ctl” or “host:3310”. Raises ValueError for anything else."""
    if address.startswith("unix:"):
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.settimeout(_SECONDS)
        try:
            stream.connect(address.removeprefix("unix:"))
        except OSError:
            stream.close()
            raise
        return stream
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal():
        raise ValueError(f"OPENPAR_CLAMAV is neither unix:/PATH nor HOST:PORT: {address}")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS)
