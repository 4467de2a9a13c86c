"""The sealed log: a row is digested with what it says, digests become a signed tree, all changes show."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from openpar.base.audit import merkle, sealing, tree
from openpar.base.audit.actions import record
from openpar.base.audit.canonical import NotCanonical, canonical
from openpar.base.audit.checking import wrong_rows
from openpar.base.audit.models import Checkpoint, Entry, Leaf, Sealing, TreeNode
from openpar.base.audit.receipts import receipt_for
from openpar.base.audit.sealing import seal
from openpar.base.audit.signing import KeyTrouble, is_signed, make_key, read_vkey, sign_note, vkeys
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.triggers import without_triggers
from tests.factories import MOMENT

SOMEBODY = Actor(id=7, full_name="Nguyễn Văn An", held=frozenset())
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys_of_this_test(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"


def written(count: int, *, first: int = 0) -> None:
    with write_transaction():
        for number in range(first, first + count):
            record(
                by=SOMEBODY,
                at=MOMENT + timedelta(seconds=number),
                verb="score.self_saved",
                object=f"score:{number}",
                about="assessment:3",
                label=f"1.1.{number} Ban hành kế hoạch",
                before={"points": "1"},
                after={"points": "0.5", "note": "Đã rà soát", "items": ["a", "b"]},
                reason="Theo báo cáo",
            )


# — the digest of a row —


def test_a_row_carries_the_leaf_hash_of_what_it_says() -> None:
    written(1)
    entry = Entry.objects.get()
    said = json.dumps(entry.content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert entry.digest == hashlib.sha256(b"\x00" + said.encode()).hexdigest()
    assert '"at":"2026-' in said
    assert '"v":1' in said
    assert len(entry.salt) == 32


def test_two_rows_that_say_the_same_have_different_digests() -> None:
    """Otherwise a hash in somebody else's proof would tell a guesser what happened."""
    written(1)
    written(1)
    first, second = Entry.objects.order_by("id")
    assert {**first.content, "salt": ""} == {**second.content, "salt": ""}
    assert first.digest != second.digest


