"""The verifier on what the program itself seals, exports and shows: both were written from the same page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.base.audit.actions import record
from openpar.base.audit.exports import write_folder
from openpar.base.audit.models import Checkpoint, Entry
from openpar.base.audit.receipts import receipt_for
from openpar.base.audit.sealing import seal
from openpar.base.audit.signing import make_key, vkeys
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from tests.factories import MOMENT
from tests.verify.loaded import load

verify = load()
pytestmark = pytest.mark.django_db
SOMEBODY = Actor(id=7, full_name="Nguyễn Văn An", held=frozenset())
BATCHES = (1, 254, 3, 300)


@pytest.fixture
def checkpoints(settings: Settings, tmp_path: Path) -> list[Path]:
    """A log sealed in several batches, by a second key too in the end; each checkpoint kept outside."""
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"
    kept, count = [], 0
    for batch, size in enumerate(BATCHES):
        if batch == 3:
            make_key(2)
        with write_transaction():
            for number in range(count, count + size):
                record(
                    by=SOMEBODY,
                    at=MOMENT + timedelta(seconds=number),
                    verb="score.self_saved",
                    object=f"score:{number}",
                    about="assessment:3",
                    label=f"1.1.{number} Ban hành “kế hoạch”\n",
                    before={"points": "1"},
                    after={"points": None, "items": ["a", {"b": [1, True]}]},
                    reason='Theo "báo cáo"',
                )
        count += size
        seal(at=MOMENT + timedelta(hours=batch + 1))
        path = tmp_path / f"outside-{batch}"
        newest = Checkpoint.objects.order_by("-size").first()
        assert newest is not None
        path.write_text(newest.note, "utf-8")
        kept.append(path)
    return kept


def test_the_exported_folder_holds_every_checkpoint(checkpoints: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "log"
    write_folder(folder)
    keys = [part for key in vkeys() for part in ("--key", key)]
    for outside in (*checkpoints, folder / "checkpoints.txt"):
        assert verify.main(["log", str(folder), "--checkpoint", str(outside), *keys]) == 0
        assert verify.main(["log", str(folder), "--checkpoint", str(outside), "--key", vkeys()[0]]) == 0
    entries = sorted((folder / "entries").iterdir())[0]
    entries.write_bytes(entries.read_bytes().replace(b'"score:300"', b'"score:301"'))
    assert verify.main(["log", str(folder), "--checkpoint", str(checkpoints[0]), *keys]) == 1


def test_receipts_hold(checkpoints: list[Path], tmp_path: Path) -> None:
    for place in (0, 100, 256, 500):
        receipt = receipt_for(Entry.objects.order_by("pk")[place].pk)
        assert receipt is not None
        path = tmp_path / receipt.file_name
        path.write_text(receipt.as_json(), "utf-8")
        assert verify.main(["receipt", str(path), "--key", vkeys()[0]]) == 0
        path.write_text(receipt.as_json().replace("Nguyễn Văn An", "Nguyễn Văn Ân"), "utf-8")
        assert verify.main(["receipt", str(path), "--key", vkeys()[0]]) == 1


def test_the_public_pages_hold_every_checkpoint(
    checkpoints: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client()

    def fetched(_self: object, name: str) -> bytes | None:
        answer = client.get(f"/seals/{name}")
        return answer.getvalue() if answer.status_code == 200 else None

    monkeypatch.setattr(verify.Address, "__call__", fetched)
    for outside in checkpoints:
        assert verify.main(["log", "http://par.example/seals", "--checkpoint", str(outside)]) == 0
    changed = checkpoints[2].read_text("utf-8").splitlines(keepends=True)
    checkpoints[2].write_text("".join([changed[0], "257\n", *changed[2:]]), "utf-8")
    assert verify.main(["log", "http://par.example/seals", "--checkpoint", str(checkpoints[2])]) == 1
