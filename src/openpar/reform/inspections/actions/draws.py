"""Units for unannounced inspections are drawn by lot, so that everybody can draw them again.

First the list, the number and the digest of the seed are kept; on a later day the seed is told and decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.engine.picking import METHOD, SHORTEST_SEED, BadDraw, combined_seed, commitment, pick
from openpar.reform.inspections.actions.shared import (
    refuse_if,
    refuse_unless,
    strange_units,
    take_campaign,
    trace_campaign,
)
from openpar.reform.inspections.errors import InspectionRefused
from openpar.reform.inspections.models import CampaignUnit, Draw, Mode
from openpar.reform.inspections.permissions import may_plan

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST = 200


def commit_draw(
    *,
    by: Actor,
    at: datetime,
    campaign_id: int,
    organisation_ids: Sequence[int],
    count: int,
    seed_digest: str,
    public_source: str = "",
) -> Draw:
    """The list, the number and the digest of the seed are published; the seed itself is not kept here.

    `public_source` names a value that will become public afterwards and is drawn with. Raises
    InspectionRefused.
    """
    with write_transaction():
        campaign = take_campaign(campaign_id)
        refuse_unless(
            may_plan(by, campaign.organisation_id, campaign.scope), by, _("Người lập kế hoạch tổ chức chọn")
        )
        wanted = sorted(set(organisation_ids))
        gaps = list_gaps(len(wanted), count, seed_digest, public_source)
        refuse_if(gaps + strange_units(campaign, wanted, timezone.localdate(at)))
        keys = dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "key"))
        draw = Draw.objects.create(
            campaign=campaign,
            units=sorted(keys.values(), key=str.encode),
            count=count,
            method=METHOD,
            seed_digest=seed_digest,
            public_source=nfc(public_source).strip(),
            committed_by_id=by.person_id,
            committed_at=at,
        )
        after = {
            "draw_list": draw.units,
            "draw_count": count,
            "draw_method": METHOD,
            "seed_digest": seed_digest,
            "public_source": draw.public_source,
        }
        trace_campaign(campaign, "inspection.draw_committed", by=by, at=at, after=after)
        return draw


def draw_units(
    *, by: Actor, at: datetime, draw_id: int, seed: str, public_value: str = ""
) -> tuple[CampaignUnit, ...]:
    """The seed is told and the units are drawn into the plan as unannounced ones, in the order of the draw.

    Raises InspectionRefused: another seed than the committed one, on the day of the commitment itself, a
    second time.
    """
    with write_transaction():
        draw = Draw.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=draw_id)
        campaign = draw.campaign
        refuse_unless(
            may_plan(by, campaign.organisation_id, campaign.scope), by, _("Người lập kế hoạch tổ chức chọn")
        )
        value = nfc(public_value).strip()
        refuse_if(_seed_gaps(draw, seed, value, at))
        try:
            picked = pick(draw.units, combined_seed(seed, value), draw.count)
        except BadDraw as bad:
            raise InspectionRefused(Gap("", str(bad), code="bad-draw")) from None
        draw.seed, draw.public_value, draw.picked = seed, value, list(picked)
        draw.drawn_by_id, draw.drawn_at = by.person_id, at
        draw.save(update_fields=["seed", "public_value", "picked", "drawn_by", "drawn_at"])
        units = _into_plan(draw, picked)
        after = {
            "draw_list": draw.units,
            "draw_method": draw.method,
            "seed": seed,
            "public_value": value,
            "picked": draw.picked,
        }
        trace_campaign(campaign, "inspection.drawn", by=by, at=at, after=after)
        return units


def _into_plan(draw: Draw, picked: Sequence[str]) -> tuple[CampaignUnit, ...]:
    ids = dict(Organisation.objects.filter(key__in=picked).values_list("key", "pk"))
    known = {
        planned.organisation_id: planned
        for planned in CampaignUnit.objects.filter(
            campaign=draw.campaign_id, mode=Mode.UNANNOUNCED, topic="", organisation__in=ids.values()
        )
    }
    CampaignUnit.objects.bulk_create(
        CampaignUnit(campaign_id=draw.campaign_id, organisation_id=ids[key], mode=Mode.UNANNOUNCED, draw=draw)
        for key in picked
        if ids[key] not in known
    )
    drawn = {
        planned.organisation_id: planned
        for planned in CampaignUnit.objects.filter(
            campaign=draw.campaign_id, mode=Mode.UNANNOUNCED, topic="", organisation__in=ids.values()
        )
    }
    return tuple(drawn[ids[key]] for key in picked)


def list_gaps(units: int, count: int, seed_digest: str, public_source: str) -> list[Gap]:
    """What is wrong with a commitment by itself, with so many units in its list."""
    gaps = []
    if not 1 <= count <= units:
        what = _("không chọn được %(count)d trong %(units)d đơn vị") % {"count": count, "units": units}
        remedy = _("Ghi số từ 1 đến số đơn vị của danh sách")
        gaps.append(Gap(_("Số đơn vị chọn"), what, remedy, code="bad-count"))
    if not _DIGEST.fullmatch(seed_digest):
        remedy = _("Mã SHA-256 của chuỗi khởi tạo, 64 chữ số thập lục phân viết thường")
        gaps.append(Gap(_("Mã cam kết"), _("không phải mã SHA-256"), remedy, code="bad-digest"))
    if len(public_source) > _LONGEST:
        what = _("dài quá %d ký tự") % _LONGEST
        gaps.append(Gap(_("Giá trị công khai dùng kèm"), what, _("Rút ngắn"), code="too-long"))
    return gaps


def seed_gaps(seed: str) -> list[Gap]:
    """What is wrong with a seed by itself; asked before its digest is published."""
    if SHORTEST_SEED <= len(seed) <= _LONGEST:
        return []
    what = _("có %d ký tự") % len(seed)
    remedy = _("Ghi một chuỗi khó đoán từ %(least)d đến %(most)d ký tự") % {
        "least": SHORTEST_SEED,
        "most": _LONGEST,
    }
    return [Gap(_("Chuỗi khởi tạo"), what, remedy, code="bad-seed")]


def _seed_gaps(draw: Draw, seed: str, value: str, at: datetime) -> list[Gap]:
    if draw.drawn_at is not None:
        return [Gap("", _("đã chọn rồi"), _("Kết quả không chọn lại"), code="drawn")]
    gaps = seed_gaps(seed)
    if commitment(seed) != draw.seed_digest:
        what = _("không khớp mã cam kết đã công bố")
        gaps.append(Gap(_("Chuỗi khởi tạo"), what, _("Ghi đúng chuỗi đã cam kết"), code="other-seed"))
    if timezone.localdate(at) <= timezone.localdate(draw.committed_at):
        what = _("mã cam kết mới công bố trong ngày")
        gaps.append(Gap("", what, _("Chọn từ ngày hôm sau"), code="too-early"))
    if bool(draw.public_source) != bool(value) or len(value) > _LONGEST:
        what = _("cần giá trị của: %s") % draw.public_source if draw.public_source else _("không dùng")
        gaps.append(Gap(_("Giá trị công khai"), what, _("Ghi đúng như đã công bố"), code="public-value"))
    return gaps
