"""The register on a day, and what became of an organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from openpar.base.organisations.models import Kind, OrganisationVersion, Succession, VersionQuerySet
from openpar.common.text import fold


@dataclass(frozen=True)
class TreeNode:
    """An organisation as it was on the day of the tree, with those below it in the order of their names."""

    organisation_id: int
    key: str
    kind: Kind
    name: str
    short_name: str
    code: str
    block: str
    depth: int
    children: tuple[TreeNode, ...]

    def all(self) -> tuple[TreeNode, ...]:
        """Itself and everything below it, as a list reads: parents before children."""
        return (self, *(node for child in self.children for node in child.all()))


@dataclass(frozen=True)
class SuccessionLine:
    """One link of an organisation's history; the other is None for a dissolution."""

    change: Succession.Change
    on: date
    is_main: bool
    legal_basis: str
    other_id: int | None
    other_name: str


@dataclass(frozen=True)
class History:
    """Everything the register knows of one organisation, oldest first."""

    organisation_id: int
    versions: tuple[OrganisationVersion, ...]
    origins: tuple[SuccessionLine, ...]
    successions: tuple[SuccessionLine, ...]


@dataclass(frozen=True)
class Heir:
    """Who carries on (or carried on before); main when every link on the way was a main one."""

    organisation_id: int
    name: str
    is_main: bool


def organisations_as_of(
    day: date, *, kinds: Iterable[Kind] = (), block: str = "", search: str = ""
) -> VersionQuerySet:
    """The versions valid on `day`, in Vietnamese order, narrowed by kinds, a block's code and a search.

    The search looks for names without regard to marks (“hoa bac” finds Xã Hoà Bắc) and for beginnings of
    codes.
    """
    versions = OrganisationVersion.objects.as_of(day).select_related("organisation", "block")
    wanted = tuple(kinds)
    if wanted:
        versions = versions.filter(kind__in=wanted)
    if block:
        versions = versions.filter(block__code=block)
    if search.strip():
        versions = versions.filter(Q(name_folded__contains=fold(search)) | Q(code__startswith=search.strip()))
    return versions.order_by("name_sort", "id")


def tree_as_of(day: date) -> tuple[TreeNode, ...]:
    """The whole tree of `day`, roots first; one query."""
    below: defaultdict[int | None, list[OrganisationVersion]] = defaultdict(list)
    for version in organisations_as_of(day):
        below[version.parent_id].append(version)
    return tuple(_node(version, below, 0) for version in below[None])


def _node(
    version: OrganisationVersion, below: dict[int | None, list[OrganisationVersion]], depth: int
) -> TreeNode:
    children = below.get(version.organisation_id, [])
    return TreeNode(
        organisation_id=version.organisation_id,
        key=version.organisation.key,
        kind=Kind(version.kind),
        name=version.name,
        short_name=version.short_name,
        code=version.code,
        block=version.block.code if version.block else "",
        depth=depth,
        children=tuple(_node(child, below, depth + 1) for child in children),
    )


def history_of(organisation_id: int) -> History:
    """Versions and successions of one organisation; the others bear the name they had at the event."""
    versions = OrganisationVersion.objects.filter(organisation_id=organisation_id)
    links = Succession.objects.filter(
        Q(predecessor_id=organisation_id) | Q(successor_id=organisation_id)
    ).order_by("on", "-is_main", "id")
    found = list(links)
    names = _names_at(
        {other for link in found for other in (link.predecessor_id, link.successor_id) if other}
    )
    return History(
        organisation_id=organisation_id,
        versions=tuple(versions.select_related("block", "parent").order_by("valid_from")),
        origins=tuple(
            _line(link, link.predecessor_id, names) for link in found if link.successor_id == organisation_id
        ),
        successions=tuple(
            _line(link, link.successor_id, names) for link in found if link.predecessor_id == organisation_id
        ),
    )


_Names = dict[int, list[OrganisationVersion]]


def names_on(organisation_ids: Iterable[int], day: date) -> dict[int, str]:
    """The name on `day`, by organisation; for one that has ended, its last. One query."""
    names: dict[int, str] = {}
    versions = OrganisationVersion.objects.filter(
        organisation_id__in=list(organisation_ids), valid_from__lte=day
    )
    for version in versions.order_by("valid_from"):
        names[version.organisation_id] = version.name
    return names


def _names_at(organisation_ids: Iterable[int]) -> _Names:
    names: defaultdict[int, list[OrganisationVersion]] = defaultdict(list)
    ids = list(organisation_ids)
    for version in OrganisationVersion.objects.filter(organisation_id__in=ids).order_by("valid_from"):
        names[version.organisation_id].append(version)
    return dict(names)


def _line(link: Succession, other_id: int | None, names: _Names) -> SuccessionLine:
    versions = names.get(other_id, []) if other_id is not None else []
    # A successor begins on the day and a predecessor ends on it: the latest begun by then is the one meant.
    begun = [version for version in versions if version.valid_from <= link.on] or versions[:1]
    return SuccessionLine(
        change=Succession.Change(link.change),
        on=link.on,
        is_main=link.is_main,
        legal_basis=link.legal_basis,
        other_id=other_id,
        other_name=begun[-1].name if begun else "",
    )


def successors_of(organisation_id: int, on: date) -> tuple[Heir, ...]:
    """Who carries on the work on `on`: itself while it exists, else its successors, through all changes.

    Empty after a dissolution, and before its own beginning. The main heir comes first.
    """
    return _follow(organisation_id, on, forward=True)


def predecessors_of(organisation_id: int, on: date) -> tuple[Heir, ...]:
    """Who did the work on the earlier day `on`: itself if it existed, else those it came from."""
    return _follow(organisation_id, on, forward=False)


def _follow(organisation_id: int, on: date, *, forward: bool) -> tuple[Heir, ...]:
    """Walks the links one generation a query, and stops at everybody who exists on the day."""
    here, there = ("predecessor_id", "successor_id") if forward else ("successor_id", "predecessor_id")
    reached: dict[int, bool] = {}
    waiting = {organisation_id: True}
    seen: set[int] = set()
    names = dict[int, str]()
    while waiting:
        existing = OrganisationVersion.objects.as_of(on).filter(organisation_id__in=list(waiting))
        here_now = dict(existing.values_list("organisation_id", "name"))
        names |= here_now
        for known in here_now:
            reached[known] = reached.get(known, False) or waiting[known]
        seen |= set(waiting)
        gone = [known for known in waiting if known not in here_now]
        links = Succession.objects.filter(**{f"{here}__in": gone}, successor__isnull=False)
        links = links.filter(on__lte=on) if forward else links.filter(on__gt=on)
        next_ones: dict[int, bool] = {}
        for source, target, is_main in links.values_list(here, there, "is_main"):
            if target not in seen:
                next_ones[target] = next_ones.get(target, False) or (is_main and waiting[source])
        waiting = next_ones
    heirs = [Heir(known, names[known], is_main) for known, is_main in reached.items()]
    return tuple(sorted(heirs, key=lambda heir: (not heir.is_main, heir.organisation_id)))
