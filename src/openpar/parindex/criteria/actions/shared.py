"""What every action on a criteria set begins and ends with: the lock, the right, the trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.common.errors import Gap, Refused
from openpar.engine import criteria as engine
from openpar.engine.errors import InvalidSet
from openpar.parindex.criteria.models import CriteriaSet, Criterion, SetStage
from openpar.parindex.criteria.permissions import may_edit_criteria
from openpar.parindex.criteria.queries import engine_set


class CriteriaRefused(Refused):
    """A set cannot be brought in, changed or issued; every reason is listed."""


class StaleSet(CriteriaRefused):
    """Somebody changed the set since the form was opened."""


class StaleLine(StaleSet):
    """Somebody changed the very line since its form was opened."""


def refuse_unless_editor(by: Actor) -> None:
    """Only the round manager (Sở Nội vụ) works on sets."""
    if not may_edit_criteria(by):
        raise CriteriaRefused(Gap("", _("chỉ cơ quan quản lý kỳ soạn bộ tiêu chí."), code="not_manager"))


def not_draft_gap(criteria_set: CriteriaSet) -> Gap | None:
    """Why the content of a set can no longer be changed; None for a draft."""
    if criteria_set.stage == SetStage.DRAFT:
        return None
    return Gap(
        "",
        _("bộ tiêu chí đã ban hành, không sửa được."),
        _("Sao chép thành bộ mới để điều chỉnh."),
        code="not_draft",
    )


def locked_set(set_id: int, by: Actor) -> CriteriaSet:
    """The row of a set, locked until the transaction ends, for somebody who may work on it."""
    criteria_set = CriteriaSet.objects.select_for_update().get(pk=set_id)
    refuse_unless_editor(by)
    return criteria_set


def take_draft(set_id: int, expected_version: int | None, by: Actor) -> CriteriaSet:
    """A draft to be changed. Raises CriteriaRefused; StaleSet if it is no longer as the person saw it."""
    criteria_set = locked_set(set_id, by)
    gap = not_draft_gap(criteria_set)
    if gap is not None:
        raise CriteriaRefused(gap)
    if expected_version is not None and criteria_set.version != expected_version:
        raise StaleSet(
            Gap("", _("người khác vừa sửa bộ tiêu chí này."), _("Tải lại trang rồi sửa tiếp."), code="stale")
        )
    return criteria_set


def count_up(criteria_set: CriteriaSet) -> None:
    """The set has changed: nothing computed from its older state is used again."""
    criteria_set.version += 1
    criteria_set.save()


def rows_of(criteria_set: CriteriaSet) -> list[Criterion]:
    """The tree in the order of the table (one query)."""
    return list(Criterion.objects.filter(set=criteria_set).order_by("position"))


def refuse_unreadable(criteria_set: CriteriaSet) -> engine.CriteriaSet:
    """The engine's value of what is now in the database; a change that breaks it is refused with all reasons.

    Reads the rows itself: the cache of `loaded_set` must never see a version that may yet be rolled back.
    """
    try:
        return engine_set(criteria_set, rows_of(criteria_set))
    except InvalidSet as invalid:
        raise unreadable(invalid) from invalid


def unreadable(invalid: InvalidSet) -> CriteriaRefused:
    """The problems of the engine as a refusal."""
    return CriteriaRefused(
        Gap(problem.where, problem.what, problem.remedy, code="unreadable") for problem in invalid.problems
    )


def trace(
    criteria_set: CriteriaSet,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    object: str = "",
    label: str = "",
) -> None:
    """One entry in the story of the set; about the set itself unless `object` names a part of it."""
    about = f"criteria_set:{criteria_set.pk}"
    record(
        by=by,
        at=at,
        verb=verb,
        object=object or about,
        about=about,
        label=label or criteria_set.title,
        before=before,
        after=after,
        reason=reason,
    )
