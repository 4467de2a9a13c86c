"""It moves on: a council recognises it, it begins to run, it stops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.actions import tell
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reform.initiatives.actions.shared import (
    day_gaps,
    document_gaps,
    grown,
    refuse_if,
    refuse_if_stale,
    refuse_if_stopped,
    refuse_unless_enters,
    take,
    text_gaps,
    trace,
)
from openpar.reform.initiatives.models import Initiative, Kind, Level, Recognition, State
from openpar.reform.initiatives.permissions import may_recognise_above, may_recognise_at_base
from openpar.reform.initiatives.stages import INITIATIVE


@dataclass(frozen=True)
class Recognised:
    """What a council decided."""

    level: Level
    council: str
    recognised_on: date | None
    decision_id: int | None


def recognise(*, initiative_id: int, decided: Recognised, by: Actor, at: datetime) -> Recognition:
    """Records the decision of a council: of the agency by its head, of the province by Sở Nội vụ, never by
    the person who proposed it. Above the base a recognition at the base comes first.

    Raises InitiativeRefused with every gap.
    """
    with write_transaction():
        there = take(initiative_id)
        refuse_if(why_not_recognise(there, decided.level, by))
        gaps = [
            *text_gaps(_("Hội đồng"), decided.council, longest=250),
            *day_gaps(_("Ngày công nhận"), decided.recognised_on, at),
            *document_gaps(_("Quyết định công nhận"), decided.decision_id, by),
        ]
        refuse_if(gaps)
        assert decided.recognised_on is not None
        assert decided.decision_id is not None
        made = Recognition.objects.create(
            initiative=there,
            level=decided.level,
            council=nfc(decided.council).strip(),
            recognised_on=decided.recognised_on,
            decision_id=decided.decision_id,
            by_id=by.person_id,
            at=at,
        )
        if there.state == State.PROPOSED:
            there.state = State.RECOGNISED
        grown(there, "state")
        trace(there, "initiative.recognised", by=by, at=at, after=_recognition(made))
        _tell_agency(there, _("“%s” được công nhận.") % there.name, by=by, at=at)
        return made


def why_not_recognise(initiative: Initiative, level: Level, by: Actor) -> tuple[Gap, ...]:
    """What keeps `by` from recording a recognition at a level; nothing when it is open. Up to two queries."""
    is_base = level is Level.BASE
    may = may_recognise_at_base(by, initiative.organisation_id) if is_base else may_recognise_above(by)
    if not may:
        remedy = (
            _("Thủ trưởng đơn vị ghi nhận quyết định cấp cơ sở")
            if is_base
            else _("Sở Nội vụ ghi nhận quyết định từ cấp tỉnh trở lên")
        )
        return (not_allowed(by, remedy),)
    gaps = []
    if by.id == initiative.proposed_by_id:
        what = _("bạn là người đề xuất mục này")
        gaps.append(Gap("", what, _("Người khác ghi nhận việc công nhận"), code="own-proposal"))
    if initiative.state == State.STOPPED:
        gaps.append(Gap("", _("đã dừng, không công nhận được nữa"), code="stopped"))
    levels = set(initiative.recognitions.values_list("level", flat=True))
    if level.value in levels:
        gaps.append(Gap("", _("đã được công nhận ở cấp này"), code="recognised-before"))
    if not is_base and Level.BASE.value not in levels:
        what = _("chưa được công nhận ở cấp cơ sở")
        gaps.append(Gap("", what, _("Hội đồng của đơn vị công nhận trước"), code="no-base-recognition"))
    return tuple(gaps)


def start(
    *,
    initiative_id: int,
    started_on: date | None,
    document_id: int | None,
    expected_version: int,
    by: Actor,
    at: datetime,
) -> Initiative:
    """It runs from a day on. A model may run unrecognised, then by the document that starts it.

    Raises InitiativeRefused with every gap, StaleInitiative.
    """
    with write_transaction():
        there = take(initiative_id)
        refuse_unless_enters(by, there.organisation_id)
        refuse_if_stale(there, expected_version)
        refuse_if(why_not_start(there))
        needs_document = there.state == State.PROPOSED
        refuse_if(
            [
                *day_gaps(_("Bắt đầu"), started_on, at),
                *document_gaps(_("Văn bản triển khai"), document_id, by, needed=needs_document),
            ]
        )
        before = str(there.state)
        there.state, there.started_on, there.start_document_id = State.RUNNING, started_on, document_id
        grown(there, "state", "started_on", "start_document")
        trace(
            there,
            "initiative.started",
            by=by,
            at=at,
            before={"state": before},
            after={"state": str(there.state), "started_on": _iso(started_on), "document": document_id},
        )
        return there


def why_not_start(initiative: Initiative) -> tuple[Gap, ...]:
    """What keeps it from running; nothing when it may begin."""
    state = State(initiative.state)
    if State.RUNNING not in INITIATIVE[state]:
        return (Gap("", _("đang ở trạng thái “%s”") % state.label, code="wrong-state"),)
    if state is State.PROPOSED and initiative.kind != Kind.MODEL:
        what = _("sáng kiến chưa được công nhận")
        return (Gap("", what, _("Hội đồng cấp cơ sở công nhận trước"), code="not-recognised"),)
    return ()


def stop(
    *,
    initiative_id: int,
    stopped_on: date | None,
    reason: str,
    expected_version: int,
    by: Actor,
    at: datetime,
) -> Initiative:
    """It ran, or was thought of, for the last time on this day. Nothing follows.

    Raises InitiativeRefused with every gap, StaleInitiative.
    """
    with write_transaction():
        there = take(initiative_id)
        refuse_unless_enters(by, there.organisation_id)
        refuse_if_stopped(there)
        refuse_if_stale(there, expected_version)
        gaps = [*day_gaps(_("Dừng"), stopped_on, at), *text_gaps(_("Lý do dừng"), reason)]
        if stopped_on is not None and there.started_on is not None and stopped_on < there.started_on:
            what = _("trước ngày bắt đầu %s") % format_date(there.started_on)
            gaps.append(Gap(_("Dừng"), what, _("Ghi ngày cuối cùng còn áp dụng"), code="stops-before"))
        refuse_if(gaps)
        before = str(there.state)
        there.state, there.stopped_on, there.stop_reason = State.STOPPED, stopped_on, nfc(reason).strip()
        grown(there, "state", "stopped_on", "stop_reason")
        trace(
            there,
            "initiative.stopped",
            by=by,
            at=at,
            before={"state": before},
            after={"state": str(there.state), "stopped_on": _iso(stopped_on)},
            reason=there.stop_reason,
        )
        return there


def _recognition(made: Recognition) -> dict[str, object]:
    return {
        "level": str(made.level),
        "council": made.council,
        "recognised_on": _iso(made.recognised_on),
        "document": made.decision_id,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _tell_agency(initiative: Initiative, text: str, *, by: Actor, at: datetime) -> None:
    held = people_holding([Role.FOCAL_OFFICER], [initiative.organisation_id], timezone.localdate(at))
    officers = [user for user in held if user != by.id]
    tell(recipients=officers, text=text, link=f"/initiatives/{initiative.pk}/", at=at)
