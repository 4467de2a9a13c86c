"""The register of a day, and the story of one organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from openpar.base.accounts.models import RoleHeld
from openpar.base.organisations.models import Block, Kind, Organisation, OrganisationVersion
from openpar.base.organisations.permissions import may_manage_organisations
from openpar.base.organisations.queries import (
    TreeNode,
    history_of,
    organisations_as_of,
    successors_of,
    tree_as_of,
)
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, asked_day, page
from openpar.web.organisations.joining import OF_ONE

# Beyond this many rows a page shows two levels, each with a way into what lies below.
_MOST_ROWS = 400
_DEEPEST_INDENT = 3


@dataclass(frozen=True)
class Row:
    """One organisation of the table; `hidden` of those below it are on a page of their own."""

    organisation_id: int
    name: str
    kind: str
    block: str
    code: str
    depth: int = 0
    hidden: int = 0


@dataclass(frozen=True)
class VersionRow:
    """A version with the name that its parent bore then."""

    version: OrganisationVersion
    kind: str
    parent: str


@page("GET")
def organisations(request: AuthenticatedRequest) -> HttpResponse:
    day, gaps = asked_day(request)
    search, block = request.GET.get("q", "").strip(), request.GET.get("block", "")
    blocks = dict(Block.objects.values_list("code", "name"))
    context: dict[str, object] = {
        "day": day,
        "search": search,
        "block": block,
        "blocks": tuple(blocks.items()),
        "under": "",
        "may_manage": may_manage_organisations(actor(request)),
    }
    if gaps:
        context["refused_gaps"] = gaps
    if search or block:
        versions = organisations_as_of(day, block=block, search=search)
        context["slice"] = found = slice_of(request, versions)
        context["rows"] = [_row_of_version(version) for version in found.items]
    else:
        context |= _branch(tree_as_of(day), request.GET.get("under", ""), blocks)
    return render(request, "organisations/organisations.html", context, status=422 if gaps else 200)


@page("GET")
def organisation(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    day, gaps = asked_day(request)
    history = history_of(pk)
    if not history.versions:
        raise Http404
    current = next((v for v in reversed(history.versions) if _is_valid(v, day)), None)
    context = {
        "day": day,
        "shown": current or history.versions[-1],
        "is_valid": current is not None,
        "has_begun": history.versions[0].valid_from <= day,
        "kind": Kind(history.versions[-1].kind if current is None else current.kind).label,
        "versions": _with_parents(history.versions),
        "origins": history.origins,
        "successions": history.successions,
        "changes": _changes(request, history.versions[-1]),
        "prefix": reverse("organisation", args=[pk]),
        "heirs": () if current else successors_of(pk, day),
        "people": _people(request, pk, day),
    }
    if gaps:
        context["refused_gaps"] = gaps
    return render(request, "organisations/organisation.html", context, status=422 if gaps else 200)


def _people(request: AuthenticatedRequest, pk: int, day: date) -> Iterable[RoleHeld]:
    """Who holds a role there: for colleagues, not for an account whose own roles have ended."""
    if not actor(request).held:
        return ()
    held = RoleHeld.objects.as_of(day).filter(organisation_id=pk, user__is_active=True)
    return held.select_related("user").order_by("role", "user__name_sort")


def _changes(request: AuthenticatedRequest, last: OrganisationVersion) -> list[tuple[str, str]]:
    """The changes this person may record of an organisation that has not ended: address word and title."""
    if last.valid_until is not None or not may_manage_organisations(actor(request)):
        return []
    return [(word, str(form.title)) for word, form in OF_ONE.items()]


def _branch(roots: tuple[TreeNode, ...], under: str, blocks: dict[str, str]) -> dict[str, object]:
    """The rows of the whole tree, or of the part below `under`; two levels when there are too many."""
    every = [node for root in roots for node in root.all()]
    chosen = next((node for node in every if str(node.organisation_id) == under), None)
    if under and chosen is None:
        raise Http404
    tops = (chosen,) if chosen else roots
    total = len(chosen.all()) if chosen else len(every)
    levels = 2 if total > _MOST_ROWS else None
    rows = [row for top in tops for row in _rows(top, 0, levels, blocks)]
    return {"rows": rows, "total": total, "under": chosen.name if chosen else ""}


def _rows(node: TreeNode, depth: int, levels: int | None, blocks: dict[str, str]) -> Iterable[Row]:
    is_last = levels is not None and depth + 1 >= levels
    yield Row(
        organisation_id=node.organisation_id,
        name=node.name,
        kind=str(node.kind.label),
        block=blocks.get(node.block, ""),
        code=node.code,
        depth=min(depth, _DEEPEST_INDENT),
        hidden=len(node.all()) - 1 if is_last else 0,
    )
    if not is_last:
        for child in node.children:
            yield from _rows(child, depth + 1, levels, blocks)


def _row_of_version(version: OrganisationVersion) -> Row:
    return Row(
        organisation_id=version.organisation_id,
        name=version.name,
        kind=str(Kind(version.kind).label),
        block=version.block.name if version.block else "",
        code=version.code,
    )


def _is_valid(version: OrganisationVersion, day: date) -> bool:
    return version.valid_from <= day and (version.valid_until is None or day < version.valid_until)


def _with_parents(versions: tuple[OrganisationVersion, ...]) -> list[VersionRow]:
    parents = list(
        OrganisationVersion.objects.filter(
            organisation__in=Organisation.objects.filter(
                pk__in=[v.parent_id for v in versions if v.parent_id]
            )
        )
    )
    return [
        VersionRow(
            version=version,
            kind=str(Kind(version.kind).label),
            parent=next(
                (
                    parent.name
                    for parent in parents
                    if parent.organisation_id == version.parent_id and _is_valid(parent, version.valid_from)
                ),
                "",
            ),
        )
        for version in reversed(versions)
    ]
