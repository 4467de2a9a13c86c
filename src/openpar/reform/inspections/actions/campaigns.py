"""The inspection plan of a year: drawn up, filled with units, issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reform.inspections.actions.shared import (
    days_gaps,
    official_document,
    refuse_if,
    refuse_if_stale,
    refuse_unless,
    strange_units,
    take_campaign,
    text_gaps,
    trace_campaign,
)
from openpar.reform.inspections.errors import InspectionRefused, StaleInspection
from openpar.reform.inspections.models import Campaign, CampaignState, CampaignUnit, Mode
from openpar.reform.inspections.permissions import may_decide, may_plan
from openpar.reform.inspections.words import document_words

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_LONGEST_TITLE, _LONGEST_TOPIC = 300, 200


@dataclass(frozen=True)
class CampaignDraft:
    """What a plan says before its units; the period covered includes both days."""

    title: str
    covers_from: date
    covers_until: date
    outline: str = ""

    def gaps(self) -> list[Gap]:
        """Everything that is missing or does not fit."""
        gaps = text_gaps(_("Tên kế hoạch"), self.title, _("Ghi tên kế hoạch"))
        if len(self.title) > _LONGEST_TITLE:
            gaps.append(
                Gap(
                    _("Tên kế hoạch"),
                    _("dài quá %d ký tự") % _LONGEST_TITLE,
                    _("Rút ngắn"),
                    code="too-long",
                )
            )
        gaps += days_gaps(self.covers_from, self.covers_until)
        return gaps + text_gaps(_("Nội dung kiểm tra"), self.outline, "", is_needed=False)


def open_campaign(
    *, by: Actor, at: datetime, organisation_id: int, scope: str, year: int, draft: CampaignDraft
) -> Campaign:
    """A plan as a draft. Raises InspectionRefused with every gap."""
    with write_transaction():
        refuse_unless(may_plan(by, organisation_id, scope), by, _who_plans())
        gaps = draft.gaps()
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            gaps.append(Gap(_("Năm"), _("không có năm %d") % year, _("Ghi năm của kế hoạch"), code="no-year"))
        refuse_if(gaps)
        campaign = Campaign.objects.create(
            organisation_id=organisation_id,
            scope=scope,
            year=year,
            title=nfc(draft.title).strip(),
            covers_from=draft.covers_from,
            covers_until=draft.covers_until,
            outline=nfc(draft.outline).strip(),
            made_by_id=by.person_id,
            made_at=at,
        )
        trace_campaign(campaign, "inspection.plan_opened", by=by, at=at, after=_head(campaign))
        return campaign


def change_campaign(
    *, by: Actor, at: datetime, campaign_id: int, expected_version: int, draft: CampaignDraft
) -> Campaign:
    """The head of a draft is put right. Raises InspectionRefused, StaleInspection."""
    with write_transaction():
        campaign = _take_draft(campaign_id, by)
        refuse_if_stale(campaign.version, expected_version)
        refuse_if(draft.gaps())
        before = _head(campaign)
        campaign.title, campaign.outline = nfc(draft.title).strip(), nfc(draft.outline).strip()
        campaign.covers_from, campaign.covers_until = draft.covers_from, draft.covers_until
        campaign.version += 1
        campaign.save(update_fields=["title", "outline", "covers_from", "covers_until", "version"])
        trace_campaign(
            campaign, "inspection.plan_changed", by=by, at=at, before=before, after=_head(campaign)
        )
        return campaign


def plan_units(
    *,
    by: Actor,
    at: datetime,
    campaign_id: int,
    organisation_ids: Sequence[int],
    mode: str,
    topic: str = "",
) -> int:
    """Units come into a draft; those that are in it already stay. Returns how many came in."""
    with write_transaction():
        campaign = _take_draft(campaign_id, by)
        wanted = list(dict.fromkeys(organisation_ids))
        words = nfc(topic).strip()
        gaps = _unit_gaps(wanted, mode, words) + strange_units(campaign, wanted, timezone.localdate(at))
        refuse_if(gaps)
        known = set(campaign.units.filter(mode=mode, topic=words).values_list("organisation_id", flat=True))
        new = [one for one in wanted if one not in known]
        CampaignUnit.objects.bulk_create(
            CampaignUnit(campaign=campaign, organisation_id=one, mode=mode, topic=words) for one in new
        )
        if new:
            _touch(campaign)
            after = {"inspected_units": _names(new, at), "inspection_mode": mode, "topic": words}
            trace_campaign(campaign, "inspection.units_planned", by=by, at=at, after=after)
        return len(new)


def drop_unit(*, by: Actor, at: datetime, planned_id: int) -> None:
    """A unit leaves a draft; one that was drawn by lot stays. Raises InspectionRefused."""
    with write_transaction():
        campaign_id = CampaignUnit.objects.values_list("campaign_id", flat=True).get(pk=planned_id)
        campaign = _take_draft(campaign_id, by)
        planned = CampaignUnit.objects.select_related("organisation", "campaign").get(pk=planned_id)
        if _was_drawn(planned):
            remedy = _("Đơn vị đã chọn ngẫu nhiên thì giữ trong kế hoạch")
            raise InspectionRefused(Gap("", _("đơn vị được chọn ngẫu nhiên"), remedy, code="drawn"))
        before = {
            "inspected_units": _names([planned.organisation_id], at),
            "inspection_mode": planned.mode,
            "topic": planned.topic,
        }
        planned.delete()
        _touch(campaign)
        trace_campaign(campaign, "inspection.unit_dropped", by=by, at=at, before=before)


def issue_campaign(
    *,
    by: Actor,
    at: datetime,
    campaign_id: int,
    document_id: int | None,
    expected_version: int | None = None,
) -> Campaign:
    """The plan is issued by its document; from then on it stays.

    `expected_version`: of the plan that was seen; a unit that came or went since makes it another one. Raises
    InspectionRefused, StaleInspection.
    """
    with write_transaction():
        campaign = take_campaign(campaign_id)
        refuse_unless(may_decide(by, campaign), by, _("Sở Nội vụ hoặc thủ trưởng đơn vị ban hành kế hoạch"))
        is_draft = campaign.state == CampaignState.DRAFT
        if is_draft and expected_version not in (None, campaign.version):
            what, remedy = (
                _("kế hoạch vừa được người khác sửa"),
                _("Xem lại đơn vị và nội dung, rồi ban hành"),
            )
            raise StaleInspection(Gap("", what, remedy, code="stale"))
        gaps = issuing_gaps(campaign)
        gaps += official_document(by, document_id, [campaign.organisation_id], _("Văn bản ban hành"))
        refuse_if(gaps)
        campaign.document_id, campaign.state = document_id, CampaignState.ISSUED
        campaign.issued_by_id, campaign.issued_at = by.person_id, at
        campaign.version += 1
        campaign.save(update_fields=["document", "state", "issued_by", "issued_at", "version"])
        after = {"document": document_words(campaign.document), "units_planned": campaign.units.count()}
        trace_campaign(campaign, "inspection.plan_issued", by=by, at=at, after=after)
        return campaign


def issuing_gaps(campaign: Campaign) -> list[Gap]:
    """What keeps a plan from being issued, whatever its document; the page asks the same."""
    if campaign.state != CampaignState.DRAFT:
        return [Gap("", _("kế hoạch đã ban hành"), code="not-draft")]
    if not campaign.units.exists() and not campaign.draws.exists():
        remedy = _("Thêm đơn vị, hoặc lập danh sách chọn ngẫu nhiên")
        return [Gap(_("Đơn vị"), _("kế hoạch chưa có đơn vị nào"), remedy, code="no-units")]
    return []


def _names(organisation_ids: Sequence[int], at: datetime) -> list[str]:
    return list(names_on(organisation_ids, timezone.localdate(at)).values())


def _touch(campaign: Campaign) -> None:
    """Whoever has seen the plan has seen another one."""
    campaign.version += 1
    campaign.save(update_fields=["version"])


def _was_drawn(planned: CampaignUnit) -> bool:
    """Did a lot fall on it? Also where it stood in the plan before the draw."""
    if planned.mode != Mode.UNANNOUNCED or planned.topic:
        return False
    draws = planned.campaign.draws.filter(drawn_at__isnull=False)
    return any(planned.organisation.key in picked for picked in draws.values_list("picked", flat=True))


def _take_draft(campaign_id: int, by: Actor) -> Campaign:
    campaign = take_campaign(campaign_id)
    refuse_unless(may_plan(by, campaign.organisation_id, campaign.scope), by, _who_plans())
    if campaign.state != CampaignState.DRAFT:
        remedy = _("Đơn vị ngoài kế hoạch được kiểm tra đột xuất, hoặc lập kế hoạch bổ sung")
        raise InspectionRefused(Gap("", _("kế hoạch đã ban hành, không sửa được"), remedy, code="not-draft"))
    return campaign


def _unit_gaps(wanted: Sequence[int], mode: str, topic: str) -> list[Gap]:
    gaps = []
    if not wanted:
        gaps.append(
            Gap(_("Đơn vị"), _("chưa chọn đơn vị nào"), _("Chọn ít nhất một đơn vị"), code="no-units")
        )
    if mode not in Mode.values:
        gaps.append(Gap(_("Hình thức"), _("chưa chọn"), _("Chọn một hình thức kiểm tra"), code="no-mode"))
    return gaps + topic_gaps(mode, topic)


def topic_gaps(mode: str, topic: str) -> list[Gap]:
    """A thematic inspection names its topic."""
    if len(topic) > _LONGEST_TOPIC:
        what = _("dài quá %d ký tự") % _LONGEST_TOPIC
        return [Gap(_("Chuyên đề"), what, _("Rút ngắn"), code="too-long")]
    if mode == Mode.THEMATIC and not topic:
        remedy = _("Ghi tên chuyên đề, ví dụ: phần mềm một cửa, tài chính công, ISO")
        return [Gap(_("Chuyên đề"), _("để trống"), remedy, code="no-topic")]
    return []


def _who_plans() -> str:

    return _("Sở Nội vụ lập kế hoạch của tỉnh; đầu mối hoặc thủ trưởng lập kế hoạch của đơn vị")


def _head(campaign: Campaign) -> dict[str, object]:
    return {
        "title": campaign.title,
        "covers_from": campaign.covers_from.isoformat(),
        "covers_until": campaign.covers_until.isoformat(),
        "outline": campaign.outline,
    }
