"""Signed notes (c2sp.org/signed-note): the keys of this installation and what they sign.

A private key is a file of its own in `OPENPAR_KEYS_DIR`, readable by its owner only, named by its number:
`seal-1.key`, `seal-2.key` … While a key is being replaced both files are there and both sign
(docs/trust/keys.md). Public keys stay in the database for good.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

_ED25519 = b"\x01"
_DASH = "\u2014"


class KeyTrouble(Exception):
    """A key file that is missing, unreadable by us, or readable by others."""


@dataclass(frozen=True)
class SigningKey:
    """One key pair; `name` is the origin of the log."""

    name: str
    number: int
    private: Ed25519PrivateKey

    @property
    def public_bytes(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )

    @property
    def vkey(self) -> str:
        return vkey(self.name, self.public_bytes)


def key_number(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def vkey(name: str, public: bytes) -> str:
    """The public key as text."""
    return f"{name}+{key_number(name, public).hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def read_vkey(text: str) -> tuple[str, bytes]:
    """Name and public key of a vkey. Raises ValueError."""
    name, number, encoded = text.strip().split("+", 2)
    content = base64.b64decode(encoded, validate=True)
    if content[:1] != _ED25519 or len(content) != 33 or key_number(name, content[1:]).hex() != number:
        raise ValueError(f"not an Ed25519 vkey: {text}")
    return name, content[1:]


def keys_folder() -> Path:
    return Path(settings.OPENPAR_KEYS_DIR)


def signing_keys() -> tuple[SigningKey, ...]:
    """The private keys of this installation, oldest first; the first one is made when there is none.

    Raises KeyTrouble.
    """
    found = _key_files()
    if not found:
        make_key(1)
        found = _key_files()
    return tuple(_read_key(number, path) for number, path in found)


def make_key(number: int) -> SigningKey:
    """Writes a new private key file; another process that makes the same one at the same time wins or loses
    whole."""
    folder = keys_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = Ed25519PrivateKey.generate()
    seed = private.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    path = folder / f"seal-{number}.key"
    written = folder / f".seal-{number}.{os.getpid()}.{os.urandom(4).hex()}"
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(seed) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        written.unlink()
    return _read_key(number, path)


def _key_files() -> list[tuple[int, Path]]:
    found = []
    for path in keys_folder().glob("seal-*.key"):
        number = path.stem.removeprefix("seal-")
        if number.isdecimal():
            found.append((int(number), path))
    return sorted(found)


def _read_key(number: int, path: Path) -> SigningKey:
    try:
        mode = path.stat().st_mode
        seed = base64.b64decode(path.read_bytes(), validate=False)
    except OSError as error:
        raise KeyTrouble(f"{path.name}: {error.strerror}") from None
    if mode & 0o077:
        raise KeyTrouble(f"{path.name} is readable by others: chmod 600")
    if len(seed) != 32:
        raise KeyTrouble(f"{path.name} is not a key: 32 bytes in base64 are expected")
    return SigningKey(settings.OPENPAR_LOG_ORIGIN, number, Ed25519PrivateKey.from_private_bytes(seed))


def sign_note(text: str) -> str:
    """The signed note over a text that ends with a newline: one signature line for every key there is.

    Raises KeyTrouble, and ValueError for a text that cannot be a note.
    """
    if not text.endswith("\n") or "\n\n" in text:
        raise ValueError("the text of a note has no empty line and ends with a newline")
    lines = []
    for key in signing_keys():
        signature = key_number(key.name, key.public_bytes) + key.private.sign(text.encode())
        lines.append(f"{_DASH} {key.name} {base64.b64encode(signature).decode()}\n")
    return text + "\n" + "".join(lines)


def is_signed(note: str, vkeys: Iterable[str]) -> bool:
    """Does the note carry a good signature by one of these keys, and no wrong one by any of them?"""
    text, separator, lines = note.rpartition("\n\n")
    if not separator:
        return False
    known = {}
    for written in vkeys:
        name, public = read_vkey(written)
        known[name, key_number(name, public)] = public
    good = 0
    for line in lines.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != _DASH:
            return False
        signature = base64.b64decode(encoded)
        found = known.get((name, signature[:4]))
        if found is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(found).verify(signature[4:], (text + "\n").encode())
        except InvalidSignature:
            return False
        good += 1
    return good > 0


def vkeys() -> tuple[str, ...]:
    """The public keys with which this installation signs now, oldest first."""
    return tuple(key.vkey for key in signing_keys())
