"""Kept counters: changed by every event in its own transaction, always what a recount counts."""

from __future__ import annotations

from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.audit.actions import NotInTransaction
from openpar.base.audit.models import Entry
from openpar.base.facts import datasets
from openpar.base.facts.actions.datasets import register_dataset
from openpar.base.facts.actions.facts import put_fact, put_facts, settle_facts
from openpar.base.facts.actions.recounting import recount
from openpar.base.facts.counting import Difference, board, counters, kept_counters, kept_totals
from openpar.base.facts.datasets import last_read
from openpar.base.facts.declarations import AGENCY, MONTH
from openpar.base.facts.errors import FactsRefused, StaleFacts, UnknownDataset
from openpar.base.facts.models import Dataset, KeptCounter, RecentFact, StoredPart
from openpar.base.facts.staged_facts import stage_facts, stage_settling
from openpar.base.organisations.roles import Actor
from openpar.common.db import taken_back
from tests.base.facts import sample
from tests.base.facts.sample import BASES, HOUSE, event, fact, put, random_fact, registered_dossiers, settle
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db


def differences() -> list[Difference]:
    return recount(by=HOUSE, at=MOMENT, dataset="dossiers")


def test_an_event_moves_its_dossier_from_cell_to_cell_and_the_totals_follow() -> None:
    registered_dossiers()
    open_one = fact()
    done = {**open_one, "month_ended": sample.FIRST_MONTH + 1, "verdict_legal": sample.LATE}
    event("a", None, open_one)
    assert kept_counters("dossiers", basis="ended").summed().by_cell()[(1, 0, 1, 2)][:2] == (1, 0)
    event("a", open_one, done)
    ended = kept_counters("dossiers", basis="ended")
    assert {cell: counts[0] for cell, counts in ended.summed().by_cell().items()} == {
        (1, sample.FIRST_MONTH + 1, 1, 2): 1
    }
    totals = kept_totals("dossiers", basis="received", first=sample.FIRST_MONTH, last=sample.FIRST_MONTH)
    assert (totals.total("received"), totals.total("late"), totals.total("in_process")) == (1, 1, 0)
    assert differences() == []


def test_random_events_and_imports_keep_the_counters_equal_to_a_recount() -> None:
    registered_dossiers()
    chance = Random(11)
    facts: dict[str, sample.Fact] = {}
    for turn in range(120):
        key = f"k{chance.randrange(25):02}"
        what = chance.random()
        if what < 0.75:
            after = None if chance.random() < 0.1 else random_fact(chance)
            event(key, facts.get(key), after)
            facts |= {key: after} if after else {}
            if after is None:
                facts.pop(key, None)
        elif what < 0.9:
            several = {f"k{chance.randrange(40):02}": random_fact(chance) for _one in range(8)}
            put(several)
            facts |= several
        else:
            settle()
        if turn % 30 == 29:
            assert differences() == []
    for basis in BASES:
        wanted = sample.counted_plainly(facts.values(), basis)
        assert counters("dossiers", basis=basis).by_cell() == wanted
        assert kept_counters("dossiers", basis=basis).summed().by_cell() == wanted


def test_settling_changes_no_answer_and_empties_the_recent_facts() -> None:
    registered_dossiers()
    put({"a": fact(), "b": fact(agency=2)})
    event("a", fact(), fact(verdict_legal=sample.OPEN_OVERDUE))
    event("c", None, fact(agency=3))
    event("b", fact(agency=2), None)
    before = {basis: counters("dossiers", basis=basis).by_cell() for basis in BASES}
    settle()
    assert not RecentFact.objects.exists()
    assert {basis: counters("dossiers", basis=basis).by_cell() for basis in BASES} == before
    assert differences() == []
    assert StoredPart.objects.get(retired_at__isnull=True).rows == 2


def test_an_event_while_facts_are_being_settled_is_not_lost() -> None:
    registered_dossiers()
    event("a", None, fact())
    event("b", None, fact())
    staged = stage_settling("dossiers")
    event("a", fact(), fact(verdict_legal=sample.OPEN_OVERDUE))
    settle_facts(by=HOUSE, at=MOMENT, staged=staged)
    waiting = RecentFact.objects.get()
    assert (waiting.key, waiting.settled is None) == ("a", False)
    assert counters("dossiers", basis="received").total("overdue") == 1
    assert differences() == []
    settle()
    assert differences() == []


def test_facts_staged_before_an_event_on_one_of_them_are_stale() -> None:
    registered_dossiers()
    put({"a": fact()})
    staged = stage_facts(dataset="dossiers", facts=sample.columns_of_facts({"a": fact(agency=3)}))
    event("a", fact(), fact(agency=2))
    with pytest.raises(StaleFacts):
        put_facts(by=HOUSE, at=MOMENT, staged=staged)
    assert differences() == []
    event("z", None, fact())
    again = stage_facts(dataset="dossiers", facts=sample.columns_of_facts({"a": fact(agency=3)}))
    event("z", fact(), fact(agency=2))
    put_facts(by=HOUSE, at=MOMENT, staged=again)
    assert differences() == []


def test_an_event_that_starts_from_what_is_no_longer_there_is_refused() -> None:
    registered_dossiers()
    event("a", None, fact())
    with pytest.raises(StaleFacts):
        event("a", None, fact(agency=2))
    with pytest.raises(StaleFacts):
        event("a", fact(agency=3), fact(agency=2))
    assert kept_counters("dossiers", basis="received").total("received") == 1
    event("a", fact(), None)
    event("a", None, fact(agency=2))
    assert differences() == []


