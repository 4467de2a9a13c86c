"""A backup says the truth about itself, and what it brings back is what was there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import actor_of
from openpar.base.audit.models import Entry
from openpar.base.backups import kept, layout, nightly, tables, writing
from openpar.base.backups.actions import restore_backup, verify_backup
from openpar.base.backups.envelope import new_key_pair
from openpar.base.backups.errors import BackupRefused, BadBackup, RestoreRefused
from openpar.base.backups.nightly import changes_backup, damaged, full_backup
from openpar.base.backups.reading import Reader, read_backup
from openpar.base.backups.trial import try_restore
from openpar.base.backups.writing import Written, write_backup
from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document, StoredFile
from openpar.base.documents.storage import path_of
from openpar.base.organisations.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = new_key_pair()


def document(title: str, content: bytes | None = None) -> Document:
    unit = Organisation.objects.first() or factories.organisation("Sở Tư pháp")
    by = factories.person_as(Role.FOCAL_OFFICER, unit)
    return add_document(
        by=actor_of(by.pk, at=factories.MOMENT),
        at=factories.MOMENT,
        owner_id=unit.pk,
        title=title,
        number="1/BC",
        upload=content,
        file_name="so-lieu.csv",
    )


def backup(path: Path, **options: object) -> Written:
    return write_backup(path, at=factories.MOMENT, recipients=[KEYS.recipient], **options)  # type: ignore[arg-type]  # the few options of the tests


def test_what_comes_back_is_what_was_there(tmp_path: Path) -> None:
    document("Báo cáo “quý” I", "tỉnh,số\nLâm Đồng,1\n".encode())
    written = backup(tmp_path / "a.age")
    read = verify_backup(path=written.path, identities=[KEYS.identity], expected_sha256=written.sha256)
    assert read.manifest == written.manifest
    assert dict(read.manifest.tables) == tables.digests_in()
    assert read.manifest.log.entries == Entry.objects.count() > 0
    assert set(read.manifest.files) == set(StoredFile.objects.values_list("sha256", flat=True))
    # On SQLite, whatever the database here is.
    trial = try_restore(written.path, [KEYS.identity])
    assert trial.data_sha256 == written.manifest.data_sha256
    assert (trial.rows, trial.files, trial.log_wrong_rows) == (written.manifest.rows, 1, 0)


def test_rows_that_are_open_in_a_transaction_are_not_in_it(tmp_path: Path) -> None:
    before = backup(tmp_path / "a.age").manifest
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO organisations_organisation (key) VALUES ('x')")
        during = backup(tmp_path / "b.age").manifest
        cursor.execute("ROLLBACK")
    assert during.data_sha256 == before.data_sha256


def test_nothing_is_restored_over_what_is_there(tmp_path: Path) -> None:
    document("Kế hoạch")
    written, before = backup(tmp_path / "a.age"), tables.digests_in()
    with pytest.raises(RestoreRefused) as refused:
        restore_backup(path=written.path, identities=[KEYS.identity])
    assert [gap.code for gap in refused.value.gaps] == ["database-not-empty"]
    assert tables.digests_in() == before


def test_a_table_that_nobody_declares_is_not_silently_left_out(tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_elses (id integer)")
    try:
        with pytest.raises(BackupRefused, match="somebody_elses"):
            backup(tmp_path / "a.age")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE somebody_elses")
    assert list(tmp_path.iterdir()) == []


def test_lost_evidence_is_named_and_the_rest_is_saved(tmp_path: Path) -> None:
    whole, lost, damaged_one = (document(title, title.encode()).file for title in ("a,b\n", "c,d\n", "e,f\n"))
    assert whole is not None
    assert lost is not None
    assert damaged_one is not None
    path_of(lost.sha256).unlink()
    path_of(damaged_one.sha256).chmod(0o640)
    path_of(damaged_one.sha256).write_bytes(b"changed")
    manifest = verify_backup(path=backup(tmp_path / "a.age").path, identities=[KEYS.identity]).manifest
    assert set(manifest.files) == {whole.sha256}
    assert set(manifest.files_lost) == {lost.sha256, damaged_one.sha256}


def test_sessions_and_keys_stay_at_home_unless_asked(tmp_path: Path) -> None:
    key = tmp_path / "secret-key"
    key.write_text("the secret", encoding="ascii")
    found: dict[str, bytes] = {}
    reader = Reader(key=lambda name, content: found.update({name: content}))
    read_backup(backup(tmp_path / "a.age").path, [KEYS.identity], reader=reader)
    assert found == {}
    read_backup(backup(tmp_path / "b.age", keys={"secret-key": key}).path, [KEYS.identity], reader=reader)
    assert found == {"secret-key": b"the secret"}
    left_out = {model._meta.db_table for model in tables.backed_up_models()} & tables.ROWS_LEFT_OUT
    assert left_out == set()


def test_changes_build_on_the_full_one_and_are_useless_without_it(tmp_path: Path) -> None:
    document("Cũ", b"a,b\n")
    full = kept.note(backup(tmp_path / kept.name_for(factories.MOMENT, kept.FULL)), kept.FULL)
    document("Mới", b"c,d\n")
    made = changes_backup(tmp_path, at=factories.MOMENT, recipients=[KEYS.recipient])
    assert made is not None
    assert (len(made.files), made.base) == (1, full.path.name)
    trial = try_restore(made.path, [KEYS.identity])
    assert (trial.files, trial.data_sha256) == (2, made.data_sha256)
    full.path.unlink()
    with pytest.raises(BadBackup) as refused:
        verify_backup(path=made.path, identities=[KEYS.identity])
    assert refused.value.gaps[0].code == "base-missing"


def test_without_a_change_there_is_no_new_backup(tmp_path: Path) -> None:
    assert changes_backup(tmp_path, at=factories.MOMENT, recipients=[KEYS.recipient]) is not None
    later = factories.MOMENT.replace(minute=4)
    assert changes_backup(tmp_path, at=later, recipients=[KEYS.recipient]) is None
    document("Mới")
    assert changes_backup(tmp_path, at=later, recipients=[KEYS.recipient]) is not None
    assert len(kept.kept_in(tmp_path)) == 2


def test_the_nightly_backup_is_restored_before_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = full_backup(tmp_path, at=factories.MOMENT, recipients=[KEYS.recipient])
    assert tried.trial.data_sha256 == tried.kept.data_sha256
    assert damaged(tmp_path) == []
    tried.kept.path.write_bytes(b"rotten")
    assert [one.path for one in damaged(tmp_path)] == [tried.kept.path]
    # One that brings back something else is no backup.
    other = replace(tried.trial, data_sha256="0" * 64)
    monkeypatch.setattr(nightly, "try_restore", lambda *_given, **_options: other)
    with pytest.raises(BadBackup, match="khác"):
        full_backup(tmp_path, at=factories.MOMENT.replace(minute=9), recipients=[KEYS.recipient])
    assert len(kept.kept_in(tmp_path)) == 1


def test_a_backup_of_another_version_is_not_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "applied_migrations", lambda using: ("audit.0001_initial",))
    with pytest.raises(BadBackup, match=r"accounts\.0001_initial"):
        try_restore(backup(tmp_path / "a.age").path, [KEYS.identity])


def test_numbers_of_rows_that_are_gone_are_not_given_again(tmp_path: Path) -> None:
    unit = factories.organisation("Sở Tư pháp")
    last = unit.pk + 1000
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = 'organisations_organisation'", [last]
            )
        else:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('organisations_organisation', 'id'), %s)", [last]
            )
    numbers = backup(tmp_path / "a.age").manifest.last_numbers
    assert numbers["organisations_organisation"] == last
    tables.set_last_numbers(dict(numbers))
    assert factories.organisation("Sở Y tế").pk == last + 1


def test_the_manifest_survives_being_written_and_read(tmp_path: Path) -> None:
    manifest = backup(tmp_path / "a.age").manifest
    assert layout.manifest_from(layout.manifest_bytes(manifest)) == manifest
    said = json.loads(layout.header_bytes(manifest.header))
    with pytest.raises(ValueError, match="format 2"):
        layout.header_from(json.dumps({**said, "format": 2}).encode())


def test_the_version_told_is_that_of_the_package() -> None:
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(r'^version = "(.+)"$', text, re.MULTILINE)[1] == layout.SOFTWARE  # type: ignore[index]  # it is there
