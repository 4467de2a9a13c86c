"""The round manager (Sở Nội vụ) prepares a round, opens it, moves it on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld
from openpar.base.accounts.queries import Actor
from openpar.base.audit.traced import Subject, traced
from openpar.base.notifications.actions import tell
from openpar.base.organisations.models import Block, OrganisationVersion
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.actions.reopenings import lapse_reopenings
from openpar.parindex.assessments.actions.self_scoring import freeze
from openpar.parindex.assessments.calendar import PhaseDates, Shift, phase_gaps, phases_of, shifts_of
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import (
    AppraiserAssignment,
    Assessment,
    Phase,
    Round,
    RoundBlock,
    RoundStage,
    SheetState,
)
from openpar.parindex.assessments.permissions import may_manage, may_manage_rounds
from openpar.parindex.assessments.queries.completeness import leaving_gaps, next_stages, opening_gaps
from openpar.parindex.assessments.rules import deadline_words, why_not_assigned
from openpar.parindex.assessments.sheets import take_sheet
from openpar.parindex.criteria.actions import put_in_use
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.queries import loaded_set


def take_round(round_id: int, by: Actor) -> Round:
    """Locks a round for its manager. Raises Round.DoesNotExist, NotAllowed."""
    round = Round.objects.select_for_update().get(pk=round_id)
    if not may_manage(by, round):
        raise NotAllowed(Gap("", _("chỉ cơ quan quản lý kỳ đánh giá làm việc này."), code="not_manager"))
    return round


def take_all_sheets(round: Round) -> None:
    """Locks every sheet of a round: no save that saw the old phase can still be under way afterwards."""
    list(
        Assessment.objects.select_for_update()
        .filter(round_block__round=round)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


@traced
def trace_round(round: Round) -> Subject:
    """What happened to a round, in the story of the round."""
    return Subject(f"round:{round.pk}", round.title)


def create_round(
    *,
    title: str,
    year: int,
    assessed_from: date,
    assessed_until: date,
    manager_id: int,
    guide: str = "",
    by: Actor,
    at: datetime,
) -> Round:
    """A new round in preparation. Raises NotAllowed, Incomplete."""
    with write_transaction():
        if not may_manage_rounds(by) or not by.has(Role.ROUND_MANAGER, manager_id):
            raise NotAllowed(Gap("", _("chỉ cơ quan quản lý kỳ đánh giá lập kỳ."), code="not_manager"))
        gaps = []
        if not title.strip():
            gaps.append(Gap(_("Tên kỳ đánh giá"), _("chưa nhập."), code="title"))
        if assessed_until < assessed_from:
            gaps.append(
                Gap(_("Thời kỳ đánh giá"), _("ngày cuối phải từ ngày đầu trở đi."), code="period_order")
            )
        if gaps:
            raise Incomplete(gaps)
        round = Round.objects.create(
            title=title.strip(),
            year=year,
            assessed_from=assessed_from,
            assessed_until=assessed_until,
            manager_id=manager_id,
            guide=guide,
        )
        trace_round(round, "round.created", by=by, at=at, after={"title": round.title, "year": year})
        return round


def _told_phases(phases: Iterable[PhaseDates]) -> dict[str, object]:
    return {str(phase.stage): [phase.opens_at.isoformat(), phase.closes_at.isoformat()] for phase in phases}


def _write_phases(round: Round, phases: Iterable[PhaseDates]) -> None:
    round.phases.all().delete()
    Phase.objects.bulk_create(
        Phase(round=round, stage=phase.stage, opens_at=phase.opens_at, closes_at=phase.closes_at)
        for phase in phases
    )
    _set_window(round)


def _set_window(round: Round) -> None:
    """Keeps the dates of the running phase beside the stage."""
    phase = round.phases.filter(stage=round.stage).first()
    round.window_opens_at = None if phase is None else phase.opens_at
    round.window_closes_at = None if phase is None else phase.closes_at
    round.save(update_fields=["window_opens_at", "window_closes_at"])


def set_phases(*, round_id: int, phases: Sequence[PhaseDates], reason: str, by: Actor, at: datetime) -> None:
    """The calendar of a round; after opening every change needs a reason. Raises NotAllowed, Incomplete."""
    with write_transaction():
        round = take_round(round_id, by)
        gaps = phase_gaps(phases)
        if round.stage != RoundStage.PREPARATION and not reason.strip():
            gaps.append(Gap("", _("Kỳ đã mở: đổi lịch phải nêu lý do."), code="no_reason"))
        if round.stage == RoundStage.PUBLISHED:
            gaps.append(Gap("", _("Kỳ đã công bố, lịch không đổi được."), code="published"))
        if gaps:
            raise Incomplete(gaps)
        before, after = _told_phases(phases_of(round)), _told_phases(phases)
        _write_phases(round, phases)
        trace_round(round, "round.phases_set", by=by, at=at, before=before, after=after, reason=reason)
        if round.stage not in {RoundStage.PREPARATION, RoundStage.PUBLISHED}:
            tell(
                recipients=_people_of_units(round, at),
                text=_("Lịch của kỳ “%(round)s” thay đổi: %(reason)s")
                % {"round": round.title, "reason": reason},
                link=f"/rounds/{round.pk}/",
                at=at,
            )


def add_block(*, round_id: int, block_id: int, criteria_set_id: int, by: Actor, at: datetime) -> RoundBlock:
    """Puts a block into a round in preparation, or gives it another set. Raises NotAllowed, NotNow."""
    with write_transaction():
        round = take_round(round_id, by)
        refuse_unless_preparing(round)
        block = Block.objects.get(pk=block_id)
        criteria_set = CriteriaSet.objects.get(pk=criteria_set_id)
        round_block, _created = RoundBlock.objects.update_or_create(
            round=round, block=block, defaults={"criteria_set": criteria_set}
        )
        trace_round(
            round,
            "round.block_added",
            by=by,
            at=at,
            after={"block": block.code, "criteria_set": criteria_set.title},
        )
        return round_block


def refuse_unless_preparing(round: Round) -> None:
    """Blocks, sets and units are fixed once a round has opened. Raises NotNow."""
    if round.stage != RoundStage.PREPARATION:
        raise NotNow(Gap("", _("Kỳ đã mở: khối, bộ tiêu chí và danh sách đơn vị đã cố định."), code="opened"))


def enrol_units(
    *, round_block_id: int, organisation_ids: Sequence[int] | None, by: Actor, at: datetime
) -> int:
    """Enters units of a block, as they are named at the end of the assessed period (or when they ended).

    None enters every organisation of the block that is marked as scored on that day. Returns how many
    are new. Raises NotAllowed, NotNow.
    """
    with write_transaction():
        round_block = RoundBlock.objects.select_related("round", "block").get(pk=round_block_id)
        round = take_round(round_block.round_id, by)
        refuse_unless_preparing(round)
        units = OrganisationVersion.objects.as_of(round.assessed_until)
        if organisation_ids is None:
            units = units.filter(block=round_block.block, is_scored=True)
        else:
            units = units.filter(organisation_id__in=organisation_ids)
        enrolled = set(round_block.assessments.values_list("organisation_id", flat=True))
        new = [unit for unit in units if unit.organisation_id not in enrolled]
        Assessment.objects.bulk_create(
            Assessment(
                round_block=round_block,
                organisation_id=unit.organisation_id,
                unit=unit,
                is_ranked=unit.is_ranked,
                is_published=unit.is_published,
            )
            for unit in new
        )
        trace_round(
            round,
            "round.units_enrolled",
            by=by,
            at=at,
            after={"block": round_block.block.code, "units": [unit.name for unit in new]},
        )
        return len(new)


def withdraw_unit(*, assessment_id: int, by: Actor, at: datetime) -> None:
    """Takes a unit out of a round in preparation. Raises NotAllowed, NotNow."""
    with write_transaction():
        assessment = Assessment.objects.select_related("round_block", "unit").get(pk=assessment_id)
        round = take_round(assessment.round_block.round_id, by)
        refuse_unless_preparing(round)
        trace_round(round, "round.unit_withdrawn", by=by, at=at, before={"unit": assessment.unit.name})
        assessment.delete()


def _refuse_unless_assigned(round: Round) -> None:
    closed = why_not_assigned(round.stage)
    if closed is not None:
        raise NotNow(closed)


def assign_appraiser(
    *, round_block_id: int, field_codes: Sequence[str], appraiser_id: int, by: Actor, at: datetime
) -> None:
    """Hands fields of a block to an appraiser, beside those who have them.

    Raises NotAllowed, NotNow, Incomplete.
    """
    with write_transaction():
        round_block = RoundBlock.objects.select_related("round", "block", "criteria_set").get(
            pk=round_block_id
        )
        round = take_round(round_block.round_id, by)
        _refuse_unless_assigned(round)
        known = {
            field.code
            for field in loaded_set(
                round_block.criteria_set_id, round_block.criteria_set.version
            ).engine.fields
        }
        gaps = [
            Gap(code, _("bộ tiêu chí của khối không có lĩnh vực này."), code="unknown_field")
            for code in field_codes
            if code not in known
        ]
        is_appraiser = RoleHeld.objects.as_of(timezone.localdate(at)).filter(
            user_id=appraiser_id, role=Role.APPRAISER
        )
        if not is_appraiser.exists():
            gaps.append(Gap("", _("người này không giữ vai trò thành viên thẩm định."), code="not_appraiser"))
        if gaps:
            raise Incomplete(gaps)
        for code in field_codes:
            AppraiserAssignment.objects.get_or_create(
                round_block=round_block, field_code=code, appraiser_id=appraiser_id
            )
        trace_round(
            round,
            "round.appraiser_assigned",
            by=by,
            at=at,
            after={"block": round_block.block.code, "fields": list(field_codes), "appraiser": appraiser_id},
        )
        tell(
            recipients=[appraiser_id],
            text=_("Bạn được phân công thẩm định lĩnh vực %(fields)s, khối %(block)s, kỳ “%(round)s”.")
            % {"fields": ", ".join(field_codes), "block": round_block.block.name, "round": round.title},
            link=f"/appraisals/{round.pk}/",
            at=at,
        )


def unassign_appraiser(
    *, round_block_id: int, field_code: str, appraiser_id: int, by: Actor, at: datetime
) -> None:
    """Takes a field back; what was appraised stays. Raises NotAllowed, NotNow."""
    with write_transaction():
        round_block = RoundBlock.objects.select_related("round", "block").get(pk=round_block_id)
        round = take_round(round_block.round_id, by)
        _refuse_unless_assigned(round)
        AppraiserAssignment.objects.filter(
            round_block=round_block, field_code=field_code, appraiser_id=appraiser_id
        ).delete()
        trace_round(
            round,
            "round.appraiser_unassigned",
            by=by,
            at=at,
            before={"block": round_block.block.code, "field": field_code, "appraiser": appraiser_id},
        )


def _people_of_units(round: Round, at: datetime) -> list[int]:
    return list(
        RoleHeld.objects.as_of(timezone.localdate(at))
        .filter(
            role__in=(Role.FOCAL_OFFICER, Role.AGENCY_HEAD),
            user__is_active=True,
            organisation__assessments__round_block__round=round,
        )
        .values_list("user_id", flat=True)
    )


def open_round(*, round_id: int, by: Actor, at: datetime) -> None:
    """Opens self-scoring: from now on the criteria sets are frozen. Raises NotAllowed, NotNow, Incomplete."""
    with write_transaction():
        round = take_round(round_id, by)
        if round.stage != RoundStage.PREPARATION:
            raise NotNow(Gap("", _("Kỳ đã mở."), code="opened"))
        gaps = opening_gaps(round)
        if gaps:
            raise Incomplete(gaps)
        for criteria_set in CriteriaSet.objects.filter(round_blocks__round=round).distinct():
            put_in_use(criteria_set, by=by, at=at)
        _move(round, RoundStage.SELF_SCORING, by=by, at=at)
        tell(
            recipients=_people_of_units(round, at),
            text=_("Kỳ “%s” đã mở tự đánh giá, chấm điểm.") % round.title,
            link="/",
            at=at,
        )


def _move(
    round: Round,
    to: RoundStage,
    *,
    shifts: Sequence[Shift] = (),
    by: Actor,
    at: datetime,
    reason: str = "",
) -> None:
    """The next stage with its window; the trace tells the dates that change with it."""
    before = round.stage
    round.stage = to
    round.save(update_fields=["stage"])
    if shifts:
        changed = {shift.stage: shift.after for shift in shifts}
        new = [changed.get(dates.stage, dates) for dates in phases_of(round)]
        _write_phases(round, [dates for dates in new if dates is not None])
    else:
        _set_window(round)
    old_dates = _told_phases(shift.before for shift in shifts)
    new_dates = _told_phases(shift.after for shift in shifts if shift.after is not None)
    trace_round(
        round,
        "round.moved",
        by=by,
        at=at,
        before={"stage": before, **old_dates},
        after={"stage": to, **new_dates},
        reason=reason,
    )


def advance_round(*, round_id: int, to: RoundStage, reason: str = "", by: Actor, at: datetime) -> None:
    """Moves a round to its next phase.

    Leaving self-scoring locks every sheet that is not locked yet, as it stands; leaving it before its
    hour needs every sheet locked by its head, or a reason. Leaving an appraisal needs every leaf decided;
    requests to open a sheet again that nobody answered until then lapse.
    The next phase is open from `at` on, whatever the calendar said of its beginning; its end stays. A phase
    left before its hour ended at `at` (shifts_of). Raises NotAllowed, NotNow, Incomplete with all gaps.
    """
    with write_transaction():
        round = take_round(round_id, by)
        take_all_sheets(round)
        if to not in next_stages(round):
            raise NotNow(
                Gap(
                    "",
                    _("không chuyển được từ “%(now)s” sang “%(to)s”.")
                    % {"now": RoundStage(round.stage).label, "to": to.label},
                    code="not_next",
                )
            )
        gaps = leaving_gaps(round, at=at, reason=reason)
        if gaps:
            raise Incomplete(gaps)
        leaving = RoundStage(round.stage)
        shifts = shifts_of(phases_of(round), leaving=leaving, to=to, at=at)
        # Each change of a date is on record with its reason (parindex.md 4.2), also one that needed none.
        if any(shift.stage == leaving for shift in shifts):
            reason = reason.strip() or _why_done_early(leaving)
        # Also sheets that were reopened during the appraisal and never locked again.
        _lock_the_rest(round, by=by, at=at)
        lapse_reopenings(round, to=to, by=by, at=at)
        _move(round, to, shifts=shifts, by=by, at=at, reason=reason)
        tell(recipients=_people_of_units(round, at), text=_told_move(round, to, at), link="/", at=at)


def _why_done_early(leaving: RoundStage) -> str:
    """Why a phase could be left before its hour without anybody giving a reason."""
    reasons = {
        RoundStage.SELF_SCORING: _("Mọi đơn vị đã chốt phiếu trước hạn."),
        RoundStage.APPRAISAL: _("Mọi tiêu chí đã thẩm định xong trước hạn."),
        RoundStage.REAPPRAISAL: _("Mọi giải trình đã được trả lời trước hạn."),
    }
    return reasons.get(leaving, "")


def _told_move(round: Round, to: RoundStage, at: datetime) -> str:
    text = _("Kỳ “%(round)s” chuyển sang giai đoạn “%(stage)s”.") % {"round": round.title, "stage": to.label}
    closes_at = round.window_closes_at
    if closes_at is None or closes_at <= at:
        return text
    return text + " " + _("Hạn: %s.") % deadline_words(closes_at)


def _lock_the_rest(round: Round, *, by: Actor, at: datetime) -> None:
    unlocked = (
        Assessment.objects.filter(round_block__round=round)
        .exclude(state=SheetState.LOCKED)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for assessment_id in list(unlocked):
        freeze(take_sheet(assessment_id), by=by, at=at, automatically=True)
