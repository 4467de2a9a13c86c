"""The documents of organisations, and the versions of one document."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from openpar.base.documents.models import Document
from openpar.common.text import fold


def documents_of(owner_id: int, search: str = "", *, with_superseded: bool = False) -> QuerySet[Document]:
    """Newest first; the search looks at titles without regard to marks, at numbers and at file names.

    Documents that a newer one replaced are left out unless asked for. One query, files and people included.
    """
    return documents_of_owners({owner_id}, search, with_superseded=with_superseded)


def documents_of_owners(
    owner_ids: Collection[int] | None, search: str = "", *, with_superseded: bool = False
) -> QuerySet[Document]:
    """The same for several organisations, or for all of them when None."""
    documents = Document.objects.select_related("file", "added_by")
    if owner_ids is not None:
        documents = documents.filter(owner_id__in=owner_ids)
    if not with_superseded:
        documents = documents.filter(superseded_by__isnull=True)
    wanted = search.strip()
    if wanted:
        documents = documents.filter(
            Q(title_folded__contains=fold(wanted))
            | Q(number__icontains=wanted)
            | Q(file_name__icontains=wanted)
        )
    return documents.order_by("-id")


def versions_of(document: Document) -> tuple[Document, ...]:
    """The chain of versions that a document stands in, oldest first, itself among them; two queries."""
    older = dict(
        Document.objects.filter(owner_id=document.owner_id, supersedes__isnull=False)
        .order_by()
        .values_list("pk", "supersedes_id")
    )
    newer = {before: after for after, before in older.items()}
    chain = [document.pk]
    while (before := older.get(chain[0])) is not None:
        chain.insert(0, before)
    while (after := newer.get(chain[-1])) is not None:
        chain.append(after)
    found = Document.objects.select_related("file", "added_by").in_bulk(chain)
    return tuple(found[pk] for pk in chain)
