"""What the actions share: the turn, the right, the version seen, documents, days and texts, the trace."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.audit.traced import Subject, traced
from openpar.base.documents.models import Document
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.typed import text_gaps as any_text_gaps
from openpar.reform.initiatives.errors import InitiativeRefused, StaleInitiative
from openpar.reform.initiatives.models import Initiative, State
from openpar.reform.initiatives.permissions import may_enter_initiatives

LONGEST_TEXT = 4000
refuse_if = InitiativeRefused.if_any
text_gaps = partial(any_text_gaps, longest=LONGEST_TEXT)


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


def noted(initiative: Initiative) -> None:
    """Stores that something was said beside it; what has stopped stays as it is itself."""
    if initiative.state != State.STOPPED:
        grown(initiative)


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


@traced
def trace(initiative: Initiative) -> Subject:
    """One entry of the story of a model or initiative."""
    return Subject(f"initiative:{initiative.pk}", initiative.name)
