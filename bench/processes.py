"""Each way of doing something in a process of its own, with its CPU time, wall time and memory as a whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Peers (pandas, pyarrow, openpyxl) live apart from what OpenPAR is installed with; `./run bench` makes it.
PEERS = ROOT / "var" / "bench-venv" / "bin" / "python"


@dataclass(frozen=True)
class Run:
    """What a process said (one JSON object) and what it cost from its start to its end, children included."""

    said: dict[str, Any]
    cpu: float
    seconds: float
    megabytes: float


def environment(var: Path, address: str = "") -> dict[str, str]:
    """That of OpenPAR, with files and database of its own below `var`."""
    return {
        **compiled(),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "openpar.config.settings",
        "OPENPAR_VAR_DIR": str(var),
        "DATABASE_URL": address or f"sqlite:///{var}/bench.sqlite3",
    }


def compiled() -> dict[str, str]:
    """The environment of this process, with modules compiled once as where they are installed: else a process
    as a whole is measured by how fast Python compiles.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(ROOT / "var" / "bench-compiled")}


def ours(var: Path, module: str, *arguments: object, address: str = "") -> Run:
    """A module of the bench with OpenPAR's own environment."""
    return run([sys.executable, "-m", module, *map(str, arguments)], environment(var, address))


def peers(module: str, *arguments: object) -> Run:
    """A module of the bench with the environment of the peers, which knows nothing of OpenPAR."""
    return run([str(PEERS), "-m", module, *map(str, arguments)], {**compiled(), "PYTHONPATH": str(ROOT)})


def run(command: Sequence[str], variables: Mapping[str, str]) -> Run:
    """Runs it to its end. Raises SystemExit with its last words when it fails."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=dict(variables), stdout=said, stderr=complained)
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            complained.seek(0)
            raise SystemExit(f"{' '.join(command[1:4])}\n{complained.read().decode()[-3000:]}")
        said.seek(0)
        answer: dict[str, Any] = json.loads(said.read().splitlines()[-1])
    return Run(answer, used.ru_utime + used.ru_stime, seconds, used.ru_maxrss / 1024)


def turn_by_turn(ways: Mapping[str, Callable[[], Run]], turns: int) -> dict[str, list[Run]]:
    """Every way once a turn, one after the other, after a turn that does not count: by then modules are
    compiled and files lie in memory.
    """
    found: dict[str, list[Run]] = {name: [] for name in ways}
    for turn in range(turns + 1):
        for name, way in ways.items():
            done = way()
            if turn:
                found[name].append(done)
    return found


class PeerDiffers(SystemExit):
    """Two ways give different answers: nothing is said about their costs."""


def must_agree(found: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> None:
    """Every way said the same under these names. Raises PeerDiffers."""
    for name in names:
        answers = {way: said[name] for way, said in found.items()}
        if len(set(answers.values())) != 1:
            raise PeerDiffers(f"The ways differ in {name}: {answers}")
