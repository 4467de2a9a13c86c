"""Damage in the store is found and named; a command tells it."""

from __future__ import annotations

import pytest

from openpar.backoffice.commandline import main
from openpar.base.accounts.models import Role
from openpar.base.documents import storage
from openpar.base.documents.actions import add_document
from openpar.base.documents.verification import verify_store
from tests import factories
from tests.factories import MOMENT

pytestmark = pytest.mark.django_db


def stored(*texts: str) -> list[str]:
    owner = factories.organisation("Sở Y tế")
    officer = factories.actor_as(Role.FOCAL_OFFICER, owner)
    digests = []
    for text in texts:
        content = f"%PDF-1.7\n{text}\n".encode()
        document = add_document(
            by=officer, at=MOMENT, owner_id=owner.pk, title=text, upload=content, file_name="a.pdf"
        )
        assert document.file is not None
        digests.append(document.file.sha256)
    return digests


def test_a_whole_store_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    stored("một", "hai")
    assert verify_store().faults == ()
    assert main(["evidence", "verify"]) == 0
    assert "2 tệp: tất cả còn nguyên vẹn" in capsys.readouterr().out


def test_a_changed_a_missing_and_two_swapped_files_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    changed, missing, first, second = stored("bị sửa", "bị mất", "tráo một", "tráo hai")
    path = storage.path_of(changed)
    path.parent.chmod(0o755)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[-2] ^= 1  # of the same size: only the digest tells
    path.write_bytes(content)
    storage.path_of(missing).parent.chmod(0o755)
    storage.path_of(missing).unlink()
    one, other = storage.path_of(first), storage.path_of(second)
    bytes_of_one, bytes_of_other = one.read_bytes(), other.read_bytes()
    for place, bytes_there in ((one, bytes_of_other), (other, bytes_of_one)):
        place.chmod(0o644)
        place.write_bytes(bytes_there)
    found = {(fault.fault, fault.sha256, fault.documents) for fault in verify_store().faults}
    assert found == {
        ("changed", changed, ("bị sửa",)),
        ("missing", missing, ("bị mất",)),
        ("swapped", first, ("tráo một",)),
        ("swapped", second, ("tráo hai",)),
    }
    assert main(["evidence", "verify"]) == 1
    said = capsys.readouterr().out
    assert f"BỊ TRÁO: {first} (nay là {second}): tráo một" in said
    assert "4 tệp có vấn đề" in said


def test_a_kept_file_and_its_folder_cannot_be_written_by_chance() -> None:
    (digest,) = stored("một")
    path = storage.path_of(digest)
    assert path.stat().st_mode & 0o777 == 0o444
    assert path.parent.stat().st_mode & 0o777 == 0o555


def test_a_file_under_a_name_of_its_own_is_strange_only_if_the_name_is_not_its_digest() -> None:
    (digest,) = stored("một")
    with storage.receive(b"chi de nhap", limit=1000) as received:
        storage.keep(received)
    assert verify_store().faults == ()
    folder = storage.path_of(digest).parent
    folder.chmod(0o755)
    (folder / ("0" * 64)).write_bytes(b"x")
    (fault,) = verify_store().faults
    assert (fault.fault, fault.sha256) == ("stray", "0" * 64)
