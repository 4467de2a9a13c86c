"""Registered datasets with their declarations."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from openpar.base.facts.declarations import Counting, Declaration, from_mapping
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.models import Dataset, SchemaVersion


@dataclass(frozen=True)
class Registered:
    """A dataset with its newest declaration."""

    dataset_id: int
    schema_id: int
    schema_number: int
    generation: int
    sha256: str
    declaration: Declaration

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def counting(self) -> Counting:
        """How its facts are counted. Raises UnknownDataset when nothing is."""
        if self.declaration.counting is None:
            raise UnknownDataset(f"{self.name}: nothing is counted in this dataset")
        return self.declaration.counting


# Declarations by their digest: there are few, and one never changes.
_read: dict[str, Declaration] = {}
# Datasets by their name, as this process read them last.
_last_read: dict[str, Registered] = {}

_NEWEST = (
    "SELECT d.id, d.generation, s.id, s.number, s.sha256 FROM facts_dataset AS d "
    "JOIN facts_schemaversion AS s ON s.dataset_id = d.id WHERE d.name = %s ORDER BY s.number DESC LIMIT 1"
)


def registered(name: str) -> Registered:
    """The dataset of this name with its newest declaration, one query. Raises UnknownDataset."""
    return _registered(name, "")


def last_read(name: str) -> Registered:
    """The same as this process read it last, mostly no query; it may have been declared anew since. Whoever
    goes by it asks for its `sha256` in the very statement that would be wrong otherwise (`shared_row`).
    """
    return _last_read.get(name) or registered(name)


def shared(name: str) -> Registered:
    """The same, and its files stay as they are until the transaction ends; others may share it too."""
    return _registered(name, _sharing(" OF d"))


def shared_row() -> str:
    """What follows FROM in a statement that is for one dataset and shares it until the transaction ends.
    Its parameters: the id and the digest of the newest declaration; where it is another one, no row.
    """
    return f"facts_dataset WHERE id = %s AND declared_sha256 = %s{_sharing()}"


def _sharing(what: str = "") -> str:
    # SQLite has one writer, who shares with nobody.
    return f" FOR SHARE{what}" if connection.vendor == "postgresql" else ""


def locked(name: str) -> Registered:
    """The same, for oneself alone until the transaction ends."""
    Dataset.objects.select_for_update().filter(name=name).first()
    return _registered(name, "")


def _registered(name: str, lock: str) -> Registered:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST + lock, [name])
        found = cursor.fetchone()
    if found is None:
        raise UnknownDataset(name)
    dataset_id, generation, schema_id, number, sha256 = found
    if sha256 not in _read:
        _read[sha256] = from_mapping(SchemaVersion.objects.get(pk=schema_id).declaration)
    _last_read[name] = Registered(dataset_id, schema_id, number, generation, sha256, _read[sha256])
    return _last_read[name]


def declarations_of(dataset_id: int) -> dict[int, Declaration]:
    """Every declaration that a dataset ever had, by the number of its version."""
    versions = SchemaVersion.objects.filter(dataset_id=dataset_id)
    return {version.number: from_mapping(version.declaration) for version in versions}
