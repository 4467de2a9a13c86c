"""Compaction, verification, erasure: no answer changes, every damage is named, what was erased is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import IntegrityError, transaction

from openpar.base.audit.models import Entry
from openpar.base.facts import files
from openpar.base.facts.actions.compaction import Compacted, compact, exchange_files, spoken_of
from openpar.base.facts.actions.personal import ErasedRow, end_keeping, erase_personal
from openpar.base.facts.compaction import WouldChange, stage_compaction
from openpar.base.facts.current import current, rewritten
from openpar.base.facts.duck import connected, write_parquet
from openpar.base.facts.errors import FactsRefused, StaleFacts
from openpar.base.facts.models import Batch, PersonalPart, StoredPart
from openpar.base.facts.personal import personal_rows
from openpar.base.facts.queries import place_of
from openpar.base.facts.verification import verify_facts
from openpar.base.organisations.roles import Actor, Role
from openpar.common.triggers import without_triggers
from tests import factories
from tests.base.facts import sample
from tests.base.facts.sample import HOUSE, appended, dossier, registered_dossiers
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db
STRANGER = Actor(id=None, full_name="Người lạ", held=frozenset())


def three_batches() -> None:
    registered_dossiers()
    for day, rows in sample.random_batches(Random(2), batches=3, keys=20, rows=12):
        appended(rows, day=day)


def compacted(at: datetime = MOMENT) -> Compacted:
    return compact(by=HOUSE, at=at, dataset="dossiers")


def live_paths() -> list[Path]:
    return sorted(spoken_of(MOMENT + timedelta(days=999)))


def writable(path: Path) -> Path:
    path.chmod(0o644)
    return path


def flip(path: Path, place: int) -> None:
    content = bytearray(writable(path).read_bytes())
    content[place % len(content)] ^= 1
    path.write_bytes(content)


def test_files_of_a_month_become_one_and_no_answer_changes() -> None:
    three_batches()
    before = (current("dossiers").plain(), rewritten("dossiers"))
    done = compacted()
    assert (done.before, done.after) == (3, 1)
    assert (current("dossiers").plain(), rewritten("dossiers")) == before
    assert len(live_paths()) == 1
    assert verify_facts().faults == ()
    assert compacted() == Compacted(0, 0, 0, 0)


def test_a_batch_after_compaction_and_a_replay_are_what_they_are_without_it() -> None:
    three_batches()
    compacted()
    ((day, rows), *_rest) = sample.random_batches(Random(2), batches=3, keys=20, rows=12)
    assert not appended(rows, day=day).is_new
    appended([dossier("H68-99999")], day=20)
    assert len(current("dossiers", keys=[("H68-99999",)])) == 1
    compacted()
    assert Batch.objects.count() == 4
    assert verify_facts().faults == ()


def test_replaced_files_are_swept_after_a_day_only() -> None:
    three_batches()
    compacted(MOMENT)
    assert len(list(files.kept_files())) == 4
    now = datetime.now(UTC)
    files.sweep(spoken_of(MOMENT), at=now + timedelta(days=3))
    assert len(list(files.kept_files())) == 4
    files.sweep(spoken_of(MOMENT + timedelta(days=2)), at=now + timedelta(days=3))
    assert sorted(files.kept_files()) == live_paths()


def test_of_two_that_compact_at_once_one_is_too_late() -> None:
    three_batches()
    (first,), (second,) = stage_compaction("dossiers"), stage_compaction("dossiers")
    exchange_files(by=HOUSE, at=MOMENT, staged=first)
    with pytest.raises(StaleFacts):
        exchange_files(by=HOUSE, at=MOMENT, staged=second)
    assert len(live_paths()) == 1


def test_a_damaged_file_is_not_compacted_away() -> None:
    three_batches()
    path = live_paths()[0]
    other = files.folder() / "dossiers" / "rows" / "2026" / "01"
    (twin,) = [each for each in other.iterdir() if each != path][:1]
    writable(path).write_bytes(twin.read_bytes())
    with pytest.raises(WouldChange):
        stage_compaction("dossiers")


def test_every_flipped_byte_is_named_with_file_and_batch() -> None:
    three_batches()
    (path, *_others) = live_paths()
    batch = Batch.objects.get(file_sha256=path.stem)
    for place in range(0, path.stat().st_size, 97):
        flip(path, place)
        (fault,) = [each for each in verify_facts().faults if each.kind == "changed"]
        assert fault.path == str(path.relative_to(files.folder()))
        assert fault.batches == (f"{batch.pk} (igate, danh-sach.xlsx)",)
        flip(path, place)
    assert verify_facts().faults == ()


def test_a_flipped_byte_of_a_merged_file_names_all_its_batches() -> None:
    three_batches()
    compacted()
    flip(live_paths()[0], 1000)
    (fault,) = verify_facts().faults
    assert (fault.kind, len(fault.batches)) == ("changed", 3)


def damage_missing() -> None:
    live_paths()[0].unlink()


def damage_swapped() -> None:
    one, other = live_paths()[:2]
    content = one.read_bytes()
    writable(one).write_bytes(other.read_bytes())
    writable(other).write_bytes(content)


def damage_manifest() -> None:
    with without_triggers():
        Batch.objects.filter(pk=Batch.objects.latest("pk").pk).update(refused=99)


def damage_forgotten_file() -> None:
    with without_triggers():
        StoredPart.objects.latest("pk").delete()


def damage_personal() -> None:
    with without_triggers():
        PersonalPart.objects.filter(row=0).update(content={"applicant": "Khác", "phone": None})


def damage_personal_gone() -> None:
    with without_triggers():
        PersonalPart.objects.latest("pk").delete()


def damage_stray() -> None:
    path = live_paths()[0].with_name(f"{'0' * 64}.parquet")
    path.write_bytes(b"hello")


@pytest.mark.parametrize(
    ("damage", "kinds"),
    [
        (damage_missing, {"missing"}),
        (damage_swapped, {"changed"}),
        (damage_manifest, {"manifest"}),
        (damage_forgotten_file, {"lost"}),
        (damage_personal, {"personal"}),
        (damage_personal_gone, {"personal"}),
        (damage_stray, {"stray"}),
    ],
)
def test_damage_of_every_kind_is_found(damage: Callable[[], None], kinds: set[str]) -> None:
    three_batches()
    assert verify_facts().faults == ()
    damage()
    assert {fault.kind for fault in verify_facts().faults} == kinds


def test_a_merged_file_that_was_made_to_say_something_else_is_found() -> None:
    """Whoever changes file, name and row of the file leaves the digest of the batch behind."""
    three_batches()
    compacted()
    (path,) = live_paths()
    with files.incoming() as folder, connected(files.folder()) as duck:
        forged = folder / "forged.parquet"
        write_parquet(duck, f"SELECT * REPLACE (9 AS status) FROM read_parquet('{path}')", forged)
        part = StoredPart.objects.get(sha256=path.stem)
        kept = files.keep(forged, place_of(part, "dossiers"))
    with without_triggers():
        StoredPart.objects.filter(pk=part.pk).update(sha256=kept.sha256)
    assert {fault.kind for fault in verify_facts().faults} == {"content"}


def test_manifests_stay_as_they_are_in_the_database_too() -> None:
    three_batches()
    for change in (
        lambda: Batch.objects.update(refused=1),
        lambda: Batch.objects.all().delete(),
        lambda: StoredPart.objects.update(sha256="0" * 64),
        lambda: PersonalPart.objects.update(content={"applicant": "x"}),
        lambda: PersonalPart.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_personal_columns_lie_apart_and_are_found_by_key() -> None:
    registered_dossiers()
    appended([dossier("a", applicant="Nguyễn Văn An", phone=None), dossier("b")])
    appended([dossier("a", applicant="Nguyễn Văn Ân")], day=1)
    told = personal_rows("dossiers", [("a",)])
    assert [row.content for row in told] == [
        {"applicant": "Nguyễn Văn An", "phone": None},
        {"applicant": "Nguyễn Văn Ân", "phone": "0900000000"},
    ]
    content = b"".join(path.read_bytes() for path in files.kept_files())
    assert "Nguyễn".encode() not in content


def test_what_was_told_of_a_person_is_erased_and_every_digest_still_holds() -> None:
    registered_dossiers()
    appended([dossier("a", applicant="Nguyễn Văn An"), dossier("b")])
    appended([dossier("a", applicant="Nguyễn Văn Ân")], day=1)
    compacted(MOMENT + timedelta(days=2))
    before = current("dossiers").plain()
    erased = erase_personal(
        by=HOUSE, at=MOMENT, dataset="dossiers", keys=[("a",)], reason="Yêu cầu 12 ngày 05/01/2026"
    )
    assert erased == (ErasedRow(("a",), ("applicant", "phone")),) * 2
    assert [(row.content, row.erased_at) for row in personal_rows("dossiers", [("a",)])] == [
        (None, MOMENT)
    ] * 2
    assert personal_rows("dossiers", [("b",)])[0].content is not None
    assert not PersonalPart.objects.filter(erased_at__isnull=False).exclude(salt="").exists()
    assert current("dossiers").plain() == before
    report = verify_facts()
    assert (report.faults, report.erased) == ((), 2)
    entry = Entry.objects.get(verb="facts.personal_erased")
    assert "Nguyễn" not in str(entry.after)
    assert entry.reason == "Yêu cầu 12 ngày 05/01/2026"


def test_nothing_is_erased_by_strangers_without_reason_or_twice() -> None:
    registered_dossiers()
    appended([dossier("a")])
    unit = factories.organisation("Sở Y tế")
    manager = factories.actor_as(Role.ROUND_MANAGER, unit)
    for by, reason, keys, codes in (
        (STRANGER, "Yêu cầu", [("a",)], ["not-allowed"]),
        (manager, "Yêu cầu", [("a",)], ["not-allowed"]),
        (HOUSE, " ", [("a",)], ["reason-unfit"]),
        (HOUSE, "x" * 501, [("a",)], ["reason-unfit"]),
    ):
        with pytest.raises(FactsRefused) as refused:
            erase_personal(by=by, at=MOMENT, dataset="dossiers", keys=keys, reason=reason)
        assert [gap.code for gap in refused.value.gaps] == codes
    for keys, rows in (([("z",)], 0), ([("a",)], 1), ([("a",)], 0)):
        erased = erase_personal(by=HOUSE, at=MOMENT, dataset="dossiers", keys=keys, reason="Yêu cầu 12")
        assert len(erased) == rows
    assert Entry.objects.filter(verb="facts.personal_erased").count() == 1


def test_who_brings_facts_in_ends_the_keeping_of_people_and_a_stranger_does_not() -> None:
    registered_dossiers()
    appended([dossier(f"k{number}") for number in range(1200)])
    keys = [(f"k{number}",) for number in range(1100)]
    with pytest.raises(FactsRefused):
        end_keeping(by=STRANGER, at=MOMENT, dataset="dossiers", keys=keys, reason="Đã xong")
    manager = factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Y tế"))
    erased = end_keeping(by=manager, at=MOMENT, dataset="dossiers", keys=keys, reason="Đã xong")
    assert (len(erased), PersonalPart.objects.filter(erased_at=None).count()) == (1100, 100)
    assert Entry.objects.get(verb="facts.personal_erased").actor_name == manager.full_name
    assert verify_facts().faults == ()


def test_a_salt_is_of_its_row_alone() -> None:
    registered_dossiers()
    appended([dossier(f"k{number}", applicant="Cùng một người") for number in range(20)])
    assert len(set(PersonalPart.objects.values_list("salt", flat=True))) == 20


def test_a_stranger_compacts_nothing() -> None:
    three_batches()
    with pytest.raises(FactsRefused):
        compact(by=STRANGER, at=MOMENT, dataset="dossiers")
    assert len(live_paths()) == 3
