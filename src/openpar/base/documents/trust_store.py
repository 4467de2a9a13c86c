"""The certificates that the province trusts signatures by: a folder of .cer, .crt, .pem and .der files."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

_ENDINGS = frozenset({".cer", ".crt", ".pem", ".der"})


def certificate_files(folder: Path | None) -> tuple[Path, ...]:
    """The files of a trust store by name; none when there is no such folder."""
    if folder is None or not folder.is_dir():
        return ()
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in _ENDINGS))


def trust_store_digest(folder: Path | None) -> str:
    """A text that changes with the certificates, so that one knows by which store a signature was judged; ""
    for an empty one.
    """
    digests = sorted(sha256(path.read_bytes()).hexdigest() for path in certificate_files(folder))
    return sha256("".join(digests).encode("ascii")).hexdigest() if digests else ""
