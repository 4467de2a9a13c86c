"""Apache Spark runs the same text; its own test, left out with the reason where Java or pyspark is missing.

A cluster of its own, with a master and workers as processes, is played by trust/checks/facts_spark.py.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import warnings
from random import Random

import pytest
from pytest_django.fixtures import Settings

from openpar.base.facts.counting import counters
from openpar.base.facts.engines import EngineUnavailable
from tests.base.facts import sample
from tests.base.facts.sample import BASES, event, fact, put, random_fact, registered_dossiers


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


@pytest.mark.django_db
@pytest.mark.skipif(bool(why_no_spark()), reason=f"Spark is left out: {why_no_spark()}")
def test_spark_counts_what_a_walk_over_the_facts_counts(settings: Settings) -> None:
    settings.OPENPAR_FACTS_ENGINE = "spark"
    settings.OPENPAR_SPARK_MASTER = "local[1]"
    registered_dossiers()
    chance = Random(3)
    facts = {f"H68-{number:04}": random_fact(chance) for number in range(120)}
    put(facts)
    event("new", None, fact(agency=4))
    facts["new"] = fact(agency=4)
    with warnings.catch_warnings():
        # Spark's own Python code, on its way to Java.
        warnings.simplefilter("ignore")
        try:
            for basis in BASES[:2]:
                wanted = sample.counted_plainly(facts.values(), basis)
                assert counters("dossiers", basis=basis).by_cell() == wanted
        finally:
            _stop()


def _stop() -> None:
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    if session is not None:
        session.stop()


@pytest.mark.django_db
def test_without_spark_the_engine_says_what_is_missing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OPENPAR_FACTS_ENGINE = "spark"
    registered_dossiers()
    for module in ("pyspark", "pyspark.sql", "pyspark.errors"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(EngineUnavailable, match="extra “spark”"):
        counters("dossiers", basis="received")
