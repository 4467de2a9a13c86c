"""The one SELECT: the same text on every engine, the same counters as a plain walk over the facts."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from pytest_django.fixtures import Settings

from openpar.base.facts.actions.datasets import register_dataset
from openpar.base.facts.actions.facts import put_facts
from openpar.base.facts.counters import Counters, added, counters_from
from openpar.base.facts.counting import counters
from openpar.base.facts.declarations import Declaration, month_number, select_text, year_and_month
from openpar.base.facts.engines import EngineUnavailable
from openpar.base.facts.errors import FactsRefused, StaleFacts, UnknownDataset
from openpar.base.facts.models import StoredPart
from openpar.base.facts.staged_facts import stage_facts
from tests.base.facts import sample
from tests.base.facts.sample import BASES, COUNTING, event, fact, put, random_fact, registered_dossiers
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
TEXT = """\
SELECT agency, month, sector, channel,
  COUNT(*) AS received,
  COUNT(CASE WHEN carried = 1 THEN 1 END) AS carried_over,
  COUNT(CASE WHEN verdict_legal = 1 THEN 1 END) AS early,
  COUNT(CASE WHEN verdict_legal = 2 THEN 1 END) AS on_time,
  COUNT(CASE WHEN verdict_legal = 3 THEN 1 END) AS late,
  COUNT(CASE WHEN verdict_legal IN (4, 5) THEN 1 END) AS in_process,
  COUNT(CASE WHEN verdict_legal = 5 THEN 1 END) AS overdue,
  COUNT(CASE WHEN outcome = 2 THEN 1 END) AS returned,
  COUNT(CASE WHEN outcome = 3 THEN 1 END) AS withdrawn,
  COUNT(CASE WHEN outcome = 4 THEN 1 END) AS refused,
  COUNT(CASE WHEN supplement = 1 THEN 1 END) AS supplement,
  COUNT(CASE WHEN paused = 1 THEN 1 END) AS paused,
  COUNT(CASE WHEN obligation = 1 THEN 1 END) AS obligation,
  COUNT(CASE WHEN obligation = 1 AND paid_online = 1 THEN 1 END) AS paid_online,
  COUNT(CASE WHEN digitised = 1 THEN 1 END) AS digitised,
  COUNT(CASE WHEN verdict_766 IN (1, 2, 4, 6) THEN 1 END) AS on_time_766
