"""Reading data/reports: every scalar is text, except null; faults come out all at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from openpar.engine.errors import InvalidSet, SetProblem

_NULL = "tag:yaml.org,2002:null"


class _TextLoader(yaml.SafeLoader):
    """Days and numbers are read by whoever knows what they are."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def folder() -> Path:
    """Where the calendar and the appendices are."""
    return Path(settings.OPENPAR_DATA_DIR) / "reports"


def mapping_of(path: Path) -> Mapping[str, Any]:
    """The content of a file."""
    loader = _TextLoader(path.read_text(encoding="utf-8"))
    try:
        content: Mapping[str, Any] = loader.get_single_data()
    finally:
        loader.dispose()
    return content


def refuse_if(problems: list[SetProblem]) -> None:
    """Raises InvalidSet with every problem."""
    if problems:
        raise InvalidSet(tuple(problems))
