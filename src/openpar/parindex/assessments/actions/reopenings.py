"""A locked sheet is opened again only by two people, with a reason, until a moment; then it closes itself."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor, people_holding
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import Reopening, Round, RoundStage, SheetState
from openpar.parindex.assessments.permissions import may_ask_reopening, may_grant_reopening
from openpar.parindex.assessments.rules import deadline_words
from openpar.parindex.assessments.sheets import take_sheet

# Later phases build on the locked points: from there on a change goes through explanation or correction.
STAGES = (RoundStage.SELF_SCORING, RoundStage.APPRAISAL)


def ask_reopening(*, assessment_id: int, reason: str, by: Actor, at: datetime) -> Reopening:
    """The unit asks for its locked sheet to be opened again. Raises NotAllowed, NotNow, Incomplete."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        if not may_ask_reopening(by, sheet.assessment):
            raise NotAllowed(
                Gap("", _("chỉ cán bộ đầu mối hoặc thủ trưởng đề nghị mở lại."), code="not_focal")
            )
        if sheet.assessment.state != SheetState.LOCKED or sheet.round.stage not in STAGES:
            raise NotNow(
                Gap("", _("chỉ mở lại phiếu đã chốt, trước giai đoạn giải trình."), code="not_locked")
            )
        if not reason.strip():
            raise Incomplete(Gap("", _("Nêu lý do đề nghị mở lại."), code="no_reason"))
        if sheet.assessment.reopenings.filter(granted_at__isnull=True, closed_at__isnull=True).exists():
            raise NotNow(Gap("", _("đã có đề nghị mở lại đang chờ."), code="asked_already"))
        reopening = Reopening.objects.create(
            assessment=sheet.assessment, reason=reason.strip(), asked_by_id=by.person_id, asked_at=at
        )
        record(
            by=by,
            at=at,
            verb="sheet.reopening_asked",
            object=f"reopening:{reopening.pk}",
            about=sheet.about,
            label=sheet.unit_name,
            after={"reason": reopening.reason},
            reason=reopening.reason,
        )
        managers = people_holding([Role.ROUND_MANAGER], [sheet.round.manager_id], timezone.localdate(at))
        tell(
            recipients=managers,
            text=_("%(unit)s đề nghị mở lại phiếu đã chốt: %(reason)s")
            % {"unit": sheet.unit_name, "reason": reopening.reason},
            link=f"/rounds/{sheet.round.pk}/",
            at=at,
        )
        return reopening


def grant_reopening(*, reopening_id: int, open_until: datetime, by: Actor, at: datetime) -> None:
    """The round manager, another person than who asked, opens the sheet until `open_until` (excluded).

    Raises NotAllowed, NotNow, Incomplete.
    """
    with write_transaction():
        asked = Reopening.objects.get(pk=reopening_id)
        sheet = take_sheet(asked.assessment_id)
        reopening = Reopening.objects.select_for_update().get(pk=reopening_id)
        if not may_grant_reopening(by, sheet.round):
            raise NotAllowed(Gap("", _("chỉ cơ quan quản lý kỳ chấp thuận mở lại."), code="not_manager"))
        if reopening.asked_by_id == by.id:
            raise NotAllowed(
                Gap("", _("người đề nghị không được tự chấp thuận; cần người thứ hai."), code="same_person")
            )
        if reopening.granted_at is not None or reopening.closed_at is not None:
            raise NotNow(Gap("", _("đề nghị này đã được giải quyết."), code="settled"))
        if sheet.assessment.state != SheetState.LOCKED or sheet.round.stage not in STAGES:
            raise NotNow(Gap("", _("giai đoạn này không mở lại phiếu được nữa."), code="too_late"))
        if open_until <= at:
            raise Incomplete(Gap("", _("thời hạn mở lại phải ở tương lai."), code="past"))
        reopening.granted_by_id = by.person_id
        reopening.granted_at = at
        reopening.open_until = open_until
        reopening.save(update_fields=["granted_by", "granted_at", "open_until"])
        sheet.assessment.state = SheetState.DRAFTING
        sheet.assessment.locked_at = None
        sheet.assessment.locked_by = None
        sheet.assessment.reopened_until = open_until
        sheet.assessment.save(update_fields=["state", "locked_at", "locked_by", "reopened_until"])
        record(
            by=by,
            at=at,
            verb="sheet.reopened",
            object=f"reopening:{reopening.pk}",
            about=sheet.about,
            label=sheet.unit_name,
            before={"state": SheetState.LOCKED},
            after={"state": SheetState.DRAFTING, "open_until": open_until.isoformat()},
            reason=reopening.reason,
        )
        tell(
            recipients=[reopening.asked_by_id],
            text=_("Phiếu của đơn vị được mở lại đến %s.") % deadline_words(open_until),
            link=f"/assessments/{sheet.assessment.pk}/",
            at=at,
        )


def lapse_reopenings(round: Round, *, to: RoundStage, by: Actor, at: datetime) -> None:
    """Closes what nobody has answered when a round goes on to where no sheet is opened again.

    The caller has locked the round and its sheets, and moves it to `to` in the same transaction.
    """
    if to in STAGES:
        return
    open_ones = Reopening.objects.select_for_update(of=("self",)).filter(
        assessment__round_block__round=round, granted_at__isnull=True, closed_at__isnull=True
    )
    for reopening in open_ones.select_related("assessment__unit").order_by("pk"):
        reopening.closed_at, reopening.has_lapsed = at, True
        reopening.save(update_fields=["closed_at", "has_lapsed"])
        why = _("Kỳ “%(round)s” chuyển sang giai đoạn “%(stage)s”.")
        reason = why % {"round": round.title, "stage": to.label}
        record(
            by=by,
            at=at,
            verb="sheet.reopening_lapsed",
            object=f"reopening:{reopening.pk}",
            about=f"assessment:{reopening.assessment_id}",
            label=reopening.assessment.unit.name,
            reason=reason,
        )
        tell(
            recipients=[reopening.asked_by_id],
            text=_("Đề nghị mở lại phiếu hết hiệu lực, chưa được trả lời: %s") % reason,
            link=f"/assessments/{reopening.assessment_id}/",
            at=at,
        )


def refuse_reopening(*, reopening_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The round manager says no, and why. Raises NotAllowed, NotNow, Incomplete."""
    with write_transaction():
        reopening = Reopening.objects.select_for_update().get(pk=reopening_id)
        sheet = take_sheet(reopening.assessment_id)
        if not may_grant_reopening(by, sheet.round):
            raise NotAllowed(Gap("", _("chỉ cơ quan quản lý kỳ trả lời đề nghị."), code="not_manager"))
        if reopening.granted_at is not None or reopening.closed_at is not None:
            raise NotNow(Gap("", _("đề nghị này đã được giải quyết."), code="settled"))
        if not reason.strip():
            raise Incomplete(Gap("", _("Nêu lý do không chấp thuận."), code="no_reason"))
        reopening.closed_at = at
        reopening.save(update_fields=["closed_at"])
        record(
            by=by,
            at=at,
            verb="sheet.reopening_refused",
            object=f"reopening:{reopening.pk}",
            about=sheet.about,
            label=sheet.unit_name,
            reason=reason,
        )
        tell(
            recipients=[reopening.asked_by_id],
            text=_("Đề nghị mở lại không được chấp thuận: %s") % reason,
            link=f"/assessments/{sheet.assessment.pk}/",
            at=at,
        )
