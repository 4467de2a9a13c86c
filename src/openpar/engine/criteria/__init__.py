"""Criteria sets: the tree, reading and writing it as plain mappings, the checks before it is issued."""

from openpar.engine.criteria.checks import PARTS, check, warnings
from openpar.engine.criteria.mapping import set_from_mapping, set_to_mapping
from openpar.engine.criteria.tree import (
    CriteriaSet,
    DeclaredCounts,
    Leaf,
    NaPolicy,
    NaScope,
    Node,
    ScoredBy,
    Settings,
)
from openpar.engine.ties import RankOn, Ties

__all__ = [
    "PARTS",
    "CriteriaSet",
    "DeclaredCounts",
    "Leaf",
    "NaPolicy",
    "NaScope",
    "Node",
    "RankOn",
    "ScoredBy",
    "Settings",
    "Ties",
    "check",
    "set_from_mapping",
    "set_to_mapping",
    "warnings",
]
