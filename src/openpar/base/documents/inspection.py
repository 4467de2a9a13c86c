"""Looking into a file that came in: its kind, what is inside, who signed it; each in a child of its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.base.documents.kinds import PDF, Inspected, inspect_file
from openpar.base.documents.signatures import JUDGING, SignatureCheck, SignatureState, check_signatures
from openpar.base.documents.trust_store import trust_store_digest
from openpar.common.errors import FileRefused
from openpar.common.limited import Limits, run_within

# A second look has more time: somebody waits for that one file only.
_SECONDS_TO_CHECK, _SECONDS_TO_RECHECK = 2, 20


@dataclass(frozen=True)
class Finding:
    """What is known of the content of a file, ready to be stored."""

    media_type: str
    warnings: tuple[str, ...]
    signature: SignatureState
    signatures: list[dict[str, Any]]
    trust_store: str


def inspect(path: Path, file_name: str, *, at: datetime) -> Finding:
    """The kind of a file, warnings about it, and its signatures judged at `at`. Raises FileRefused for a kind
    that is not accepted, and for a file that cannot be looked into within 2 seconds and 256 MiB.
    """
    found: Inspected = run_within(Limits(called=file_name), inspect_file, path, file_name)
    return _with_signatures(path, found, at, _SECONDS_TO_CHECK)


def look_again(path: Path, media_type: str, warnings: tuple[str, ...], *, at: datetime) -> Finding:
    """The signatures of a stored file judged anew by the trust store as it is now."""
    found = Inspected(media_type, warnings, has_signature=media_type == PDF.media_type)
    return _with_signatures(path, found, at, _SECONDS_TO_RECHECK)


def trust_store_folder() -> Path | None:
    folder: Path | None = settings.OPENPAR_TRUST_STORE_DIR
    return folder


def _with_signatures(path: Path, found: Inspected, at: datetime, seconds: int) -> Finding:
    folder, fetching = trust_store_folder(), bool(settings.OPENPAR_SIGNATURE_FETCHING)
    check = SignatureCheck(SignatureState.NONE)
    if found.has_signature:
        limits = Limits(seconds=seconds, network=fetching, loads=JUDGING)
        try:
            check = run_within(limits, check_signatures, path, folder, at=at, fetching=fetching)
        except FileRefused:
            # The file itself is sound. What cannot be checked in time is told as unchecked, never as valid.
            check = SignatureCheck(SignatureState.UNCHECKED)
    return Finding(
        media_type=found.media_type,
        warnings=found.warnings,
        signature=check.state,
        signatures=[asdict(signature) for signature in check.signatures],
        trust_store=trust_store_digest(folder),
    )
