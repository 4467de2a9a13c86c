"""The settings of a draft: its name, what it declares, how points become totals, ranks and classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine import criteria as engine
from openpar.parindex.criteria.actions.bringing_in import SETTING_KEYS, as_text
from openpar.parindex.criteria.actions.copying import YEARS, rule_for_year
from openpar.parindex.criteria.actions.shared import (
    CriteriaRefused,
    count_up,
    refuse_unreadable,
    rows_of,
    take_draft,
    trace,
)
from openpar.parindex.criteria.models import CriteriaSet, Criterion


@dataclass(frozen=True)
class SetHead:
    """What stands above the table: name, year, and the sums that the decision declares (None: not said)."""

    title: str
    level: str
    year: int
    is_sample: bool
    declared_total: Decimal
    declared_survey: Decimal | None = None
    declared_appraisal: Decimal | None = None


def change_settings(
    *,
    set_id: int,
    head: SetHead,
    settings: Mapping[str, Any],
    expected_version: int,
    by: Actor,
    at: datetime,
) -> CriteriaSet:
    """The head and the arithmetic settings (na_policy, rounding, ties, bands…) of a draft, all of them.

    Raises CriteriaRefused with everything that the engine cannot read; gaps between bands and the like are
    problems that `check` shows, not refusals.
    """
    with write_transaction():
        criteria_set = take_draft(set_id, expected_version, by)
        gaps = []
        if not head.title.strip():
            gaps.append(Gap(_("Tên bộ tiêu chí"), _("chưa nhập."), code="no_title"))
        if head.year not in YEARS:
            gaps.append(Gap(_("Năm áp dụng"), _("không hợp lệ."), _("Ghi năm như 2027."), code="year"))
        unknown = sorted(settings.keys() - set(SETTING_KEYS))
        gaps += [Gap(key, _("không phải là một thiết lập."), code="unknown_setting") for key in unknown]
        if gaps:
            raise CriteriaRefused(gaps)
        before = _told(criteria_set)
        if head.year != criteria_set.year:
            _move_deadlines(criteria_set, head.year)
        criteria_set.title = head.title.strip()[:300]
        criteria_set.level = head.level.strip()[:60]
        criteria_set.year = head.year
        criteria_set.is_sample = head.is_sample
        criteria_set.declared_total = head.declared_total
        criteria_set.declared_survey = head.declared_survey
        criteria_set.declared_appraisal = head.declared_appraisal
        criteria_set.settings = as_text(dict(settings))
        plain = engine.set_to_mapping(refuse_unreadable(criteria_set))
        criteria_set.settings = {key: as_text(plain[key]) for key in SETTING_KEYS if key in plain}
        count_up(criteria_set)
        trace(criteria_set, "criteria.settings", by=by, at=at, before=before, after=_told(criteria_set))
        return criteria_set


def _move_deadlines(criteria_set: CriteriaSet, year: int) -> None:
    moved = []
    for row in rows_of(criteria_set):
        rule = rule_for_year(row.rule, criteria_set.year, year)
        if rule != row.rule:
            row.rule = rule
            row.version += 1
            moved.append(row)
    Criterion.objects.bulk_update(moved, ["rule", "version"])


def _told(criteria_set: CriteriaSet) -> dict[str, object]:
    def text(value: Decimal | None) -> str | None:
        return None if value is None else format(value, "f")

    return {
        "title": criteria_set.title,
        "level": criteria_set.level,
        "year": criteria_set.year,
        "is_sample": criteria_set.is_sample,
        "total": text(criteria_set.declared_total),
        "survey_points": text(criteria_set.declared_survey),
        "appraisal_points": text(criteria_set.declared_appraisal),
        **criteria_set.settings,
    }