@pytest.mark.parametrize("value", [1.5, {1: "a"}, {"a": {"b": [object()]}}, b"x", {"a": {1, 2}}])
def test_what_can_be_written_in_two_ways_has_no_digest(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


def test_the_place_of_what_cannot_be_written_is_named() -> None:
    with pytest.raises(NotCanonical, match=r"\$\.points\[1\]: float 0\.1"):
        canonical({"points": ["1", 0.1]})


# — the tree —


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


@pytest.mark.parametrize("batches", [[1], [2], [3], [255], [256], [257], [200, 100, 300], [513, 1, 255]])
def test_the_stored_tree_is_that_of_the_rfc(batches: list[int]) -> None:
    done = 0
    for count in batches:
        written(count, first=done)
        done += count
        assert seal(at=MOMENT) == count
        leaves = [
            bytes.fromhex(digest) for digest in Entry.objects.order_by("id").values_list("digest", flat=True)
        ]
        newest = Checkpoint.objects.latest("size")
        assert (newest.size, newest.root) == (done, naive_root(leaves).hex())
    for size in {1, done // 2 + 1, done}:
        for index in {0, size // 3, size - 1}:
            proof = tree.inclusion_proof(index, size)
            assert merkle.root_by_proof(leaves[index], index, size, proof) == naive_root(leaves[:size])
            assert merkle.root_by_proof(leaves[index - 1], index, size, proof) != naive_root(
                leaves[:size]
            ) or (size == 1)


def test_levels_above_the_second_are_kept_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With tiles of four instead of 256 a few rows reach the third level."""
    monkeypatch.setattr(merkle, "TILE_BITS", 2)
    monkeypatch.setattr(merkle, "TILE_WIDTH", 4)
    written(70)
    seal(at=MOMENT, batch=9)
    assert set(TreeNode.objects.values_list("level", flat=True)) == {1, 2, 3}
    leaves = [
        bytes.fromhex(digest) for digest in Leaf.objects.order_by("position").values_list("digest", flat=True)
    ]
    assert Checkpoint.objects.latest("size").root == naive_root(leaves).hex()
    for index in range(70):
        assert merkle.root_by_proof(leaves[index], index, 70, tree.inclusion_proof(index, 70)) == naive_root(
            leaves
        )


def test_sealing_again_finds_nothing_and_says_until_when_all_is_sealed() -> None:
    written(3)
    assert seal(at=MOMENT) == 3
    later = MOMENT + timedelta(seconds=30)
    assert seal(at=later) == 0
    assert Checkpoint.objects.count() == 1
    assert Sealing.objects.get().sealed_until == later


def test_a_row_that_was_committed_late_is_sealed_by_the_next_run() -> None:
    """PostgreSQL gives numbers before it commits: a smaller number may appear after a bigger one."""
    written(3)
    late = Entry.objects.order_by("id")[1]
    with without_triggers():
        Entry.objects.filter(pk=late.pk).delete()
    assert seal(at=MOMENT) == 2
    late.save(force_insert=True)
    assert seal(at=MOMENT + timedelta(seconds=30)) == 1
    assert Leaf.objects.get(entry_id=late.pk).position == 2
    assert wrong_rows() == ()


def test_numbers_that_never_come_are_forgotten_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that is taken back leaves a hole for good; many of them are looked after as one."""
    written(6)
    holes = [entry for entry in Entry.objects.order_by("id") if entry.object in ("score:1", "score:3")]
    with without_triggers():
        Entry.objects.filter(pk__in=[hole.pk for hole in holes]).delete()
    seal(at=MOMENT)
    stretches = [[hole.pk, hole.pk] for hole in holes]
    assert [stretch[:2] for stretch in Sealing.objects.get().missing][-2:] == stretches
    monkeypatch.setattr(sealing, "_MOST_STRETCHES", 1)
    seal(at=MOMENT + timedelta(minutes=1))
    (together,) = Sealing.objects.get().missing
    assert together[1] == holes[1].pk
    holes[0].save(force_insert=True)
    assert seal(at=MOMENT + timedelta(minutes=2)) == 1
    assert seal(at=MOMENT + timedelta(minutes=3)) == 0
    seal(at=MOMENT + timedelta(minutes=62))
    assert Sealing.objects.get().missing == []


# — signatures —


def test_a_checkpoint_is_signed_in_the_form_of_c2sp() -> None:
    written(1)
    seal(at=MOMENT)
    note = Checkpoint.objects.get().note
    origin, size, root, moment, empty, signature, end = note.split("\n")
    assert (origin, size, empty, end) == ("localhost/openpar", "1", "", "")
    assert base64.b64decode(root).hex() == Entry.objects.get().digest
    assert moment.startswith("time 2026-")
    dash, name, encoded = signature.split(" ")
    assert (dash, name) == ("\u2014", origin)
    assert len(base64.b64decode(encoded)) == 4 + 64
    assert is_signed(note, vkeys())
    assert not is_signed(note.replace("\n1\n", "\n2\n"), vkeys())


def test_while_a_key_is_replaced_both_sign_and_one_is_enough() -> None:
    old = vkeys()
    new = make_key(2).vkey
    note = sign_note("a\nb\n")
    assert note.count("\u2014 ") == 2
    assert is_signed(note, old)
    assert is_signed(note, [new])
    _name, public = read_vkey(new)
    assert len(public) == 32


def test_a_key_that_others_can_read_signs_nothing(settings: Settings) -> None:
    vkeys()
    path = Path(settings.OPENPAR_KEYS_DIR) / "seal-1.key"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(KeyTrouble, match="readable by others"):
        sign_note("a\n")


# — what was altered —


ALTERATIONS = {
    "a value": "UPDATE audit_entry SET after = '{\"points\":\"1\"}' WHERE object = 'score:5'",
    "a name": "UPDATE audit_entry SET actor_name = 'Ai đó' WHERE object = 'score:5'",
    "an empty field filled": "UPDATE audit_entry SET before = NULL WHERE object = 'score:5'",
    "a row taken away": "DELETE FROM audit_entry WHERE object = 'score:5'",
    "its digest written anew": "UPDATE audit_entry SET reason = 'x', digest = 'y' WHERE object = 'score:5'",
}


@pytest.mark.parametrize("statement", ALTERATIONS.values(), ids=ALTERATIONS)
def test_an_altered_row_is_named(statement: str) -> None:
    written(10)
    seal(at=MOMENT)
    assert wrong_rows() == ()
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert [wrong.position for wrong in wrong_rows()] == [5]


def test_two_rows_that_changed_places_are_both_named() -> None:
    written(10)
    seal(at=MOMENT)
    third, fourth = (Entry.objects.get(object=f"score:{number}").pk for number in (3, 4))
    with without_triggers():
        for position, entry_id in ((3, -1), (4, third), (3, fourth)):
            Leaf.objects.filter(position=position).update(entry_id=entry_id)
    assert [wrong.position for wrong in wrong_rows()] == [3, 4]


def test_a_row_planted_among_sealed_ones_is_named() -> None:
    written(10)
    seal(at=MOMENT)
    planted = Entry.objects.order_by("id").first()
    assert planted is not None
    planted.pk -= 1
    planted.save(force_insert=True)
    assert [wrong.entry_id for wrong in wrong_rows()] == [planted.pk]


def test_a_leaf_rewritten_with_its_row_no_longer_leads_to_the_signed_root() -> None:
    written(10)
    seal(at=MOMENT)
    entry = Entry.objects.get(object="score:5")
    entry.reason = "Khác"
    entry.digest = entry.computed_digest()
    with without_triggers():
        entry.save()
        Leaf.objects.filter(entry_id=entry.pk).update(digest=entry.digest)
    assert [(wrong.position, "gốc cây" in wrong.what) for wrong in wrong_rows()] == [(None, True)]


def test_a_tail_cut_off_with_its_checkpoint_is_seen_only_from_outside() -> None:
    """From inside nothing is missing: this is why checkpoints leave the house."""
    written(5)
    seal(at=MOMENT)
    written(5, first=5)
    seal(at=MOMENT + timedelta(minutes=1))
    outside = Checkpoint.objects.latest("size")
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE position > 4)"
        )
        cursor.execute("DELETE FROM audit_leaf WHERE position > 4")
        cursor.execute("DELETE FROM audit_checkpoint WHERE size > 5")
    assert wrong_rows() == ()
    assert Checkpoint.objects.latest("size").size < outside.size


# — receipts —


def test_a_receipt_leads_from_the_row_to_the_signed_root() -> None:
    written(300)
    seal(at=MOMENT)
    entry = Entry.objects.get(object="score:77")
    receipt = receipt_for(entry.pk)
    assert receipt is not None
    told = json.loads(receipt.as_json())
    leaf = merkle.leaf_hash(canonical(told["entry"]).encode())
    proof = [base64.b64decode(part) for part in told["proof"]]
    root = merkle.root_by_proof(leaf, told["index"], 300, proof)
    assert root is not None
    assert base64.b64encode(root).decode() == told["checkpoint"].split("\n")[2]
    assert receipt.as_proof_text().startswith("c2sp.org/tlog-proof@v1\nindex 77\n")
    assert "Ban hành" not in receipt.as_proof_text()


def test_a_receipt_waits_for_the_seal_and_stays_the_same_afterwards() -> None:
    written(2)
    entry = Entry.objects.get(object="score:1")
    assert receipt_for(entry.pk) is None
    seal(at=MOMENT)
    first = receipt_for(entry.pk)
    written(2, first=2)
    seal(at=MOMENT + timedelta(minutes=1))
    assert receipt_for(entry.pk) == first


def test_the_first_row_behind_a_checkpoint_is_proven_by_the_next_one() -> None:
    for turn in range(2):
        written(2, first=2 * turn)
        seal(at=MOMENT + timedelta(minutes=turn))
    sizes = {entry.object: receipt_for(entry.pk) for entry in Entry.objects.all()}
    assert {name: receipt and receipt.size for name, receipt in sizes.items()} == {
        "score:0": 2,
        "score:1": 2,
        "score:2": 4,
        "score:3": 4,
    }
