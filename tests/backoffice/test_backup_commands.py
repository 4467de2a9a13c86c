"""`openpar backup-key, backup, verify-backup, restore`, as an operator types them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openpar.backoffice.commandline import main
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
_ENOUGH = 60.0


def restoring(file: Path, key: Path, place: Path) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{place}/restored.sqlite3",
        "OPENPAR_VAR_DIR": str(place),
        "OPENPAR_FILES_DIR": str(place / "files"),
    }
    command = [sys.executable, "-m", "openpar.backoffice.commandline", "restore", str(file)]
    return subprocess.Popen(
        [*command, "--identity", str(key)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, Path, str]:
    """A key, a backup for it, and the digest that was told."""
    factories.organisation("Sở Tư pháp")
    key, file = tmp_path / "key", tmp_path / "a.age"
    assert main(["backup-key", str(key)]) == 0
    [recipient] = re.findall(r"RECIPIENTS=(age1\w+)", capsys.readouterr().out)
    assert key.stat().st_mode & 0o077 == 0
    assert main(["backup", str(file), "--recipient", recipient]) == 0
    [digest] = re.findall(r"SHA-256 của tệp: (\w+)", capsys.readouterr().out)
    return key, file, digest


def test_a_backup_is_made_verified_and_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, file, digest = made(tmp_path, capsys)
    verify = ["verify-backup", str(file), "--identity", str(key)]
    assert main([*verify, "--digest", digest]) == 0
    assert main([*verify, "--digest", "0" * 64]) == 1
    [recipient] = re.findall(r"age1\w+", key.read_text("ascii"))
    assert main(["backup", str(file), "--recipient", recipient]) == 1
    assert main(["backup-key", str(key)]) == 1
    assert main(["backup", str(tmp_path / "b.age"), "--recipient", "age1wrong"]) == 1
    assert main([*verify, "--digest", digest]) == 0


def test_a_raw_database_file_is_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, _file, _digest = made(tmp_path, capsys)
    raw = tmp_path / "raw.sqlite3"
    sqlite3.connect(raw).execute("CREATE TABLE a (b)").connection.close()
    assert main(["restore", str(raw), "--identity", str(key)]) == 1
    assert "SQLite" in capsys.readouterr().err


def test_a_restore_that_was_killed_leaves_nothing_and_begins_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, file, _digest = made(tmp_path, capsys)
    place = tmp_path / "place"
    place.mkdir()
    child, started = restoring(file, key, place), time.monotonic()
    while not (place / "files" / ".restoring").exists() and time.monotonic() - started < _ENOUGH:
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    with sqlite3.connect(place / "restored.sqlite3") as connection:
        assert connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone() == (0,)
    connection.close()

    again = restoring(file, key, place)
    assert (again.communicate()[1], again.returncode) == ("", 0)
    assert not (place / "files" / ".restoring").exists()
    # And over what is there now nothing is restored.
    third = restoring(file, key, place)
    assert "không trống" in third.communicate()[1]
    assert third.returncode == 1


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, file, _digest = made(tmp_path, capsys)
    kept = tmp_path / "place" / "files" / "kept"
    kept.parent.mkdir(parents=True)
    kept.write_text("somebody's", encoding="ascii")
    child = restoring(file, key, tmp_path / "place")
    assert "OPENPAR_FILES_DIR" in child.communicate()[1]
    assert (child.returncode, kept.read_text("ascii")) == (1, "somebody's")
    shutil.rmtree(kept.parent)
