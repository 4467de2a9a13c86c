"""Addresses of the pages of a list, keeping what was searched for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

Item = TypeVar("Item")
PAGE_SIZE = 50


@dataclass(frozen=True)
class Slice(Generic[Item]):
    """One page of a list: rows `first` to `last` of `total`; a link is empty where there is nothing more."""

    items: Sequence[Item]
    number: int
    pages: int
    first: int
    last: int
    total: int
    previous_link: str
    next_link: str


def slice_of(
    request: HttpRequest,
    rows: Sequence[Item] | QuerySet[Any, Item],
    *,
    size: int = PAGE_SIZE,
    parameter: str = "page",
) -> Slice[Item]:
    """The page of `rows` that the address asks for; the nearest one when it does not exist."""
    found: Page[Item] = Paginator(rows, size).get_page(request.GET.get(parameter))
    return Slice(
        items=list(found.object_list),
        number=found.number,
        pages=found.paginator.num_pages,
        first=found.start_index(),
        last=found.end_index(),
        total=found.paginator.count,
        previous_link=_link(request, parameter, found.number - 1) if found.has_previous() else "",
        next_link=_link(request, parameter, found.number + 1) if found.has_next() else "",
    )


def _link(request: HttpRequest, parameter: str, number: int) -> str:
    query = request.GET.copy()
    query[parameter] = str(number)
    return f"?{query.urlencode()}"
