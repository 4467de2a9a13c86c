"""Replacing the key that signs: the new one is announced in the log before the old one falls silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openpar.base.audit.actions import record
from openpar.base.audit.sealing import seal
from openpar.base.audit.signing import keys_folder, make_key, signing_keys
from openpar.common.db import write_transaction


@dataclass(frozen=True)
class _Operator:
    """Whoever has a shell on the machine; the log cannot know the name."""

    id: int | None = None
    full_name: str = "Người vận hành hệ thống"


class OnlyKey(Exception):
    """Without this key nothing could be signed any more."""


def add_key(*, at: datetime) -> str:
    """Makes a further key and seals at once: from here on both sign. Returns the new vkey."""
    made = make_key(signing_keys()[-1].number + 1)
    _tell("log.key_added", made.vkey, at)
    return made.vkey


def retire_oldest_key(*, at: datetime) -> str:
    """Takes the oldest private key away after a last checkpoint by both. Returns its vkey. Raises OnlyKey."""
    keys = signing_keys()
    if len(keys) < 2:
        raise OnlyKey
    oldest = keys[0]
    _tell("log.key_retired", oldest.vkey, at)
    (keys_folder() / f"seal-{oldest.number}.key").unlink()
    return oldest.vkey


def _tell(verb: str, vkey: str, at: datetime) -> None:
    with write_transaction():
        record(by=_Operator(), at=at, verb=verb, object="log:keys", label=vkey, after={"vkey": vkey})
    seal(at=at)
