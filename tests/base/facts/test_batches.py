"""Batches: whole or refused with every fault, replayed without effect, in any order the same view."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from openpar.base.audit.models import Entry
from openpar.base.facts import files
from openpar.base.facts.actions.batches import append_batch
from openpar.base.facts.actions.datasets import number_values, register_dataset
from openpar.base.facts.current import current, rewritten
from openpar.base.facts.declarations import BadDeclaration, Column, Declaration, Kind
from openpar.base.facts.errors import FactsRefused, StaleFacts, UnknownDataset
from openpar.base.facts.models import Batch, PersonalPart, StoredPart
from openpar.base.facts.queries import batches, values_in
from openpar.base.facts.staging import Source, stage_batch
from openpar.base.organisations.roles import Actor
from tests.base.facts import sample
from tests.base.facts.sample import DOSSIERS, HOUSE, appended, dossier, registered_dossiers, staged
from tests.factories import MOMENT

NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001  # as a careless reader of a file makes it
pytestmark = pytest.mark.django_db


def view(**asked: Any) -> list[tuple[Any, ...]]:
    """What the store says of the dossiers, without which batch said it last."""
    found = current("dossiers", **asked)
    return [
        tuple(
            row[name]
            for name in ("dossier", "status", "due_on", "finished_at", "first_due_on", "first_finished_at")
        )
        for row in found.plain()
    ]


def test_a_batch_is_one_manifest_row_one_file_and_one_entry_of_the_log() -> None:
    registered_dossiers()
    made = appended([dossier("b"), dossier("a", note="Đủ")], refused=3)
    batch = batches("dossiers").get()
    assert made.is_new
    assert (batch.rows, batch.refused, batch.source, batch.as_of) == (2, 3, "igate", MOMENT)
    part = StoredPart.objects.get()
    path = files.folder() / "dossiers" / "rows" / "2026" / "01" / f"{batch.file_sha256}.parquet"
    assert files.digest_of(path) == batch.file_sha256 == part.sha256
    assert path.stat().st_mode & 0o222 == 0
    entry = Entry.objects.get(verb="facts.batch_appended")
    assert (entry.object, entry.after["sha256"]) == (f"facts_batch:{batch.pk}", batch.file_sha256)


def test_the_view_reads_back_what_was_told_with_nothing_for_nothing() -> None:
    registered_dossiers()
    due, done = date(2026, 2, 26), datetime(2026, 2, 20, 9, 30, 15, 250, tzinfo=UTC)
    appended(
        [dossier("a", due_on=due, finished_at=done, note="Đắk Lắk", is_online=False), dossier("b", note="")]
    )
    first, second = current("dossiers").plain()
    assert (first["due_on"], first["finished_at"], first["note"], first["is_online"]) == (
        due,
        done,
        "Đắk Lắk",
        False,
    )
    assert (second["due_on"], second["finished_at"], second["note"]) == (None, None, "")
    assert "applicant" not in first


def test_the_same_rows_of_the_same_file_change_nothing() -> None:
    registered_dossiers()
    rows = [dossier("a"), dossier("b")]
    first = appended(rows)
    traces = Entry.objects.count()
    for later in range(3):
        again = appended(rows, day=later)
        assert (again.is_new, again.batch.pk) == (False, first.batch.pk)
    assert (Batch.objects.count(), Entry.objects.count()) == (1, traces)
    assert appended([*rows, dossier("c")], day=3).is_new


def test_a_replay_writes_no_file_and_no_personal_part_again() -> None:
    registered_dossiers()
    rows = [dossier("a")]
    appended(rows)
    lying = list(files.kept_files())
    assert not appended(rows, day=40).is_new
    assert list(files.kept_files()) == lying
    assert PersonalPart.objects.count() == 1


def test_batches_in_any_order_give_the_same_view() -> None:
    told = sample.random_batches(Random(5), batches=4, keys=30, rows=18)
    seen = []
    late = MOMENT + timedelta(days=100)
    for number, order in enumerate(itertools.permutations(told)):
        if number % 5:
            continue
        name = f"order_{number}"
        register_dataset(by=HOUSE, at=MOMENT, declaration=Declaration(name, DOSSIERS.columns))
        for day, rows in order:
            batch = stage_batch(
                dataset=name,
                columns=sample.columns_of(rows),
                source=sample.source_of(rows),
                as_of=MOMENT + timedelta(days=day),
            )
            append_batch(by=HOUSE, at=late, staged=batch)
        rows_now = current(name).plain()
        seen.append([{key: value for key, value in row.items() if key != "newest_batch"} for row in rows_now])
    assert len(seen) > 4
    assert all(each == seen[0] for each in seen)


def test_two_batches_of_one_moment_are_ordered_by_what_they_say_not_by_arrival() -> None:
    one, other = [dossier("a", status=9)], [dossier("a", status=4)]
    seen = set()
    for name, order in (("one_way", (one, other)), ("other_way", (other, one))):
        register_dataset(by=HOUSE, at=MOMENT, declaration=Declaration(name, DOSSIERS.columns))
        for rows in order:
            batch = stage_batch(
                dataset=name, columns=sample.columns_of(rows), source=sample.source_of(rows), as_of=MOMENT
            )
            append_batch(by=HOUSE, at=MOMENT, staged=batch)
        seen.add(len(current(name)))
    assert seen == {1}


def test_the_newest_version_wins_and_the_first_values_stay() -> None:
    registered_dossiers()
    due, done = date(2026, 2, 26), datetime(2026, 3, 2, tzinfo=UTC)
    appended([dossier("a", due_on=due)], day=1)
    appended([dossier("a", due_on=due, finished_at=done, status=9)], day=2)
    appended([dossier("a", due_on=date(2026, 3, 9), finished_at=done - timedelta(days=9), status=10)], day=3)
    appended([dossier("a", due_on=None, finished_at=None, status=10)], day=4)
    assert view() == [("a", 10, None, None, due, done)]
    assert current("dossiers")["versions"].plain() == [4]


def test_a_finish_moment_that_was_rewritten_shows_with_every_telling() -> None:
    registered_dossiers()
    done = datetime(2026, 3, 2, tzinfo=UTC)
    appended([dossier("a", finished_at=done), dossier("b", finished_at=done)], day=1)
    appended([dossier("a", finished_at=done - timedelta(days=9)), dossier("b", finished_at=done)], day=2)
    (found,) = rewritten("dossiers")
    assert (found.key, found.column) == (("a",), "finished_at")
    assert [told.value for told in found.told] == [done, done - timedelta(days=9)]
    assert not found.is_backdated


def test_a_batch_that_arrives_late_and_speaks_of_an_earlier_moment_is_told_as_backdated() -> None:
    registered_dossiers()
    done = datetime(2026, 3, 2, tzinfo=UTC)
    appended([dossier("a", finished_at=done)], day=5)
    appended([dossier("a", finished_at=done - timedelta(days=9))], day=1, at=MOMENT + timedelta(days=6))
    (found,) = rewritten("dossiers", keys=[("a",)])
    assert found.is_backdated
    assert view()[0][3] == done
    assert rewritten("dossiers", keys=[("b",)]) == ()


def test_keys_and_shares_give_parts_of_the_whole() -> None:
    registered_dossiers()
    appended([dossier(f"k{number:03}") for number in range(50)])
    whole = view()
    assert view(keys=[("k007",), ("k049",), ("gone",)]) == [whole[7], whole[49]]
    assert view(keys=[]) == []
    shares = [view(part=(number, 4)) for number in range(4)]
    assert sorted(itertools.chain(*shares)) == whole
    assert all(shares)


def test_every_fault_of_a_batch_is_told_at_once_and_nothing_is_kept() -> None:
    registered_dossiers()
    columns = {
        **sample.columns_of([dossier("a"), dossier("b"), dossier("c"), dossier("d")]),
        "status": [9, "9", True, None],
        "received_at": [MOMENT, NAIVE, date(2026, 1, 1), None],
        "note": ["ok", "hỏng\0", None, 5],
    }
    with pytest.raises(FactsRefused) as refused:
        stage_batch(dataset="dossiers", columns=columns, source=Source("x", "x.csv", "0" * 64), as_of=MOMENT)
    assert sorted((gap.where, gap.code) for gap in refused.value.gaps) == [
        ("dòng 2, cột status", "value-unfit"),
        ("dòng 3, cột received_at", "value-unfit"),
        ("dòng 3, cột status", "value-unfit"),
        ("dòng 4, cột note", "value-unfit"),
    ]
    assert not Batch.objects.exists()
    assert list(files.kept_files()) == []


@pytest.mark.parametrize(
    ("columns", "codes"),
    [
        ({"dossier": ["a"], "status": [1]}, {"column-missing"}),
        ({"dossier": ["a"], "agency": ["x"], "status": [1], "colour": ["red"]}, {"column-unknown"}),
        ({"dossier": ["a", "b"], "agency": ["x"], "status": [1]}, {"lengths-differ"}),
        ({"dossier": ["a", "a"], "agency": ["x", "x"], "status": [1, 2]}, {"key-doubled"}),
        ({"dossier": [None], "agency": ["x"], "status": [1]}, {"value-missing"}),
        ({"dossier": ["a"], "agency": ["x"], "status": [2**63]}, {"number-unfit"}),
        ({"dossier": ["a"], "agency": ["x"], "status": np.array([1.5])}, {"array-unfit"}),
        (
            {"dossier": ["a"], "agency": ["x"], "status": [1], "received_at": [NAIVE]},
            {"moment-unfit"},
        ),
        ({"dossier": [], "agency": [], "status": []}, {"no-rows"}),
    ],
)
def test_a_batch_of_the_wrong_shape_is_refused(columns: dict[str, Any], codes: set[str]) -> None:
    registered_dossiers()
    with pytest.raises(FactsRefused) as refused:
        stage_batch(dataset="dossiers", columns=columns, source=Source("x", "x.csv", "0" * 64), as_of=MOMENT)
    assert {gap.code for gap in refused.value.gaps} == codes


def test_arrays_and_lists_say_the_same() -> None:
    registered_dossiers()
    plain: dict[str, Any] = {
        "dossier": ["a", "b", "c"],
        "agency": ["x"] * 3,
        "status": [1, 2, 3],
        "received_at": [MOMENT, None, MOMENT + timedelta(microseconds=1)],
        "due_on": [date(2026, 1, 1), None, date(1969, 12, 31)],
        "is_online": [True, None, False],
    }
    moments = np.array(["2026-01-05T01:00:00", "NaT", "2026-01-05T01:00:00.000001"], "M8[us]")
    arrays: dict[str, Any] = {
        **plain,
        "status": np.array([1, 2, 3], np.int16),
        "received_at": moments,
        "due_on": np.array(["2026-01-01", "NaT", "1969-12-31"], "M8[D]"),
        "is_online": np.ma.masked_array([True, True, False], mask=[False, True, False]),
    }
    source = Source("x", "x.csv", "0" * 64)
    digests = {
        stage_batch(dataset="dossiers", columns=columns, source=source, as_of=MOMENT).content_sha256
        for columns in (plain, arrays)
    }
    assert len(digests) == 1


def test_a_stranger_brings_nothing_and_nobody_brings_the_future() -> None:
    registered_dossiers()
    stranger = Actor(id=None, full_name="Người lạ", held=frozenset())
    batch = staged([dossier("a")], day=1)
    with pytest.raises(FactsRefused) as refused:
        append_batch(by=stranger, at=MOMENT + timedelta(days=2), staged=batch)
    assert [gap.code for gap in refused.value.gaps] == ["not-allowed"]
    with pytest.raises(FactsRefused) as refused:
        append_batch(by=HOUSE, at=MOMENT, staged=batch)
    assert [gap.code for gap in refused.value.gaps] == ["as-of-in-future"]
    assert not Batch.objects.exists()


def test_a_staged_file_that_is_gone_is_not_spoken_of() -> None:
    registered_dossiers()
    batch = staged([dossier("a")])
    assert batch.kept is not None
    batch.kept.path.unlink()
    with pytest.raises(StaleFacts):
        append_batch(by=HOUSE, at=MOMENT, staged=batch)


def test_the_same_declaration_again_is_no_new_version_and_columns_may_be_added() -> None:
    assert registered_dossiers() == registered_dossiers()
    appended([dossier("a")])
    wider = Declaration("dossiers", (*DOSSIERS.columns, Column("paid", Kind.INTEGER)), DOSSIERS.counting)
    assert register_dataset(by=HOUSE, at=MOMENT, declaration=wider).schema_number == 2
    assert current("dossiers")["paid"].plain() == [None]
    rows = sample.columns_of([dossier("b")])
    batch = stage_batch(
        dataset="dossiers",
        columns={**rows, "paid": [5]},
        source=Source("x", "x.csv", "1" * 64),
        as_of=MOMENT,
    )
    append_batch(by=HOUSE, at=MOMENT, staged=batch)
    assert current("dossiers")["paid"].plain() == [None, 5]


def test_a_batch_staged_for_an_older_declaration_is_stale() -> None:
    registered_dossiers()
    batch = staged([dossier("a")])
    wider = Declaration("dossiers", (*DOSSIERS.columns, Column("paid", Kind.INTEGER)), DOSSIERS.counting)
    register_dataset(by=HOUSE, at=MOMENT, declaration=wider)
    with pytest.raises(StaleFacts):
        append_batch(by=HOUSE, at=MOMENT, staged=batch)


@pytest.mark.parametrize(
    "columns",
    [
        (Column("dossier", Kind.TEXT),),
        (Column("dossier", Kind.TEXT, is_key=True), Column("dossier", Kind.TEXT)),
        (Column("Dossier; DROP", Kind.TEXT, is_key=True),),
        (Column("dossier", Kind.TEXT, is_key=True, is_personal=True),),
    ],
)
def test_a_declaration_that_contradicts_itself_is_not_registered(columns: tuple[Column, ...]) -> None:
    with pytest.raises(BadDeclaration):
        register_dataset(by=HOUSE, at=MOMENT, declaration=Declaration("broken", columns))


@pytest.mark.parametrize(
    "columns",
    [
        (Column("dossier", Kind.INTEGER, is_key=True), *DOSSIERS.columns[1:]),
        DOSSIERS.columns[1:],
        (*DOSSIERS.columns, Column("new", Kind.TEXT, is_required=True)),
        tuple(
            Column(one.name, one.kind, is_key=one.is_key, is_personal=False) if one.name == "phone" else one
            for one in DOSSIERS.columns
        ),
    ],
)
def test_a_declaration_that_older_rows_cannot_follow_is_not_registered(columns: tuple[Column, ...]) -> None:
    registered_dossiers()
    with pytest.raises(BadDeclaration):
        register_dataset(by=HOUSE, at=MOMENT, declaration=Declaration("dossiers", columns))


def test_an_unknown_dataset_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownDataset):
        current("nowhere")


def test_texts_get_small_numbers_that_stay() -> None:
    first = number_values(dimension="agency", values=["so-y-te", "so-noi-vu"])
    again = number_values(dimension="agency", values=["so-noi-vu", "so-tai-chinh", "so-y-te"])
    assert sorted(first.values()) == [1, 2]
    assert {name: again[name] for name in first} == first
    assert again["so-tai-chinh"] == 3
    assert values_in("agency") == {number: name for name, number in again.items()}
    assert number_values(dimension="sector", values=["y-te"]) == {"y-te": 1}
    with pytest.raises(FactsRefused):
        number_values(dimension="agency", values=[" "])


def test_a_file_that_no_row_speaks_of_is_swept_after_a_day_and_no_other() -> None:
    registered_dossiers()
    kept = appended([dossier("a")]).batch
    orphan = staged([dossier("b")]).kept
    assert orphan is not None
    spoken = frozenset(path for path in files.kept_files() if path.stem == kept.file_sha256)
    now = datetime.now(UTC)
    assert files.sweep(spoken, at=now) == ()
    assert orphan.path in files.sweep(spoken, at=now + timedelta(days=2))
    assert [path.stem for path in files.kept_files()] == [kept.file_sha256]
