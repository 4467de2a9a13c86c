"""The small round with a criterion that names an indicator, and dossiers behind it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from openpar.parindex.assessments.actions.figures import fill_from_indicator
from openpar.parindex.assessments.models import Layer, Score
from tests.parindex import rounds
from tests.parindex.indicators.measured import ON_TIME, TASKS, issued, put_dossiers
from tests.parindex.rounds import DURING_SELF, SmallRound

# 2.1.1 counts dossiers, 1.1.2 is told by people; both give points for a ratio.
COUNTED, TOLD = "2.1.1", "1.1.2"


def measured_set() -> Mapping[str, Any]:
    """The small set, its two ratios with indicators."""
    made: dict[str, Any] = copy.deepcopy(dict(rounds.SMALL_SET))
    made["fields"][0]["criteria"][0]["sub"][1]["indicator"] = TASKS.code
    made["fields"][1]["criteria"][0]["sub"][0]["indicator"] = ON_TIME.code
    return made


def measured_round(*, in_time: int = 46, late: int = 4) -> SmallRound:
    """Self-scoring goes on; Sở Y tế has dossiers, nobody has told anything of tasks."""
    small = rounds.opened_round(measured_set())
    for definition in (ON_TIME, TASKS):
        issued(definition, by=small.manager)
    put_dossiers(small.health, in_time=in_time, late=late)
    return small


def own_score(small: SmallRound, code: str = COUNTED) -> Score:
    return Score.objects.get(assessment=small.sheet(), criterion__code=code, layer=Layer.SELF)


def filled(small: SmallRound, *, seen: tuple[int, int] = (46, 50), version: int = 0) -> Score:
    """The focal officer of Sở Y tế takes the figure over."""
    score, _sheet = fill_from_indicator(
        assessment_id=small.sheet().pk,
        code=COUNTED,
        seen=(Decimal(seen[0]), Decimal(seen[1])),
        expected_version=version,
        by=small.focal,
        at=DURING_SELF,
    )
    return score
