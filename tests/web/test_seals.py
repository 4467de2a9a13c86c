"""The sealed log from outside: anybody sees that it grows, those concerned get receipts, rows stay inside."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Checkpoint, Entry, Leaf
from openpar.base.audit.sealing import seal
from openpar.base.audit.signing import is_signed, vkeys
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, submit_sheet
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys_of_this_test(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"


@pytest.fixture
def small(opened: SmallRound) -> SmallRound:
    """A round in self-scoring in which the health department has handed in and locked."""
    rounds.score_unit(opened, opened.health)
    submit_sheet(assessment_id=opened.sheet().pk, by=opened.focal, at=rounds.DURING_SELF)
    lock_sheet(assessment_id=opened.sheet().pk, by=opened.head, at=rounds.DURING_SELF)
    return opened


def browser(person: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.person_id))
    return client


def lock_entry(small: SmallRound) -> Entry:
    return Entry.objects.get(verb="sheet.locked", about=f"assessment:{small.sheet().pk}")


def test_anybody_sees_checkpoints_keys_tiles_and_the_feed(small: SmallRound) -> None:
    seal(at=rounds.DURING_SELF)
    newest = Checkpoint.objects.latest("size")
    client = Client()
    assert newest.root in client.get("/seals/").content.decode()
    note = client.get("/seals/checkpoint").content.decode()
    assert note == newest.note
    keys = client.get("/seals/keys.txt").content.decode().split()
    assert keys == list(vkeys())
    assert is_signed(note, keys)
    one = client.get(f"/seals/checkpoints/{newest.size}")
    assert one.content.decode() == note
    assert one["Content-Disposition"] == f'attachment; filename="moc-{newest.size}.txt"'
    assert note in client.get("/seals/checkpoints.txt").content.decode()
    width = newest.size % 256
    tile = client.get(f"/seals/tile/0/{newest.size // 256:03}.p/{width}").content
    assert [tile[at : at + 32].hex() for at in range(0, len(tile), 32)] == list(
        Leaf.objects.order_by("position").values_list("digest", flat=True)
    )[-width:]
    feed = client.get("/seals/feed.xml").content.decode()
    assert f"/seals/checkpoints/{newest.size}" in feed
    assert "def main" in client.get("/seals/openpar_verify.py").content.decode()


@pytest.mark.parametrize(
    "place", ["0/000", "0/001", "9/000.p/1", "0/000.p/0", "0/000.p/999", "x", "0/../0", "-1/000"]
)
def test_a_tile_that_is_not_there_is_not_found(small: SmallRound, place: str) -> None:
    seal(at=rounds.DURING_SELF)
    assert Client().get(f"/seals/tile/{place}").status_code == 404


def test_before_the_first_seal_the_page_says_so() -> None:
    client = Client()
    assert "Chưa có mốc niêm phong nào" in client.get("/seals/").content.decode()
    for place in ("checkpoint", "checkpoints.txt", "tile/0/000.p/1"):
        assert client.get(f"/seals/{place}").status_code == 404
    assert client.get("/seals/feed.xml").status_code == 200


def test_no_row_of_the_log_is_shown_to_everybody(small: SmallRound) -> None:
    seal(at=rounds.DURING_SELF)
    said = {small.focal.full_name, small.head.full_name, "Ban hành", "sheet.locked"}
    for place in ("", "checkpoint", "checkpoints.txt", "keys.txt", "feed.xml"):
        shown = Client().get(f"/seals/{place}").content.decode()
        assert not [text for text in said if text in shown]


def test_locking_is_answered_with_a_receipt_that_proves_it(small: SmallRound) -> None:
    entry = lock_entry(small)
    client = browser(small.focal)
    with time_machine.travel(rounds.DURING_SELF):
        history = client.get(f"/assessments/{small.sheet().pk}/history/").content.decode()
        assert f"/receipts/{entry.pk}/" in history
        assert "Đang chờ niêm phong" in client.get(f"/receipts/{entry.pk}/").content.decode()
        assert client.get(f"/receipts/{entry.pk}/file").status_code == 404
        seal(at=rounds.DURING_SELF)
        shown = client.get(f"/receipts/{entry.pk}/").content.decode()
        assert entry.digest in shown
        assert f'href="/assessments/{small.sheet().pk}/submission/"' in shown, "the way back"
        assert re.search(r"Tổng điểm tự chấm</dt><dd>6,4<", shown)
        assert small.round.title in shown
        assert "<svg" in shown
        told = json.loads(client.get(f"/receipts/{entry.pk}/file").content)
    assert told["entry"] == entry.content
    assert base64.b64decode(told["checkpoint"].split("\n")[2]).hex() == Checkpoint.objects.latest("size").root


def test_a_receipt_is_for_those_who_see_the_sheet_and_for_what_has_one(small: SmallRound) -> None:
    seal(at=rounds.DURING_SELF)
    entry = lock_entry(small)
    saved = Entry.objects.filter(verb="score.self_saved").latest("id")
    other = factories.actor_as(Role.FOCAL_OFFICER, small.justice, "Người khác")
    with time_machine.travel(rounds.DURING_SELF):
        assert browser(small.manager).get(f"/receipts/{entry.pk}/").status_code == 200
        assert browser(other).get(f"/receipts/{entry.pk}/").status_code == 404
        assert browser(other).get(f"/receipts/{entry.pk}/file").status_code == 404
        assert browser(small.focal).get(f"/receipts/{saved.pk}/").status_code == 404
        assert browser(small.focal).get("/receipts/999999/").status_code == 404
        assert Client().get(f"/receipts/{entry.pk}/").status_code == 302


def test_the_receipt_of_a_publication_names_every_unit_and_is_for_those_who_oversee(
    published: SmallRound,
) -> None:
    seal(at=rounds.DURING_SELF)
    entry = Entry.objects.get(verb="round.published")
    assert browser(published.manager).get(f"/receipts/{entry.pk}/").status_code == 200
    assert browser(published.focal).get(f"/receipts/{entry.pk}/").status_code == 404
