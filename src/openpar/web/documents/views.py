"""The store of documents: those of one's own organisations; auditors and round managers look into all."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.documents import storage
from openpar.base.documents.actions import (
    Particulars,
    add_document,
    recheck_signatures,
    supersede_document,
    why_not_recheck,
    why_not_supersede,
)
from openpar.base.documents.models import Document
from openpar.base.documents.permissions import may_see_documents, owners_added_to_by, owners_seen_by
from openpar.base.documents.queries import documents_of_owners, latest_check, versions_of
from openpar.base.organisations.queries import names_on
from openpar.common.errors import Gap, Refused
from openpar.parindex.assessments.models import Adjustment, Layer
from openpar.parindex.assessments.queries.document_uses import uses_of
from openpar.web.components.documents import read_particulars, size_words, stored_file_answer, typed_texts
from openpar.web.components.paging import slice_of
from openpar.web.components.signatures import is_outdated, shown_check
from openpar.web.documents.listing import (
    asked_of,
    kind_choices,
    kind_words,
    matching,
    owner_choices,
    rows_of,
)
from openpar.web.http import AuthenticatedRequest, actor, now, only, page, refused, say, today


@page("GET")
def documents(request: AuthenticatedRequest) -> HttpResponse:
    """The list, fifty on a page, each with where it is used."""
    who = only(request, may_see_documents)
    owners = owners_seen_by(who)
    asked = asked_of(dict(request.GET.lists()))
    found = slice_of(request, matching(asked, owners))
    uses = dict(uses_of([document.pk for document in found.items], by=who, at=now()))
    choices = owner_choices(owners, today())
    context = {
        "asked": asked,
        "slice": found,
        "rows": rows_of(found.items, uses, dict(choices)),
        "owners": choices if len(choices) > 1 else [],
        "kinds": kind_choices(),
        "may_add": bool(owners_added_to_by(who)),
    }
    if asked.refusal:
        return refused(request, asked.refusal, template="documents/documents.html", context=context)
    return render(request, "documents/documents.html", context)


@page("GET")
def document(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return render(request, "documents/document.html", _context(request, _seen(request, pk)))


@page("GET")
def verify_file(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Counts the digest of the stored bytes anew; reads only."""
    found = _seen(request, pk)
    if found.file is None:
        raise Http404
    sha256 = found.file.sha256
    is_there = storage.path_of(sha256).exists()
    state = "missing" if not is_there else "whole" if storage.verify(sha256) else "altered"
    context = {**_context(request, found), "checked": state, "checked_at": now()}
    return render(request, "documents/document.html", context)


@page("GET")
def download(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return stored_file_answer(_seen(request, pk))


@page("POST")
def recheck(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Judges the signatures anew, by the certificates as they are now."""
    found = _seen(request, pk)
    try:
        check = recheck_signatures(by=actor(request), at=now(), document_id=found.pk)
    except Refused as error:
        context = _context(request, found)
        return refused(request, error, template="documents/document.html", context=context)
    say(request, _("Đã kiểm tra lại: %s.") % check.get_signature_display())
    return redirect(f"{reverse('document', args=[pk])}#signatures")


@page("GET", "POST")
def new_document(request: AuthenticatedRequest) -> HttpResponse:
    """Brings a document into the store, bound to nothing yet."""
    who = only(request, may_see_documents)
    choices = owner_choices(owners_added_to_by(who), today())
    if not choices:
        raise Http404
    owner = request.POST.get("owner", "") or str(choices[0][0])
    context = {"typed": typed_texts(request), "owners": choices, "owner": owner}
    if request.method == "POST":
        try:
            owner_id = _chosen_owner(owner, choices)
            added = add_document(by=who, at=now(), owner_id=owner_id, **read_particulars(request))
        except Refused as error:
            return refused(request, error, template="documents/new.html", context=context)
        say(request, _("Đã thêm “%s” vào kho.") % added.title)
        return redirect("document", added.pk)
    return render(request, "documents/new.html", context)


@page("GET", "POST")
def replace(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A newer version in place of this one, which stays readable."""
    who, older = actor(request), _seen(request, pk)
    context: dict[str, Any] = {
        "older": older,
        "typed": typed_texts(request) if request.method == "POST" else _known(older),
        "gaps": why_not_supersede(who, older),
    }
    if request.method == "POST":
        try:
            particulars: Particulars = read_particulars(request)
            newer = supersede_document(by=who, at=now(), document_id=older.pk, **particulars)
        except Refused as error:
            return refused(request, error, template="documents/replace.html", context=context)
        say(request, _("Đã thay bằng bản mới; bản cũ vẫn đọc được."))
        return redirect("document", newer.pk)
    return render(request, "documents/replace.html", context)


def _seen(request: AuthenticatedRequest, pk: int) -> Document:
    """A document of a store that the reader may look into; 404 otherwise."""
    owners = owners_seen_by(only(request, may_see_documents))
    found = documents_of_owners(owners, with_superseded=True).select_related("superseded_by").filter(pk=pk)
    document = found.first()
    if document is None:
        raise Http404
    return document


def _chosen_owner(text: str, choices: list[tuple[int, str]]) -> int:
    for owner_id, _name in choices:
        if text == str(owner_id):
            return owner_id
    gap = Gap(_("Đơn vị"), _("chưa chọn đơn vị của tài liệu"), link="#id_owner", code="no-owner")
    raise Refused([gap])


def _context(request: AuthenticatedRequest, found: Document) -> dict[str, Any]:
    who = actor(request)
    versions = versions_of(found)
    uses = uses_of([version.pk for version in versions], by=who, at=now())
    check = latest_check(found.file_id) if found.file_id is not None else None
    return {
        "document": found,
        "owner": names_on([found.owner_id], today()).get(found.owner_id, ""),
        "kind": kind_words(found),
        "size": size_words(found),
        "versions": [(version, size_words(version), len(uses.get(version.pk, ()))) for version in versions],
        "newest": versions[-1],
        "uses": uses.get(found.pk, ()),
        "layers": dict(Layer.choices),
        "adjustments": dict(Adjustment.Kind.choices),
        "gaps": why_not_supersede(who, found),
        "content": shown_check(check),
        "is_outdated": is_outdated(check),
        "recheck_gaps": why_not_recheck(who, found) if found.file is not None else (),
        "checked": "",
        "checked_at": None,
    }


def _known(older: Document) -> dict[str, str]:
    """What a newer version most often has in common with the one before."""
    return {"title": older.title, "issuer": older.issuer, "is_secret": "1" if older.is_secret else ""}
