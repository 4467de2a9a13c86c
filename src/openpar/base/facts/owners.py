"""What the owner of a dataset says of it: which agencies its numbers stand for, what may be wrong with it.

A package that keeps a dataset registers itself when the program starts (`AppConfig.ready`); whoever shows a
figure that was counted from the dataset asks here, without knowing the package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from django.utils.module_loading import import_string

from openpar.base.facts.declarations import AGENCY
from openpar.base.facts.queries import values_in


@dataclass(frozen=True)
class Slice:
    """The facts that a figure is counted from: of these agencies (keys of organisations), in the months of a
    basis from `first` to `last`, both included (month numbers).
    """

    dataset: str
    basis: str
    first: int
    last: int
    agencies: frozenset[str]


@dataclass(frozen=True)
class QualityWarning:
    """One thing that may make a figure untrue; `count` facts are concerned, `code` is stable for programs."""

    code: str
    sentence: str
    count: int


Agencies = Callable[[], Mapping[int, str]]
Warn = Callable[[Slice], tuple[QualityWarning, ...]]


def _usual_agencies() -> Mapping[int, str]:
    return values_in(AGENCY)


def _no_warnings(_facts: Slice) -> tuple[QualityWarning, ...]:
    return ()


@dataclass(frozen=True)
class Owner:
    """`agencies`: number in the facts → key of the organisation; without, those of the dimension “agency”.
    `warn`: what may be wrong with some facts.
    """

    agencies: Agencies = _usual_agencies
    warn: Warn = _no_warnings


_NOBODY = Owner()
_owners: dict[str, Owner | str] = {}


def register_owner(dataset: str, owner: Owner | str) -> None:
    """From now on the owner is asked about this dataset; the last one registered counts. By name it is loaded
    when it is asked first: most programs start without ever asking.
    """
    _owners[dataset] = owner


def _owner_of(dataset: str) -> Owner:
    owner = _owners.get(dataset, _NOBODY)
    if isinstance(owner, str):
        owner = _owners[dataset] = cast(Owner, import_string(owner))
    return owner


def forget_owner(dataset: str) -> None:
    """Nobody is asked any more; for tests."""
    _owners.pop(dataset, None)


def agencies_of(dataset: str) -> Mapping[int, str]:
    """number in the facts → key of the organisation."""
    return _owner_of(dataset).agencies()


def warnings_about(facts: Slice) -> tuple[QualityWarning, ...]:
    """What the owner of the dataset says of these facts; nothing where nobody registered."""
    return _owner_of(facts.dataset).warn(facts)
