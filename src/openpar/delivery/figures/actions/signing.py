"""Gaps are explained, figures signed, returned, revised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.actions import tell
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.delivery.figures.actions.shared import (
    grown,
    refuse_if,
    refuse_unless_draft,
    refuse_unless_enters,
    take_draft,
    take_revision,
    text_gaps,
    trace,
)
from openpar.delivery.figures.errors import FiguresRefused
from openpar.delivery.figures.models import (
    FigureLine,
    FigureRevision,
    FigureSheet,
    GapExplanation,
    RevisionState,
)
from openpar.delivery.figures.permissions import may_return_figures, may_sign_figures
from openpar.delivery.figures.queries.loading import base_form, legal_period, load_figures
from openpar.delivery.figures.queries.sheets import explanations_of, neighbours_of
from openpar.delivery.figures.rules import Found, Judged, judge, look_at
from openpar.engine.rules.base import capital


def explain_gaps(
    *,
    by: Actor,
    at: datetime,
    revision_id: int,
    expected_version: int,
    places: Sequence[tuple[str, str]],
    text: str,
) -> int:
    """Says why some identities do not hold, or cannot be told; the number explained.

    `places`: key of the row and identity (`rules.Found.id`). Raises FiguresRefused, StaleFigures.
    """
    with write_transaction():
        revision = take_draft(revision_id, expected_version, by)
        open_ones = {each.found.id: each.found for each in judged_of(revision)}
        chosen = [open_ones[place] for place in dict.fromkeys(places) if place in open_ones]
        gaps = text_gaps(_("Giải trình"), text, _("Ghi rõ vì sao số liệu không khớp"))
        if not chosen:
            what = _("chưa chọn chỗ lệch nào")
            gaps.append(Gap(_("Giải trình"), what, _("Đánh dấu ít nhất một chỗ"), code="nothing-chosen"))
        refuse_if(gaps)
        words = nfc(text).strip()
        for found in chosen:
            GapExplanation.objects.filter(
                revision=revision, place=found.place, identity=found.finding.identity
            ).delete()
        GapExplanation.objects.bulk_create(
            GapExplanation(
                revision=revision,
                place=found.place,
                identity=found.finding.identity,
                gap=found.finding.gap,
                text=words,
                by_id=by.id,
                at=at,
            )
            for found in chosen
        )
        grown(revision)
        after = {"gaps": [_where(found) for found in chosen], "text": words}
        trace(revision.sheet, "figures.explained", by=by, at=at, after=after)
        return len(chosen)


def sign_off(*, by: Actor, at: datetime, revision_id: int, expected_version: int) -> FigureRevision:
    """The head signs; the revision that was in force is replaced.

    Raises FiguresRefused with every gap that nobody has explained, StaleFigures.
    """
    with write_transaction():
        revision = take_revision(revision_id)
        if not may_sign_figures(by, revision.sheet.organisation_id):
            raise FiguresRefused(not_allowed(by, _("Thủ trưởng của đơn vị ký số liệu")))
        refuse_unless_draft(revision, expected_version)
        refuse_if(signing_gaps(revision, at))
        FigureRevision.objects.filter(sheet=revision.sheet, state=RevisionState.SIGNED).update(
            state=RevisionState.REPLACED
        )
        revision.state, revision.signed_by_id, revision.signed_at = RevisionState.SIGNED, by.id, at
        revision.save(update_fields=["state", "signed_by", "signed_at"])
        after = {"revision": revision.number, "explained": len(judged_of(revision))}
        trace(revision.sheet, "figures.signed", by=by, at=at, after=after)
        return revision


def return_figures(*, by: Actor, at: datetime, revision_id: int, reason: str) -> FigureRevision:
    """Who controls procedures does not accept signed figures; the agency goes on with the next draft.

    What was signed stays readable and counts no longer. Raises FiguresRefused.
    """
    with write_transaction():
        revision = take_revision(revision_id)
        if not may_return_figures(by):
            raise FiguresRefused(not_allowed(by, _("Việc này do cán bộ kiểm soát TTHC hoặc Sở Nội vụ làm")))
        gaps = text_gaps(_("Lý do"), reason, _("Ghi rõ cần sửa gì"))
        if revision.state != RevisionState.SIGNED:
            what = _("bản này không còn hiệu lực hoặc chưa ký")
            gaps.append(Gap("", what, _("Chỉ trả lại bản đang có hiệu lực"), code="not-signed"))
        refuse_if(gaps)
        revision.state, revision.returned_by_id, revision.returned_at = RevisionState.RETURNED, by.id, at
        revision.return_reason = nfc(reason).strip()
        revision.save(update_fields=["state", "returned_by", "returned_at", "return_reason"])
        if not FigureRevision.objects.filter(sheet=revision.sheet, state=RevisionState.DRAFT).exists():
            _next_draft(revision, revision.return_reason, by=by, at=at)
        trace(
            revision.sheet,
            "figures.returned",
            by=by,
            at=at,
            after={"revision": revision.number},
            reason=revision.return_reason,
        )
        _tell_agency(revision, at)
        return revision


def revise_figures(*, by: Actor, at: datetime, sheet_id: int, reason: str) -> FigureRevision:
    """The agency corrects what it has signed: the next draft; what is signed holds until that is signed.

    Raises FiguresRefused.
    """
    with write_transaction():
        sheet = FigureSheet.objects.select_for_update().get(pk=sheet_id)
        refuse_unless_enters(by, sheet.organisation_id)
        gaps = text_gaps(_("Lý do"), reason, _("Ghi vì sao phải sửa số liệu đã ký"))
        signed = sheet.revisions.filter(state=RevisionState.SIGNED).first()
        if signed is None or sheet.revisions.filter(state=RevisionState.DRAFT).exists():
            what, remedy = _("phiếu đang có bản soạn"), _("Sửa tiếp bản đang soạn")
            gaps.append(Gap("", what, remedy, code="draft-there"))
        refuse_if(gaps)
        assert signed is not None
        revision = _next_draft(signed, nfc(reason).strip(), by=by, at=at)
        after = {"revision": revision.number}
        trace(sheet, "figures.revised", by=by, at=at, after=after, reason=revision.reason)
        return revision


def judged_of(revision: FigureRevision) -> tuple[Judged, ...]:
    """What does not hold in a revision, or stays open, with the explanations there are."""
    figures = load_figures([revision])[revision.pk]
    before, parts = neighbours_of(revision)
    found = look_at(figures, base_form(revision), before=before, parts=parts)
    return judge(found, explanations_of(revision))


def signing_gaps(revision: FigureRevision, at: datetime) -> list[Gap]:
    """Everything that keeps a draft from being signed; the page asks the same."""
    gaps = []
    link = f"/figures/{revision.sheet_id}/"
    if not any(line.counts for line in revision.lines.all() if not line.is_total):
        what = _("chưa có số liệu nào")
        gaps.append(Gap(_("Phiếu"), what, _("Nhập số liệu"), code="empty", link=f"{link}edit/"))
    if timezone.localdate(at) < revision.until_on:
        what = _("kỳ chưa kết thúc: số liệu tính đến hết ngày %s") % format_date(revision.until_on)
        remedy = _("Ký sau ngày này, hoặc sửa ngày chốt số liệu")
        gaps.append(Gap(_("Kỳ báo cáo"), what, remedy, code="not-over", link=f"{link}edit/"))
    gaps += [_gap_of(each.found, link) for each in judged_of(revision) if each.explanation is None]
    return gaps


def _tell_agency(revision: FigureRevision, at: datetime) -> None:
    """Who enters and signs the figures of the agency learns that they came back, and why."""
    told = [Role.FOCAL_OFFICER, Role.AGENCY_HEAD]
    held = people_holding(told, [revision.sheet.organisation_id], timezone.localdate(at))
    text = _("Số liệu %(form)s, %(period)s bị trả lại: %(reason)s") % {
        "form": revision.sheet.form_code,
        "period": legal_period(revision.sheet).words,
        "reason": revision.return_reason,
    }
    link = f"/figures/{revision.sheet_id}/"
    tell(recipients=held, text=text, link=link, at=at)


def _gap_of(found: Found, link: str) -> Gap:
    finding = found.finding
    what = finding.reading if finding.holds is None else f"{finding.equation}. {capital(finding.reading)}"
    code = "open" if finding.holds is None else "gap"
    return Gap(_where(found), what, _("Sửa số liệu, hoặc giải trình"), code=code, link=f"{link}#gaps")


def _where(found: Found) -> str:
    return f"{found.where}, {found.title}"


def _next_draft(after: FigureRevision, reason: str, *, by: Actor, at: datetime) -> FigureRevision:
    """A copy to go on with; explanations stay with whoever gave them, as long as the gap stays the same."""
    revision = FigureRevision.objects.create(
        sheet=after.sheet,
        number=after.number + 1,
        form_version=after.form_version,
        placement=after.placement,
        until_on=after.until_on,
        made_by_id=by.id,
        made_at=at,
        reason=reason,
    )
    FigureLine.objects.bulk_create(
        FigureLine(
            revision=revision,
            position=row.position,
            block=row.block,
            label=row.label,
            is_total=row.is_total,
            counts=row.counts,
            origins=row.origins,
        )
        for row in after.lines.all()
    )
    GapExplanation.objects.bulk_create(
        GapExplanation(
            revision=revision,
            place=row.place,
            identity=row.identity,
            gap=row.gap,
            text=row.text,
            by_id=row.by_id,
            at=row.at,
        )
        for row in after.explanations.all()
    )
    return revision
