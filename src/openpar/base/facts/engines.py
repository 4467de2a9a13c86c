"""Engines: "run this SQL over these files, give me columns". Which one, says the setting.

Each gets the same text, unmodified. What it must provide is the relation `facts`; nothing else of it is used,
so a new engine is one more function of this size.
"""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from openpar.base.facts import files
from openpar.base.facts.declarations import AGENCY, CHANNEL, MONTH, RELATION, SECTOR, Basis, Counting
from openpar.base.facts.duck import connected, fetched, reading

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_AT_ONCE = 20_000
Answer = Mapping[str, npt.ArrayLike]


class EngineUnavailable(Exception):
    """The chosen engine is not there; says what would be right."""


@dataclass(frozen=True)
class Relation:
    """Parquet files with one row a fact, and what their columns are called in the relation `facts`."""

    files: tuple[Path, ...]
    # Name in the SQL → name in the files.
    columns: Mapping[str, str]

    @property
    def listed(self) -> str:
        """The columns as any engine's SQL writes them."""
        return ", ".join(f"{stored} AS {name}" for name, stored in self.columns.items())


def relation_of(counting: Counting, basis: Basis, paths: Sequence[Path]) -> Relation:
    """The facts of these files, counted by the month of a basis; only the columns that are asked for."""
    asked = (condition.column for count in counting.counts for condition in count.conditions)
    columns = {AGENCY: AGENCY, MONTH: basis.column, SECTOR: SECTOR, CHANNEL: CHANNEL}
    return Relation(tuple(paths), columns | {name: name for name in asked})


def on_duckdb(sql: str, relation: Relation) -> Answer:
    """In this process, in memory, over the files as they lie."""
    with connected(files.folder()) as duck:
        source = reading(relation.files)
        duck.execute(f"CREATE TEMP VIEW {RELATION} AS SELECT {relation.listed} FROM {source}")
        return fetched(duck, sql)


def on_database(sql: str, relation: Relation) -> Answer:
    """In the database of this installation, SQLite or PostgreSQL, in a table that nobody else sees."""
    names = list(relation.columns)
    places = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {RELATION} ({', '.join(f'{name} INTEGER' for name in names)})"
        )
        try:
            for rows in _rows_of(relation):
                cursor.executemany(f"INSERT INTO {RELATION} VALUES ({places})", rows)
            cursor.execute(sql)
            answer = list(zip(*cursor.fetchall(), strict=True))
            told = [column[0] for column in cursor.description or ()]
        finally:
            cursor.execute(f"DROP TABLE {RELATION}")
    return {name: np.array(answer[place] if answer else [], np.int64) for place, name in enumerate(told)}


def _rows_of(relation: Relation) -> Iterator[list[tuple[Any, ...]]]:
    with connected(files.folder()) as duck:
        answer = duck.execute(f"SELECT {relation.listed} FROM {reading(relation.files)}")
        while rows := answer.fetchmany(_AT_ONCE):
            yield rows


def on_spark(sql: str, relation: Relation) -> Answer:
    """On Apache Spark, on this machine or on a cluster that sees the folder of facts, or a copy of it."""
    session = _spark()
    table = session.read.parquet(*map(_address_for_spark, relation.files))
    table.selectExpr(*relation.listed.split(", ")).createOrReplaceTempView(RELATION)
    found = session.sql(sql)
    columns = list(zip(*found.collect(), strict=True))
    return {name: np.array(columns[place] if columns else []) for place, name in enumerate(found.columns)}


def _address_for_spark(path: Path) -> str:
    """Where Spark finds the file: in the copy of the folder that the setting names, else under its path."""
    copy = settings.OPENPAR_SPARK_FACTS
    return f"{copy.rstrip('/')}/{path.relative_to(files.folder()).as_posix()}" if copy else str(path)


def _spark() -> SparkSession:
    """A session as the settings say; the one that this process has already, when there is one."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineUnavailable("pyspark is not installed: install the extra “spark” of OpenPAR") from None
    builder = SparkSession.builder.master(settings.OPENPAR_SPARK_MASTER).appName("openpar")
    # However many dossiers there are, their counters are few: the last step needs no two hundred tasks.
    builder = builder.config("spark.sql.shuffle.partitions", "8").config("spark.ui.enabled", "false")
    try:
        return builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise EngineUnavailable(f"Spark does not start ({error}); it needs Java 17") from error


ENGINES: Mapping[str, Callable[[str, Relation], Answer]] = {
    "duckdb": on_duckdb,
    "database": on_database,
    "spark": on_spark,
}


def run(sql: str, relation: Relation) -> Answer:
    """The answer of the engine that the setting names, by column. Raises EngineUnavailable."""
    name = settings.OPENPAR_FACTS_ENGINE
    if name not in ENGINES:
        known = ", ".join(ENGINES)
        raise EngineUnavailable(f"OPENPAR_FACTS_ENGINE is {name!r}; known are {known}")
    return ENGINES[name](sql, relation)
