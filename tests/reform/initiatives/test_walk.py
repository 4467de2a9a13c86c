"""Random walks through the life of models and initiatives; the table of stages is asked after every move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest

from openpar.base.audit.models import Entry
from openpar.common.errors import Refused
from openpar.reform.initiatives.actions.evaluating import evaluate
from openpar.reform.initiatives.actions.moving import Recognised, recognise, start, stop
from openpar.reform.initiatives.actions.proposing import change
from openpar.reform.initiatives.actions.spreading import TakenOver, replicate
from openpar.reform.initiatives.models import Initiative, Kind, Level, State
from openpar.reform.initiatives.stages import INITIATIVE, RUNS
from tests.reform.initiatives import stories
from tests.reform.initiatives.stories import AT, HALF, Story, proposal, said
from tests.worlds import world

pytestmark = pytest.mark.django_db
DAYS = (date(2025, 11, 3), date(2026, 1, 12), date(2026, 4, 6), date(2026, 6, 30), None)
MOVES = 60


@world
def walked_story() -> Story:
    return stories.story()


def _move(story: Story, there: Initiative, chance: Random) -> Callable[[], object]:
    """One thing that somebody tries, whether it may be done or not."""
    by = chance.choice((story.officer, story.head, story.manager))
    day, pk = chance.choice(DAYS), there.pk
    document = chance.choice((story.document, story.decision, None))
    seen = there.version if chance.random() < 0.8 else there.version - 1
    decided = Recognised(chance.choice(list(Level)), "Hội đồng", day, document)
    taken = TakenOver(chance.choice((story.home.pk, story.agency.pk)), day, document)
    begun: dict[str, Any] = {"initiative_id": pk, "expected_version": seen, "by": by, "at": AT}
    moves: tuple[Callable[[], object], ...] = (
        lambda: recognise(initiative_id=pk, decided=decided, by=by, at=AT),
        lambda: start(**begun, started_on=day, document_id=document),
        lambda: stop(**begun, stopped_on=day, reason="Hết thí điểm"),
        lambda: replicate(initiative_id=pk, taken=taken, by=by, at=AT),
        lambda: change(**begun, proposal=proposal(f"Tên {chance.random()}", Kind(there.kind))),
        lambda: evaluate(asked=HALF, said=[said(there, f"Lần {chance.random()}", seen=0)], by=by, at=AT),
    )
    # An end comes often enough by itself.
    return chance.choices(moves, weights=(3, 3, 1, 3, 2, 2))[0]


@pytest.mark.parametrize("seed", range(6))
def test_no_move_leaves_the_table_and_a_refused_one_leaves_no_trace(seed: int, walked_story: Story) -> None:
    chance = Random(seed)
    there = walked_story.proposed(kind=chance.choice(list(Kind)))
    for _number in range(MOVES):
        before, traces = State(there.state), Entry.objects.count()
        version = there.version
        move = _move(walked_story, there, chance)
        try:
            move()
            is_done = True
        except Refused:
            is_done = False
        there.refresh_from_db()
        after = State(there.state)
        assert after == before or after in INITIATIVE[before]
        if not is_done:
            assert (after, there.version, Entry.objects.count()) == (before, version, traces)
        assert (after in RUNS) <= (there.started_on is not None)
        assert (after == State.STOPPED) == (there.stopped_on is not None)
        if there.kind == Kind.INITIATIVE and after in RUNS:
            assert there.recognitions.filter(level=Level.BASE).exists()


def test_the_walks_reach_every_state(walked_story: Story) -> None:
    reached = set()
    for seed in range(6):
        chance = Random(seed)
        there = walked_story.proposed(kind=chance.choice(list(Kind)))
        for _number in range(MOVES):
            reached.add(State(there.state))
            try:
                _move(walked_story, there, chance)()
            except Refused:
                continue
            finally:
                there.refresh_from_db()
    assert reached == set(State)
