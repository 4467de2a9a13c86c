"""The documents of organisations, and the versions of one document."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Max, Q, QuerySet

from openpar.base.documents.models import Document, FileCheck
from openpar.common.text import fold, spellings


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
            | Q(*(("file_name__icontains", spelling) for spelling in spellings(wanted)), _connector=Q.OR)
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


def latest_check(file_id: int | None) -> FileCheck | None:
    """What was found last in a file; None before it was ever looked into. One query."""
    return FileCheck.objects.filter(file_id=file_id).order_by("-id").first()


def latest_checks(documents: Iterable[Document]) -> dict[int, FileCheck]:
    """The same for several documents, by document; one query, none when no document has a file."""
    files = {document.pk: document.file_id for document in documents if document.file_id is not None}
    if not files:
        return {}
    newest = (
        FileCheck.objects.filter(file_id__in=set(files.values()))
        .order_by()
        .values("file_id")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    found = {check.file_id: check for check in FileCheck.objects.filter(pk__in=newest)}
    return {pk: found[file_id] for pk, file_id in files.items() if file_id in found}


def documents_to_recheck(trust_store: str) -> tuple[tuple[Document, FileCheck], ...]:
    """One document for each signed file that was last judged by other certificates than `trust_store`, with
    that judgement; two queries.
    """
    newest = (
        FileCheck.objects.order_by()
        .values("file_id")
        .annotate(newest=Max("pk"))
        .values_list("newest", flat=True)
    )
    stale = FileCheck.objects.filter(pk__in=newest).exclude(signature=FileCheck.Signature.NONE)
    checks = {check.file_id: check for check in stale.exclude(trust_store=trust_store)}
    documents = Document.objects.filter(file_id__in=checks).select_related("file").order_by("pk")
    by_file = {document.file_id: document for document in documents}
    return tuple((document, checks[file_id]) for file_id, document in by_file.items() if file_id is not None)
