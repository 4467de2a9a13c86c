"""Who keeps personal data of people without an account: the applicants of dossiers.

The package that keeps them registers itself when the program starts (`AppConfig.ready`), by name: it is
loaded when it is asked first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Holder:
    """`dataset` (base.facts) has the personal columns, by the code of the dossier as its only key; `titles`
    says how people call them; `known` are those of some codes that anybody ever told of.
    """

    dataset: str
    titles: Callable[[], Mapping[str, str]]
    known: Callable[[Sequence[str]], frozenset[str]]


_holders: list[str] = []


def register_holder(name: str) -> None:
    """From now on the `Holder` of this dotted name is asked; there is one."""
    _holders[:] = [name]


def holder() -> Holder | None:
    """Who keeps applicants of dossiers; None where no package does."""
    return cast(Holder, import_string(_holders[0])) if _holders else None
