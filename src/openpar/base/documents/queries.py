"""The documents of an organisation."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from openpar.base.documents.models import Document
from openpar.common.text import fold


def documents_of(owner_id: int, search: str = "", *, with_superseded: bool = False) -> QuerySet[Document]:
    """Newest first; the search looks at titles without regard to marks, at numbers and at file names.

    Documents that a newer one replaced are left out unless asked for. One query, files and people included.
    """
    documents = Document.objects.filter(owner_id=owner_id).select_related("file", "added_by")
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
