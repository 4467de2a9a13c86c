"""What is loaded at the start, and how."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from openpar.common import limited
from openpar.common.limited import Limits, run_within
from openpar.common.text import nfc

SETTINGS = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'openpar.config.settings'; "


def said(code: str) -> str:
    """What a fresh process says."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_what_was_loaded_is_not_looked_through_for_garbage_and_what_comes_later_is() -> None:
    code = "import django, gc; django.setup(); print(gc.isenabled(), gc.get_freeze_count() > 50_000)"
    assert said(SETTINGS + code) == "True True"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        # The parser of formulas takes as long to load as most of the engine.
        ("openpar.engine.ranking", "lark"),
        ("openpar.delivery.service_quality.of_dossiers", "yaml"),
    ],
)
def test_what_only_ranks_or_names_loads_nothing_large(module: str, unwanted: str) -> None:
    assert said(f"import {module}, sys; print({unwanted!r} in sys.modules)") == "False"


def test_the_process_that_forks_has_one_thread_also_when_it_has_loaded_numpy() -> None:
    limits = Limits(loads="openpar.delivery.dossiers.reading.workbooks")
    assert run_within(limits, nfc, "a") == "a"
    status = Path(f"/proc/{limited._started[0].process.pid}/status").read_text(encoding="ascii")
    assert "Threads:\t1\n" in status
    maps = Path(f"/proc/{limited._started[0].process.pid}/maps").read_text(encoding="utf-8")
    assert "numpy" in maps
