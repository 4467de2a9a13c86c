"""Digital signatures inside a PDF: who signed, when, and whether the file is still what was signed.

A changed PDF still says of its old signature that it is intact, valid and trusted; so nothing counts that
does not cover the whole file to its last byte. Law: Luật Giao dịch điện tử 20/2023/QH15, NĐ 23/2025/NĐ-CP.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from openpar.base.documents.signature_findings import (
    Coverage,
    Signature,
    SignatureCheck,
    SignatureState,
)

__all__ = [
    "JUDGING",
    "Coverage",
    "Signature",
    "SignatureCheck",
    "SignatureState",
    "check_signatures",
    "has_signature",
]

# What `check_signatures` needs, large: loaded where it runs, in child processes, and nowhere else.
JUDGING = "openpar.base.documents.signature_judging"


def has_signature(content: bytes) -> bool:
    """The bytes speak of a signature at all; a file without is not looked into any further."""
    return b"/ByteRange" in content


def check_signatures(
    path: Path, trust_store: Path | None, *, at: datetime, fetching: bool = False
) -> SignatureCheck:
    """The signatures of the PDF at `path`, judged by the certificates in the folder `trust_store` at `at`.

    With `fetching` revocation lists may be asked for over the network; without it nothing leaves the house.
    To be run in a child process.
    """
    content = path.read_bytes()
    if not has_signature(content):
        return SignatureCheck(SignatureState.NONE)
    from openpar.base.documents.signature_judging import judge_signatures

    return judge_signatures(content, trust_store, at=at, fetching=fetching)
