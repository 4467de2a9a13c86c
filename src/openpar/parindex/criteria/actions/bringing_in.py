"""A new draft from a mapping: the content of a .yaml file, or what was understood of an official table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine import criteria as engine
from openpar.engine.errors import InvalidSet
from openpar.parindex.criteria.actions.shared import CriteriaRefused, refuse_unless_editor, trace, unreadable
from openpar.parindex.criteria.models import CriteriaSet, Criterion, ScoredBy

SETTING_KEYS = (
    *("na_policy", "na_scope", "rounding", "ties", "tie_breakers", "rank_on"),
    *("bands", "bands_by_block", "bonus_penalty"),
)
MOST_DEPTH = 5
SCORED_BY = {
    engine.ScoredBy.SELF: ScoredBy.SELF,
    engine.ScoredBy.SURVEY: ScoredBy.SURVEY,
    engine.ScoredBy.EXTERNAL: ScoredBy.EXTERNAL,
    engine.ScoredBy.LEADERSHIP: ScoredBy.LEADERSHIP,
    engine.ScoredBy.APPRAISER: ScoredBy.APPRAISER,
}
Part = engine.Node | engine.Leaf


def bring_in(
    *,
    mapping: Mapping[str, Any],
    title: str,
    is_sample: bool,
    replaces_id: int | None = None,
    year: int | None = None,
    level: str = "",
    by: Actor,
    at: datetime,
) -> CriteriaSet:
    """A new draft from a mapping in the layout of the .yaml files (whatever file it was read from).

    `year` and `level` win over what the mapping says. A set whose sums are wrong comes in as a draft and
    shows its problems; one that cannot be read raises CriteriaRefused with all of them.
    """
    with write_transaction():
        refuse_unless_editor(by)
        try:
            # Days without a year belong to the assessed year, so it has to be known before rules are read.
            stated_year = str(year or mapping.get("year") or at.year)
            tree = engine.set_from_mapping({**mapping, "year": stated_year})
        except InvalidSet as invalid:
            raise unreadable(invalid) from invalid
        gaps = [*_gaps_of_tree(tree)]
        if gaps:
            raise CriteriaRefused(gaps)
        plain = engine.set_to_mapping(tree)
        criteria_set = CriteriaSet.objects.create(
            title=(title.strip() or tree.title or tree.name)[:300],
            level=(level or tree.level or "")[:60],
            year=tree.year,
            is_sample=is_sample,
            declared_total=tree.declared_total if tree.declared_total is not None else Decimal(100),
            declared_survey=tree.declared_survey,
            declared_appraisal=tree.declared_appraisal,
            settings={key: plain[key] for key in SETTING_KEYS if key in plain},
            replaces_id=replaces_id,
        )
        write_tree(criteria_set, tree)
        trace(criteria_set, "criteria.brought_in", by=by, at=at, after={"title": criteria_set.title})
        return criteria_set


def _gaps_of_tree(tree: engine.CriteriaSet) -> Iterator[Gap]:
    """What the database cannot keep: a code used twice, too many levels, texts beyond a column."""
    for problem in engine.check(tree):
        if problem.kind == "CODE":
            yield Gap(problem.where, problem.what, problem.remedy, code="code")
    for part, depth, _field in placed(tree):
        if depth > MOST_DEPTH:
            yield Gap(part.code, _("nằm ở cấp thứ %d.") % depth, _("Nhiều nhất 5 cấp."), code="too_deep")
        yield from gaps_of_texts(part.code, part.title)


def gaps_of_texts(code: str, title: str) -> Iterator[Gap]:
    """What is wrong with the code and the title of a line."""
    if not code.strip():
        yield Gap(title[:40], _("chưa có mã."), _("Ghi mã như 1.1.3."), code="no_code")
    if len(code) > 20:
        yield Gap(code[:20], _("mã dài hơn 20 ký tự."), code="code_too_long")
    if not title.strip():
        yield Gap(code, _("chưa có tên tiêu chí."), code="no_title")
    if len(title) > 500:
        yield Gap(code, _("tên tiêu chí dài hơn 500 ký tự."), _("Rút ngắn tên."), code="title_too_long")


def placed(tree: engine.CriteriaSet) -> Iterator[tuple[Part, int, str]]:
    """Every part of the tree with its depth (from 1) and the code of its field."""

    def walk(parts: tuple[Part, ...], depth: int, field_code: str) -> Iterator[tuple[Part, int, str]]:
        for part in parts:
            own_field = field_code or part.code
            yield part, depth, own_field
            if isinstance(part, engine.Node):
                yield from walk(part.children, depth + 1, own_field)

    return walk(tree.fields, 1, "")


@dataclass
class _Open:
    """The rows on the way from the top to the line being written, by depth."""

    rows: dict[int, Criterion]


def write_tree(criteria_set: CriteriaSet, tree: engine.CriteriaSet) -> None:
    """The rows of a set that has none yet."""
    way = _Open({})
    for position, (part, depth, field_code) in enumerate(placed(tree), start=1):
        row = Criterion(
            set=criteria_set,
            parent=way.rows.get(depth - 1),
            code=part.code,
            title=part.title,
            position=position,
            depth=depth,
            field_code=field_code,
            is_leaf=isinstance(part, engine.Leaf),
        )
        if isinstance(part, engine.Leaf):
            fill_leaf(row, part)
        else:
            row.most_points = part.declared_maximum
        row.save(force_insert=True)
        way.rows[depth] = row


def fill_leaf(row: Criterion, leaf: engine.Leaf) -> None:
    """The columns that only a leaf has. The rule is stored in its full form: lists keep their order."""
    row.most_points = leaf.maximum
    row.rule = as_text(leaf.rule.as_mapping())
    row.scale_text = leaf.scale_text
    row.scored_by = SCORED_BY[leaf.scored_by]
    row.evidence_wanted = leaf.evidence_wanted
    row.indicator = leaf.indicator[:60]
    row.may_be_not_applicable = leaf.may_be_not_applicable
    row.not_applicable_note = leaf.not_applicable_note[:300]
    row.owner, row.article, row.note = leaf.owner, leaf.article, leaf.note


def as_text(value: Any) -> Any:
    """A mapping as JSON with its decimals as text: a JSON number would come back as a float."""
    if isinstance(value, Mapping):
        return {str(key): as_text(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, str) else value
