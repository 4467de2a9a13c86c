"""A case begins: which units, by which decision, who is in the team."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import actor_of
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reform.inspections.actions.campaigns import topic_gaps
from openpar.reform.inspections.actions.shared import (
    days_gaps,
    leads_team,
    official_document,
    refuse_if,
    refuse_unless,
    refuse_unless_follows,
    refuse_unless_in,
    strange_units,
    take_campaign,
    take_case,
    text_gaps,
    trace_case,
)
from openpar.reform.inspections.checklists import Checklist, checklist_on
from openpar.reform.inspections.models import (
    Campaign,
    CampaignState,
    CaseState,
    InspectedUnit,
    Inspection,
    Mode,
    TeamMember,
)
from openpar.reform.inspections.permissions import belongs_to, may_plan
from openpar.reform.inspections.words import document_words


@dataclass(frozen=True)
class NewCase:
    """What a case is about; days and outline are those of the plan where None.

    `fields`: the codes of the fields that are checked, all of them when empty.
    """

    organisation_ids: Sequence[int]
    mode: str
    decision_id: int | None
    topic: str = ""
    fields: Sequence[str] = ()
    covers_from: date | None = None
    covers_until: date | None = None
    outline: str | None = None


def open_case(*, by: Actor, at: datetime, campaign_id: int, case: NewCase) -> Inspection:
    """A case of an issued plan. Its team is called by the number of the decision.

    Units stand in the plan with this mode; unannounced ones need not. Raises InspectionRefused.
    """
    with write_transaction():
        campaign = take_campaign(campaign_id)
        refuse_unless(_prepares(by, campaign), by, _who_prepares())
        topic, wanted = nfc(case.topic).strip(), list(dict.fromkeys(case.organisation_ids))
        covers_from = case.covers_from or campaign.covers_from
        covers_until = case.covers_until or campaign.covers_until
        day = timezone.localdate(at)
        checklist = checklist_on(day)
        gaps = _opening_gaps(campaign, case, wanted, topic, day)
        gaps += days_gaps(covers_from, covers_until) + _field_gaps(checklist, case.fields)
        gaps += official_document(by, case.decision_id, [campaign.organisation_id], _("Quyết định lập đoàn"))
        refuse_if(gaps)
        assert case.decision_id is not None
        opened = Inspection.objects.create(
            campaign=campaign,
            mode=case.mode,
            topic=topic,
            decision_id=case.decision_id,
            covers_from=covers_from,
            covers_until=covers_until,
            checklist=checklist.version,
            fields=list(case.fields) or [field for field, _items in checklist.by_field()],
            outline=nfc(campaign.outline if case.outline is None else case.outline).strip(),
            opened_by_id=by.person_id,
            opened_at=at,
        )
        InspectedUnit.objects.bulk_create(
            InspectedUnit(inspection=opened, organisation_id=one) for one in wanted
        )
        after = {
            "inspected_units": list(names_on(wanted, day).values()),
            "inspection_mode": case.mode,
            "topic": topic,
            "document": document_words(opened.decision),
            "covers_from": covers_from.isoformat(),
            "covers_until": covers_until.isoformat(),
        }
        trace_case(opened, "inspection.opened", by=by, at=at, after=after)
        return opened


def add_member(*, by: Actor, at: datetime, inspection_id: int, user_id: int, part: str) -> TeamMember:
    """Somebody comes into the team, from any agency but those inspected. Raises InspectionRefused."""
    with write_transaction():
        case = take_case(inspection_id)
        refuse_unless(_prepares(by, case.campaign), by, _who_prepares())
        refuse_unless_in(case, CaseState.PREPARING, CaseState.NOTIFIED, CaseState.WORKING)
        refuse_if(_member_gaps(case, user_id, part, at))
        member = TeamMember.objects.create(inspection=case, user_id=user_id, part=part)
        after = {"member": member.user.full_name, "team_part": part}
        trace_case(case, "inspection.member_added", by=by, at=at, after=after)
        return member


def remove_member(*, by: Actor, at: datetime, member_id: int) -> None:
    """Somebody leaves the team; the head only before the notice. Raises InspectionRefused."""
    with write_transaction():
        case_id = TeamMember.objects.values_list("inspection_id", flat=True).get(pk=member_id)
        case = take_case(case_id)
        member = TeamMember.objects.select_related("user").get(pk=member_id)
        refuse_unless(_prepares(by, case.campaign), by, _who_prepares())
        states = [CaseState.PREPARING]
        if member.part != TeamMember.Part.HEAD:
            states += [CaseState.NOTIFIED, CaseState.WORKING]
        refuse_unless_in(case, *states)
        before = {"member": member.user.full_name, "team_part": member.part}
        member.delete()
        trace_case(case, "inspection.member_removed", by=by, at=at, before=before)


def cancel_case(*, by: Actor, at: datetime, inspection_id: int, reason: str) -> Inspection:
    """The case is given up before anything was checked; it stays readable. Raises InspectionRefused."""
    with write_transaction():
        case = take_case(inspection_id)
        refuse_unless(_prepares(by, case.campaign), by, _who_prepares())
        refuse_unless_follows(case, CaseState.CANCELLED)
        refuse_if(text_gaps(_("Lý do"), reason, _("Ghi vì sao không tiến hành")))
        case.state, case.cancel_reason = CaseState.CANCELLED, nfc(reason).strip()
        case.version += 1
        case.save(update_fields=["state", "cancel_reason", "version"])
        trace_case(case, "inspection.cancelled", by=by, at=at, reason=case.cancel_reason)
        return case


def may_prepare(by: Actor, case: Inspection) -> bool:
    """Prepares the case: who plans the inspections of its organisation, and the lead of its team."""
    return _prepares(by, case.campaign) or leads_team(by, case)


def conflict_gaps(organisation_ids: Iterable[int], by: Actor, on: date) -> list[Gap]:
    """Gaps when somebody belongs to one of these units: nobody inspects their own agency."""
    units = list(organisation_ids)
    if not belongs_to(by, units):
        return []
    own = by.organisations() & set(units)
    what = _("%(name)s là người của %(units)s") % {
        "name": by.full_name,
        "units": ", ".join(sorted(names_on(own, on).values())),
    }
    remedy = _("Người của đơn vị được kiểm tra không tham gia đoàn, không kết luận về đơn vị mình")
    return [Gap("", what, remedy, code="own-agency")]


def _prepares(by: Actor, campaign: Campaign) -> bool:
    return may_plan(by, campaign.organisation_id, campaign.scope)


def _who_prepares() -> str:
    return _("Việc này do Sở Nội vụ, hoặc đầu mối, thủ trưởng của cơ quan kiểm tra làm")


def _member_gaps(case: Inspection, user_id: int, part: str, at: datetime) -> list[Gap]:
    where = _("Thành viên")
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return [Gap(where, _("không có người dùng này"), _("Chọn trong danh sách"), code="nobody")]
    if part not in TeamMember.Part.values:
        return [Gap(where, _("chưa chọn vai trò trong đoàn"), _("Chọn một vai trò"), code="no-part")]
    if case.members.filter(user=user_id).exists():
        return [Gap(user.full_name, _("đã có trong đoàn"), _("Chọn người khác"), code="twice")]
    if part == TeamMember.Part.HEAD and case.members.filter(part=TeamMember.Part.HEAD).exists():
        remedy = _("Đưa trưởng đoàn hiện nay ra trước")
        return [Gap(user.full_name, _("đoàn đã có trưởng đoàn"), remedy, code="two-heads")]
    units = case.units.values_list("organisation_id", flat=True)
    return conflict_gaps(units, actor_of(user_id, at=at), timezone.localdate(at))


def _opening_gaps(
    campaign: Campaign, case: NewCase, wanted: Sequence[int], topic: str, day: date
) -> list[Gap]:
    if campaign.state != CampaignState.ISSUED:
        remedy = _("Ban hành kế hoạch trước")
        return [Gap(_("Kế hoạch"), _("chưa ban hành"), remedy, code="not-issued")]
    gaps = []
    if case.mode not in Mode.values:
        gaps.append(Gap(_("Hình thức"), _("chưa chọn"), _("Chọn một hình thức kiểm tra"), code="no-mode"))
    if not wanted:
        gaps.append(
            Gap(_("Đơn vị"), _("chưa chọn đơn vị nào"), _("Chọn ít nhất một đơn vị"), code="no-units")
        )
    gaps += topic_gaps(case.mode, topic) + strange_units(campaign, wanted, day)
    if case.mode == Mode.UNANNOUNCED:
        return gaps
    planned = campaign.units.filter(mode=case.mode, topic=topic).values_list("organisation_id", flat=True)
    outside = [one for one in wanted if one not in set(planned)]
    names = names_on(outside, day)
    what = _("không có trong kế hoạch %s với hình thức này") % format_date(
        timezone.localdate(campaign.issued_at)
    )
    remedy = _("Kiểm tra đột xuất, hoặc lập kế hoạch bổ sung")
    return gaps + [Gap(names.get(one, str(one)), what, remedy, code="not-planned") for one in outside]


def _field_gaps(checklist: Checklist, fields: Sequence[str]) -> list[Gap]:
    known = {field for field, _items in checklist.by_field()}
    strange = [field for field in fields if field not in known]
    if not strange:
        return []
    what = _("không có lĩnh vực %s trong đề cương") % ", ".join(strange)
    return [Gap(_("Lĩnh vực"), what, _("Chọn trong danh sách"), code="no-field")]
