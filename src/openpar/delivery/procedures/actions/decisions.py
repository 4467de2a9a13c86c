"""Publishing decisions: prepared as drafts, line by line, then issued: only then the catalogue changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.delivery.procedures.actions.shared import (
    in_future,
    missing,
    refuse_if,
    refuse_unless_manager,
    refuse_unless_seen,
    too_long,
    trace,
)
from openpar.delivery.procedures.errors import ProceduresRefused, StaleProcedures
from openpar.delivery.procedures.models import PublishingDecision
from openpar.delivery.procedures.words import Tier


@dataclass(frozen=True)
class DecisionHead:
    """What stands above a decision, and the days that its duties are counted from."""

    number: str
    signed_on: date
    issuer: str
    tier: Tier
    effective_on: date
    title: str = ""
    bases_effective_on: date | None = None
    is_fast_track: bool = False
    basis_signed_on: date | None = None
    is_sample: bool = False


def prepare_decision(*, by: Actor, at: datetime, head: DecisionHead) -> PublishingDecision:
    """A draft; nothing changes in the catalogue until it is issued."""
    with write_transaction():
        refuse_unless_manager(by)
        refuse_if([*_head_gaps(head), *_taken(head, 0)])
        decision = PublishingDecision.objects.create(**asdict(head), prepared_by_id=by.id)
        _trace(decision, "decision.prepared", by=by, at=at, after=asdict(head))
        return decision


def change_decision(
    *, by: Actor, at: datetime, decision_id: int, head: DecisionHead, expected_version: int
) -> PublishingDecision:
    """Another head for a draft. Raises StaleProcedures when somebody else was faster."""
    with write_transaction():
        decision = locked_draft(decision_id, by=by, expected_version=expected_version)
        refuse_if([*_head_gaps(head), *_taken(head, decision_id)])
        before = head_of(decision)
        for name, value in asdict(head).items():
            setattr(decision, name, value)
        decision.version += 1
        decision.save()
        _trace(decision, "decision.changed", by=by, at=at, before=asdict(before), after=asdict(head))
        return decision


def discard_decision(*, by: Actor, at: datetime, decision_id: int, expected_version: int) -> None:
    """A draft that will not be issued goes, with its lines; the trace keeps what it was.

    Raises ProceduresRefused, StaleProcedures when somebody else has changed its head since.
    """
    with write_transaction():
        decision = locked_draft(decision_id, by=by, expected_version=expected_version)
        lines = list(decision.lines.values_list("code", flat=True))
        before = {**asdict(head_of(decision)), "codes": lines}
        _trace(decision, "decision.discarded", by=by, at=at, before=before)
        decision.delete()


def record_upload(*, by: Actor, at: datetime, decision_id: int, uploaded_on: date, seen: str = "") -> None:
    """The day on which an issued decision was uploaded to the national database (NĐ 63/2010 Art. 24).

    `seen`: the mark (`mark_of`) of `upload_facts` when the person typed. Raises ProceduresRefused,
    StaleProcedures when another day was recorded since.
    """
    with write_transaction():
        decision = PublishingDecision.objects.select_for_update().get(pk=decision_id)
        refuse_unless_manager(by)
        where = _("Ngày đăng tải")
        gaps = in_future(where, uploaded_on, at)
        if decision.issued_at is None:
            gaps.append(Gap(where, _("quyết định còn là dự thảo"), _("Công bố trước"), code="draft"))
        if uploaded_on < decision.signed_on:
            what = _("trước ngày ký %s") % format_date(decision.signed_on)
            gaps.append(Gap(where, what, _("Ghi ngày đã đăng tải"), code="before-signing"))
        refuse_if(gaps)
        refuse_unless_seen(where, upload_facts(decision), seen)
        before = {"uploaded_on": decision.uploaded_on}
        decision.uploaded_on = uploaded_on
        decision.save(update_fields=["uploaded_on"])
        after = {"uploaded_on": uploaded_on}
        _trace(decision, "decision.uploaded", by=by, at=at, before=before, after=after)


def upload_facts(decision: PublishingDecision) -> dict[str, object] | None:
    """When it was uploaded, as far as recorded."""
    return {"uploaded_on": decision.uploaded_on} if decision.uploaded_on else None


def head_of(decision: PublishingDecision) -> DecisionHead:
    return DecisionHead(
        number=decision.number,
        signed_on=decision.signed_on,
        issuer=decision.issuer,
        tier=Tier(decision.tier),
        effective_on=decision.effective_on,
        title=decision.title,
        bases_effective_on=decision.bases_effective_on,
        is_fast_track=decision.is_fast_track,
        basis_signed_on=decision.basis_signed_on,
        is_sample=decision.is_sample,
    )


def locked_draft(decision_id: int, *, by: Actor, expected_version: int | None = None) -> PublishingDecision:
    """The draft, locked, for somebody who may change it. Raises ProceduresRefused once it is issued, and
    StaleProcedures when it is no longer the version that was read.
    """
    decision = PublishingDecision.objects.select_for_update().get(pk=decision_id)
    refuse_unless_manager(by)
    if decision.issued_at is not None:
        what = _("đã công bố, không sửa được")
        remedy = _("Lập quyết định mới sửa đổi, bổ sung")
        raise ProceduresRefused(Gap(decision.number, what, remedy, code="issued"))
    if expected_version is not None and decision.version != expected_version:
        gap = Gap(decision.number, _("người khác vừa sửa"), _("Xem lại rồi lưu lại"), code="stale")
        raise StaleProcedures(gap, asdict(head_of(decision)))
    return decision


def _head_gaps(head: DecisionHead) -> list[Gap]:
    number, issuer, title = _("Số quyết định"), _("Cơ quan ban hành"), _("Trích yếu")
    gaps = [
        *missing(number, head.number, _("Ghi số, ký hiệu, ví dụ 1250/QĐ-UBND"), "number-missing"),
        *missing(issuer, head.issuer, _("Ghi cơ quan ban hành"), "issuer-missing"),
        *too_long(number, head.number, 80),
        *too_long(issuer, head.issuer, 250),
        *too_long(title, head.title, 500),
    ]
    if head.effective_on < head.signed_on:
        remedy = _("Quyết định có hiệu lực sớm nhất từ ngày ký")
        what = _("trước ngày ký %s") % format_date(head.signed_on)
        gaps.append(Gap(_("Ngày có hiệu lực"), what, remedy, code="effect-before-signing"))
    if head.is_fast_track and head.basis_signed_on is None:
        remedy = _("Trình tự rút gọn tính hạn từ ngày ký văn bản quy định thủ tục")
        where = _("Ngày ký văn bản quy định")
        gaps.append(Gap(where, _("để trống"), remedy, code="basis-missing"))
    return gaps


def _taken(head: DecisionHead, decision_id: int) -> list[Gap]:
    same = PublishingDecision.objects.filter(number=head.number, signed_on=head.signed_on, issuer=head.issuer)
    if not same.exclude(pk=decision_id).exists():
        return []
    remedy = _("Mở quyết định đã có, hoặc kiểm tra số và ngày")
    return [Gap(_("Số quyết định"), _("quyết định này đã có"), remedy, code="decision-taken")]


def _trace(
    decision: PublishingDecision,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    trace(
        by=by,
        at=at,
        verb=verb,
        object=f"publishing_decision:{decision.pk}",
        label=decision.number,
        before=before,
        after=after,
    )
