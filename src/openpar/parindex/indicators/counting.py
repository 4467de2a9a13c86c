"""Figures counted from the kept counters: of every agency with all below it, over the months of a period."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext as _

from openpar.base.facts import counting as facts
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import month_number
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.models import StoredPart
from openpar.base.facts.months import recents_of
from openpar.base.facts.owners import Slice, agencies_of
from openpar.base.facts.queries import batches, live_parts
from openpar.base.facts.rollup import RolledUp, rolled_up
from openpar.base.organisations.queries import TreeNode, tree_as_of
from openpar.engine.periods import Period
from openpar.parindex.indicators.definitions import Definition, months_in
from openpar.parindex.indicators.errors import NoFacts
from openpar.parindex.indicators.figures import Figure, figure_of

_EVER = 2**31 - 1


@dataclass(frozen=True)
class Span:
    """Which months of which basis are counted, both included, as month numbers."""

    dataset: str
    basis: str
    first: int
    last: int


@dataclass(frozen=True)
class Board:
    """What is counted of every organisation of the tree of a day: in the span, and in all months."""

    span: Span
    tree_on: date
    nodes: Mapping[int, TreeNode]
    counted: RolledUp
    ever: RolledUp

    def has_facts_of(self, organisation_id: int) -> bool:
        """Was any fact of the agency or of one below it ever told? Without, a count of 0 says nothing."""
        return any(self.ever.by_organisation.get(organisation_id, {}).values())

    def parts(self, definition: Definition, organisation_id: int) -> dict[str, int]:
        """The counts that a definition adds up, by name."""
        counts = self.counted.by_organisation.get(organisation_id, {})
        return {name: counts.get(name, 0) for name in definition.counts}

    def figure(self, definition: Definition, organisation_id: int) -> Figure:
        """The figure of an agency with all below it."""
        if organisation_id not in self.nodes:
            return figure_of(None, None, _("đơn vị không có trong cây tổ chức của ngày tính"))
        if not self.has_facts_of(organisation_id):
            return figure_of(None, None, _("tập dữ liệu chưa có dòng nào của đơn vị"))
        parts = self.parts(definition, organisation_id)
        top, bottom = (
            sum(parts[name] for name in names) for names in (definition.numerator, definition.denominator)
        )
        return figure_of(Decimal(top), Decimal(bottom))

    def facts_behind(self, organisation_id: int) -> Slice:
        """The facts that the figure of an agency is counted from."""
        node = self.nodes.get(organisation_id)
        keys = frozenset(each.key for each in node.all()) if node else frozenset()
        return Slice(self.span.dataset, self.span.basis, self.span.first, self.span.last, keys)


def span_of(definition: Definition, during: Period) -> Span:
    """The months that a definition counts in a period."""
    first, last = months_in(during)
    return Span(definition.dataset, definition.basis, month_number(*first), month_number(*last))


def tree_day(during: Period, today: date) -> date:
    """The day whose tree says which agencies stand below another: the last of the period, or today in it."""
    return max(during.from_on, min(during.until_on, today))


def gaps_of_dataset(definition: Definition) -> Iterator[str]:
    """Why the dataset cannot answer a definition; nothing when it can."""
    try:
        counting = registered(definition.dataset).counting
    except UnknownDataset:
        yield _("chưa có tập dữ liệu “%s”") % definition.dataset
        return
    if definition.basis not in [basis.name for basis in counting.bases]:
        yield _("tập dữ liệu “%(dataset)s” không đếm theo “%(basis)s”") % {
            "dataset": definition.dataset,
            "basis": definition.basis,
        }
    known = {count.name for count in counting.counts}
    unknown = [name for name in definition.counts if name not in known]
    if unknown:
        yield _("tập dữ liệu “%(dataset)s” không có số đếm %(names)s") % {
            "dataset": definition.dataset,
            "names": ", ".join(unknown),
        }


def board_of(definition: Definition, during: Period, tree_on: date) -> Board:
    """What is counted now, for all agencies at once, in six queries. Raises NoFacts."""
    refuse_without_facts(definition)
    span = span_of(definition, during)
    tree = tree_as_of(tree_on)
    return Boards(tree_on, tree).of(span)


class Boards:
    """Boards over the tree of one day, each counted once: for pages that show several indicators."""

    def __init__(self, tree_on: date, tree: Sequence[TreeNode] | None = None) -> None:
        self.tree_on = tree_on
        self._given = tree
        self._found: dict[Span, Board] = {}
        self._ever: dict[tuple[str, str], RolledUp] = {}
        self._agencies: dict[str, Mapping[int, str]] = {}
        self._lacks: dict[tuple[object, ...], tuple[str, ...]] = {}

    @cached_property
    def _tree(self) -> Sequence[TreeNode]:
        return tree_as_of(self.tree_on) if self._given is None else self._given

    @cached_property
    def _nodes(self) -> dict[int, TreeNode]:
        return {node.organisation_id: node for root in self._tree for node in root.all()}

    def lacks(self, definition: Definition) -> tuple[str, ...]:
        """Why the dataset cannot answer a definition, asked once; nothing when it can."""
        asked = (definition.dataset, definition.basis, definition.counts)
        if asked not in self._lacks:
            self._lacks[asked] = tuple(gaps_of_dataset(definition))
        return self._lacks[asked]

    def figure(self, definition: Definition, during: Period, organisation_id: int) -> Figure:
        """What is counted now of an agency; no data, with the reason, where the dataset cannot answer."""
        lacks = self.lacks(definition)
        if lacks:
            return figure_of(None, None, "; ".join(lacks))
        return self.of(span_of(definition, during)).figure(definition, organisation_id)

    def of(self, span: Span) -> Board:
        """The board of a span; its dataset must be registered and count by its basis."""
        if span not in self._found:
            whole = (span.dataset, span.basis)
            if whole not in self._ever:
                self._ever[whole] = self._summed(Span(*whole, 0, _EVER))
            self._found[span] = Board(span, self.tree_on, self._nodes, self._summed(span), self._ever[whole])
        return self._found[span]

    def _summed(self, span: Span) -> RolledUp:
        counters = facts.board(span.dataset, basis=span.basis, first=span.first, last=span.last)
        if span.dataset not in self._agencies:
            self._agencies[span.dataset] = agencies_of(span.dataset)
        return rolled_up(counters, tree=self._tree, agencies=self._agencies[span.dataset])


def refuse_without_facts(definition: Definition) -> None:
    """Raises NoFacts with everything that the dataset lacks."""
    lacks = list(gaps_of_dataset(definition))
    if lacks:
        remedy = _("Nạp dữ liệu của tập này, hoặc ban hành phiên bản mới của chỉ tiêu")
        raise NoFacts.because(definition.code, "; ".join(lacks), remedy, code="no-facts")


def facts_digest(to: Registered) -> str:
    """The SHA-256 of what the facts of a dataset are at this moment: how they are counted, which batches
    brought them, which files and which events hold them. The dataset must be locked meanwhile.
    """
    parts = live_parts(to, StoredPart.What.FACTS)
    said = {
        "dataset": to.name,
        "counting": to.counting.sha256,
        "batches": [
            list(row) for row in batches(to.name).order_by("id").values_list("code", "content_sha256")
        ],
        "files": [[part.year, part.month, part.sha256] for part in parts],
        "events": [[one.key, one.newest] for one in recents_of(to)],
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
