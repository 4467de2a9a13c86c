"""Classes of agencies that plans name (“các sở, ban, ngành”), and whom a class means on a day.

The classes are data (data/plans/agency_classes.yaml); `block:CODE` names a block of the register.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.base.organisations.models import Block, Kind, OrganisationVersion
from openpar.common.text import fold
from openpar.common.yaml_files import data_of
from openpar.reform.plans.models import Plan, Target

BLOCK = "block:"


@dataclass(frozen=True)
class AgencyClass:
    """`is_below_own`: only parts of the plan's own organisation belong to it."""

    code: str
    name: str
    kinds: frozenset[Kind]
    is_below_own: bool
    words: tuple[str, ...]


def agency_classes() -> tuple[AgencyClass, ...]:
    """The classes of the data, without the blocks."""
    return _read(Path(settings.OPENPAR_DATA_DIR) / "plans" / "agency_classes.yaml")


def is_class(code: str) -> bool:
    """Is there such a class, or block? One query for a block, none for a class."""
    if code.startswith(BLOCK):
        return Block.objects.filter(code=code.removeprefix(BLOCK)).exists()
    return any(each.code == code for each in agency_classes())


def class_names() -> dict[str, str]:
    """What every class and every block is called, by code; one query."""
    names = {each.code: each.name for each in agency_classes()}
    return names | {f"{BLOCK}{code}": name for code, name in Block.objects.values_list("code", "name")}


def class_from_words(text: str) -> str | None:
    """The class that a cell of a plan means, or None."""
    wanted = fold(text).strip(" .;,")
    return next(
        (
            each.code
            for each in agency_classes()
            if wanted in {fold(each.name), *(fold(word) for word in each.words)}
        ),
        None,
    )


def members_of(codes: Iterable[str], organisation_id: int, on: date) -> Mapping[str, tuple[int, ...]]:
    """The organisations of each class on a day, for a plan of `organisation_id`; one query.

    Never the plan's own organisation. A class that nobody belongs to has an empty tuple.
    """
    wanted = set(codes)
    known = {each.code: each for each in agency_classes() if each.code in wanted}
    found: defaultdict[str, list[int]] = defaultdict(list)
    if not wanted:
        return {}
    versions = OrganisationVersion.objects.as_of(on).exclude(organisation=organisation_id)
    rows = versions.order_by("name_sort", "id").values_list(
        "organisation_id", "kind", "parent_id", "block__code"
    )
    for organisation, kind, parent, block in rows:
        for code, each in known.items():
            if kind in each.kinds and (not each.is_below_own or parent == organisation_id):
                found[code].append(organisation)
        if block and f"{BLOCK}{block}" in wanted:
            found[f"{BLOCK}{block}"].append(organisation)
    return {code: tuple(found[code]) for code in wanted}


def bound_by(target: Target, plan: Plan, on: date) -> tuple[int, ...]:
    """The agencies whose own values are recorded of a target: the one, or those of the class on a day."""
    if target.organisation_id is not None:
        return (target.organisation_id,)
    if not target.agency_class:
        return ()
    return members_of([target.agency_class], plan.organisation_id, on)[target.agency_class]


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[AgencyClass, ...]:
    content: dict[str, Any] = data_of(path)
    return tuple(
        AgencyClass(
            row["code"],
            row["name"],
            frozenset(Kind(kind) for kind in row["kinds"]),
            row.get("below") == "own",
            tuple(row["words"]),
        )
        for row in content["classes"]
    )
