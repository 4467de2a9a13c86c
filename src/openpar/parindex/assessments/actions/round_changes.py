"""What the round manager corrects in a round: its title, period and guide, a block added by mistake."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import OrganisationVersion
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.parindex.assessments.actions.rounds import refuse_unless_preparing, take_round, trace_round
from openpar.parindex.assessments.errors import Incomplete, NotNow
from openpar.parindex.assessments.models import Assessment, Round, RoundBlock, RoundStage


def why_not_changed(stage: RoundStage) -> Gap | None:
    """Why nothing of a round may be corrected any more."""
    if stage != RoundStage.PUBLISHED:
        return None
    return Gap("", _("Kỳ đã công bố, thông tin của kỳ không đổi được."), code="published")


def _told(round: Round) -> dict[str, object]:
    return {
        "title": round.title,
        "assessed_from": round.assessed_from.isoformat(),
        "assessed_until": round.assessed_until.isoformat(),
        "guide": round.guide,
    }


def change_round(
    *,
    round_id: int,
    title: str,
    assessed_from: date,
    assessed_until: date,
    guide: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Title, guide, and while the round is prepared the assessed period (both days included).

    After opening a reason is needed. With another last day the units enrolled are named as on that day. What
    is already so changes nothing and leaves no trace. Raises NotAllowed, NotNow, Incomplete.
    """
    with write_transaction():
        round = take_round(round_id, by)
        closed = why_not_changed(RoundStage(round.stage))
        if closed is not None:
            raise NotNow(closed)
        before, last_day = _told(round), round.assessed_until
        has_other_period = (assessed_from, assessed_until) != (round.assessed_from, round.assessed_until)
        round.title, round.guide = title.strip(), guide.strip()
        round.assessed_from, round.assessed_until = assessed_from, assessed_until
        if _told(round) == before:
            return
        units = _renamed_units(round) if assessed_until != last_day else []
        gaps = [*_gaps(round, reason, has_other_period=has_other_period), *_absent(units, assessed_until)]
        if gaps:
            raise Incomplete(gaps)
        round.save(update_fields=["title", "guide", "assessed_from", "assessed_until"])
        for sheet, unit in units:
            if unit is not None and sheet.unit_id != unit.pk:
                sheet.unit, sheet.is_ranked, sheet.is_published = unit, unit.is_ranked, unit.is_published
                sheet.save(update_fields=["unit", "is_ranked", "is_published"])
        trace_round(
            round, "round.changed", by=by, at=at, before=before, after=_told(round), reason=reason.strip()
        )


def _gaps(round: Round, reason: str, *, has_other_period: bool) -> list[Gap]:
    gaps = []
    is_prepared = round.stage == RoundStage.PREPARATION
    if not round.title:
        gaps.append(Gap(_("Tên kỳ đánh giá"), _("chưa nhập."), code="title"))
    if round.assessed_until < round.assessed_from:
        gaps.append(Gap(_("Thời kỳ đánh giá"), _("ngày cuối phải từ ngày đầu trở đi."), code="period_order"))
    if has_other_period and not is_prepared:
        gaps.append(
            Gap(_("Thời kỳ đánh giá"), _("kỳ đã mở, thời kỳ đánh giá đã cố định."), code="period_fixed")
        )
    if not is_prepared and not reason.strip():
        gaps.append(Gap(_("Lý do"), _("kỳ đã mở: sửa thông tin phải nêu lý do."), code="no_reason"))
    return gaps


_Renamed = list[tuple[Assessment, OrganisationVersion | None]]


def _renamed_units(round: Round) -> _Renamed:
    """The sheets with their units as on the last day of the period; None for one absent on that day."""
    sheets = list(Assessment.objects.filter(round_block__round=round).select_related("unit").order_by("pk"))
    versions = OrganisationVersion.objects.as_of(round.assessed_until).filter(
        organisation_id__in=[sheet.organisation_id for sheet in sheets]
    )
    of = {version.organisation_id: version for version in versions}
    return [(sheet, of.get(sheet.organisation_id)) for sheet in sheets]


def _absent(units: _Renamed, day: date) -> list[Gap]:
    return [
        Gap(
            sheet.unit.name,
            _("không hoạt động vào ngày %s, ngày cuối thời kỳ đánh giá.") % format_date(day),
            _("Đưa đơn vị ra khỏi kỳ trước, hoặc chọn ngày khác."),
            code="unit_absent",
        )
        for sheet, unit in units
        if unit is None
    ]


def remove_block(*, round_block_id: int, by: Actor, at: datetime) -> None:
    """Takes a block with its enrolled units and its appraisers out of a round in preparation.

    Raises RoundBlock.DoesNotExist, NotAllowed, NotNow.
    """
    with write_transaction():
        block = RoundBlock.objects.select_related("block", "criteria_set").get(pk=round_block_id)
        round = take_round(block.round_id, by)
        refuse_unless_preparing(round)
        units = list(block.assessments.order_by("unit__name_sort").values_list("unit__name", flat=True))
        before = {"block": block.block.code, "criteria_set": block.criteria_set.title, "units": units}
        trace_round(round, "round.block_removed", by=by, at=at, before=before)
        block.assessments.all().delete()
        block.delete()