FROM facts
GROUP BY agency, month, sector, channel"""


def some_facts(count: int = 300, seed: int = 3) -> dict[str, sample.Fact]:
    chance = Random(seed)
    return {f"H68-{number:04}": random_fact(chance) for number in range(count)}


def test_the_statement_counts_and_groups_and_does_nothing_else() -> None:
    assert select_text(COUNTING) == TEXT


@pytest.mark.parametrize("engine", ["duckdb", "database"])
def test_an_engine_counts_what_a_walk_over_the_facts_counts(engine: str, settings: Settings) -> None:
    settings.OPENPAR_FACTS_ENGINE = engine
    registered_dossiers()
    facts = some_facts()
    put(facts)
    key, before = next(iter(facts.items()))
    after = {**before, "month_received": before["month_received"] + 1, "verdict_legal": sample.LATE}
    event(key, before, after)
    event("new", None, fact(agency=4))
    facts |= {key: after, "new": fact(agency=4)}
    for basis in BASES:
        assert counters("dossiers", basis=basis).by_cell() == sample.counted_plainly(facts.values(), basis)


@pytest.mark.parametrize("engine", ["duckdb", "database"])
def test_nothing_is_counted_where_there_is_nothing(engine: str, settings: Settings) -> None:
    settings.OPENPAR_FACTS_ENGINE = engine
    registered_dossiers()
    found = counters("dossiers", basis="received")
    assert (len(found), found.total("received")) == (0, 0)
    assert len(found.summed("agency")) == 0


def test_an_unknown_engine_is_said_to_be_unknown(settings: Settings) -> None:
    settings.OPENPAR_FACTS_ENGINE = "clickhouse"
    registered_dossiers()
    with pytest.raises(EngineUnavailable, match="duckdb, database, spark"):
        counters("dossiers", basis="received")


def test_what_is_not_counted_is_said_not_to_be() -> None:
    register_dataset(by=sample.HOUSE, at=MOMENT, declaration=Declaration("plain", sample.DOSSIERS.columns))
    registered_dossiers()
    with pytest.raises(UnknownDataset):
        counters("plain", basis="received")
    with pytest.raises(KeyError):
        counters("dossiers", basis="paid")


def test_a_fact_stands_in_the_file_of_its_month_once() -> None:
    registered_dossiers()
    january, march = month_number(2026, 1), month_number(2026, 3)
    put({"a": fact(month_received=january), "b": fact(month_received=january)})
    put({"a": fact(month_received=march)})
    live = StoredPart.objects.filter(retired_at__isnull=True).order_by("month")
    assert [(part.month, part.rows) for part in live] == [(1, 1), (3, 1)]
    assert counters("dossiers", basis="received").total("received") == 2
    put({}, gone=["a", "b", "never"])
    assert not StoredPart.objects.filter(retired_at__isnull=True).exists()
    assert counters("dossiers", basis="received").total("received") == 0


def test_a_month_whose_facts_stay_the_same_keeps_its_file() -> None:
    registered_dossiers()
    facts = some_facts(20)
    put(facts)
    before = set(StoredPart.objects.values_list("pk", flat=True))
    put({key: facts[key] for key in list(facts)[:5]})
    assert set(StoredPart.objects.filter(retired_at__isnull=True).values_list("pk", flat=True)) == before


def test_a_fact_takes_few_bytes() -> None:
    registered_dossiers()
    chance = Random(1)
    facts = {
        f"H68.{number // 200:02}-260105-{number % 200:04}": random_fact(chance) for number in range(6000)
    }
    put({key: {**each, "month_received": sample.FIRST_MONTH} for key, each in facts.items()})
    part = StoredPart.objects.get(retired_at__isnull=True)
    # Everything here is chance, which does not compress; real facts take less (bench/facts.py).
    assert part.size / part.rows < 7


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"agency": 0}, "fact-outside"),
        ({"channel": 128}, "fact-outside"),
        ({"verdict_legal": -1}, "fact-outside"),
        ({"month_received": 0}, "fact-outside"),
    ],
)
def test_facts_outside_of_the_declaration_are_refused(wrong: dict[str, int], code: str) -> None:
    registered_dossiers()
    with pytest.raises(FactsRefused) as refused:
        put({"a": fact(**wrong)})
    assert [gap.code for gap in refused.value.gaps] == [code]
    with pytest.raises(FactsRefused):
        event("a", None, fact(**wrong))
    assert not StoredPart.objects.exists()


def test_facts_without_a_column_or_with_a_key_twice_are_refused() -> None:
    registered_dossiers()
    columns = sample.columns_of_facts({"a": fact(), "b": fact()})
    for broken in (
        {name: values for name, values in columns.items() if name != "sector"},
        {**columns, "key": ["a", "a"]},
        {**columns, "key": ["a", ""]},
        {**columns, "sector": np.array([1.0, 2.0])},
        {**columns, "sector": [1, None]},
        {**columns, "sector": [1]},
    ):
        with pytest.raises(FactsRefused):
            stage_facts(dataset="dossiers", facts=broken)


def test_facts_staged_before_others_were_put_in_are_stale() -> None:
    registered_dossiers()
    first = stage_facts(dataset="dossiers", facts=sample.columns_of_facts({"a": fact()}))
    second = stage_facts(dataset="dossiers", facts=sample.columns_of_facts({"b": fact()}))
    put_facts(by=sample.HOUSE, at=MOMENT, staged=first)
    with pytest.raises(StaleFacts):
        put_facts(by=sample.HOUSE, at=MOMENT, staged=second)
    assert counters("dossiers", basis="received").total("received") == 1


def test_counters_add_up_and_are_taken_apart() -> None:
    registered_dossiers()
    facts = some_facts(60)
    put(facts)
    found = counters("dossiers", basis="received")
    by_agency = found.summed("agency")
    for (agency, *_others), counts in by_agency.by_cell().items():
        assert counts[0] == sum(each["agency"] == agency for each in facts.values())
    doubled = added((found, found))
    assert doubled.total("late") == 2 * found.total("late")
    assert len(doubled.minus(found).minus(found)) == 0
    month = sample.FIRST_MONTH + 1
    assert found.during(month, month).total("received") == sum(
        each["month_received"] == month for each in facts.values()
    )


def test_cells_too_wide_for_one_number_are_added_all_the_same() -> None:
    big = np.array([2**40, 2**40, 1], np.int64)
    one = np.ones(3, np.int64)
    cells = {"agency": big, "month": big, "sector": one, "channel": one}
    found = Counters(cells, {"received": one}).summed()
    assert found.by_cell() == {(1, 1, 1, 1): (1,), (2**40, 2**40, 1, 1): (2,)}


def test_an_answer_in_floats_or_objects_becomes_whole_numbers() -> None:
    names = {name: [1, 2] for name in ("agency", "month", "sector", "channel")}
    found = counters_from({**names, "received": np.array([3, 4], object)}, ["received"])
    assert found["received"].dtype == np.int64


def test_a_month_number_is_a_month() -> None:
    assert year_and_month(month_number(2025, 12)) == (2025, 12)
    assert month_number(2026, 1) - month_number(2025, 12) == 1


def test_what_follows_from_other_counts_is_not_asked_for_and_yet_told() -> None:
    asked = sample.count
    counting = replace(
        COUNTING,
        counts=(
            asked("gone", outcome=(1, 2), paused=0),
            asked("gone_online", channel=2, outcome=(2, 1), paused=0),
            asked("done", outcome=1, paused=0),
            asked("returned", outcome=2, paused=0),
            asked("part", outcome=(2, 3)),
            asked("at_desks", channel=(1, 3), outcome=1, paused=0),
            asked("elsewhere", agency=4),
        ),
    )
    assert [(one.name, one.parts) for one in counting.derived] == [
        ("gone", ("done", "returned")),
        ("at_desks", ("done",)),
    ]
    assert [
        name for name in ("gone ", "done", "at_desks", "part") if f"AS {name}" in select_text(counting)
    ] == [*("done", "part")]
    answer = {"agency": [1, 1], "month": [5, 5], "sector": [2, 2], "channel": [2, 3]}
    answer |= {"gone_online": [7, 0], "done": [4, 5], "returned": [3, 2], "part": [9, 9], "elsewhere": [0, 0]}
    found = counters_from(answer, [count.name for count in counting.counts], counting.derived)
    assert list(found.counts) == [count.name for count in counting.counts]
    assert (found["gone"].tolist(), found["at_desks"].tolist()) == ([7, 7], [0, 5])
