"""The entries of the top bar: a subject adds one line; an entry without a page is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Destination:
    """A page of the top bar: `page` is the name of its address; no roles means everybody."""

    page: str
    label: StrPromise
    roles: frozenset[Role] = frozenset()


@dataclass(frozen=True)
class NavEntry:
    """A destination as one person sees it on one page."""

    label: str
    link: str
    is_current: bool


_AGENCY = frozenset({Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD})
_APPRAISAL = frozenset({Role.APPRAISER, Role.COUNCIL_CHAIR})
_STEERING = frozenset({Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR})
_FIGURES = frozenset({Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR})

DESTINATIONS = (
    Destination("home", _("Việc của tôi")),
    Destination("assessments", _("Tự chấm điểm"), _AGENCY | _STEERING),
    Destination("appraisals", _("Thẩm định"), _APPRAISAL | _STEERING),
    Destination("rounds", _("Kỳ đánh giá"), _STEERING | _APPRAISAL),
    Destination("results", _("Kết quả")),
    Destination("criteria", _("Bộ tiêu chí")),
    Destination("documents", _("Kho tài liệu"), frozenset(Role) - {Role.ADMINISTRATOR}),
    Destination("procedures", _("Thủ tục")),
    Destination("dossiers-board", _("Hồ sơ"), _AGENCY | _FIGURES | {Role.ADMINISTRATOR}),
    Destination("figures", _("Số liệu"), _AGENCY | _FIGURES),
    Destination("service-quality", _("Chỉ số phục vụ"), _AGENCY | _FIGURES),
    Destination("organisations", _("Đơn vị")),
    Destination("calendars", _("Lịch")),
    Destination("people", _("Người dùng"), frozenset({Role.ADMINISTRATOR, Role.AUDITOR})),
    Destination("audit", _("Nhật ký"), frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.ROUND_MANAGER})),
)


def entries_for(actor: Actor, path: str) -> tuple[NavEntry, ...]:
    """What `actor` may go to; the entry with the longest address that `path` begins with is current."""
    held = frozenset(role for role, _where in actor.held)
    open_ = [
        (str(destination.label), link)
        for destination in DESTINATIONS
        if (not destination.roles or destination.roles & held) and (link := _link(destination.page))
    ]
    here = max((link for _label, link in open_ if path.startswith(link)), key=len, default="")
    if here == _link("home") and path != here:
        # Every address begins with that of the home page.
        here = ""
    return tuple(NavEntry(label, link, link == here) for label, link in open_)


def _link(page: str) -> str | None:
    try:
        return reverse(page)
    except NoReverseMatch:
        return None
