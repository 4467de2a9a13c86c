"""Figures that nobody counts, typed by somebody who names the document they stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.base.documents.permissions import owners_seen_by
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.delivery.service_quality.actions.shared import (
    Row,
    Source,
    add_rows,
    lock_agencies,
    period_gaps,
    refuse_unless_enters,
    told,
    trace,
)
from openpar.delivery.service_quality.errors import InputsRefused, StaleInputs
from openpar.delivery.service_quality.models import Origin, Saying
from openpar.delivery.service_quality.periods import IndexPeriod
from openpar.delivery.service_quality.queries.inputs import figures_known
from openpar.delivery.service_quality.rows import Given
from openpar.delivery.service_quality.rules import figures_gaps, remark_gaps
from openpar.delivery.service_quality.sets import needed_set


@dataclass(frozen=True)
class Entry:
    """What somebody says of one indicator."""

    indicator: str
    given: Given


def state_inputs(
    *,
    by: Actor,
    at: datetime,
    organisation_id: int,
    period: IndexPeriod,
    entries: Sequence[Entry],
    document_id: int | None,
    remark: str = "",
    seen: Mapping[str, Given] | None = None,
) -> int:
    """Adds what is said otherwise than before; how many indicators that is.

    Figures, and that an indicator does not apply, need a document; that there are no data any more, a remark
    or a document. `seen` is what the person saw when typing, left out: no data. Raises InputsRefused with
    everything that stands in the way, StaleInputs if somebody else has said something else meanwhile.
    """
    with write_transaction():
        lock_agencies([organisation_id])
        refuse_unless_enters(by, organisation_id)
        before = figures_known(period, only={organisation_id}).get(organisation_id, {})
        changed = [each for each in entries if _differs(each.given, before.get(each.indicator))]
        remark = " ".join(nfc(remark).split())
        gaps = [
            *period_gaps(period, at),
            *_agency_gaps(organisation_id, period),
            *figures_gaps(needed_set(period.until_on), [(each.indicator, each.given) for each in changed]),
            *_document_gaps(by, document_id, changed, remark),
            *remark_gaps(remark),
        ]
        if gaps:
            raise InputsRefused(gaps)
        if seen is not None and (stale := _stale_gaps(changed, before, seen)):
            raise StaleInputs(stale)
        source = Source(Origin.TYPED, document_id=document_id, remark=remark)
        rows = [Row(organisation_id, each.indicator, each.given, source) for each in changed]
        if rows:
            add_rows(period, rows, by=by, at=at)
            trace(
                "index.stated",
                period,
                by=by,
                at=at,
                organisation_id=organisation_id,
                before={row.indicator: told(before.get(row.indicator)) for row in rows},
                after={row.indicator: told(row.given) for row in rows},
                reason=remark,
            )
        return len(rows)


def _differs(said: Given, before: Given | None) -> bool:
    return said.saying is not Saying.NO_DATA if before is None else said != before


def _stale_gaps(
    changed: Sequence[Entry], before: Mapping[str, Given], seen: Mapping[str, Given]
) -> list[Gap]:
    silent = Given(Saying.NO_DATA)
    remedy = _("Lưu lần nữa nếu vẫn giữ số của bạn")
    return [
        Gap(
            each.indicator,
            _("người khác vừa nhập %(theirs)s; số của bạn: %(mine)s")
            % {"theirs": told(before.get(each.indicator)), "mine": told(each.given)},
            remedy,
            code="stale",
            link=f"#n-{each.indicator}",
        )
        for each in changed
        if before.get(each.indicator, silent) != seen.get(each.indicator, silent)
    ]


def _agency_gaps(organisation_id: int, period: IndexPeriod) -> list[Gap]:
    day = period.until_on
    if OrganisationVersion.objects.as_of(day).filter(organisation=organisation_id).exists():
        return []
    return [Gap(_("Đơn vị"), _("không tồn tại vào ngày cuối kỳ"), _("Chọn kỳ khác"), code="agency-absent")]


def _document_gaps(by: Actor, document_id: int | None, changed: Sequence[Entry], remark: str) -> list[Gap]:
    if document_id is not None:
        owners = owners_seen_by(by)
        found = Document.objects.filter(pk=document_id)
        if owners is not None:
            found = found.filter(owner__in=list(owners))
        if found.exists():
            return []
        what, remedy = _("không có tài liệu này trong kho"), _("Chọn trong danh sách")
        return [Gap(_("Văn bản"), what, remedy, code="document-unknown", link="#id_document")]
    if any(each.given.saying is not Saying.NO_DATA for each in changed):
        what, remedy = _("số nhập tay phải kèm văn bản"), _("Chọn văn bản trong kho tài liệu")
        return [Gap(_("Văn bản"), what, remedy, code="document-missing", link="#id_document")]
    if changed and not remark:
        what, remedy = _("bỏ số liệu mà không nêu lý do"), _("Ghi lý do, hoặc chọn văn bản")
        return [Gap(_("Ghi chú"), what, remedy, code="reason-missing", link="#id_remark")]
    return []
