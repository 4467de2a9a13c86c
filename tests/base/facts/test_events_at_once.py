"""Events of many people at the same moment, on both databases: no count is lost, one of two is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from django.db import connection

from openpar.base.facts import datasets
from openpar.base.facts.actions.facts import put_facts
from openpar.base.facts.actions.recounting import recount
from openpar.base.facts.counting import kept_counters
from openpar.base.facts.errors import StaleFacts
from openpar.base.facts.staged_facts import stage_facts
from openpar.common.db import write_transaction
from tests.base.facts import sample
from tests.base.facts.sample import HOUSE, Fact, event, fact, put, registered_dossiers, settle
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, EVENTS = 6, 12
SHARED = "shared"


def test_no_count_is_lost_whatever_happens_at_once() -> None:
    """Everybody moves dossiers of their own through the same cells, and tries for a shared one; meanwhile
    facts are settled and others put in.
    """
    registered_dossiers()
    event(SHARED, None, fact())
    ready = Barrier(PEOPLE + 1)

    def work(person: int) -> dict[str, Fact]:
        """The facts that the person left; the shared one where theirs was accepted last."""
        chance, own = Random(person), dict[str, Fact]()
        ready.wait(20)
        try:
            for number in range(EVENTS):
                key = f"p{person}-{number % 4}"
                after = fact(agency=1 + chance.randrange(2), verdict_legal=chance.choice((1, 3, 4)))
                event(key, own.get(key), after)
                own[key] = after
            return own
        finally:
            connection.close()

    def compete(person: int) -> int:
        """Tells how many of the tries to change the same fact were accepted: one of each round."""
        ready.wait(20)
        try:
            event(SHARED, fact(), fact(agency=2 + person))
        except StaleFacts:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(PEOPLE) as people:
        working = [people.submit(work, person) for person in range(PEOPLE)]
        ready.wait(20)
        for number in range(4):
            settle_or_try_again()
            put_or_try_again({f"list-{number}": fact(agency=2)})
        left = [one.result(60) for one in working]
        trying = [people.submit(compete, person) for person in range(PEOPLE)]
        ready.wait(20)
        accepted = sum(one.result(60) for one in trying)
    assert accepted == 1
    assert recount(by=HOUSE, at=MOMENT, dataset="dossiers") == []
    assert kept_counters("dossiers", basis="received").total("received") == 1 + 4 + sum(map(len, left))


def settle_or_try_again() -> None:
    """Files that another one made meanwhile are no fault."""
    for _attempt in range(50):
        try:
            return settle()
        except StaleFacts:
            continue
    raise AssertionError("never settled")


def put_or_try_again(facts: dict[str, Fact]) -> None:
    for _attempt in range(50):
        try:
            staged = stage_facts(dataset="dossiers", facts=sample.columns_of_facts(facts))
            return put_facts(by=HOUSE, at=MOMENT, staged=staged)
        except StaleFacts:
            continue
    raise AssertionError("never put in")


def test_an_event_waits_for_whoever_holds_the_dataset() -> None:
    registered_dossiers()
    put({"a": fact()})
    # Back to where it was: no row is new, so that no foreign key asks for the dataset instead.
    event("a", fact(), fact(agency=2))

    def move() -> None:
        try:
            event("a", fact(agency=2), fact())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as people:
        with write_transaction():
            datasets.locked("dossiers")
            moving = people.submit(move)
            with pytest.raises(TimeoutError):
                moving.result(0.3)
        moving.result(20)
    assert recount(by=HOUSE, at=MOMENT, dataset="dossiers") == []
