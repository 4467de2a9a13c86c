"""What waits for the people of an agency: scoring, approving, explaining."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.common.formats import last_day_before
from openpar.parindex.assessments.models import RoundStage, SheetState
from openpar.parindex.assessments.queries.sheet_lists import WaitingSheet, sheets_waiting
from openpar.web.home.sections import Item, Section


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """The sheets of the own units that want something of this person now; one query."""
    if not actor.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.DIVISION_OFFICER):
        return ()
    items = tuple(item for sheet in sheets_waiting(actor, at) for item in _items(sheet, actor))
    return (Section(_("Phiếu tự chấm điểm"), items, more=reverse("assessments")),)


def _items(sheet: WaitingSheet, actor: Actor) -> tuple[Item, ...]:
    coordinates = actor.has(Role.FOCAL_OFFICER) or actor.has(Role.AGENCY_HEAD)
    link = reverse("assessment", args=[sheet.id])
    due = None if sheet.due is None else last_day_before(sheet.due)
    if sheet.state == SheetState.AWAITING_HEAD:
        if not actor.has(Role.AGENCY_HEAD):
            return ()
        label = _label(_("Duyệt và chốt phiếu"), sheet)
        return (Item(label, f"{link}submission/", "", "waiting", _("Chờ bạn duyệt"), due),)
    if sheet.state == SheetState.DRAFTING and coordinates:
        note = _("Đã chấm %(done)d/%(all)d tiêu chí") % {"done": sheet.scored, "all": sheet.leaves}
        return (Item(_label(_("Tự chấm điểm"), sheet), link, note, "draft", _("Đang tự chấm"), due),)
    if sheet.state == SheetState.DRAFTING and sheet.assigned:
        note = _("Đã chấm %(done)d/%(all)d tiêu chí được giao") % {
            "done": sheet.assigned_scored,
            "all": sheet.assigned,
        }
        done = sheet.assigned_scored >= sheet.assigned
        state, word = ("done", _("Đã chấm đủ")) if done else ("draft", _("Đang tự chấm"))
        return (Item(_label(_("Chấm tiêu chí được giao"), sheet), link, note, state, word, due),)
    if sheet.stage == RoundStage.EXPLANATION and coordinates:
        return (
            Item(
                _label(_("Xem kết quả thẩm định, giải trình"), sheet),
                link,
                _("%d tiêu chí được yêu cầu giải trình") % sheet.flagged,
                "warning" if sheet.flagged else "info",
                _("Cần giải trình") if sheet.flagged else _("Đã thẩm định"),
                due,
            ),
        )
    return ()


def _label(what: str, sheet: WaitingSheet) -> str:
    return f"{what}: {sheet.round_title}, {sheet.unit_name}"
