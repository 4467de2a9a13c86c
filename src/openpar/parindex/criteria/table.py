"""A criteria set as pages show it: the whole table in its official layout, each line with what is wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.common.formats import format_maximum
from openpar.engine import criteria as engine
from openpar.engine import rules
from openpar.engine.errors import SetProblem
from openpar.engine.numbers import total_of
from openpar.engine.rules.ratios import ratio_input
from openpar.parindex.criteria.models import CriteriaSet, Criterion, ScoredBy, SetStage
from openpar.parindex.criteria.permissions import may_edit_criteria, may_read_criteria
from openpar.parindex.criteria.queries import engine_set
from openpar.parindex.criteria.scale_text import describe_rule
from openpar.parindex.indicators.queries import known_codes

# Those who see a draft besides its editors.
_DRAFT_READERS = (Role.LEADER, Role.AUDITOR)


def visible_sets(actor: Actor) -> QuerySet[CriteriaSet]:
    """The sets a person may read: issued ones for whoever holds a role, drafts for those who prepare them."""
    if may_edit_criteria(actor) or any(actor.has(role) for role in _DRAFT_READERS):
        return CriteriaSet.objects.all()
    if may_read_criteria(actor):
        return CriteriaSet.objects.exclude(stage=SetStage.DRAFT)
    return CriteriaSet.objects.none()


def listed(sets: QuerySet[CriteriaSet]) -> QuerySet[CriteriaSet]:
    """The sets with `leaf_count`, newest year first; one query."""
    count = Count("criteria", filter=Q(criteria__is_leaf=True))
    return sets.annotate(leaf_count=count).order_by("-year", "stage", "title", "id")


@dataclass(frozen=True)
class TableRow:
    """One line. `maximum` is what is printed (a heading without one: the sum below); `below` is what the
    lines directly below add up to, None for leaves.
    """

    id: int
    code: str
    title: str
    depth: int
    is_leaf: bool
    maximum: Decimal
    is_printed: bool
    below: Decimal | None
    scale: tuple[str, ...]
    printed_scale: str
    evidence: str
    scored_by: str
    is_outside: bool
    not_applicable: str
    owner: str
    article: str
    note: str
    indicator: str
    problems: tuple[str, ...]

    @property
    def anchor(self) -> str:
        return f"c-{self.code.replace('.', '-')}"

    @property
    def difference(self) -> Decimal | None:
        """How far the lines below are from what is printed; None when they agree."""
        if self.below is None or self.below == self.maximum:
            return None
        return self.below - self.maximum


@dataclass(frozen=True)
class SetTable:
    """The whole set: its lines, what is wrong, what is unusual, how it is computed."""

    criteria_set: CriteriaSet
    tree: engine.CriteriaSet
    rows: tuple[TableRow, ...]
    problems: tuple[SetProblem, ...]
    warnings: tuple[SetProblem, ...]

    @property
    def leaves(self) -> tuple[TableRow, ...]:
        return tuple(row for row in self.rows if row.is_leaf)

    @property
    def sum_of_leaves(self) -> Decimal:
        return self.tree.maximum

    @property
    def sum_of_fields(self) -> Decimal:
        return total_of(field.stated_maximum for field in self.tree.fields)

    @property
    def outside_points(self) -> Decimal:
        return total_of(leaf.maximum for leaf in self.tree.leaves() if leaf.scored_by.is_outside)


def set_table(criteria_set: CriteriaSet) -> SetTable:
    """The table of a set; one query, one more where leaves name indicators."""
    rows = list(Criterion.objects.filter(set=criteria_set).order_by("position"))
    tree = engine_set(criteria_set, rows)
    problems = engine.check(tree)
    wrong: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        wrong[problem.where].append(problem.what)
    parts = {part.code: part for part in tree.nodes()}
    return SetTable(
        criteria_set=criteria_set,
        tree=tree,
        rows=tuple(_row(row, parts[row.code], wrong[row.code]) for row in rows),
        problems=problems,
        warnings=(*engine.warnings(tree), *indicator_warnings(tree)),
    )


def indicator_warnings(tree: engine.CriteriaSet) -> tuple[SetProblem, ...]:
    """Criteria that could be filled from a measured figure, and name one that nobody has defined."""
    named = [
        leaf
        for leaf in tree.leaves()
        if leaf.indicator and not leaf.scored_by.is_outside and ratio_input(leaf.rule) is not None
    ]
    known = known_codes(leaf.indicator for leaf in named)
    what = _("Chỉ tiêu “%s” chưa có định nghĩa nên không lấy được số liệu tự động.")
    return tuple(
        SetProblem(leaf.code, what % leaf.indicator, "", "NOTE")
        for leaf in named
        if leaf.indicator not in known
    )


def _row(row: Criterion, part: engine.Node | engine.Leaf, problems: Iterable[str]) -> TableRow:
    leaf = part if isinstance(part, engine.Leaf) else None
    scale = scale_lines(leaf.rule, leaf.maximum) if leaf else ()
    same_words = " ".join(row.scale_text.split()) == " ".join(" ".join(scale).split())
    scored_by = ScoredBy(row.scored_by)
    return TableRow(
        id=row.pk,
        code=row.code,
        title=row.title,
        depth=row.depth,
        is_leaf=leaf is not None,
        maximum=part.stated_maximum,
        is_printed=row.most_points is not None,
        below=None
        if isinstance(part, engine.Leaf)
        else total_of(child.stated_maximum for child in part.children),
        scale=scale,
        printed_scale="" if same_words else row.scale_text,
        evidence=row.evidence_wanted,
        scored_by=str(scored_by.label) if leaf else "",
        is_outside=bool(leaf and leaf.scored_by.is_outside),
        not_applicable=row.not_applicable_note
        or (_("có thể không áp dụng") if row.may_be_not_applicable else ""),
        owner=row.owner,
        article=row.article,
        note=row.note,
        indicator=row.indicator,
        problems=tuple(problems),
    )


def scale_lines(rule: rules.Rule, maximum: Decimal) -> tuple[str, ...]:
    """The rule in the words of a decision, line by line; a formula is told branch by branch."""
    if not isinstance(rule, rules.FormulaWithConditions):
        return tuple(describe_rule(rule.as_mapping(), maximum).split("\n"))
    return tuple(
        label if points is None else f"{label}: {format_maximum(points)}"
        for label, points in rule.describe(maximum)
    )
