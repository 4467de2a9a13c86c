"""The entries of the top bar: a subject adds one line; an entry without a page is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
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


@dataclass(frozen=True)
class NavGroup:
    """Entries that stand in one menu of the bar; without a label each is a link of the bar itself."""

    label: str
    entries: tuple[NavEntry, ...]

    @property
    def is_current(self) -> bool:
        return any(entry.is_current for entry in self.entries)


@dataclass(frozen=True)
class Group:
    """A menu of the top bar and the pages in it."""

    label: StrPromise
    pages: tuple[str, ...]


_AGENCY = frozenset({Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD})
_APPRAISAL = frozenset({Role.APPRAISER, Role.COUNCIL_CHAIR})
_STEERING = frozenset({Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR})
_FIGURES = frozenset({Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR})

DESTINATIONS = (
    Destination("home", _("Việc của tôi")),
    Destination("plans", _("Kế hoạch"), _AGENCY | _STEERING),
    Destination("tasks", _("Nhiệm vụ"), _AGENCY | _STEERING),
    Destination("meetings", _("Giao ban"), _AGENCY | _STEERING),
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
    Destination("inspections", _("Kiểm tra"), _AGENCY | _STEERING),
    Destination("findings", _("Tồn tại, hạn chế"), _AGENCY | _FIGURES | _APPRAISAL),
    Destination("reports", _("Báo cáo"), _AGENCY | _STEERING),
    Destination("initiatives", _("Mô hình, sáng kiến"), _AGENCY | _STEERING),
    Destination("monitors", _("Sổ theo dõi"), _AGENCY | _STEERING),
    Destination("organisations", _("Đơn vị")),
    Destination("calendars", _("Lịch")),
    Destination("people", _("Người dùng"), frozenset({Role.ADMINISTRATOR, Role.AUDITOR})),
    Destination("audit", _("Nhật ký"), frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.ROUND_MANAGER})),
)


# A page that is in no menu stands in the bar.
GROUPS = {
    "year": Group(_("Kế hoạch"), ("plans", "tasks", "meetings", "initiatives", "monitors")),
    "index": Group(_("Chỉ số CCHC"), ("assessments", "appraisals", "rounds", "results", "criteria")),
    "checks": Group(_("Kiểm tra"), ("inspections", "findings")),
    "service": Group(_("Thủ tục, hồ sơ"), ("procedures", "dossiers-board", "service-quality")),
    "reports": Group(_("Báo cáo"), ("reports", "figures")),
    "lists": Group(_("Tra cứu"), ("documents", "organisations", "calendars", "people", "audit")),
}
_GROUP_OF = {page: name for name, group in GROUPS.items() for page in group.pages}


def entries_for(actor: Actor, path: str) -> tuple[NavGroup, ...]:
    """Where `actor` may go, in the order of the bar; the entry with the longest address that `path` begins
    with is current.

    What belongs together stands in one menu; an entry that is alone in its menu is shown as it is.
    """
    held = frozenset(role for role, _where in actor.held)
    open_ = {
        destination.page: (str(destination.label), link)
        for destination in DESTINATIONS
        if (not destination.roles or destination.roles & held) and (link := _link(destination.page))
    }
    here = max((link for _label, link in open_.values() if path.startswith(link)), key=len, default="")
    if here == _link("home") and path != here:
        # Every address begins with that of the home page.
        here = ""
    together: dict[str, list[NavEntry]] = {}
    for page, (label, link) in open_.items():
        together.setdefault(_GROUP_OF.get(page, page), []).append(NavEntry(label, link, link == here))
    alone = [name for name in together if name not in GROUPS]
    return tuple(
        NavGroup(str(GROUPS[name].label) if len(together[name]) > 1 and name in GROUPS else "", entries)
        for name in (*alone, *GROUPS)
        if (entries := tuple(together.get(name, ())))
    )


def _link(page: str) -> str | None:
    return _address(page, settings.ROOT_URLCONF)


@cache
def _address(page: str, _addresses: str) -> str | None:
    """Addresses stay as long as the process; two dozen of them are asked for with every page."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return None
