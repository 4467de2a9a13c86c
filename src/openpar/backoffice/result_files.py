"""Result files of the command line: from sheets to tables, written whole or not at all."""

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from openpar.backoffice.score_files import AnswerFile, Fault, column_of
from openpar.common.harmless import without_formula
from openpar.engine.criteria import CriteriaSet
from openpar.engine.grading import Band, grade
from openpar.engine.numbers import plain, round_for_show
from openpar.engine.outcomes import Earned, Invalid
from openpar.engine.ranking import Place, rank
from openpar.engine.scoring import UnitScore, score_block

RESULT_COLUMNS = ("unit", "block", "total", "index", "rank", "class", "provisional")
LINE_COLUMNS = ("unit", "code", "points", "reason")


@dataclass(frozen=True)
class Scored:
    """The scores and places of all units, each ranked within its block."""

    criteria_set: CriteriaSet
    blocks: Mapping[str, str]
    scores: Mapping[str, UnitScore]
    places: Mapping[str, Place]


def score_all(criteria_set: CriteriaSet, answers: AnswerFile) -> Scored:
    """Scores every unit block by block; units stay in order of first appearance."""
    scores: dict[str, UnitScore] = {}
    places: dict[str, Place] = {}
    for block in dict.fromkeys(answers.blocks.values()):
        units = [unit for unit, its_block in answers.blocks.items() if its_block == block]
        in_block = score_block(criteria_set, {unit: answers.sheets[unit] for unit in units})
        scores |= in_block
        places |= ranked(criteria_set, in_block)
    in_order = {unit: scores[unit] for unit in answers.blocks}
    return Scored(criteria_set, answers.blocks, in_order, places)


def ranked(criteria_set: CriteriaSet, scores: Mapping[str, UnitScore]) -> dict[str, Place]:
    """Places on the index by the settings of the set; tie-breakers compare component indices."""
    settings = criteria_set.settings
    return rank(
        {unit: score.index for unit, score in scores.items()},
        ties=settings.ties,
        digits=settings.digits,
        mode=settings.rounding_mode,
        rank_on=settings.rank_on,
        tie_breakers=[
            {unit: score.node(code).index for unit, score in scores.items()} for code in settings.tie_breakers
        ],
    )


def contradictions(scored: Scored, answers: AnswerFile) -> list[Fault]:
    """The answers that contradict themselves, as the rules found them."""
    leaves = {leaf.code: leaf for leaf in scored.criteria_set.leaves()}
    return [
        Fault(answers.rows.get((unit, line.code), 0), column_of(leaves[line.code]), line.outcome.sentence)
        for unit, score in scored.scores.items()
        for line in score.lines
        if isinstance(line.outcome, Invalid)
    ]


def results_table(scored: Scored, default_bands: Sequence[Band]) -> str:
    """One row per unit: total, index, rank, class, provisional, points per field, rounded as the set says."""
    settings = scored.criteria_set.settings
    fields = [top.code for top in scored.criteria_set.fields]

    def shown(value: Decimal | None) -> str:
        return "" if value is None else shown_number(value, settings.digits, settings.rounding_mode)

    rows = []
    for unit, score in scored.scores.items():
        block, place = scored.blocks[unit], scored.places.get(unit)
        bands = settings.bands_for(block) or default_bands
        rows.append(
            [
                unit,
                block,
                shown(score.total),
                shown(score.index),
                "" if place is None else str(place.rank),
                grade(score.index, bands) or "",
                "yes" if score.provisional else "no",
                *(shown(score.node(code).achieved) for code in fields),
            ]
        )
    return as_csv((*RESULT_COLUMNS, *fields), rows)


def lines_table(scored: Scored) -> str:
    """One row per unit and leaf: the exact points and the sentence that explains them."""
    rows = [
        [
            unit,
            line.code,
            str(plain(line.outcome.points)) if isinstance(line.outcome, Earned) else "",
            line.outcome.sentence,
        ]
        for unit, score in scored.scores.items()
        for line in score.lines
    ]
    return as_csv(LINE_COLUMNS, rows)


def shown_number(value: Decimal, digits: int, mode: str = "HALF_UP") -> str:
    """Rounded to a fixed number of decimals, decimal point."""
    return format(round_for_show(value, digits, mode), "f")


def as_csv(heading: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """The table as CSV. A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([without_formula(cell) for cell in heading])
    writer.writerows([[without_formula(cell) for cell in row] for row in rows])
    return target.getvalue()


def write_all(files: Mapping[Path, str]) -> None:
    """Writes every file beside its place first and then puts all in place: whole, or not at all."""
    prepared: dict[Path, str] = {}
    try:
        for path, text in files.items():
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            prepared[path] = name
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as target:
                target.write(text)
            Path(name).chmod(0o644)
        for path, name in prepared.items():
            Path(name).replace(path)
    finally:
        for name in prepared.values():
            Path(name).unlink(missing_ok=True)
