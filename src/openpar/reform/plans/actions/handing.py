"""An agency gives what it owes to one of its divisions, to a person, or to both."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.models import RoleHeld
from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.actions import tell
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reform.plans.actions.shared import (
    acting_for,
    as_side,
    legal_day,
    refuse_if,
    refuse_unless,
    stale,
    take_assignment,
    trace_task,
)
from openpar.reform.plans.models import Assignment, HandDown
from openpar.reform.plans.models.planning import LONGEST_TEXT
from openpar.reform.plans.permissions import UNIT_ROLES, may_coordinate


def hand_down(
    *,
    by: Actor,
    at: datetime,
    assignment_id: int,
    expected_version: int,
    division_id: int | None = None,
    officer_id: int | None = None,
    note: str = "",
) -> HandDown:
    """To a division of the agency, a person who works there, or both; neither takes it back.

    Raises PlansRefused, StalePlan.
    """
    with write_transaction():
        assignment = take_assignment(assignment_id)
        refuse_unless(
            may_coordinate(as_side(by, at), assignment),
            by,
            _("Đầu mối hoặc thủ trưởng của đơn vị chủ trì giao"),
        )
        if assignment.version != expected_version:
            raise stale()
        refuse_if(_gaps(assignment, division_id, officer_id, note, at))
        before = {"division": assignment.division_id, "officer": assignment.officer_id}
        handed = HandDown.objects.create(
            assignment=assignment,
            division_id=division_id,
            officer_id=officer_id,
            note=nfc(note).strip(),
            by_id=by.id,
            at=at,
        )
        assignment.division_id, assignment.officer_id = division_id, officer_id
        assignment.version += 1
        assignment.save(update_fields=["division", "officer", "version"])
        after = {"division": division_id, "officer": officer_id}
        trace_task(assignment, "task.handed_down", by=by, at=at, before=before, after=after)
        _tell(assignment, at)
        return handed


def _gaps(
    assignment: Assignment, division_id: int | None, officer_id: int | None, note: str, at: datetime
) -> list[Gap]:
    today, gaps = legal_day(at), []
    agency = acting_for(assignment.organisation_id, at)
    if division_id is not None:
        own = OrganisationVersion.objects.as_of(today).filter(organisation=division_id, parent=agency)
        if not own.exists():
            what, remedy = _("không phải phòng, đơn vị thuộc cơ quan chủ trì"), _("Chọn trong danh sách")
            gaps.append(Gap(_("Phòng, đơn vị"), what, remedy, code="no-division"))
    if officer_id is not None:
        where = [agency] if division_id is None else [agency, division_id]
        held = RoleHeld.objects.as_of(today).filter(
            user=officer_id, user__is_active=True, organisation__in=where, role__in=UNIT_ROLES
        )
        if not held.exists():
            what, remedy = _("không làm việc ở đơn vị này"), _("Chọn người của đơn vị")
            gaps.append(Gap(_("Người thực hiện"), what, remedy, code="no-officer"))
    if len(note) > LONGEST_TEXT:
        gaps.append(Gap(_("Ghi chú"), _("dài quá %d ký tự") % LONGEST_TEXT, _("Rút ngắn"), code="too-long"))
    return gaps


def _tell(assignment: Assignment, at: datetime) -> None:
    people = {assignment.officer_id} if assignment.officer_id else set()
    today = legal_day(at)
    if assignment.division_id is not None and not people:
        people |= set(
            people_holding((Role.DIVISION_OFFICER, Role.AGENCY_HEAD), [assignment.division_id], today)
        )
    acting = acting_for(assignment.organisation_id, at)
    agency = names_on([acting], today).get(acting, "")
    text = _("%(agency)s giao thực hiện nhiệm vụ: %(task)s") % {
        "agency": agency,
        "task": assignment.line.text[:300],
    }
    tell(recipients=[one for one in people if one], text=text, link=f"/tasks/{assignment.pk}/", at=at)
