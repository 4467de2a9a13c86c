"""Apache Spark runs the same text, in this process and on a standalone cluster with a master and a worker.

Left out with the reason where Java or pyspark is missing; `./run test` installs pyspark where it finds Java.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from random import Random

import pytest
from pytest_django.fixtures import Settings

from openpar.base.facts import files
from openpar.base.facts.counting import counters
from openpar.base.facts.engines import EngineUnavailable
from openpar.delivery.dossiers import declarations
from tests.base.facts import sample
from tests.base.facts.sample import BASES, event, fact, put, random_fact, registered_dossiers
from tests.delivery.dossiers import lists

_PATIENCE = 90.0


def why_no_spark() -> str:
    """What is missing for Spark on this machine; "" when nothing is."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed (the extra “spark”)"
    if shutil.which("java") is None:
        return "there is no Java on this machine"
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr
    version = told.partition('"')[2].partition(".")[0]
    return (
        ""
        if version.isdecimal() and int(version) >= 17
        else f"Java 17 or newer is needed, here is {told[:40]!r}"
    )


spark = pytest.mark.skipif(bool(why_no_spark()), reason=f"Spark is left out: {why_no_spark()}")


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Spark's own master and worker, each a process; their address."""
    address = f"spark://127.0.0.1:{free_port()}"
    common = ["--host", "127.0.0.1", "--webui-port"]
    master = [*common, str(free_port()), "--port", address.rpartition(":")[2]]
    worker = [*common, str(free_port()), "--cores", "1", "--memory", "1G", address]
    with ExitStack() as stack:
        stack.callback(_end, _started(folder, "master.Master", master, "I have been elected leader"))
        stack.callback(_end, _started(folder, "worker.Worker", worker, "Successfully registered"))
        yield address


def _started(folder: Path, name: str, arguments: list[str], until: str) -> subprocess.Popen[bytes]:
    home = Path(str(importlib.util.find_spec("pyspark").origin)).parent  # type: ignore[union-attr]  # it is there
    said = folder / f"{name}.log"
    command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
    # Its log tells what it does at this level only.
    (folder / "log4j2.properties").write_text(
        "rootLogger.level = info\nrootLogger.appenderRef.o.ref = o\nappender.o.type = Console\n"
        "appender.o.name = o\nappender.o.layout.type = PatternLayout\nappender.o.layout.pattern = %m%n\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    environment |= {"SPARK_WORKER_DIR": str(folder / "work"), "SPARK_CONF_DIR": str(folder)}
    environment["PYSPARK_PYTHON"] = sys.executable
    with said.open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    deadline = time.monotonic() + _PATIENCE
    while until not in (words := said.read_text(encoding="utf-8", errors="replace")):
        assert process.poll() is None, words[-3000:]
        assert time.monotonic() < deadline, words[-3000:]
        time.sleep(0.1)
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(30)


@pytest.fixture(autouse=True)
def _spark(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.OPENPAR_FACTS_ENGINE = "spark"
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    # What lives for seconds is not compiled twice.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    with warnings.catch_warnings():
        # Spark's own Python code, on its way to Java.
        warnings.simplefilter("ignore")
        yield


@pytest.mark.django_db
@spark
def test_spark_in_the_process_counts_what_a_walk_over_the_facts_counts(settings: Settings) -> None:
    settings.OPENPAR_SPARK_MASTER = "local[1]"
    registered_dossiers()
    chance = Random(3)
    facts = {f"H68-{number:04}": random_fact(chance) for number in range(120)}
    put(facts)
    event("new", None, fact(agency=4))
    facts["new"] = fact(agency=4)
    try:
        for basis in BASES:
            wanted = sample.counted_plainly(facts.values(), basis)
            assert counters("dossiers", basis=basis).by_cell() == wanted
    finally:
        _stop()


@pytest.mark.django_db
@spark
def test_a_cluster_counts_the_dossiers_as_the_engine_in_the_process_does(
    settings: Settings, dossier_province: None, tmp_path: Path
) -> None:
    lists.brought_year(lists.year(60), date(2026, 6, 30))
    bases = [one.name for one in declarations.COUNTING.bases]
    with cluster(tmp_path) as address:
        settings.OPENPAR_SPARK_MASTER = address
        # The workers reach a copy, under an address of its own, and not what the program reads.
        shutil.copytree(files.folder(), tmp_path / "copy")
        settings.OPENPAR_SPARK_FACTS = (tmp_path / "copy").as_uri()
        try:
            of_spark = {basis: counters("dossiers", basis=basis).by_cell() for basis in bases}
        finally:
            _stop()
    settings.OPENPAR_FACTS_ENGINE = "duckdb"
    of_duck = {basis: counters("dossiers", basis=basis).by_cell() for basis in bases}
    assert of_spark == of_duck
    assert all(of_duck.values())


@pytest.mark.django_db
@spark
def test_a_file_that_the_cluster_does_not_see_stops_the_count(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_SPARK_MASTER = "local[1]"
    settings.OPENPAR_SPARK_FACTS = tmp_path.as_uri()
    registered_dossiers()
    put({"H68-0001": fact()})
    try:
        with pytest.raises(Exception, match="PATH_NOT_FOUND"):
            counters("dossiers", basis="received")
    finally:
        _stop()


def _stop() -> None:
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


@pytest.mark.django_db
def test_without_spark_the_engine_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    registered_dossiers()
    for module in ("pyspark", "pyspark.sql", "pyspark.errors"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EngineUnavailable, match="extra “spark”"):
        counters("dossiers", basis="received")
