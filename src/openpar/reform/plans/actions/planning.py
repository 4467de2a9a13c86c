"""A plan begins: whose it is, for which reform year, under which plan of the upper level."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reform.plans.actions.shared import (
    grown,
    legal_day,
    refuse_if,
    refuse_unless,
    take_draft,
    trace_plan,
)
from openpar.reform.plans.models import Plan, PlanLevel, PlanVersion, VersionState
from openpar.reform.plans.models.planning import LONGEST_TITLE
from openpar.reform.plans.permissions import may_draft_plan
from openpar.reform.plans.rules import FIRST_YEAR, MOST_SECRET, known_organisations, text_gaps


def create_plan(
    *,
    by: Actor,
    at: datetime,
    organisation_id: int,
    year: int,
    level: str,
    title: str,
    parent_id: int | None = None,
) -> Plan:
    """The plan of an organisation for a reform year; its first version is a draft. Raises PlansRefused."""
    with write_transaction():
        refuse_unless(
            may_draft_plan(by, level, organisation_id),
            by,
            _("Kế hoạch của tỉnh do Sở Nội vụ lập, kế hoạch của cơ quan do cơ quan đó lập"),
        )
        refuse_if(_new_gaps(organisation_id, year, level, title, parent_id, at))
        plan = Plan.objects.create(
            organisation_id=organisation_id,
            year=year,
            level=level,
            title=nfc(title).strip(),
            parent_id=parent_id,
            made_by_id=by.id,
            made_at=at,
        )
        PlanVersion.objects.create(plan=plan, number=1, made_by_id=by.id, made_at=at)
        trace_plan(plan, "plan.created", by=by, at=at, after=_head(plan))
        return plan


def change_plan(
    *,
    by: Actor,
    at: datetime,
    version_id: int,
    expected_version: int,
    title: str,
    parent_id: int | None,
    secret_lines: int,
) -> PlanVersion:
    """Title, upper plan, number of secret lines, while a version is a draft. Raises PlansRefused, StalePlan.

    The title and the upper plan of a plan that is in force already stay: a document issued them.
    """
    with write_transaction():
        version = take_draft(version_id, expected_version, by)
        plan = version.plan
        is_first = version.replaces_id is None
        before = _head(plan) | {"secret_lines": version.secret_lines}
        gaps = text_gaps(_("Tên kế hoạch"), title, _("Ghi tên kế hoạch"), longest=LONGEST_TITLE)
        if not 0 <= secret_lines <= MOST_SECRET:
            what = _("phải từ 0 đến %d") % MOST_SECRET
            gaps.append(Gap(_("Số nhiệm vụ mật"), what, code="secret-lines"))
        is_headed = (nfc(title).strip(), parent_id) == (plan.title, plan.parent_id)
        if not is_first and not is_headed:
            what = _("kế hoạch đã ban hành giữ nguyên tên và kế hoạch cấp trên")
            gaps.append(Gap(_("Tên kế hoạch"), what, _("Chỉ sửa nhiệm vụ và chỉ tiêu"), code="issued"))
        if is_first and parent_id != plan.parent_id:
            gaps += _parent_gaps(plan.organisation_id, plan.year, plan.level, parent_id)
            if plan.tasks.filter(lines__parent_task__isnull=False).exists():
                what = _("đã có nhiệm vụ gắn với kế hoạch cấp trên")
                gaps.append(Gap(_("Kế hoạch cấp trên"), what, _("Gỡ liên kết trước"), code="parent-used"))
        refuse_if(gaps)
        plan.title, plan.parent_id = nfc(title).strip(), parent_id
        plan.save(update_fields=["title", "parent"])
        version.secret_lines = secret_lines
        after = _head(plan) | {"secret_lines": secret_lines}
        if after != before:
            grown(version, "secret_lines")
            trace_plan(plan, "plan.changed", by=by, at=at, before=before, after=after)
        return version


def _new_gaps(
    organisation_id: int, year: int, level: str, title: str, parent_id: int | None, at: datetime
) -> list[Gap]:
    gaps = text_gaps(_("Tên kế hoạch"), title, _("Ghi tên kế hoạch"), longest=LONGEST_TITLE)
    if level not in PlanLevel.values:
        gaps.append(Gap(_("Cấp"), _("không có cấp kế hoạch này"), code="no-level"))
    today = legal_day(at)
    if not FIRST_YEAR <= year <= today.year + 2:
        what = _("phải từ %(first)d đến %(last)d") % {"first": FIRST_YEAR, "last": today.year + 2}
        gaps.append(Gap(_("Năm"), what, code="year-outside"))
    if not known_organisations([organisation_id], today):
        gaps.append(Gap(_("Đơn vị"), _("không có trong danh mục hôm nay"), code="no-agency"))
    if Plan.objects.filter(organisation=organisation_id, year=year).exists():
        what, remedy = _("đơn vị đã có kế hoạch năm %d") % year, _("Mở kế hoạch đó")
        gaps.append(Gap(_("Năm"), what, remedy, code="plan-there"))
    return gaps + _parent_gaps(organisation_id, year, level, parent_id)


def _parent_gaps(organisation_id: int, year: int, level: str, parent_id: int | None) -> list[Gap]:
    """The upper plan is of the same year, another organisation, and has been issued."""
    if parent_id is None:
        return []
    where, parent = _("Kế hoạch cấp trên"), Plan.objects.filter(pk=parent_id).first()
    if parent is None or parent.organisation_id == organisation_id or level != PlanLevel.AGENCY:
        return [
            Gap(where, _("không phải kế hoạch của cấp trên"), _("Chọn kế hoạch của tỉnh"), code="no-parent")
        ]
    if parent.year != year:
        return [Gap(where, _("là kế hoạch của năm khác"), _("Chọn cùng năm"), code="parent-year")]
    if not parent.versions.exclude(state=VersionState.DRAFT).exists():
        return [Gap(where, _("chưa ban hành"), _("Chọn sau khi ban hành"), code="parent-draft")]
    return []


def _head(plan: Plan) -> dict[str, object]:
    return {"title": plan.title, "year": plan.year, "plan_level": plan.level, "parent": plan.parent_id}
