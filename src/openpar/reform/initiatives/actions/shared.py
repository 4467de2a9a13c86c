"""What the actions share: the turn, the right, the version seen, documents, days and texts, the trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.documents.models import Document
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.reform.initiatives.errors import InitiativeRefused, StaleInitiative
from openpar.reform.initiatives.models import Initiative, State
from openpar.reform.initiatives.permissions import may_enter_initiatives

LONGEST_TEXT = 4000


def not_allowed(by: Actor, remedy: str) -> Gap:
    what = _("%(name)s không có quyền làm việc này") % {"name": by.full_name}
    return Gap("", what, remedy, code="not-allowed")


def refuse_if(gaps: Sequence[Gap]) -> None:
    if gaps:
        raise InitiativeRefused(gaps)


def refuse_unless_enters(by: Actor, organisation_id: int) -> None:
    if not may_enter_initiatives(by, organisation_id):
        raise InitiativeRefused(
            not_allowed(by, _("Người của chính đơn vị nhập mô hình, sáng kiến của đơn vị"))
        )


def take(initiative_id: int) -> Initiative:
    """The model or initiative, locked until the transaction ends."""
    return Initiative.objects.select_for_update(of=("self",)).get(pk=initiative_id)


def refuse_if_stale(initiative: Initiative, expected_version: int) -> None:
    if initiative.version != expected_version:
        what = _("người khác vừa sửa mục này")
        raise StaleInitiative(Gap(initiative.name, what, _("Tải lại trang rồi sửa tiếp"), code="stale"))


def refuse_if_stopped(initiative: Initiative) -> None:
    if initiative.state == State.STOPPED:
        what = _("đã dừng, không thêm gì được nữa")
        raise InitiativeRefused(Gap(initiative.name, what, code="stopped"))


def grown(initiative: Initiative, *also: str) -> None:
    """Stores that it has changed once more."""
    initiative.version += 1
    initiative.save(update_fields=["version", *also])


def text_gaps(where: str, text: str, *, longest: int = LONGEST_TEXT, needed: bool = True) -> list[Gap]:
    """A text must say something where it is needed, and fit."""
    if needed and not text.strip():
        return [Gap(where, _("để trống"), _("Ghi nội dung"), code="text-missing")]
    if len(text) > longest:
        return [Gap(where, _("dài quá %d ký tự") % longest, _("Rút ngắn"), code="too-long")]
    return []


def day_gaps(where: str, day: date | None, at: datetime, *, needed: bool = True) -> list[Gap]:
    """A day that is told has come."""
    if day is None:
        return [Gap(where, _("chưa có ngày"), _("Ghi ngày"), code="day-missing")] if needed else []
    if day > timezone.localdate(at):
        what = _("%s là ngày chưa đến") % format_date(day)
        return [Gap(where, what, _("Ghi ngày đã diễn ra"), code="day-in-future")]
    return []


def document_gaps(where: str, document_id: int | None, by: Actor, *, needed: bool = True) -> list[Gap]:
    """A document lies in the store of an agency that the person works in."""
    if document_id is None:
        if not needed:
            return []
        return [Gap(where, _("chưa chọn văn bản"), _("Chọn văn bản trong kho tài liệu"), code="no-document")]
    owner = Document.objects.filter(pk=document_id).values_list("owner_id", flat=True).first()
    if owner is None or owner not in by.organisations():
        what = _("văn bản không có trong kho tài liệu của đơn vị bạn")
        return [Gap(where, what, _("Đưa văn bản vào kho tài liệu trước"), code="document-elsewhere")]
    return []


def trace(
    initiative: Initiative,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """One entry of the story of a model or initiative."""
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"initiative:{initiative.pk}",
        about=f"initiative:{initiative.pk}",
        label=initiative.name,
        before=before,
        after=after,
        reason=reason,
    )
