"""Criteria sets as the engine's values, loaded from their rows and kept while they do not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine import criteria as engine
from openpar.engine.answers import Answer
from openpar.engine.outcomes import Outcome
from openpar.parindex.criteria.models import OUTSIDE, CriteriaSet, Criterion, ScoredBy, SetStage


@dataclass(frozen=True)
class LoadedLeaf:
    """A leaf with its row: what actions and pages ask of it."""

    id: int
    code: str
    title: str
    field_code: str
    parent_code: str
    maximum: Decimal
    evidence_wanted: str
    scale_text: str
    scored_by: ScoredBy
    may_be_not_applicable: bool
    not_applicable_note: str
    engine: engine.Leaf
    owner: str = ""
    article: str = ""
    note: str = ""

    @property
    def is_outside(self) -> bool:
        return self.scored_by in OUTSIDE

    @property
    def indicator(self) -> str:
        """The code of the measured figure that the criterion names; "" for none."""
        return self.engine.indicator

    @property
    def is_self_scored(self) -> bool:
        return self.scored_by is ScoredBy.SELF

    def evaluate(self, answer: Answer) -> Outcome:
        """What the rule of this leaf gives for an answer."""
        return self.engine.rule.evaluate(
            answer, self.maximum, allows_not_applicable=self.may_be_not_applicable
        )


@dataclass(frozen=True)
class LoadedSet:
    """A whole set: the engine's tree, and the rows behind its leaves in the order of the table."""

    id: int
    title: str
    is_sample: bool
    engine: engine.CriteriaSet
    leaves: Mapping[str, LoadedLeaf]
    code_of: Mapping[int, str]
    titles: Mapping[str, str]
    depths: Mapping[str, int]

    @property
    def self_leaves(self) -> tuple[LoadedLeaf, ...]:
        return tuple(leaf for leaf in self.leaves.values() if leaf.is_self_scored)

    @property
    def outside_leaves(self) -> tuple[LoadedLeaf, ...]:
        return tuple(leaf for leaf in self.leaves.values() if leaf.is_outside)


# (set, version) → set. Only sets that can no longer be edited are kept: a draft that was loaded inside a
# transaction which then failed would otherwise be remembered in a state that never existed.
_kept: dict[tuple[int, int], LoadedSet] = {}
_MOST_KEPT = 64


def forget_loaded_sets() -> None:
    """Empties the memory; for tests, whose databases begin anew with the same ids."""
    _kept.clear()


def loaded_set(set_id: int, version: int) -> LoadedSet:
    """The set in the state `version`, from memory when it is issued and was asked for before."""
    found = _kept.get((set_id, version))
    if found is not None:
        return found
    criteria_set = CriteriaSet.objects.get(pk=set_id)
    found = _load(criteria_set)
    if criteria_set.stage != SetStage.DRAFT and criteria_set.version == version:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[set_id, version] = found
    return found


def _load(criteria_set: CriteriaSet) -> LoadedSet:
    rows = list(Criterion.objects.filter(set=criteria_set).order_by("position"))
    tree = engine_set(criteria_set, rows)
    code_of = {row.pk: row.code for row in rows}
    leaves = {}
    for row in rows:
        if row.is_leaf:
            leaf = tree.leaf(row.code)
            leaves[row.code] = LoadedLeaf(
                id=row.pk,
                code=row.code,
                title=row.title,
                field_code=row.field_code,
                parent_code=code_of.get(row.parent_id or 0, ""),
                maximum=leaf.maximum,
                evidence_wanted=row.evidence_wanted,
                scale_text=row.scale_text,
                scored_by=ScoredBy(row.scored_by),
                may_be_not_applicable=row.may_be_not_applicable,
                not_applicable_note=row.not_applicable_note,
                engine=leaf,
                owner=row.owner,
                article=row.article,
                note=row.note,
            )
    return LoadedSet(
        id=criteria_set.pk,
        title=criteria_set.title,
        is_sample=criteria_set.is_sample,
        engine=tree,
        leaves=leaves,
        code_of=code_of,
        titles={row.code: row.title for row in rows},
        depths={row.code: row.depth for row in rows},
    )


def engine_set(criteria_set: CriteriaSet, rows: list[Criterion]) -> engine.CriteriaSet:
    """The engine's value of stored rows; loads even when the sums are wrong, so that `check` can say so."""
    return engine.set_from_mapping(mapping_of(criteria_set, rows))


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def mapping_of(criteria_set: CriteriaSet, rows: list[Criterion]) -> dict[str, object]:
    """A stored set in the layout of the .yaml files; decimals as text."""
    nodes: dict[int, dict[str, object]] = {}
    fields: list[dict[str, object]] = []
    for row in rows:
        node: dict[str, object] = {"code": row.code, "title": row.title, "max": _plain(row.most_points)}
        if row.is_leaf:
            node.update(
                rule=row.rule,
                evidence=row.evidence_wanted or None,
                by=_BY_WORDS[ScoredBy(row.scored_by)],
                indicator=row.indicator or None,
                na=(row.not_applicable_note or "yes") if row.may_be_not_applicable else None,
                scale_text=row.scale_text or None,
                owner=row.owner or None,
                article=row.article or None,
                note=row.note or None,
            )
        else:
            # Stated even when nothing stands below yet: else the line would read as a leaf.
            node[_CHILDREN.get(row.depth + 1, "sub")] = []
        nodes[row.pk] = node
        if row.parent_id is None:
            fields.append(node)
        else:
            children = nodes[row.parent_id].setdefault(_CHILDREN.get(row.depth, "sub"), [])
            assert isinstance(children, list)
            children.append(node)
    mapping: dict[str, object] = {
        "set": criteria_set.title,
        "title": criteria_set.title,
        "status": "SYNTHETIC" if criteria_set.is_sample else None,
        "level": criteria_set.level,
        "year": criteria_set.year,
        "total": _plain(criteria_set.declared_total),
        "survey_points": _plain(criteria_set.declared_survey),
        "appraisal_points": _plain(criteria_set.declared_appraisal),
    }
    return {**mapping, **criteria_set.settings, "fields": fields}


_CHILDREN = {2: "criteria", 3: "sub", 4: "sub", 5: "sub"}
_BY_WORDS = {
    ScoredBy.SELF: "self+appraisal",
    ScoredBy.SURVEY: "survey",
    ScoredBy.EXTERNAL: "external",
    ScoredBy.LEADERSHIP: "leadership",
    ScoredBy.APPRAISER: "appraiser",
}
