"""The server and every command refuse a database that could lose something: status 1, and why."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
# Settings of somebody who wanted it to be faster.
PLANTED = """
from openpar.config.settings import *
OPTIONS = DATABASES["default"]["OPTIONS"]
OPTIONS["init_command"] = OPTIONS["init_command"].replace("synchronous=FULL", "synchronous={0}")
"""
SERVER = ["-c", "import openpar.config.wsgi"]
MIGRATE = ["-m", "django", "migrate", "-v0"]


def run(folder: Path, *command: str, synchronous: str = "FULL") -> subprocess.CompletedProcess[str]:
    """A process of its own, as at an installation, on a SQLite file in the folder."""
    (folder / "planted.py").write_text(PLANTED.format(synchronous), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(SOURCE), str(folder))),
        "DJANGO_SETTINGS_MODULE": "planted",
        "OPENPAR_VAR_DIR": str(folder / "var"),
        "DATABASE_URL": f"sqlite:///{folder}/var/openpar.sqlite3",
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    if tables := os.environ.get("OPENPAR_TEST_TABLES"):
        (folder / "var").mkdir()
        shutil.copyfile(tables, folder / "var" / "openpar.sqlite3")
    else:
        assert run(folder, *MIGRATE).returncode == 0
    return folder


def test_the_server_starts_on_a_sound_database(migrated: Path) -> None:
    done = run(migrated, *SERVER)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_server_refuses_a_database_that_does_not_sync(migrated: Path, synchronous: str) -> None:
    done = run(migrated, *SERVER, synchronous=synchronous)
    assert done.returncode == 1
    assert f"synchronous: đang là {synchronous}, phải là FULL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["migrate", "create_administrator", "load_organisations"])
def test_a_command_that_writes_refuses_it_too(migrated: Path, command: str) -> None:
    arguments = {
        "migrate": [],
        "create_administrator": ["quan.tri", "Nguyễn Văn An", "--organisation", "68-ubnd-tinh"],
        "load_organisations": [str(SOURCE.parent / "data" / "organisations" / "lam_dong.csv")],
    }
    done = run(migrated, "-m", "django", command, *arguments[command], synchronous="NORMAL")
    assert done.returncode == 1
    assert "synchronous: đang là NORMAL, phải là FULL" in done.stderr


def test_the_server_refuses_to_start_while_migrations_are_pending(tmp_path: Path) -> None:
    done = run(tmp_path, *SERVER)
    assert done.returncode == 1
    assert "assessments.0001_initial" in done.stderr
    assert "./run manage migrate" in done.stderr


def test_a_database_that_is_only_away_does_not_keep_the_server_from_starting(migrated: Path) -> None:
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    script = (
        "import openpar.config.wsgi\n"
        "from openpar.config.startup import gate\n"
        "print(gate.reason())\n"
        "from django.test import Client\n"
        "answer = Client(raise_request_exception=False).get('/login/', headers={'host': 'localhost'})\n"
        "print(answer.status_code, answer['Retry-After'])"
    )
    environment = {**os.environ, **away, "PYTHONPATH": str(SOURCE), "OPENPAR_VAR_DIR": str(migrated / "var")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["database", "503", "5"], done.stderr
