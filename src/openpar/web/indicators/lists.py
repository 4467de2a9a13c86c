"""From a figure to the list of what was counted: each subject that has such a list registers its address.

A subject says in its `urls.py`: `register_list("dossiers", address)`; the pages of figures ask
`list_link` and show no link where nobody registered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openpar.parindex.indicators.counting import span_of
from openpar.parindex.indicators.definitions import Definition


@dataclass(frozen=True)
class ListAsked:
    """Which facts are to be listed: of an agency with all below it, in the months of a basis from `first` to
    `last`, both included (month numbers), that one of `counts` counts.
    """

    dataset: str
    basis: str
    first: int
    last: int
    organisation_id: int
    counts: tuple[str, ...]


Address = Callable[[ListAsked], str]
_addresses: dict[str, Address] = {}


def register_list(dataset: str, address: Address) -> None:
    """From now on lists of this dataset stand at the address that the function makes; "" for none."""
    _addresses[dataset] = address


def forget_list(dataset: str) -> None:
    """There is no list any more; for tests."""
    _addresses.pop(dataset, None)


def list_link(
    definition: Definition, year: int, number: int, organisation_id: int, counts: tuple[str, ...]
) -> str:
    """The address of the list behind some counts of a figure; "" where there is none."""
    address = _addresses.get(definition.dataset)
    if address is None:
        return ""
    span = span_of(definition, definition.period(year, number))
    return address(ListAsked(span.dataset, span.basis, span.first, span.last, organisation_id, counts))
