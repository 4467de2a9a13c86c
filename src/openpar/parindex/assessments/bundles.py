"""The data of a round as they leave the house: everything that is needed to count the result once more.

Written from stored rows only, never from a new computation: what is wrong in them must stay visible
(docs/trust/formats.md, 8). `verify/openpar_verify.py` shares no code with this.
"""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from typing import Any

from openpar.base.audit.canonical import canonical
from openpar.base.audit.signing import sign_note, vkeys
from openpar.engine.criteria import set_to_mapping
from openpar.engine.numbers import plain
from openpar.parindex.assessments.models import (
    Adjustment,
    Assessment,
    Result,
    Round,
    RoundBlock,
    RoundBundle,
    RoundStage,
    Score,
    SheetState,
)
from openpar.parindex.assessments.results import BlockResults, UnitResult, results_of_round
from openpar.parindex.criteria.queries import LoadedSet, loaded_set

_FORMAT = "openpar-round/1"
# One moment for all, so that the same data give the same file.
_STAMP = (1980, 1, 1, 0, 0, 0)
Members = dict[str, bytes]


@dataclass(frozen=True)
class Bundle:
    """The ZIP file, its own SHA-256, and the digest of the round: the SHA-256 of its manifest."""

    content: bytes
    sha256: str
    digest: str


def result_row(unit: UnitResult) -> Result:
    """The snapshot of one unit as it is stored at publication."""
    return Result(
        assessment_id=unit.assessment_id,
        self_total=unit.self_total,
        total=unit.total,
        index=unit.index,
        bonus=unit.bonus,
        penalty=unit.penalty,
        rank=unit.rank,
        rank_of=unit.rank_of,
        grade=unit.grade,
        self_grade=unit.self_grade,
        nodes={node.code: node.as_json() for node in unit.nodes},
        lines=[line.as_json() for line in unit.lines],
        explanation=list(unit.explanation),
    )


def digest_before_publication(round_id: int, blocks: Iterable[BlockResults]) -> str:
    """The digest the round will have if nothing changes until it is published; for the draft decision."""
    results = [result_row(unit) for block in blocks for unit in block.units]
    return _digest(_manifest(_counted(round_id, results)))


def digest_of_round(round: Round) -> str:
    """The digest that stands in the decision: of the bundle once it is published, of the draft while the
    decision is awaited, otherwise empty.
    """
    stored = RoundBundle.objects.filter(round=round).first()
    if stored is not None:
        return stored.digest
    if round.stage != RoundStage.DECISION:
        return ""
    return digest_before_publication(round.pk, results_of_round(round.pk))


def published_bundle(round: Round) -> Bundle:
    """The signed bundle of a round whose results are stored and whose decision is filled in.

    Raises KeyTrouble when this installation cannot sign.
    """
    members = _counted(round.pk, Result.objects.filter(assessment__round_block__round=round))
    manifest = _manifest(members)
    digest = _digest(manifest)
    decision = _json(_decision(round, digest))
    members |= {
        "manifest.json": manifest,
        "decision.json": decision,
        "signature.txt": sign_note(f"{_FORMAT}\n{_digest(decision)}\n").encode(),
        "keys.txt": "".join(f"{key}\n" for key in vkeys()).encode(),
    }
    content = _zip(members)
    return Bundle(content, _digest(content), digest)


def _counted(round_id: int, results: Iterable[Result]) -> Members:
    """All members that the manifest names."""
    blocks = list(RoundBlock.objects.filter(round_id=round_id).select_related("block", "criteria_set"))
    sets = {block.pk: loaded_set(block.criteria_set_id, block.criteria_set.version) for block in blocks}
    sheets = list(
        Assessment.objects.filter(round_block__round_id=round_id)
        .select_related("round_block__block", "unit")
        .order_by("pk")
    )
    members = _criteria_members(blocks, sets)
    members["units.jsonl"] = _lines(unit_line(sheet) for sheet in sheets)
    members["scores.jsonl"] = _lines(
        _scores(round_id, {sheet.pk: sets[sheet.round_block_id] for sheet in sheets})
    )
    members["adjustments.jsonl"] = _lines(_adjustments(round_id))
    members["results.jsonl"] = _lines(
        result_line(result) for result in sorted(results, key=lambda result: result.assessment_id)
    )
    return members


