"""DuckDB in the process and in memory: how the store reads and writes its files.

No database file (one would lock every other process out) and no extension (they are fetched from the
network): what is linked into the library is enough. SQL reaches no file but those of the store.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from django.conf import settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    Connection = DuckDBPyConnection
else:
    Connection = object

Array = npt.NDArray[Any]

# Small row groups: reading one needs little memory, and min and max of the key let most be passed over.
ROWS_A_GROUP = 122_880
_WRITTEN = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE"


# Starting costs 20 ms: one instance a process, and one connection a question. Known by what it may do, and
# by its process, since its threads do not survive a fork.
_instances: dict[tuple[object, ...], Connection] = {}
_starting = threading.Lock()


@contextmanager
def connected(folder: Path) -> Iterator[Connection]:
    """A connection of its own that may read and write below `folder` only; temporary tables and views go
    with it.
    """
    connection = _instance(folder).cursor()
    try:
        yield connection
    finally:
        connection.close()


def _instance(folder: Path) -> Connection:
    threads, memory = settings.OPENPAR_FACTS_THREADS, settings.OPENPAR_FACTS_MEMORY
    wanted = (os.getpid(), folder, threads, memory)
    with _starting:
        if wanted not in _instances:
            started = _started(folder, threads, memory)
            # What was asked for before is not asked for again; whoever still uses it keeps it alive. That of
            # the process before a fork stays untouched: its threads are not here to be ended.
            for known in [known for known in _instances if known[0] == os.getpid()]:
                del _instances[known]
            _instances[wanted] = started
        return _instances[wanted]


def _started(folder: Path, threads: int, memory: str) -> Connection:
    # Loaded when facts are first asked for: an installation without dossiers never does.
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    instance = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": str(folder / "incoming"),
        },
    )
    instance.execute(f"SET allowed_directories = [{quoted(f'{folder}/')}]")
    instance.execute("SET enable_external_access = false")
    instance.execute("SET lock_configuration = true")
    return instance


def quoted(text: str | Path) -> str:
    """A text as SQL writes it; a view takes no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def reading(files: Sequence[Path]) -> str:
    """The table function over these files; columns that older files lack are null."""
    listed = ", ".join(quoted(file) for file in files)
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def register(duck: Connection, name: str, columns: Mapping[str, Array]) -> None:
    """Arrays as a table of this name, without a copy; masked values are null."""
    duck.register(name, dict(columns))


def fetched(duck: Connection, sql: str) -> dict[str, Array]:
    """The answer by column; where there may be nulls, masked arrays."""
    return {name: np.asanyarray(values) for name, values in duck.execute(sql).fetchnumpy().items()}


def write_parquet(duck: Connection, select: str, path: Path, group: int = ROWS_A_GROUP) -> int:
    """The answer of a SELECT as one Parquet file, in its order; how many rows it has."""
    ((rows,),) = duck.execute(f"COPY ({select}) TO {quoted(path)} ({_WRITTEN} {group:d})").fetchall()
    return int(rows)
