"""The encryption around a backup: only the right key opens it, and only as it was closed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openpar.base.backups.envelope import identities_in, new_key_pair, opened, recipients_of, sealed
from openpar.base.backups.errors import BackupRefused, BadBackup

KEYS = new_key_pair()


def closed(path: Path, content: bytes) -> str:
    with sealed(path, [KEYS.recipient]) as out:
        out.writer.write(content)
    return out.sha256


def read(path: Path, identity: str = KEYS.identity) -> bytes:
    with opened(path, [identity]) as content:
        return content.read()


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_what_goes_in_comes_out(tmp_path: Path, size: int) -> None:
    content = b"x" * size
    closed(tmp_path / "a.age", content)
    assert read(tmp_path / "a.age") == content


def test_another_age_program_opens_it(tmp_path: Path) -> None:
    closed(tmp_path / "a.age", b"text")
    identity = pyrage.x25519.Identity.from_str(KEYS.identity)
    assert pyrage.decrypt((tmp_path / "a.age").read_bytes(), [identity]) == b"text"


def test_another_key_does_not_open_it(tmp_path: Path) -> None:
    closed(tmp_path / "a.age", b"text")
    with pytest.raises(BadBackup) as refused:
        read(tmp_path / "a.age", new_key_pair().identity)
    assert refused.value.gaps[0].code == "wrong-key"


def test_an_error_while_writing_leaves_no_file(tmp_path: Path) -> None:
    def write() -> None:
        with sealed(tmp_path / "a.age", [KEYS.recipient]) as out:
            out.writer.write(b"half")
            raise RuntimeError("disk away")

    with pytest.raises(RuntimeError, match="disk away"):
        write()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("head", "said"),
    [(b"SQLite format 3\x00", "SQLite"), (b"PGDMP", "pg_dump"), (b"PK\x03\x04", "không phải")],
)
def test_other_kinds_of_files_are_refused_with_the_reason(tmp_path: Path, head: bytes, said: str) -> None:
    (tmp_path / "raw").write_bytes(head + bytes(5000))
    with pytest.raises(BadBackup, match=said):
        read(tmp_path / "raw")


@pytest.mark.parametrize("text", ["", " , ", "age1xyz", f"{KEYS.recipient},{KEYS.identity}"])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(BackupRefused):
        recipients_of(text)


def locked(text: bytes, passphrase: str) -> bytes:
    """What `age --passphrase` writes (age-encryption.org/v1), but cheap to open: scrypt with N = 2^4."""

    def plain(content: bytes) -> bytes:
        return base64.b64encode(content).rstrip(b"=")

    def derived(salt: bytes | None, what: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt, what).derive(file_key)

    salt, nonce, file_key = os.urandom(16), os.urandom(16), os.urandom(16)
    salted = b"age-encryption.org/v1/scrypt" + salt
    wrapping = hashlib.scrypt(passphrase.encode(), salt=salted, n=2**4, r=8, p=1, dklen=32)
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    head = b"age-encryption.org/v1\n-> scrypt %b 4\n%b\n---" % (plain(salt), plain(wrapped))
    seal = hmac.digest(derived(None, b"header"), head, "sha256")
    content = ChaCha20Poly1305(derived(nonce, b"payload")).encrypt(bytes(11) + b"\1", text, None)
    return head + b" " + plain(seal) + b"\n" + nonce + content


def test_keys_are_read_with_their_remarks_and_through_a_passphrase() -> None:
    text = f"# made today\n{KEYS.identity}\n".encode()
    assert identities_in(text) == (KEYS.identity,)
    assert recipients_of(f" {KEYS.recipient} ,\n") == (KEYS.recipient,)
    behind = locked(text, "mật khẩu")
    assert identities_in(behind, passphrase="mật khẩu") == (KEYS.identity,)
    for content, passphrase in ((behind, "khác"), (b"# nothing\n", ""), (KEYS.recipient.encode(), "")):
        with pytest.raises(BadBackup):
            identities_in(content, passphrase=passphrase)