def _criteria_members(blocks: Sequence[RoundBlock], sets: Mapping[int, LoadedSet]) -> Members:
    """blocks.json, and every set once however many blocks are scored by it."""
    names: dict[int, str] = {}
    members: Members = {}
    listed = []
    for block in blocks:
        name = names.setdefault(block.criteria_set_id, f"criteria-{len(names) + 1}.json")
        members[name] = _json(set_to_mapping(sets[block.pk].engine))
        listed.append({"block": block.block.code, "name": block.block.name, "criteria": name})
    return {"blocks.json": _json(listed), **members}


def unit_line(sheet: Assessment) -> dict[str, object]:
    """A line of units.jsonl."""
    return {
        "unit": sheet.pk,
        "block": sheet.round_block.block.code,
        "name": sheet.unit.name if sheet.is_published else None,
        "ranked": sheet.is_ranked,
        "published": sheet.is_published,
        "locked": sheet.state == SheetState.LOCKED,
        "self_count": sheet.self_count,
        "appraised_count": sheet.appraised_count,
    }


def _scores(round_id: int, sets: Mapping[int, LoadedSet]) -> list[dict[str, Any]]:
    stored = Score.objects.filter(assessment__round_block__round_id=round_id).only(
        *("assessment_id", "criterion_id", "layer", "answer", "outcome"),
        *("computed_points", "given_points", "points"),
    )
    lines = [score_line(score, sets[score.assessment_id].code_of[score.criterion_id]) for score in stored]
    return sorted(lines, key=lambda line: (line["unit"], line["code"], line["layer"]))


def score_line(score: Score, code: str) -> dict[str, Any]:
    """A line of scores.jsonl. Without the reason: prose about a unit, which the count does not need."""
    return {
        "unit": score.assessment_id,
        "code": code,
        "layer": score.layer,
        "answer": {key: part for key, part in score.answer.items() if key != "reason" and part is not None},
        "outcome": score.outcome,
        "computed": _text(score.computed_points),
        "given": _text(score.given_points),
        "points": _text(score.points),
    }


def _adjustments(round_id: int) -> Iterable[dict[str, object]]:
    found = Adjustment.objects.filter(assessment__round_block__round_id=round_id).order_by(
        "assessment_id", "id"
    )
    for row in found:
        yield {"unit": row.assessment_id, "kind": row.kind, "points": _text(row.points), "state": row.state}


def result_line(row: Result) -> dict[str, object]:
    """A line of results.jsonl."""
    kept = ("maximum", "self", "decided", "index", "self_index", "rank")
    return {
        "unit": row.assessment_id,
        "self_total": _text(row.self_total),
        "total": _text(row.total),
        "index": _text(row.index),
        "bonus": _text(row.bonus),
        "penalty": _text(row.penalty),
        "rank": row.rank,
        "rank_of": row.rank_of,
        "grade": row.grade,
        "self_grade": row.self_grade,
        "nodes": {code: {name: node[name] for name in kept} for code, node in row.nodes.items()},
        "lines": [
            {name: line[name] for name in ("code", "decided_layer", "decided", "points")}
            for line in row.lines
        ],
    }


def _decision(round: Round, digest: str) -> dict[str, object]:
    assert round.decision_on is not None
    assert round.published_at is not None
    return {
        "manifest": digest,
        "round": round.title,
        "year": round.year,
        "assessed_from": round.assessed_from.isoformat(),
        "assessed_until": round.assessed_until.isoformat(),
        "number": round.decision_number,
        "signed_on": round.decision_on.isoformat(),
        "signer": round.decision_signer,
        "published_at": _moment(round.published_at),
    }


def _manifest(members: Members) -> bytes:
    return _json({"format": _FORMAT, "files": {name: _digest(content) for name, content in members.items()}})


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _text(value: Decimal | None) -> str | None:
    """Without zeros at the end: computed and stored values are then written alike."""
    return None if value is None else plain(value)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _json(value: object) -> bytes:
    return canonical(_composed(value)).encode()


def _lines(rows: Iterable[object]) -> bytes:
    return b"".join(_json(row) + b"\n" for row in rows)


def _composed(value: object) -> object:
    """The same value with the letters of every text composed (NFC)."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {_composed(key): _composed(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_composed(part) for part in value]
    return value


def _zip(members: Members) -> bytes:
    """Sorted by name, every stamp alike: the same members give the same bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, members[name])
    return target.getvalue()
