"""Random blocks as the database would hold them, counted by the engine and written as a bundle holds them.

The rows are built without a database; everything that is computed comes from the code that publishes.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from openpar.base.audit.canonical import canonical
from openpar.base.organisations.models import OrganisationVersion
from openpar.engine.answers import Answer
from openpar.engine.criteria import set_from_mapping, set_to_mapping
from openpar.engine.outcomes import Earned, Missing
from openpar.parindex.assessments.bundles import result_line, result_row, score_line, unit_line
from openpar.parindex.assessments.cohort import settle_cohorts
from openpar.parindex.assessments.models import Assessment, Layer, RoundBlock, Score, SheetState
from openpar.parindex.assessments.results import BlockResults, ranked, unit_result
from openpar.parindex.criteria.models import ScoredBy
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet
from tests.engine.random_sets import leaves_below, random_answer, random_case

Mapping = dict[str, Any]
_BLOCK = "so"


def loaded(given: Mapping) -> LoadedSet:
    """A set as `loaded_set` gives it, its leaves numbered from 1."""
    tree = set_from_mapping(given)
    titles, depths = {}, {}
    for node in given["fields"]:
        for code, depth in _codes(node, 0):
            titles[code], depths[code] = code, depth
    leaves = {}
    for number, leaf in enumerate(tree.leaves(), start=1):
        leaves[leaf.code] = LoadedLeaf(
            id=number,
            code=leaf.code,
            title=leaf.code,
            field_code=leaf.code.partition(".")[0],
            parent_code="",
            maximum=leaf.maximum,
            evidence_wanted="",
            scale_text="",
            scored_by=ScoredBy[leaf.scored_by.name],
            may_be_not_applicable=leaf.may_be_not_applicable,
            not_applicable_note="",
            engine=leaf,
            owner="",
            article="",
            note="",
        )
    code_of = {leaf.id: leaf.code for leaf in leaves.values()}
    return LoadedSet(1, "ngẫu nhiên", True, tree, leaves, code_of, titles, depths)


def _codes(node: Mapping, depth: int) -> list[tuple[str, int]]:
    below = node.get("criteria") or node.get("sub") or []
    return [(node["code"], depth), *(found for child in below for found in _codes(child, depth + 1))]


def random_members(random: Random) -> tuple[dict[str, bytes], bool]:
    """The members of a bundle that the recount reads, and whether two of its units have the same index."""
    given, sheets = random_case(random)
    criteria = loaded(given)
    raw = {leaf["code"]: leaf for top in given["fields"] for leaf in leaves_below(top)}
    units: list[Assessment] = []
    scores: dict[int, list[Score]] = {}
    claims: dict[int, list[tuple[str, Decimal, str]]] = {}
    for number, sheet in enumerate(sheets.values(), start=1):
        silent = random.random() < 0.04
        scores[number] = _scores(random, number, criteria, raw, sheet, silent=silent)
        units.append(_unit(random, number, scores[number]))
        claims[number] = [
            (kind, Decimal(points), random.choice(("ACCEPTED", "ACCEPTED", "REFUSED")))
            for kind, name in (("BONUS", "bonus"), ("PENALTY", "penalty"))
            for points in sheet[name]
        ]
    if random.random() < 0.25:
        _second_as_first(units, scores, claims)
    stored = [
        score_line(score, criteria.code_of[score.criterion_id]) for rows in scores.values() for score in rows
    ]
    results = _results(criteria, units, scores, claims)
    rows: dict[str, list[Any]] = {
        "units.jsonl": [unit_line(unit) for unit in units],
        "scores.jsonl": sorted(stored, key=lambda row: (row["unit"], row["code"], row["layer"])),
        "adjustments.jsonl": [
            {"unit": number, "kind": kind, "points": format(points, "f"), "state": state}
            for number, found in claims.items()
            for kind, points, state in found
        ],
        "results.jsonl": [
            result_line(result_row(unit))
            for unit in sorted(results.units, key=lambda unit: unit.assessment_id)
        ],
    }
    members = {
        name: b"".join(canonical(row).encode() + b"\n" for row in found) for name, found in rows.items()
    }
    members["blocks.json"] = canonical(
        [{"block": _BLOCK, "name": "Sở", "criteria": "criteria-1.json"}]
    ).encode()
    members["criteria-1.json"] = canonical(set_to_mapping(criteria.engine)).encode()
    indices = [unit.index for unit in results.units if unit.index is not None]
    return members, len(set(indices)) < len(indices)


def _second_as_first(
    units: list[Assessment],
    scores: dict[int, list[Score]],
    claims: dict[int, list[tuple[str, Decimal, str]]],
) -> None:
    """A tie on purpose: unit 2 says and claims what unit 1 does."""
    scores[2] = [_copied(score) for score in scores[1]]
    for score in scores[2]:
        score.assessment_id = 2
    claims[2] = claims[1]
    units[1].self_count, units[1].appraised_count = units[0].self_count, units[0].appraised_count


def _copied(score: Score) -> Score:
    return Score(**{field.attname: getattr(score, field.attname) for field in Score._meta.fields})


def _unit(random: Random, number: int, scores: list[Score]) -> Assessment:
    def entered(layer: Layer) -> int:
        return sum(score.layer == layer and _is_entered(score) for score in scores)

    unit = Assessment(
        pk=number,
        organisation_id=number,
        is_ranked=random.random() < 0.9,
        is_published=random.random() < 0.9,
        state=SheetState.LOCKED,
        self_count=entered(Layer.SELF),
        appraised_count=entered(Layer.APPRAISED),
    )
    unit.unit = OrganisationVersion(name=f"Đơn vị {number}")
    unit.round_block = RoundBlock()
    unit.round_block.block = _block()
    return unit


def _block() -> Any:
    from openpar.base.organisations.models import Block

    return Block(code=_BLOCK, name="Sở")


def _is_entered(score: Score) -> bool:
    return score.points is not None or score.outcome in ("NOT_APPLICABLE", "PENDING", "INVALID")


def _scores(
    random: Random, unit: int, criteria: LoadedSet, raw: Mapping, sheet: Mapping, *, silent: bool
) -> list[Score]:
    """What the sheet says is the deciding side; the unit's own figures often say something else."""
    found = []
    for code, leaf in criteria.leaves.items():
        answer = {"applicable": False} if code in sheet["removed"] else sheet["answers"].get(code)
        if leaf.is_outside:
            layers = {Layer.OUTSIDE: answer}
        elif silent:
            continue
        else:
            own = random_answer(random, raw[code]) if random.random() < 0.3 else answer
            layers = {Layer.SELF: own, Layer.APPRAISED: answer}
            if random.random() < 0.15:
                layers |= {
                    Layer.APPRAISED: random_answer(random, raw[code]),
                    Layer.EXPLAINED: own,
                    Layer.REAPPRAISED: answer,
                }
            if random.random() < 0.1:
                layers |= {Layer.APPRAISED: random_answer(random, raw[code]), Layer.CORRECTED: answer}
        for layer, said in layers.items():
            if said is not None:
                found.append(_score(random, unit, leaf, layer, said))
    return found