def test_an_event_that_lies_about_a_settled_fact_is_named_by_the_recount() -> None:
    registered_dossiers()
    put({"a": fact(agency=1)})
    event("a", fact(agency=2), fact(agency=2, verdict_legal=sample.LATE))
    found = {(one.basis, one.agency, one.sector) for one in differences()}
    assert ("received", 1, 1) in found
    assert ("received", 1, 0) in found


@pytest.mark.parametrize("sector", [0, 1])
def test_a_kept_counter_that_somebody_changed_is_named(sector: int) -> None:
    registered_dossiers()
    put({"a": fact(), "b": fact(agency=2)})
    KeptCounter.objects.filter(basis=1, agency=2, sector=sector).update(count_5=7)
    (found,) = differences()
    assert (found.basis, found.agency, found.sector) == ("due", 2, sector)
    assert (found.kept, found.counted) == ({"late": 7}, {"late": 0})
    assert Entry.objects.filter(verb="facts.recounted").latest("id").after == {"rows": 1}


def test_a_kept_counter_that_somebody_deleted_is_named() -> None:
    registered_dossiers()
    put({"a": fact()})
    KeptCounter.objects.filter(basis=0, sector=1).delete()
    (found,) = differences()
    assert (found.kept["received"], found.counted["received"]) == (0, 1)


def test_an_event_outside_of_a_transaction_is_refused(transactional_db: None) -> None:
    registered_dossiers()
    with pytest.raises(NotInTransaction):
        put_fact(dataset="dossiers", key="a", before=None, after=fact())


def declared_with_fewer_counts() -> None:
    """The same dataset, declared anew for another way of counting."""
    counting = sample.DOSSIERS.counting
    assert counting is not None
    fewer = type(counting)(counting.columns, counting.bases, counting.counts[:3])
    declaration = type(sample.DOSSIERS)("dossiers", sample.DOSSIERS.columns, fewer)
    register_dataset(by=HOUSE, at=MOMENT, declaration=declaration)


def test_an_event_is_one_statement_for_its_fact_and_one_for_its_counters_or_one_for_both() -> None:
    registered_dossiers()
    event("a", None, fact())
    with CaptureQueriesContext(connection) as queries:
        event("a", fact(), fact(agency=3))
    sent = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    wanted = ["INSERT INTO facts_recentfact", "INSERT INTO facts_keptcounter"]
    assert len(sent) == (1 if connection.vendor == "postgresql" else len(wanted))
    assert [" ".join(sent).count(one) for one in wanted] == [1, 1]


def test_an_event_goes_by_the_newest_declaration_though_the_process_read_an_older_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registered_dossiers()
    event("a", None, fact())
    read_before = last_read("dossiers")
    declared_with_fewer_counts()
    put({"a": fact()}, replaces_all=True)
    # As in a process that did not hear of it.
    monkeypatch.setitem(datasets._last_read, "dossiers", read_before)
    event("a", fact(), fact(agency=3))
    assert last_read("dossiers") != read_before
    assert differences() == []
    wrong = fact(agency=3)
    with pytest.raises(StaleFacts, match="đã được thay đổi ở nơi khác"):
        event("a", wrong | {"sector": 9}, wrong)


def test_an_event_of_a_dataset_that_is_no_longer_there_is_refused() -> None:
    registered_dossiers()
    seen = last_read("dossiers")
    Dataset.objects.filter(pk=seen.dataset_id).update(name="another", declared_sha256="")
    with pytest.raises(UnknownDataset):
        event("a", None, fact())


def test_an_event_that_is_taken_back_leaves_the_counters_as_they_were(transactional_db: None) -> None:
    registered_dossiers()
    event("a", None, fact())
    with taken_back():
        put_fact(dataset="dossiers", key="b", before=None, after=fact())
    assert kept_counters("dossiers", basis="received").total("received") == 1
    assert differences() == []


def test_facts_put_in_again_as_they_were_change_no_counter() -> None:
    registered_dossiers()
    several = {f"k{number}": fact(agency=1 + number) for number in range(150)}
    put(several)
    before = list(KeptCounter.objects.order_by("id").values())
    put(several)
    assert list(KeptCounter.objects.order_by("id").values()) == before


def test_all_facts_may_be_put_in_anew_for_another_way_of_counting() -> None:
    registered_dossiers()
    put({"a": fact(), "b": fact(month_received=sample.FIRST_MONTH + 1)})
    event("c", None, fact())
    declared_with_fewer_counts()
    with pytest.raises(StaleFacts):
        counters("dossiers", basis="received")
    put({"a": fact(), "c": fact(agency=3)}, replaces_all=True)
    assert counters("dossiers", basis="received").total("received") == 2
    assert differences() == []
    assert not RecentFact.objects.exists()


def test_a_stranger_neither_puts_facts_in_nor_recounts() -> None:
    registered_dossiers()
    stranger = Actor(id=None, full_name="Người lạ", held=frozenset())
    staged = stage_facts(dataset="dossiers", facts=sample.columns_of_facts({"a": fact()}))
    for refused in (
        lambda: put_facts(by=stranger, at=MOMENT, staged=staged),
        lambda: settle_facts(by=stranger, at=MOMENT, staged=staged),
        lambda: recount(by=stranger, at=MOMENT, dataset="dossiers"),
    ):
        with pytest.raises(FactsRefused):
            refused()


def test_totals_are_read_without_the_cells_below() -> None:
    registered_dossiers()
    put({f"k{number}": random_fact(Random(number)) for number in range(50)})
    totals = kept_totals("dossiers", basis="received", first=0, last=99999)
    whole = kept_counters("dossiers", basis="received").summed(AGENCY, MONTH)
    assert totals.summed().by_cell() == whole.by_cell()
    month = sample.FIRST_MONTH + 1
    of_a_month = board("dossiers", basis="received", first=month, last=month)
    assert of_a_month.summed().by_cell() == whole.during(month, month).summed(AGENCY).by_cell()
