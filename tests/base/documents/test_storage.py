"""Files by content: once, never overwritten, whole or not there."""

from __future__ import annotations

import hashlib
import io
import stat

import pytest

from openpar.base.documents import storage
from openpar.common.errors import FileRefused
from tests.factories import codes_of

LIMIT = 3 * 1024 * 1024


def kept(content: bytes) -> str:
    with storage.receive(content, limit=LIMIT) as received:
        storage.keep(received)
        return received.sha256


def leftovers() -> list[str]:
    return [path.name for path in (storage.path_of("a" * 64).parents[2] / "incoming").iterdir()]


def test_bytes_lie_under_their_digest_and_read_back_the_same() -> None:
    content = bytes(range(256)) * 9000  # more than one piece
    digest = kept(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert storage.path_of(digest).parts[-3:] == (digest[:2], digest[2:4], digest)
    with storage.open_file(digest) as file:
        assert file.read() == content
    assert leftovers() == []


def test_a_stream_and_its_bytes_have_one_place() -> None:
    with storage.receive(io.BytesIO(b"cong van"), limit=LIMIT) as received:
        storage.keep(received)
    assert kept(b"cong van") == received.sha256
    assert leftovers() == []


def test_the_same_bytes_again_do_not_touch_what_lies_there() -> None:
    digest = kept(b"cong van")
    before = storage.path_of(digest).stat()
    kept(b"cong van")
    after = storage.path_of(digest).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert not stat.S_IMODE(after.st_mode) & 0o222


def test_what_is_not_kept_is_gone() -> None:
    with storage.receive(b"nhap", limit=LIMIT) as received:
        assert received.path.exists()
    assert not received.path.exists()
    assert not storage.path_of(received.sha256).exists()


def test_verification_notices_changed_and_lost_bytes() -> None:
    digest = kept(b"cong van")
    assert storage.verify(digest)
    path = storage.path_of(digest)
    path.chmod(0o600)
    path.write_bytes(b"cong vaN")
    assert not storage.verify(digest)
    path.unlink()
    assert not storage.verify(digest)


@pytest.mark.parametrize(
    ("size", "code"), [(0, "file-empty"), (LIMIT + 1, "file-too-big"), (LIMIT, None), (1, None)]
)
def test_empty_and_too_large_files_are_refused_and_leave_nothing(size: int, code: str | None) -> None:
    if code is None:
        assert kept(b"x" * size)
    else:
        with pytest.raises(FileRefused) as refusal:
            kept(b"x" * size)
        assert codes_of(refusal.value) == [code]
    assert leftovers() == []
