"""What the address of a ranking asks for; anything not understood is the usual view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from openpar.parindex.assessments.queries.results import ResultBlock

VIEWS = ("ranking", "fields", "lost", "removed")
RANKING_SORTS = ("rank", "name", "self", "total", "difference", "grade")
LOST_SORTS = ("lost", "missing", "units", "code")


@dataclass(frozen=True)
class Asked:
    """A block, a view of it, an order (with “-” the other way round), a search and a field."""

    block: int
    view: str = "ranking"
    sort: str = "rank"
    is_reversed: bool = False
    search: str = ""
    field: str = ""
    chart: str = "bars"

    def link(self, **changes: object) -> str:
        """The address of this view with `changes`; what is usual is left out."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]  # names are checked by replace itself
        usual = Asked(wanted.block, wanted.view, sort=_usual_sort(wanted.view))
        order = f"-{wanted.sort}" if wanted.is_reversed else wanted.sort
        pairs: list[tuple[str, object]] = [("block", wanted.block)]
        pairs += [("view", wanted.view)] if wanted.view != "ranking" else []
        pairs += [("sort", order)] if order != usual.sort else []
        pairs += [("q", wanted.search)] if wanted.search else []
        pairs += [("field", wanted.field)] if wanted.field else []
        pairs += [("chart", wanted.chart)] if wanted.chart != usual.chart else []
        return f"?{urlencode(pairs)}"

    def sorted_by(self, name: str) -> str:
        """The address that sorts by `name`, or turns the order round when it is sorted so already."""
        return self.link(sort=name, is_reversed=self.sort == name and not self.is_reversed)

    def direction(self, name: str) -> str:
        """aria-sort of a column: “ascending”, “descending”, or nothing."""
        if self.sort != name:
            return ""
        return "descending" if self.is_reversed else "ascending"


def _usual_sort(view: str) -> str:
    return "lost" if view == "lost" else "rank"


def asked(query: QueryDict, blocks: Sequence[ResultBlock]) -> Asked:
    """Reads the address; the first block when none of this round is named."""
    ids = [block.id for block in blocks]
    wanted = query.get("block", "")
    block = int(wanted) if wanted.isdecimal() and int(wanted) in ids else ids[0]
    view = query.get("view", "")
    view = view if view in VIEWS else "ranking"
    order = query.get("sort", "")
    sort = order.removeprefix("-")
    known = LOST_SORTS if view == "lost" else RANKING_SORTS
    codes = next(one.field_codes for one in blocks if one.id == block)
    field = query.get("field", "")
    return Asked(
        block=block,
        view=view,
        sort=sort if sort in known else _usual_sort(view),
        is_reversed=sort in known and order.startswith("-"),
        search=query.get("q", "").strip(),
        field=field if field in codes else "",
        chart="way" if query.get("chart") == "way" else "bars",
    )
