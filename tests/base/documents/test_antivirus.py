"""Where the installation names a scanner, no file comes in unscanned."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.base.documents import storage
from openpar.common.errors import FileRefused
from tests.factories import codes_of

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def _serve(listening: socket.socket, answer: bytes | None, seen: list[bytes]) -> None:
    stream, _address = listening.accept()
    with stream, stream.makefile("rb") as read:
        assert read.read(10) == b"zINSTREAM\0"
        content = b""
        while (length := struct.unpack(">I", read.read(4))[0]) > 0:
            content += read.read(length)
        seen.append(content)
        if answer is None:
            answer = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        stream.sendall(answer + b"\0")


@contextmanager
def scanner(settings: Settings, folder: Path, answer: bytes | None = None) -> Iterator[list[bytes]]:
    """A daemon that speaks clamd's INSTREAM for one file."""
    path = folder / "clamd.ctl"
    seen: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        listening.settimeout(10)
        thread = threading.Thread(target=_serve, args=(listening, answer, seen))
        thread.start()
        settings.OPENPAR_CLAMAV = f"unix:{path}"
        yield seen
        thread.join()


def received(content: bytes) -> int:
    with storage.receive(content, limit=10_000_000) as kept:
        return kept.size


def test_a_clean_file_is_shown_whole_and_passes(settings: Settings, tmp_path: Path) -> None:
    content = bytes(range(256)) * 2_000
    with scanner(settings, tmp_path) as seen:
        assert received(content) == len(content)
    assert seen == [content]


def test_an_infected_file_is_refused_by_its_name(settings: Settings, tmp_path: Path) -> None:
    with scanner(settings, tmp_path), pytest.raises(FileRefused, match="Eicar-Test-Signature") as refusal:
        received(b"a" * 200_000 + EICAR)
    assert codes_of(refusal.value) == ["file-infected"]


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR", b"", b"stream: OK but no"])
def test_an_answer_that_is_no_answer_lets_nothing_in(
    settings: Settings, tmp_path: Path, answer: bytes
) -> None:
    with scanner(settings, tmp_path, answer), pytest.raises(FileRefused) as refusal:
        received(b"a")
    assert codes_of(refusal.value) == ["scanner-unreachable"]


@pytest.mark.parametrize("address", ["unix:/khong/co", "127.0.0.1:1", "sai", "unix:"])
def test_a_scanner_that_cannot_be_reached_lets_nothing_in(settings: Settings, address: str) -> None:
    settings.OPENPAR_CLAMAV = address
    with pytest.raises(FileRefused, match="không trả lời") as refusal:
        received(b"a")
    assert codes_of(refusal.value) == ["scanner-unreachable"]


def test_without_a_scanner_in_the_settings_files_come_in(settings: Settings) -> None:
    settings.OPENPAR_CLAMAV = ""
    assert received(b"a") == 1
