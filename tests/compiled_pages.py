"""The templates of pages compiled once for all processes of a run of the tests, and the proofs with them."""

from __future__ import annotations

import os
from typing import Any

import jinja2

_FOLDER = "OPENPAR_TEST_PAGES"


def keep_compiled() -> None:
    """From now on templates are looked for, compiled, in the folder that `./run test` names; without one
    nothing is changed. What has been edited is compiled anew: its name there is a digest of its text.
    """
    folder = os.environ.get(_FOLDER, "")
    made = jinja2.Environment.__init__
    if not folder or made.__module__ == __name__:
        return

    def making(environment: jinja2.Environment, *given: Any, **options: Any) -> None:
        made(environment, *given, **{"bytecode_cache": jinja2.FileSystemBytecodeCache(folder), **options})

    jinja2.Environment.__init__ = making  # type: ignore[method-assign, assignment]  # for all