def _score(random: Random, unit: int, leaf: LoadedLeaf, layer: Layer, said: Mapping) -> Score:
    answer = Answer.from_json(said)
    outcome = leaf.evaluate(answer)
    computed = outcome.points if isinstance(outcome, Earned) else None
    given = None
    if not isinstance(outcome, Missing) and random.random() < 0.05:
        given = leaf.maximum / 2
    return Score(
        assessment_id=unit,
        criterion_id=leaf.id,
        layer=layer,
        answer=answer.as_json(),
        outcome=outcome.state,
        computed_points=computed,
        given_points=given,
        points=computed if given is None else given,
    )


def _results(
    criteria: LoadedSet,
    units: list[Assessment],
    scores: dict[int, list[Score]],
    claims: dict[int, list[tuple[str, Decimal, str]]],
) -> BlockResults:
    """As results_of_round does it, on copies: the stored rows keep what they said."""
    copies = {number: [_copied(row) for row in rows] for number, rows in scores.items()}
    settle_cohorts(criteria, copies)
    found = [
        unit_result(
            unit,
            _BLOCK,
            criteria,
            copies[unit.pk],
            [(kind, points) for kind, points, state in claims[unit.pk] if state == "ACCEPTED"],
        )
        for unit in units
    ]
    return BlockResults(1, _BLOCK, "Sở", criteria, ranked(found, criteria))
