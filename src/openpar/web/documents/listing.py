"""What the list of documents asks for and shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.documents.kinds import KINDS
from openpar.base.documents.models import Document
from openpar.base.documents.queries import documents_of_owners
from openpar.base.organisations.queries import names_on
from openpar.common.errors import Gap, Refused
from openpar.common.text import sort_key
from openpar.parindex.assessments.queries.document_uses import DocumentUse
from openpar.web.components.documents import size_words
from openpar.web.components.given import Given, Texts

_TYPES = {kind.endings[0].strip("."): kind.media_type for kind in KINDS}
_WITHOUT_FILE = {
    "file": (gettext_lazy("Có tệp"), Q(file__isnull=False)),
    "link": (gettext_lazy("Chỉ có đường dẫn"), Q(file__isnull=True) & ~Q(link="")),
    "number": (gettext_lazy("Chỉ có số, ký hiệu"), Q(file__isnull=True, link="", is_secret=False)),
    "secret": (gettext_lazy("Tài liệu mật"), Q(is_secret=True)),
}
_SHOWN_USES = 3


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to, as typed; `gaps` says which day cannot be read."""

    search: str
    owner_id: int | None
    kind: str
    issued_from: date | None
    issued_until: date | None
    with_superseded: bool
    typed: dict[str, str]
    gaps: tuple[Gap, ...]

    @property
    def is_narrowed(self) -> bool:
        return bool(any(self.typed.values()) or self.owner_id or self.kind or self.with_superseded)

    @property
    def refusal(self) -> Refused | None:
        return Refused(self.gaps) if self.gaps else None


@dataclass(frozen=True)
class Row:
    """One document of the list; `uses` are the first few, `more` counts the others."""

    document: Document
    owner: str
    kind: str
    size: str
    is_superseded: bool
    uses: tuple[DocumentUse, ...]
    more: int
    total: int


def asked_of(texts: Texts) -> Asked:
    given = Given(texts)
    labels = {"issued_from": _("Ban hành từ ngày"), "issued_until": _("đến ngày")}
    issued_from, issued_until = given.day("issued_from"), given.day("issued_until")
    owner, kind = given.text("owner"), given.text("kind")
    return Asked(
        search=given.text("q"),
        owner_id=int(owner) if owner.isdecimal() and len(owner) < 18 else None,
        kind=kind if kind in _WITHOUT_FILE or kind in _TYPES else "",
        issued_from=issued_from,
        issued_until=issued_until,
        with_superseded=given.is_ticked("superseded"),
        typed={name: given.text(name) for name in ("q", "issued_from", "issued_until")},
        gaps=tuple(
            Gap(labels[name], text, link=f"#id_{name}", code="unreadable")
            for name, text in given.errors.items()
        ),
    )


def matching(asked: Asked, owners: Collection[int] | None) -> QuerySet[Document]:
    """The documents asked for among those of `owners` (None is all), newest first."""
    found = documents_of_owners(owners, asked.search, with_superseded=asked.with_superseded)
    found = found.annotate(successor_id=F("superseded_by__pk"))
    if asked.owner_id is not None:
        found = found.filter(owner_id=asked.owner_id)
    if asked.kind in _WITHOUT_FILE:
        found = found.filter(_WITHOUT_FILE[asked.kind][1])
    elif asked.kind:
        found = found.filter(file__media_type=_TYPES[asked.kind])
    if asked.issued_from:
        found = found.filter(issued_on__gte=asked.issued_from)
    if asked.issued_until:
        found = found.filter(issued_on__lte=asked.issued_until)
    return found


def kind_choices() -> list[tuple[str, str]]:
    return [
        *((key, str(label)) for key, (label, _where) in _WITHOUT_FILE.items()),
        *((key, key.upper()) for key in _TYPES),
    ]


def owner_choices(owners: Collection[int] | None, day: date) -> list[tuple[int, str]]:
    """The organisations to choose from: those of the reader, or all that own a document."""
    if owners is None:
        owners = list(Document.objects.order_by().values_list("owner_id", flat=True).distinct())
    return sorted(names_on(owners, day).items(), key=lambda choice: sort_key(choice[1]))


def rows_of(
    documents: Iterable[Document], uses: dict[int, tuple[DocumentUse, ...]], names: dict[int, str]
) -> list[Row]:
    """Lines of the table, from documents found by `matching`."""
    return [
        Row(
            document=document,
            owner=names.get(document.owner_id, ""),
            kind=kind_words(document),
            size=size_words(document),
            is_superseded=getattr(document, "successor_id", None) is not None,
            uses=uses.get(document.pk, ())[:_SHOWN_USES],
            more=max(0, len(uses.get(document.pk, ())) - _SHOWN_USES),
            total=len(uses.get(document.pk, ())),
        )
        for document in documents
    ]


def kind_words(document: Document) -> str:
    """“PDF”, “Chỉ có đường dẫn”: what there is of a document here."""
    if document.is_secret:
        return _("Tài liệu mật")
    if document.file is not None:
        found = {media_type: key for key, media_type in _TYPES.items()}
        return found.get(document.file.media_type, document.file.media_type).upper()
    return _("Chỉ có đường dẫn") if document.link else _("Chỉ có số, ký hiệu")
