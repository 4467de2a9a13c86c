"""Statuses and rules of the verdicts as they stand in data/, with their days."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from openpar.common.yaml_files import texts_of
from openpar.engine.verdicts import (
    Statuses,
    VerdictRules,
    statuses_from_mapping,
    verdict_rules_from_mapping,
)


def statuses() -> Statuses:
    """The ten national statuses. Raises InvalidSet."""
    return _statuses(Path(settings.OPENPAR_DATA_DIR))


def verdict_rules() -> tuple[VerdictRules, ...]:
    """Every version of the rules of the two clocks. Raises InvalidSet."""
    return _rules(Path(settings.OPENPAR_DATA_DIR))


@lru_cache(maxsize=4)
def _statuses(folder: Path) -> Statuses:
    return statuses_from_mapping(texts_of(folder / "dossier_statuses.yaml"))


@lru_cache(maxsize=4)
def _rules(folder: Path) -> tuple[VerdictRules, ...]:
    return verdict_rules_from_mapping(texts_of(folder / "dossier_verdicts.yaml"))
