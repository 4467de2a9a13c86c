"""Reading the signatures of a PDF with pyHanko, and judging them more strictly than it does.

Knows neither the database nor the settings: it runs in child processes (`signatures.check_signatures`).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import pem
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import (
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from openpar.base.documents.signature_bytes import is_all_its_own, is_exact_hole, time_stamps_in
from openpar.base.documents.signature_findings import Coverage, Signature, SignatureCheck, SignatureState
from openpar.base.documents.trust_store import certificate_files

# Whose certificate may sign at all: a person's or an agency's, not that of a web server.
_USAGES = KeyUsageConstraints(key_usage={"non_repudiation", "digital_signature"})


_WORST_FIRST = tuple(reversed(SignatureState))


class TrustStoreUnreadable(Exception):
    """A file of the trust store holds no certificate."""


def judge_signatures(
    content: bytes, trust_store: Path | None, *, at: datetime, fetching: bool
) -> SignatureCheck:
    """What `check_signatures` promises, of a file that speaks of a signature."""
    try:
        roots = _certificates(trust_store)
        reader = PdfFileReader(io.BytesIO(content), strict=True)
        embedded = list(reader.embedded_signatures)
    except MemoryError:
        raise
    except TrustStoreUnreadable:
        return _unchecked("trust-store")
    except Exception:  # the library fails in many ways on a file that is not well-formed
        return _unchecked("unreadable")
    if not embedded:
        return SignatureCheck(SignatureState.NONE)
    judge = _Judge(content, roots, at, fetching, frozenset(each.field_name for each in embedded))
    found = tuple(judge.signature(each) for each in sorted(embedded, key=_end))
    if found[-1].coverage is not Coverage.WHOLE_FILE:
        # Whatever the signatures say: behind the last of them stands something nobody signed.
        return SignatureCheck(_worst([SignatureState.CHANGED, *(each.state for each in found)]), found)
    return SignatureCheck(_worst(each.state for each in found), found)


def _unchecked(reason: str) -> SignatureCheck:
    unknown = Signature(SignatureState.UNCHECKED, "", "", "", False, Coverage.PART, reason)
    return SignatureCheck(SignatureState.UNCHECKED, (unknown,))


def _worst(states: Iterable[SignatureState]) -> SignatureState:
    return min(states, key=_WORST_FIRST.index)


def _end(embedded: EmbeddedPdfSignature) -> int:
    ranges = [int(number) for number in embedded.byte_range]
    return ranges[-2] + ranges[-1] if len(ranges) > 1 else 0


def _certificates(folder: Path | None) -> list[Certificate]:
    found = []
    for path in certificate_files(folder):
        content = path.read_bytes()
        try:
            pieces = (
                [der for _name, _headers, der in pem.unarmor(content, multiple=True)]
                if pem.detect(content)
                else [content]
            )
            for piece in pieces:
                certificate = Certificate.load(piece, strict=True)
                certificate.native  # noqa: B018  # reads the whole of it, which raises when it is none
                found.append(certificate)
        except (ValueError, TypeError) as error:
            raise TrustStoreUnreadable(path.name) from error
    return found


class _Judge:
    """Judges one signature after the other of the same file."""

    def __init__(
        self, content: bytes, roots: list[Certificate], at: datetime, fetching: bool, fields: frozenset[str]
    ) -> None:
        self.content, self.roots, self.at, self.fetching = content, roots, at, fetching
        self.fields = fields

    def context(self, moment: datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=self.roots,
            moment=moment,
            allow_fetching=self.fetching,
            revocation_mode="soft-fail",
        )

    def signature(self, embedded: EmbeddedPdfSignature) -> Signature:
        is_time_stamp = str(embedded.sig_object_type) == "/DocTimeStamp"
        try:
            status = self.stamp_status(embedded) if is_time_stamp else self.status(embedded)
            state, reason = self.judged(embedded, status)
        except MemoryError:
            raise
        except Exception as error:  # a signature the library cannot read is no signature
            signer = _signer_of(embedded)
            reason = "unreadable" if not isinstance(error, PdfError) else "structure"
            return Signature(SignatureState.BROKEN, *signer, "", False, Coverage.PART, reason, is_time_stamp)
        moment, is_trusted = _moment_of(status, is_time_stamp)
        return Signature(
            state=state,
            signer=_name(status.signing_cert.subject),
            issuer=_name(status.signing_cert.issuer),
            signed_at=moment.isoformat() if moment else "",
            is_time_trusted=is_trusted,
            coverage=_coverage(status.coverage),
            reason=reason,
            is_time_stamp=is_time_stamp,
        )

    def status(self, embedded: EmbeddedPdfSignature) -> Any:
        """Judged at the moment of its time stamp if that is to be trusted, else now: a certificate that ran
        out later does not undo what it signed.
        """

        def judged(moment: datetime) -> Any:
            return validate_pdf_signature(
                embedded,
                signer_validation_context=self.context(moment),
                ts_validation_context=self.context(self.at),
                key_usage_settings=_USAGES,
            )

        status = judged(self.at)
        stamp = status.timestamp_validity
        if not status.trusted and stamp is not None and stamp.trusted:
            return judged(stamp.timestamp)
        return status

    def stamp_status(self, embedded: EmbeddedPdfSignature) -> Any:
        return validate_pdf_timestamp(embedded, validation_context=self.context(self.at))

    def judged(self, embedded: EmbeddedPdfSignature, status: Any) -> tuple[SignatureState, str]:
        """The first thing that is wrong, the worst before the others."""
        stamp = getattr(status, "timestamp_validity", None)
        tests: tuple[tuple[SignatureState, str, Callable[[], bool]], ...] = (
            (SignatureState.BROKEN, "digest", lambda: status.intact and status.valid),
            (SignatureState.BROKEN, "time-stamp", lambda: stamp is None or (stamp.intact and stamp.valid)),
            (SignatureState.BROKEN, "form", lambda: self.is_sound(embedded)),
            (SignatureState.CHANGED, "coverage", lambda: _coverage(status.coverage) is not Coverage.PART),
            (SignatureState.CHANGED, "added", lambda: self.is_untouched(status)),
            (SignatureState.UNTRUSTED, _trust_problem(status), lambda: status.trusted),
        )
        for state, reason, is_fine in tests:
            if not is_fine():
                return state, reason
        return SignatureState.VALID, ""

    def is_untouched(self, status: Any) -> bool:
        """Behind an earlier signature only signatures were added, no page and no other field changed."""
        if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
            return True
        level, difference = status.modification_level, status.diff_result
        if level is None or level > ModificationLevel.FORM_FILLING or not isinstance(difference, DiffResult):
            return False
        return difference.changed_form_fields <= self.fields and status.docmdp_ok is not False

    def is_sound(self, embedded: EmbeddedPdfSignature) -> bool:
        signed = embedded.signed_data
        return (
            is_exact_hole(self.content, map(int, embedded.byte_range), bytes(embedded.pkcs7_content))
            and is_all_its_own(signed, self.roots)
            and all(is_all_its_own(stamp, self.roots) for stamp in time_stamps_in(signed))
        )


def _coverage(level: SignatureCoverageLevel) -> Coverage:
    if level == SignatureCoverageLevel.ENTIRE_FILE:
        return Coverage.WHOLE_FILE
    return Coverage.EARLIER_REVISION if level == SignatureCoverageLevel.ENTIRE_REVISION else Coverage.PART


def _trust_problem(status: Any) -> str:
    """ "expired", "revoked" or "unknown-issuer": why the chain does not lead to the trust store."""
    if status.revoked:
        return "revoked"
    problem = getattr(status.trust_problem_indic, "name", "") or ""
    return "expired" if "EXPIRED" in problem or "OUT_OF_BOUNDS" in problem else "unknown-issuer"


def _moment_of(status: Any, is_time_stamp: bool) -> tuple[datetime | None, bool]:
    if is_time_stamp:
        return status.timestamp, bool(status.trusted)
    stamp = status.timestamp_validity
    if stamp is not None and stamp.trusted:
        return stamp.timestamp, True
    return status.signer_reported_dt, False


def _name(name: Any) -> str:
    """The common name with the organisation behind it, as people know them; at most 200 letters."""
    native = name.native
    parts = [native.get("common_name"), native.get("organization_name")]
    texts = [part if isinstance(part, str) else ", ".join(part) for part in parts if part]
    return " — ".join(dict.fromkeys(texts))[:200]


def _signer_of(embedded: EmbeddedPdfSignature) -> tuple[str, str]:
    try:
        certificate = embedded.signer_cert
        return _name(certificate.subject), _name(certificate.issuer)
    except Exception:  # unreadable in whatever way: then it has no name
        return "", ""
