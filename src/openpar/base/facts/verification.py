"""Is the store still what was brought in? Every byte, every manifest and every salted hash counted anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from openpar.base.audit.models import Entry
from openpar.base.facts import files
from openpar.base.facts.actions.batches import sealed_content
from openpar.base.facts.contents import personal_hashes, wrong_batches
from openpar.base.facts.datasets import declarations_of
from openpar.base.facts.declarations import Declaration
from openpar.base.facts.duck import connected
from openpar.base.facts.models import Batch, PersonalPart, ReceivedCounters, StoredPart
from openpar.base.facts.queries import path_of_part, path_of_received
from openpar.base.facts.staging import salted_hash

_AT_ONCE = 5000
FaultKind = Literal["missing", "changed", "unreadable", "content", "manifest", "personal", "lost", "stray"]


@dataclass(frozen=True)
class FactsFault:
    """One thing that is not right.

    missing, changed, unreadable: a file, by its path in the store. content: a file is whole but does not
    hold a batch as its manifest says. manifest: a manifest is not what the log sealed. personal: the
    personal columns of a batch are not those that came. lost: no file holds a batch. stray: a file that
    nothing speaks of does not have the digest of its name.
    """

    kind: FaultKind
    path: str
    batches: tuple[str, ...]


@dataclass(frozen=True)
class FactsReport:
    """What a look through the store found; `erased` rows have no personal columns any more."""

    files: int
    batches: int
    erased: int
    faults: tuple[FactsFault, ...]


def verify_facts() -> FactsReport:
    """Every file that counts, every manifest, every row's personal columns; reads each byte once or twice."""
    parts = list(StoredPart.objects.filter(retired_at__isnull=True).select_related("dataset"))
    received = list(ReceivedCounters.objects.filter(replaced_at__isnull=True).select_related("dataset"))
    manifests = list(Batch.objects.select_related("dataset", "schema").order_by("pk"))
    names = {(batch.dataset_id, batch.code): _told(batch) for batch in manifests}
    faults: list[FactsFault] = []
    sound: list[StoredPart] = []
    for part in parts:
        path = path_of_part(part, part.dataset.name)
        kind = _fault_of(path, part.sha256)
        if kind is None:
            sound.append(part)
        else:
            held = tuple(names.get((part.dataset_id, code), code) for code in part.batches)
            faults.append(FactsFault(kind, _short(path), held))
    for one in received:
        kind = _fault_of(path_of_received(one), one.sha256)
        if kind is not None:
            faults.append(FactsFault(kind, _short(path_of_received(one)), (one.province,)))
    faults += _faults_of_contents(sound, manifests)
    faults += _faults_of_manifests(manifests, parts)
    erased, wrong = _personal_of(sound, manifests)
    faults += wrong
    faults += _strays({path_of_part(part, part.dataset.name) for part in parts})
    return FactsReport(len(parts) + len(received), len(manifests), erased, tuple(faults))


def _told(batch: Batch) -> str:
    return f"{batch.pk} ({batch.source}, {batch.source_name})"


def _short(path: Path) -> str:
    return str(path.relative_to(files.folder()))


def _fault_of(path: Path, sha256: str) -> FaultKind | None:
    try:
        return None if files.digest_of(path) == sha256 else "changed"
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "unreadable"


def _by_code(manifests: Sequence[Batch]) -> dict[tuple[int, str], Batch]:
    return {(batch.dataset_id, batch.code): batch for batch in manifests}


def _declarations(manifests: Sequence[Batch]) -> dict[int, Declaration]:
    """By the id of the schema version."""
    found = {}
    for dataset_id in {batch.dataset_id for batch in manifests}:
        versions = declarations_of(dataset_id)
        for batch in manifests:
            if batch.dataset_id == dataset_id:
                found[batch.schema_id] = versions[batch.schema.number]
    return found


def _faults_of_contents(sound: Sequence[StoredPart], manifests: Sequence[Batch]) -> Iterator[FactsFault]:
    """Files that were merged; one that is as it came has the digest that its manifest names."""
    by_code, declarations = _by_code(manifests), _declarations(manifests)
    for part in sound:
        held = [by_code[part.dataset_id, code] for code in part.batches if (part.dataset_id, code) in by_code]
        if not held or [batch.file_sha256 for batch in held] == [part.sha256]:
            continue
        path = path_of_part(part, part.dataset.name)
        asked = [(batch.code, batch.content_sha256, batch.personal_sha256) for batch in held]
        with connected(files.folder()) as duck:
            wrong = wrong_batches(duck, path, asked, declarations[part.schema_id])
        if wrong:
            told = tuple(_told(by_code[part.dataset_id, code]) for code in wrong)
            yield FactsFault("content", _short(path), told)


def _faults_of_manifests(manifests: Sequence[Batch], parts: Sequence[StoredPart]) -> Iterator[FactsFault]:
    """What the log sealed is what the manifest says; and some file holds the batch."""
    held = {(part.dataset_id, code) for part in parts for code in part.batches}
    for first in range(0, len(manifests), _AT_ONCE):
        some = manifests[first : first + _AT_ONCE]
        objects = [f"facts_batch:{batch.pk}" for batch in some]
        entries = Entry.objects.filter(verb="facts.batch_appended", object__in=objects)
        sealed = dict(entries.values_list("object", "after"))
        for batch in some:
            if sealed.get(f"facts_batch:{batch.pk}") != sealed_content(batch):
                yield FactsFault("manifest", "", (_told(batch),))
            if (batch.dataset_id, batch.code) not in held:
                yield FactsFault("lost", "", (_told(batch),))


def _personal_of(sound: Sequence[StoredPart], manifests: Sequence[Batch]) -> tuple[int, list[FactsFault]]:
    """How many rows were erased, and the batches whose personal columns are not those that came."""
    holders = {(part.dataset_id, code): part for part in sound for code in part.batches}
    erased, faults = 0, []
    for batch in manifests:
        part = holders.get((batch.dataset_id, batch.code))
        if not batch.personal_sha256 or part is None:
            continue
        with connected(files.folder()) as duck:
            hashes = personal_hashes(duck, path_of_part(part, part.dataset.name), batch.code)
        rows = PersonalPart.objects.filter(batch=batch).order_by("row")
        seen: dict[int, bool] = {}
        for row, salt, content, gone in rows.values_list("row", "salt", "content", "erased_at").iterator():
            erased += gone is not None
            seen[row] = gone is not None or (row < len(hashes) and salted_hash(salt, content) == hashes[row])
        if len(seen) != len(hashes) or not all(seen.values()):
            faults.append(FactsFault("personal", "", (_told(batch),)))
    return erased, faults


def _strays(known: set[Path]) -> Iterator[FactsFault]:
    """A file that waits to be spoken of, or was replaced, is fine as long as its name is its digest."""
    for path in files.kept_files():
        if path not in known and _fault_of(path, path.stem) is not None:
            yield FactsFault("stray", _short(path), ())
