"""What the address of a ranking asks for; anything not understood is the usual view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

from openpar.parindex.assessments.queries.results import ResultBlock

VIEWS = ("ranking", "fields", "lost", "removed")
RANKING_SORTS = ("rank", "name", "self", "total", "difference", "grade")
LOST_SORTS = ("lost", "missing", "units", "code")
# These begin with the most: a click on “Điểm” shows the best first, on “Bị trừ” the heaviest loss.
_MOST_FIRST = frozenset({"self", "total", "grade", "lost", "missing", "units"})


@dataclass(frozen=True)
class Asked:
    """A block, a view of it, an order (reversed: “-name”), a search and a field. No order: the usual one."""

    block: int
    view: str = "ranking"
    order: str = ""
    is_reversed: bool = False
    search: str = ""
    field: str = ""
    chart: str = ""

    @property
    def sort(self) -> str:
        """The column that the lines are sorted by."""
        return self.order or ("lost" if self.view == "lost" else "rank")

    @property
    def is_descending(self) -> bool:
        """Whether the largest value comes first."""
        return (self.sort in _MOST_FIRST) != self.is_reversed

    def link(self, **changes: object) -> str:
        """The address of this view with `changes`; what is usual is left out."""
        wanted = replace(self, **changes)  # type: ignore[arg-type]  # replace checks the names itself
        pairs = {
            "block": str(wanted.block),
            "view": "" if wanted.view == "ranking" else wanted.view,
            "sort": f"-{wanted.sort}" if wanted.is_reversed else wanted.order,
            "q": wanted.search,
            "field": wanted.field,
            "chart": wanted.chart,
        }
        return "?" + urlencode({name: value for name, value in pairs.items() if value})

    def sorted_by(self, name: str) -> str:
        """The address that sorts by `name`, or turns the order round when it is sorted so already."""
        return self.link(order=name, is_reversed=self.sort == name and not self.is_reversed)

    def direction(self, name: str) -> str:
        """aria-sort of a column: “ascending”, “descending”, or nothing."""
        if self.sort != name:
            return ""
        return "descending" if self.is_descending else "ascending"

    def kept(self, *left_out: str) -> tuple[tuple[str, str], ...]:
        """What a form that asks for something else carries along."""
        return tuple(pair for pair in parse_qsl(self.link()[1:]) if pair[0] not in left_out)


def asked(query: QueryDict, blocks: Sequence[ResultBlock]) -> Asked:
    """Reads the address; the first block when none of this round is named."""
    ids = [block.id for block in blocks]
    wanted = query.get("block", "")
    block = int(wanted) if wanted.isdecimal() and int(wanted) in ids else ids[0]
    view = query.get("view", "")
    view = view if view in VIEWS else "ranking"
    order = query.get("sort", "")
    known = LOST_SORTS if view == "lost" else RANKING_SORTS
    is_known = order.removeprefix("-") in known
    codes = next(one.field_codes for one in blocks if one.id == block)
    field = query.get("field", "")
    return Asked(
        block=block,
        view=view,
        order=order.removeprefix("-") if is_known else "",
        is_reversed=is_known and order.startswith("-"),
        search=query.get("q", "").strip(),
        field=field if field in codes else "",
        chart="way" if query.get("chart") == "way" else "",
    )
