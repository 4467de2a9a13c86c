"""What can be said of the digital signatures of a file; plain values that cross from a child process."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from openpar.common import plain


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
