"""Criteria sets: brought in, edited as draft, issued by decision, pinned by rounds, copied to next year."""

from openpar.parindex.criteria.actions.bringing_in import bring_in
from openpar.parindex.criteria.actions.copying import copy_set
from openpar.parindex.criteria.actions.editing import (
    Line,
    add_criterion,
    change_criterion,
    move_criterion,
    remove_criterion,
)
from openpar.parindex.criteria.actions.settings import SetHead, change_settings
from openpar.parindex.criteria.actions.shared import CriteriaRefused, StaleLine, StaleSet
from openpar.parindex.criteria.actions.stages import (
    Issuing,
    issue_set,
    problems_of,
    put_in_use,
    retire_set,
    take_back,
)

__all__ = [
    "CriteriaRefused",
    "Issuing",
    "Line",
    "SetHead",
    "StaleLine",
    "StaleSet",
    "add_criterion",
    "bring_in",
    "change_criterion",
    "change_settings",
    "copy_set",
    "issue_set",
    "move_criterion",
    "problems_of",
    "put_in_use",
    "remove_criterion",
    "retire_set",
    "take_back",
]
