"""Rounds beside the small one: many units that never score, the same units a year later."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from openpar.base.organisations.models import Organisation
from openpar.parindex.assessments.actions.publication import Decision, conclude_council, publish_round
from openpar.parindex.assessments.actions.rounds import (
    add_block,
    advance_round,
    create_round,
    enrol_units,
    open_round,
    set_phases,
)
from openpar.parindex.assessments.calendar import PhaseDates
from openpar.parindex.assessments.models import Round, RoundBlock, RoundStage
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound

_STAGES = (RoundStage.SELF_SCORING, RoundStage.APPRAISAL, RoundStage.DECISION)


def silent_round(
    small: SmallRound, units: list[Organisation], *, year: int, is_published: bool = True
) -> RoundBlock:
    """A round without explanation in which no unit scores anything, brought to its decision or published."""
    opens = datetime(year, 11, 10, 0, 0, tzinfo=rounds.SELF_OPENS.tzinfo)
    edges = [opens + timedelta(days=20 * place) for place in range(len(_STAGES) + 1)]
    at = opens - timedelta(days=5)
    round = create_round(
        title=f"Chỉ số CCHC năm {year}",
        year=year,
        assessed_from=date(year - 1, 12, 15),
        assessed_until=date(year, 12, 14),
        manager_id=small.home_affairs.pk,
        by=small.manager,
        at=at,
    )
    phases = [PhaseDates(stage, edges[place], edges[place + 1]) for place, stage in enumerate(_STAGES)]
    set_phases(round_id=round.pk, phases=phases, reason="", by=small.manager, at=at)
    block = add_block(
        round_id=round.pk,
        block_id=factories.block("so").pk,
        criteria_set_id=small.criteria_set.pk,
        by=small.manager,
        at=at,
    )
    enrol_units(
        round_block_id=block.pk, organisation_ids=[unit.pk for unit in units], by=small.manager, at=at
    )
    open_round(round_id=round.pk, by=small.manager, at=edges[0])
    for place, stage in enumerate(_STAGES[1:], start=1):
        advance_round(round_id=round.pk, to=stage, by=small.manager, at=edges[place])
    if is_published:
        publish(round, small, edges[len(_STAGES) - 1])
    return block


def publish(round: Round, small: SmallRound, at: datetime) -> None:
    conclude_council(round_id=round.pk, met_on=at.date(), conclusion="Nhất trí", by=small.chair, at=at)
    decision = Decision(f"{round.year}/QĐ-UBND", at.date(), "Nguyễn Văn Chủ", "Phó Chủ tịch")
    publish_round(round_id=round.pk, decision=decision, by=small.manager, at=at)
