"""What agencies posted after a publishing decision: where, and since when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.delivery.procedures.actions.shared import (
    in_future,
    not_allowed,
    refuse_if,
    refuse_unless_seen,
    trace,
)
from openpar.delivery.procedures.errors import ProceduresRefused
from openpar.delivery.procedures.models import DecisionLine, Posting, PublishingDecision
from openpar.delivery.procedures.permissions import may_record_posting
from openpar.delivery.procedures.queries.duties import agencies_of_lines
from openpar.delivery.procedures.words import PostedAt


def record_posting(
    *,
    by: Actor,
    at: datetime,
    decision_id: int,
    organisation_id: int,
    line_ids: Collection[int],
    places: Collection[PostedAt],
    posted_on: date,
    seen: str = "",
) -> int:
    """The agency posted (or took down) these procedures of a decision at these places on this day.

    What was recorded before is corrected to the new day. Returns how many postings are new or corrected.
    `seen`: the mark (`mark_of`) of `posting_facts` when the person typed. Raises ProceduresRefused,
    StaleProcedures when a day that is to be corrected is not the one that was seen.
    """
    with write_transaction():
        decision = PublishingDecision.objects.select_for_update().get(pk=decision_id)
        if not may_record_posting(by, organisation_id):
            raise ProceduresRefused(not_allowed(by))
        lines = list(decision.lines.filter(pk__in=line_ids).select_related("procedure"))
        refuse_if(_gaps(decision, organisation_id, lines, places, posted_on, at))
        there = {
            (row.line_id, row.place): row
            for row in Posting.objects.filter(line__in=lines, organisation=organisation_id)
        }
        if any(row.posted_on != posted_on for (_line, place), row in there.items() if place in places):
            refuse_unless_seen(_("Ngày niêm yết"), posting_facts(decision, organisation_id), seen)
        touched = 0
        for line in lines:
            for place in PostedAt:
                if place not in places:
                    continue
                row = there.get((line.pk, place)) or Posting(
                    line=line, organisation_id=organisation_id, place=place
                )
                if row.pk and row.posted_on == posted_on:
                    continue
                row.posted_on, row.recorded_by_id, row.recorded_at = posted_on, by.id, at
                row.save()
                touched += 1
        if touched:
            _trace(decision, organisation_id, lines, places, posted_on, by=by, at=at)
        return touched


def posting_facts(decision: PublishingDecision, organisation_id: int) -> dict[str, object]:
    """The days of everything that the agency posted of a decision, by procedure and place; one query."""
    rows = Posting.objects.filter(line__decision=decision, organisation=organisation_id)
    return {
        f"{row.line.code} {row.place}": row.posted_on
        for row in rows.select_related("line").order_by("line__code", "place")
    }


def _gaps(
    decision: PublishingDecision,
    organisation_id: int,
    lines: list[DecisionLine],
    places: Collection[PostedAt],
    posted_on: date,
    at: datetime,
) -> list[Gap]:
    where = _("Ngày niêm yết")
    gaps = in_future(where, posted_on, at)
    if decision.issued_at is None:
        remedy = _("Công bố quyết định trước")
        gaps.append(Gap(decision.number, _("còn là dự thảo"), remedy, code="draft"))
    if posted_on < decision.signed_on:
        what = _("trước ngày ký quyết định %s") % format_date(decision.signed_on)
        gaps.append(Gap(where, what, _("Ghi ngày đã niêm yết"), code="before-signing"))
    if not lines:
        remedy = _("Chọn ít nhất một thủ tục của quyết định")
        gaps.append(Gap(_("Thủ tục"), _("chưa chọn thủ tục nào"), remedy, code="no-lines"))
    if not places:
        remedy = _("Chọn ít nhất một nơi niêm yết")
        gaps.append(Gap(_("Nơi niêm yết"), _("chưa chọn"), remedy, code="no-places"))
    handled = agencies_of_lines(lines, {decision.pk: decision.effective_on})
    for line in lines:
        if organisation_id not in handled.get(line.pk, {}):
            remedy = _("Chỉ cơ quan thực hiện thủ tục mới niêm yết")
            what = _("không do đơn vị này thực hiện")
            gaps.append(Gap(line.code, what, remedy, code="not-handled-here"))
    return gaps


def _trace(
    decision: PublishingDecision,
    organisation_id: int,
    lines: list[DecisionLine],
    places: Collection[PostedAt],
    posted_on: date,
    *,
    by: Actor,
    at: datetime,
) -> None:
    trace(
        by=by,
        at=at,
        verb="procedures.posted",
        object=f"publishing_decision:{decision.pk}",
        label=decision.number,
        after={
            "organisation": organisation_id,
            "codes": [line.code for line in lines],
            "places": sorted(str(place) for place in places),
            "posted_on": posted_on,
        },
    )
