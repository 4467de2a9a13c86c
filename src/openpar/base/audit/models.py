"""The trace, and the tree that seals it. Rows are added and never changed; the database refuses the rest.

A row carries its actor's name as it was, so that nothing said here changes later, and the leaf hash of what
it says, written in the transaction of the change (docs/trust/formats.md).
"""

from __future__ import annotations

from datetime import UTC
from typing import Any, ClassVar

from django.db import models

from openpar.base.audit.canonical import canonical
from openpar.base.audit.merkle import leaf_hash

FORMAT = 1


class Entry(models.Model):
    """One change: who, when, what before, what after, why."""

    at = models.DateTimeField()
    # Not a foreign key: the trace stands below everything and outlives what it tells of.
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    # The thing changed, as "score:12"; and the larger thing whose story it belongs to, as "assessment:3".
    object = models.CharField(max_length=80)
    about = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=300)
    before: models.JSONField[Any, Any] = models.JSONField(null=True)
    after: models.JSONField[Any, Any] = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    # Chance, so that a hash in somebody else's proof tells nothing about this row.
    salt = models.CharField(max_length=32)
    # The leaf hash of `content`, in hexadecimal.
    digest = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Entry]]

    class Meta:
        indexes = [
            models.Index(fields=["object", "id"], name="entry_by_object"),
            models.Index(fields=["about", "id"], name="entry_by_about"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.verb} {self.label}"

    @property
    def content(self) -> dict[str, Any]:
        """What the row says, as it is digested."""
        return {
            "v": FORMAT,
            "at": self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": self.actor_id,
            "name": self.actor_name,
            "verb": self.verb,
            "object": self.object,
            "about": self.about,
            "label": self.label,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "salt": self.salt,
        }

    def computed_digest(self) -> str:
        """The leaf hash of what the row says now, in hexadecimal."""
        return leaf_hash(canonical(self.content).encode()).hex()


class Leaf(models.Model):
    """The place of a row in the tree, and the hash with which it was sealed."""

    position = models.BigIntegerField(primary_key=True)
    # Not a foreign key: a row that was deleted must leave its leaf behind.
    entry_id = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Leaf]]

    def __str__(self) -> str:
        return f"{self.position}: {self.entry_id}"


class TreeNode(models.Model):
    """The root of 256 hashes of the level below; leaves are level 0 and have a table of their own."""

    level = models.PositiveSmallIntegerField()
    place = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[TreeNode]]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "place"], name="a_node_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class Checkpoint(models.Model):
    """A signed statement of size and root of the tree."""

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    at = models.DateTimeField()
    last_entry_id = models.BigIntegerField()
    # The signed note, as it leaves the house.
    note = models.TextField()

    objects: ClassVar[models.Manager[Checkpoint]]

    class Meta:
        ordering = ["size"]

    def __str__(self) -> str:
        return f"{self.size} {self.root[:12]}"


class VerifierKey(models.Model):
    """A public key that has signed here; it stays when the private one is gone."""

    vkey = models.CharField(max_length=300, unique=True)
    added_at = models.DateTimeField()

    objects: ClassVar[models.Manager[VerifierKey]]

    class Meta:
        ordering = ["added_at", "id"]

    def __str__(self) -> str:
        return self.vkey


class Sealing(models.Model):
    """One row: how far the sealer is. The only row here that changes; nothing is proved by it."""

    # Everything that was committed before is sealed.
    sealed_until = models.DateTimeField()
    # Numbers below the last sealed one that were not there: [first, last, seen missing at], see sealing.py.
    missing: models.JSONField[Any, Any] = models.JSONField(default=list)

    objects: ClassVar[models.Manager[Sealing]]

    def __str__(self) -> str:
        return f"{self.sealed_until:%Y-%m-%d %H:%M:%S}"
