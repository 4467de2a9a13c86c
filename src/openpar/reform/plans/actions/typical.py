"""Tasks of the catalogue taken into a draft, as lines that can be changed like any other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.reform.plans.actions.drafting import put_lines
from openpar.reform.plans.actions.shared import refuse_if, take_draft
from openpar.reform.plans.lines import Agencies
from openpar.reform.plans.models import TaskLine
from openpar.reform.plans.typical import typical_tasks


def take_typical(
    *,
    by: Actor,
    at: datetime,
    version_id: int,
    expected_version: int,
    numbers: Collection[int],
    leads: Agencies,
) -> list[TaskLine]:
    """The chosen tasks of the catalogue, all led by the same. Raises PlansRefused, StalePlan."""
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        catalogue = typical_tasks(version.plan.year)
        chosen = [task for task in catalogue if task.number in numbers]
        gaps = []
        if not chosen:
            what, remedy = _("chưa chọn nhiệm vụ nào"), _("Đánh dấu ít nhất một nhiệm vụ")
            gaps.append(Gap(_("Nhiệm vụ"), what, remedy, code="nothing-chosen"))
        elif len(chosen) < len(set(numbers)):
            what, remedy = _("có nhiệm vụ không còn trong danh mục"), _("Tải lại trang và chọn lại")
            gaps.append(Gap(_("Nhiệm vụ"), what, remedy, code="not-in-catalogue"))
        refuse_if(gaps)
        return put_lines(version, [task.led_by(leads) for task in chosen], by=by, at=at)
