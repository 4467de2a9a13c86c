"""The WebAuthn ceremonies, without the database: what the browser is asked, and whether its answer holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm

# The library is loaded by the functions that ask it, when the first key is used: few people have one.
if TYPE_CHECKING:
    from fido2.server import Fido2Server


class NotThatKey(Exception):
    """The browser's answer does not hold: another site, another question, another key, or altered."""


@dataclass(frozen=True)
class Site:
    """Where people log in: the host name without port, and the whole origin as browsers write it."""

    host: str
    origin: str


@dataclass(frozen=True)
class Question:
    """What goes to the browser, and what the server keeps until the answer comes."""

    options: dict[str, Any]
    state: dict[str, Any]


@dataclass(frozen=True)
class NewKey:
    """A key that a browser has made."""

    credential: bytes
    digest: str
    uses_counted: int


@dataclass(frozen=True)
class Proof:
    """A key that answered; `is_verified` when its holder also gave a PIN, a finger or a face."""

    digest: str
    uses_counted: int
    is_verified: bool


def question_for_new(
    site: Site, *, handle: bytes, username: str, full_name: str, known: Iterable[bytes]
) -> Question:
    """Asks for a new key; keys the person has already are not made twice."""
    from fido2.webauthn import (
        AttestedCredentialData,
        PublicKeyCredentialUserEntity,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options, state = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=username, display_name=full_name),
        credentials=[AttestedCredentialData(credential) for credential in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Question(dict(options), dict(state))


def new_key(site: Site, state: Mapping[str, Any], answer: Mapping[str, Any]) -> NewKey:
    """The key of a browser's answer. Raises NotThatKey."""
    try:
        found = _server(site).register_complete(state, answer)
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm) as error:
        raise NotThatKey(str(error)) from error
    if found.credential_data is None:
        raise NotThatKey("no credential in the answer")
    credential = bytes(found.credential_data)
    return NewKey(credential, digest_of(found.credential_data.credential_id), found.counter)


def question_for_known(site: Site, known: Iterable[bytes], *, alone: bool) -> Question:
    """Asks for one of the `known` keys; with none, for any key of this site. `alone`: without a password."""
    from fido2.webauthn import AttestedCredentialData, UserVerificationRequirement

    credentials = [AttestedCredentialData(credential) for credential in known]
    wanted = UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED
    options, state = _server(site).authenticate_begin(credentials or None, user_verification=wanted)
    return Question(dict(options), dict(state))


def digest_in(answer: Mapping[str, Any]) -> str:
    """Which key a browser's answer speaks of, before anything is believed. Raises NotThatKey."""
    from fido2.webauthn import AuthenticationResponse

    try:
        return digest_of(AuthenticationResponse.from_dict(answer).raw_id)
    except (ValueError, TypeError, KeyError) as error:
        raise NotThatKey(str(error)) from error


def proof(site: Site, state: Mapping[str, Any], answer: Mapping[str, Any], *, credential: bytes) -> Proof:
    """What the answer of the key `credential` proves. Raises NotThatKey."""
    from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

    try:
        _server(site).authenticate_complete(state, [AttestedCredentialData(credential)], answer)
        said = AuthenticationResponse.from_dict(answer)
    except (ValueError, TypeError, KeyError, UnsupportedAlgorithm) as error:
        raise NotThatKey(str(error)) from error
    data = said.response.authenticator_data
    return Proof(digest_of(said.raw_id), data.counter, bool(data.is_user_verified()))


def digest_of(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _server(site: Site) -> Fido2Server:
    """Only the very address people see in the browser counts, not its sub-domains."""
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    return Fido2Server(
        PublicKeyCredentialRpEntity(name="OpenPAR", id=site.host),
        verify_origin=lambda origin: origin == site.origin,
    )
