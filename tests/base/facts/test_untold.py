"""What a batch does not speak of stays as an earlier one told it; what it says is empty is empty."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings
from django.db import transaction

from openpar.base.facts.actions.compaction import compact
from openpar.base.facts.current import current, rewritten
from openpar.base.facts.models import Batch, PersonalPart
from openpar.base.facts.staging import Untold
from tests.base.facts.sample import HOUSE, appended, dossier, registered_dossiers
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
DUE = date(2026, 2, 26)
NOTE: Untold = {"note": None}


def told() -> list[tuple[Any, ...]]:
    return [
        tuple(row[name] for name in ("dossier", "status", "note", "is_online", "due_on"))
        for row in current("dossiers").plain()
    ]


def test_a_column_that_a_later_batch_has_not_keeps_what_was_told_and_an_empty_cell_does_not() -> None:
    registered_dossiers()
    appended([dossier("a", note="Đủ", due_on=DUE), dossier("b", note="Thiếu", due_on=DUE)])
    appended([dossier("a", status=9), dossier("b", status=9)], day=1, untold=NOTE)
    assert told() == [("a", 9, "Đủ", True, None), ("b", 9, "Thiếu", True, None)]
    appended([dossier("a", status=10)], day=2)
    assert told()[0] == ("a", 10, None, True, None)


def test_a_batch_may_be_silent_about_single_rows_whatever_their_order() -> None:
    registered_dossiers()
    appended([dossier("a", status=9), dossier("b", status=9)])
    appended(
        [dossier("b", status=10), dossier("a", status=4)], day=1, untold={"status": np.array([False, True])}
    )
    assert [(row[0], row[1]) for row in told()] == [("a", 9), ("b", 10)]


def batches_that_differ() -> list[tuple[int, list[dict[str, Any]], Untold]]:
    """The days, the rows, and what they do not tell of."""
    return [
        (0, [dossier("a", note="một", due_on=DUE), dossier("b", note="hai")], {}),
        (3, [dossier("a", status=5, is_online=False), dossier("c")], {"note": None, "due_on": None}),
        (6, [dossier("b", status=9, note="ba"), dossier("c", due_on=DUE)], {"is_online": None}),
        (9, [dossier("a", status=10), dossier("b")], {"note": None, "is_online": None}),
    ]


@pytest.mark.parametrize("few", [0, 500], ids=["read in every step", "found once"])
def test_some_dossiers_are_found_as_they_stand_among_all(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    registered_dossiers()
    for day, rows, untold in batches_that_differ():
        appended(rows, day=day, untold=untold)
    appended([dossier("c", due_on=DUE + timedelta(days=3))], day=12)
    among_all, changed = current("dossiers").plain(), rewritten("dossiers")
    monkeypatch.setattr("openpar.base.facts.current._FEW", few)
    found = current("dossiers", keys=[("c",), ("a",), ("nobody",)])
    assert found.plain() == [row for row in among_all if row["dossier"] in ("a", "c")]
    assert {one.key for one in changed} >= {("c",)}
    assert rewritten("dossiers", keys=[("c",)]) == tuple(one for one in changed if one.key == ("c",))


def test_any_order_of_batches_with_different_columns_gives_the_same_view_also_when_compacted() -> None:
    registered_dossiers()
    views = []
    for order in itertools.permutations(batches_that_differ()):
        with transaction.atomic():
            for day, rows, untold in order:
                appended(rows, day=day, at=MOMENT + timedelta(days=30), untold=untold)
            views.append(told())
            compact(by=HOUSE, at=MOMENT + timedelta(days=31), dataset="dossiers")
            views.append(told())
            transaction.set_rollback(True)
    assert views == [
        [("a", 10, "một", False, None), ("b", 4, "ba", True, None), ("c", 4, None, True, DUE)]
    ] * len(views)


def test_the_same_rows_that_tell_of_other_columns_are_another_batch_and_the_same_again_is_none() -> None:
    registered_dossiers()
    rows = [dossier("a")]
    assert appended(rows, untold=NOTE).is_new
    assert not appended(rows, untold=NOTE).is_new
    assert appended(rows).is_new
    assert Batch.objects.count() == 2


def test_what_a_batch_does_not_tell_of_a_person_is_not_kept_as_empty() -> None:
    registered_dossiers()
    appended([dossier("a")], untold={"phone": None})
    assert PersonalPart.objects.get().content == {"applicant": "Người a"}


def test_the_view_of_many_batches_needs_no_more_memory_than_is_allowed(settings: LazySettings) -> None:
    """The store puts aside on disk what does not fit: here 240,000 rows, then one list more with less."""
    registered_dossiers()
    # As installed: every thread has a state of its own.
    settings.OPENPAR_FACTS_THREADS = 2
    size, nobody, text = 40_000, dict.fromkeys(("applicant", "phone")), "ghi chú " * 12

    def told_on(day: int, untold: Untold) -> None:
        rows = [{**dossier(f"{number:06}", note=f"{day} {text}"), **nobody} for number in range(size)]
        appended(rows, day=day, untold=untold)

    for day in range(6):
        told_on(day, nobody)
    for limit in ("32MB", "48MB"):
        settings.OPENPAR_FACTS_MEMORY = limit
        found = current("dossiers")
        assert len(found) == size
        assert set(found["versions"].values.tolist()) == {6}
    told_on(6, {**nobody, **NOTE})
    settings.OPENPAR_FACTS_MEMORY = "64MB"
    found = current("dossiers")
    assert set(found["versions"].values.tolist()) == {7}
    assert set(found["note"].values.tolist()) == {f"5 {text}"}
