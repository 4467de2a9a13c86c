"""The bytes of a signature itself, which no signature covers: nothing may stand there that says nothing.

A signed digest protects every byte of a PDF but the hole that holds the signature. Letters of hexadecimal in
another case, digits behind the end, a version or an algorithm outside what was signed, a certificate nobody
looks at: libraries read over all of these, so changed files would pass for unchanged ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from asn1crypto.cms import CMSAttributes, ContentInfo, SignedData
from asn1crypto.core import Sequence, Void
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature

_HOLE = re.compile(rb"<((?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+)>")
_MOST_DEPTH = 40
_UNSIGNED_ATTRIBUTES = frozenset({"signature_time_stamp_token"})


def is_exact_hole(content: bytes, byte_range: Iterable[int], signature: bytes) -> bool:
    """Between the signed ranges stands exactly this signature in hexadecimal: one DER value, then zeros."""
    ranges = tuple(byte_range)
    if len(ranges) != 4 or ranges[0] != 0 or not 0 < ranges[1] < ranges[2] <= len(content):
        return False
    found = _HOLE.fullmatch(content, ranges[1], ranges[2])
    if found is None:
        return False
    raw = bytes.fromhex(found[1].decode("ascii"))
    try:
        exact = ContentInfo.load(raw).dump()
    except ValueError:
        return False
    return raw == signature and not any(raw[len(exact) :]) and is_exact_der(exact)


def is_exact_der(content: bytes, depth: int = 0) -> bool:
    """One value, whose parts fill it to the last byte, all the way down; nothing between or behind them.

    Libraries read values that claim to be longer than what they hold, and pass over the rest.
    """
    inside = _contents(content)
    if inside is None or depth > _MOST_DEPTH:
        return False
    is_constructed, at, end = inside
    if end != len(content):
        return False
    while is_constructed and at < end:
        part = _contents(content[at:end])
        if part is None or not is_exact_der(content[at : at + part[2]], depth + 1):
            return False
        at += part[2]
    return True


def _contents(content: bytes) -> tuple[bool, int, int] | None:
    """Of the value that `content` begins with: made of parts?, where it begins and ends inside its frame."""
    if len(content) < 2 or content[0] & 0xDF == 0 or content[0] & 0x1F == 0x1F or content[0] & 0x40:
        return None
    length, at = content[1], 2
    if length >= 0x80:
        count = length - 0x80
        if not 1 <= count <= 4 or len(content) < 2 + count:
            return None
        length, at = int.from_bytes(content[2 : 2 + count], "big"), 2 + count
        if length < 0x80 or content[2] == 0:  # the shortest form is the only one
            return None
    return (bool(content[0] & 0x20), at, at + length) if at + length <= len(content) else None


def is_all_its_own(signed: SignedData, roots: Iterable[Certificate]) -> bool:
    """Everything in a CMS signature that its signer did not sign is what it has to be: versions, algorithms,
    certificates that are truly issued by one another, and a time stamp at most beside them.
    """
    try:
        return _has_regular_form(signed) and _names_its_signer(signed) and _are_genuine(signed, roots)
    except (ValueError, TypeError, KeyError):
        return False


def _has_regular_form(signed: SignedData) -> bool:
    if len(signed["signer_infos"]) != 1:
        return False
    (signer,) = signed["signer_infos"]
    by_issuer = signer["sid"].name == "issuer_and_serial_number"
    holds_data = signed["encap_content_info"]["content_type"].native == "data"
    if not (_has_no_strangers(signed) and _has_no_strangers(signer)):
        return False
    algorithms = signed["digest_algorithms"]
    tokens = [*_time_stamps(signer["unsigned_attrs"])]
    return bool(
        signer["version"].native == ("v1" if by_issuer else "v3")
        and signed["version"].native == ("v1" if by_issuer and holds_data else "v3")
        and [entry.dump() for entry in algorithms] == [signer["digest_algorithm"].dump()]
        and _has_no_parameters(signer["digest_algorithm"]["parameters"])
        and _has_plain_parameters(signer)
        and None not in tokens
        and len(tokens) <= 1
        and not signed["crls"]
    )


def _has_no_strangers(sequence: Sequence) -> bool:
    """As many parts as fields are known: libraries pass over a part with a tag they do not know."""
    content, at, parts = sequence.contents, 0, 0
    while at < len(content):
        part = _contents(content[at:])
        if part is None:
            return False
        at, parts = at + part[2], parts + 1
    return parts == sum(not isinstance(sequence[name], Void) for name in sequence)


def _names_its_signer(signed: SignedData) -> bool:
    """Byte by byte as the certificate has it: libraries compare names without regard to capitals."""
    (signer,) = signed["signer_infos"]
    named = signer["sid"].chosen
    if signer["sid"].name != "issuer_and_serial_number":
        return True
    return any(
        entry.chosen.issuer.dump() == named["issuer"].dump()
        and entry.chosen["tbs_certificate"]["serial_number"].dump() == named["serial_number"].dump()
        for entry in signed["certificates"] or ()
    )


def _has_no_parameters(parameters: object) -> bool:
    return getattr(parameters, "native", None) is None and getattr(parameters, "contents", b"") in (None, b"")


def _has_plain_parameters(signer: object) -> bool:
    algorithm = signer["signature_algorithm"]  # type: ignore[index]  # asn1crypto has no types
    return algorithm["algorithm"].native == "rsassa_pss" or _has_no_parameters(algorithm["parameters"])


def _time_stamps(attributes: CMSAttributes) -> Iterator[SignedData | None]:
    """The time stamps among what the signer did not sign; None for anything else that stands there."""
    for attribute in attributes or ():
        if attribute["type"].native not in _UNSIGNED_ATTRIBUTES:
            yield None
            continue
        for token in attribute["values"]:
            yield token["content"] if token["content_type"].native == "signed_data" else None


def time_stamps_in(signed: SignedData) -> tuple[SignedData, ...]:
    """The time stamps a signature carries beside itself."""
    (signer,) = signed["signer_infos"]
    return tuple(token for token in _time_stamps(signer["unsigned_attrs"]) if token is not None)


def _are_genuine(signed: SignedData, roots: Iterable[Certificate]) -> bool:
    """Each certificate carried along is signed by another one, by itself, or by one of the trust store.

    One whose issuer is unknown here may stand there only as the last of its chain: the signed attributes name
    the signer's own certificate by its digest.
    """
    carried = [x509.load_der_x509_certificate(entry.chosen.dump()) for entry in signed["certificates"] or ()]
    known = [*carried, *(x509.load_der_x509_certificate(root.dump()) for root in roots)]
    for certificate in carried:
        issuers = [other for other in known if other.subject == certificate.issuer]
        if issuers and not any(_is_issued_by(certificate, issuer) for issuer in issuers):
            return False
    return len(set(carried)) == len(carried)


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
