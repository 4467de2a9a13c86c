"""A set for another year: the same tree, each criterion knowing which one it continues."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine.rules import Deadline
from openpar.parindex.criteria.actions.shared import CriteriaRefused, refuse_unless_editor, rows_of, trace
from openpar.parindex.criteria.models import CriteriaSet, Criterion

YEARS = range(2000, 2101)


def copy_set(
    *, set_id: int, year: int, title: str, replaces: bool = False, by: Actor, at: datetime
) -> CriteriaSet:
    """A new draft with the same tree; with `replaces` it amends its source (điều chỉnh, thay thế).

    Raises CriteriaRefused.
    """
    with write_transaction():
        refuse_unless_editor(by)
        if year not in YEARS:
            raise CriteriaRefused(
                Gap(_("Năm áp dụng"), _("không hợp lệ: %d.") % year, _("Ghi năm như 2027."), code="year")
            )
        source = CriteriaSet.objects.get(pk=set_id)
        copy = CriteriaSet.objects.create(
            title=(title.strip() or source.title)[:300],
            level=source.level,
            year=year,
            is_sample=source.is_sample,
            copied_from=source,
            replaces=source if replaces else None,
            declared_total=source.declared_total,
            declared_survey=source.declared_survey,
            declared_appraisal=source.declared_appraisal,
            settings=source.settings,
        )
        made: dict[int, Criterion] = {}
        for row in rows_of(source):
            old_id, old_parent = row.pk, row.parent_id
            row.pk = None
            row._state.adding = True
            row.set = copy
            row.same_as_id = old_id
            row.version = 1
            row.parent = made[old_parent] if old_parent is not None else None
            row.rule = rule_for_year(row.rule, source.year, year)
            row.save(force_insert=True)
            made[old_id] = row
        trace(copy, "criteria.copied", by=by, at=at, after={"from": source.pk, "year": year})
        return copy


def rule_for_year(rule: Any, old_year: int, year: int) -> Any:
    """Days without a year ("31/01") belong to the assessed year, so they move with it; full dates stay."""
    if rule and rule.get("type") == Deadline.type and Decimal(str(rule.get("year") or 0)) == old_year:
        return {**rule, "year": str(year)}
    return rule
