"""Digital signatures inside a PDF: who signed, when, and whether the file is still what was signed.

A changed PDF still says of its old signature that it is intact, valid and trusted; so nothing counts that
does not cover the whole file to its last byte. Law: Luật Giao dịch điện tử 20/2023/QH15, NĐ 23/2025/NĐ-CP.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from openpar.common import plain

# What `check_signatures` needs, large: loaded where it runs, in child processes, and nowhere else.
JUDGING = "openpar.base.documents.signature_judging"


class SignatureState(StrEnum):
    """What is known of the signatures of a file; of several the worst counts, in this order from below."""

    NONE = "NONE"
    VALID = "VALID"
    UNTRUSTED = "UNTRUSTED"
    UNCHECKED = "UNCHECKED"
    CHANGED = "CHANGED"
    BROKEN = "BROKEN"


class Coverage(StrEnum):
    """How much of the file a signature covers."""

    WHOLE_FILE = "WHOLE_FILE"
    EARLIER_REVISION = "EARLIER_REVISION"
    PART = "PART"


@dataclass(frozen=True)
class Signature:
    """One signature (or time stamp over the file). `signed_at` is a moment in ISO form, "" when none is
    stated; it proves something only if `is_time_trusted`. `reason` is a stable word for what is wrong.
    """

    state: SignatureState
    signer: str
    issuer: str
    signed_at: str
    is_time_trusted: bool
    coverage: Coverage
    reason: str = ""
    is_time_stamp: bool = False


@dataclass(frozen=True)
class SignatureCheck:
    """All signatures of a file, oldest first, and the judgement over the file."""

    state: SignatureState
    signatures: tuple[Signature, ...] = ()


plain.allow(SignatureState, Coverage, Signature, SignatureCheck)


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
