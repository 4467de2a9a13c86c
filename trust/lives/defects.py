"""The defects that the walks through life cycles have to find: which words of the program become which."""

from __future__ import annotations

from trust.lives import defects_of_plans, defects_of_records
from trust.lives.defect import Defect

DEFECTS: tuple[Defect, ...] = (*defects_of_plans.DEFECTS, *defects_of_records.DEFECTS)
__all__ = ["DEFECTS", "Defect"]
