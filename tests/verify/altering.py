"""A bundle taken apart, and put together again: sealed by whoever holds a key."""

from __future__ import annotations

import io
import json
import zipfile
from hashlib import sha256
from typing import Any

from tests.verify.writing import Key, plain

MANIFEST = "openpar-round/1"
LATER = ("manifest.json", "decision.json", "signature.txt", "keys.txt")
DECISION = {
    "round": "Kỳ đánh giá 2026",
    "year": 2026,
    "assessed_from": "2025-12-15",
    "assessed_until": "2026-12-14",
    "number": "99/QĐ-UBND",
    "signed_on": "2027-01-20",
    "signer": "Nguyễn Văn Chủ",
    "published_at": "2027-01-20T01:00:00.000000Z",
}


class Parts:
    """The members as values that can be changed: `rows` of the .jsonl members, `values` of the others."""

    def __init__(self, members: dict[str, bytes]) -> None:
        self.rows: dict[str, list[Any]] = {}
        self.values: dict[str, Any] = {}
        for name, content in members.items():
            if name.endswith(".jsonl"):
                self.rows[name] = [json.loads(line) for line in content.splitlines()]
            elif name not in LATER:
                self.values[name] = json.loads(content)

    def criteria(self) -> dict[str, Any]:
        found: dict[str, Any] = self.values["criteria-1.json"]
        return found

    def members(self) -> dict[str, bytes]:
        """The members that the manifest names."""
        written = {name: plain(value) for name, value in self.values.items()}
        return written | {
            name: b"".join(plain(row) + b"\n" for row in rows) for name, rows in self.rows.items()
        }


def sealed(parts: Parts, key: Key, decision: dict[str, Any] = DECISION) -> dict[str, bytes]:
    """All members, with a manifest, a decision and a signature by this key."""
    members = parts.members()
    files = {name: sha256(content).hexdigest() for name, content in members.items()}
    manifest = plain({"format": MANIFEST, "files": files})
    decided = plain({**decision, "manifest": sha256(manifest).hexdigest()})
    note = key.note(f"{MANIFEST}\n{sha256(decided).hexdigest()}\n")
    return {
        **members,
        "manifest.json": manifest,
        "decision.json": decided,
        "signature.txt": note.encode(),
        "keys.txt": f"{key.vkey}\n".encode(),
    }


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP file of the members, sorted by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(name, members[name])
    return target.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
