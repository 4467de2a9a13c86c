"""What the database refuses here: a stored file and a document never change; a newer one takes its place."""

from __future__ import annotations

from openpar.common.triggers import append_only

GUARDS = (
    *append_only("documents_storedfile", ("sha256",)),
    *append_only("documents_filecheck"),
    *append_only("documents_document", ("supersedes_id",)),
)
