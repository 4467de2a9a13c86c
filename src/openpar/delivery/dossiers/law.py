"""Statuses and rules of the verdicts as they stand in data/, with their days."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from openpar.engine.verdicts import (
    Statuses,
    VerdictRules,
    statuses_from_mapping,
    verdict_rules_from_mapping,
)

_NULL = "tag:yaml.org,2002:null"


class _TextLoader(yaml.SafeLoader):
    """Every scalar is text, except null: the readers of the engine take texts."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def statuses() -> Statuses:
    """The ten national statuses. Raises InvalidSet."""
    return _statuses(Path(settings.OPENPAR_DATA_DIR))


def verdict_rules() -> tuple[VerdictRules, ...]:
    """Every version of the rules of the two clocks. Raises InvalidSet."""
    return _rules(Path(settings.OPENPAR_DATA_DIR))


@lru_cache(maxsize=4)
def _statuses(folder: Path) -> Statuses:
    return statuses_from_mapping(_mapping(folder / "dossier_statuses.yaml"))


@lru_cache(maxsize=4)
def _rules(folder: Path) -> tuple[VerdictRules, ...]:
    return verdict_rules_from_mapping(_mapping(folder / "dossier_verdicts.yaml"))


def _mapping(path: Path) -> dict[str, Any]:
    loader = _TextLoader(path.read_text(encoding="utf-8"))
    try:
        found: dict[str, Any] = loader.get_single_data()
    finally:
        loader.dispose()
    return found
