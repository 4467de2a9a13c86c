"""What the pages of plans and tasks share: who enters, the tabs, states in words, documents as evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.queries import Actor
from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.base.documents.queries import documents_of_owners
from openpar.common.errors import Refused
from openpar.engine.periods import Calendar, PeriodKind, period_of
from openpar.reform.plans.errors import StalePlan
from openpar.reform.plans.models import (
    Assignment,
    DutyState,
    EndKind,
    Plan,
    PlanVersion,
    VersionState,
)
from openpar.reform.plans.permissions import (
    UNIT_ROLES,
    may_enter_plans,
    may_see_plan,
    sees_all_plans,
)
from openpar.reform.plans.queries.pages_board import (
    NEAR_DAYS,
    Standing,
    is_overdue_now,
)
from openpar.reform.plans.queries.plans import plan_seen_by
from openpar.web.components.documents import read_particulars
from openpar.web.http import AuthenticatedRequest, actor, now, refused, say

Pill = tuple[str, str]
_OFFERED_DOCUMENTS = 40

VERSION_PILLS = {
    VersionState.DRAFT: "draft",
    VersionState.IN_FORCE: "done",
    VersionState.REPLACED: "ended",
}


def frame(request: AuthenticatedRequest, here: str) -> dict[str, object]:
    """The tabs of the subject. 404 for whoever has nothing to look for here."""
    who = actor(request)
    if not may_enter_plans(who):
        raise Http404
    pages = [("plans", _("Kế hoạch")), ("tasks", _("Nhiệm vụ"))]
    if sees_all_plans(who):
        pages.append(("plans-control", _("Theo dõi, đôn đốc")))
    pages.append(("meetings", _("Giao ban")))
    return {"tabs": [(label, reverse(name), name == here, None) for name, label in pages]}


def reform_year(day: date) -> int:
    """The reform year of a day: from 15/12 the next one."""
    return period_of(Calendar.REFORM, PeriodKind.YEAR, day).year


def whole_number(text: str | None) -> int | None:
    """A number of an address; None for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def asked_year(given: QueryDict, day: date) -> int:
    year = whole_number(given.get("year"))
    return year if year is not None and 2000 < year < 2100 else reform_year(day)


def years_offered(day: date, chosen: int) -> list[tuple[int, str]]:
    """From next year back to the beginning of the programme."""
    this = reform_year(day)
    return [(year, str(year)) for year in sorted({*range(this - 5, this + 2), chosen}, reverse=True)]


def is_of_units(who: Actor) -> bool:
    """Works in an agency: has tasks of its own."""
    return bool(who.organisations(*UNIT_ROLES))


def visible_plan(request: AuthenticatedRequest, plan_id: int) -> Plan:
    """The plan; 404 for whoever may not see it."""
    plan = plan_seen_by(actor(request), plan_id)
    if plan is None:
        raise Http404
    return plan


def seen_version(request: AuthenticatedRequest, plan: Plan, number: int) -> PlanVersion:
    """A version; 404 without one, and a draft only for those who may see drafts."""
    versions = PlanVersion.objects.filter(plan=plan, number=number)
    version = versions.select_related("plan__parent", "document__file", "replaces").first()
    sees_drafts = may_see_plan(actor(request), plan, is_issued=False)
    if version is None or (version.state == VersionState.DRAFT and not sees_drafts):
        raise Http404
    return version


# ---- states in words ----


def overdue_words(days: int) -> str:
    return ngettext("quá hạn %(days)d ngày", "quá hạn %(days)d ngày", days) % {"days": days}


def assignment_pill(one: Assignment, today: date) -> Pill:
    """How an obligation stands, by sign and words."""
    if one.ended_on is not None:
        return "ended", str(EndKind(one.end_kind).label)
    if one.done_on is not None:
        return ("warning", _("hoàn thành trễ hạn")) if one.was_late else ("done", _("hoàn thành đúng hạn"))
    if one.reported_on is not None:
        return ("sent", _("chờ xác nhận")) if one.is_waiting else ("bad", _("báo cáo trễ, chờ xác nhận"))
    if is_overdue_now(one, today) and one.due_on is not None:
        return "bad", overdue_words((today - one.due_on).days)
    if one.due_on is not None and 0 <= (one.due_on - today).days <= NEAR_DAYS:
        return "warning", near_words(one.due_on, today)
    if one.started_on is not None:
        return "active", _("đã triển khai")
    return "empty", _("chưa triển khai")


def near_words(due_on: date, today: date) -> str:
    left = (due_on - today).days
    if left == 0:
        return _("hạn hôm nay")
    return ngettext("còn %(days)d ngày", "còn %(days)d ngày", left) % {"days": left}


def standing_choices() -> list[tuple[str, str]]:
    """The states a list may be narrowed to, in the order of the work."""
    words = {
        Standing.OPEN: _("Chưa hoàn thành"),
        Standing.OVERDUE: _("Quá hạn"),
        Standing.NEAR: _("Đến hạn trong 7 ngày"),
        Standing.REPORTED: _("Chờ xác nhận"),
        Standing.NOT_STARTED: _("Chưa triển khai"),
        Standing.STARTED: _("Đang triển khai"),
        Standing.IN_TIME: _("Trong hạn"),
        Standing.IMPLEMENTED: _("Đã triển khai (gồm cả đã hoàn thành)"),
        Standing.DONE: _("Đã hoàn thành"),
        Standing.ON_TIME: _("Hoàn thành đúng hạn"),
        Standing.LATE: _("Hoàn thành trễ hạn"),
        Standing.NO_DAY: _("Chưa có ngày đến hạn"),
    }
    return [(standing.value, word) for standing, word in words.items()]


def duty_pill(state: str) -> Pill:
    return {
        DutyState.OPEN: ("active", _("đang làm")),
        DutyState.REPORTED: ("sent", _("chờ xác nhận")),
        DutyState.DONE: ("done", _("đã hoàn thành")),
        DutyState.DROPPED: ("ended", _("không thực hiện nữa")),
    }[DutyState(state)]


# ---- one change, then the next page ----


def changed(
    request: AuthenticatedRequest,
    act: Callable[[], object],
    told: str,
    context: dict[str, object],
    template: str,
    to: str,
) -> HttpResponse:
    """One change, then `to`; a refusal is shown on `template`, with 409 when somebody was faster."""
    try:
        act()
    except Refused as error:
        status = 409 if isinstance(error, StalePlan) else 422
        return refused(request, error, template=template, context=context, status=status)
    say(request, told)
    return redirect(to)


# ---- documents as evidence ----


def offered_documents(owners: Collection[int]) -> list[tuple[int, str]]:
    """The newest documents of these organisations, for a select."""
    found: QuerySet[Document] = documents_of_owners(frozenset(owners)).filter(is_secret=False)
    return [(one.pk, " · ".join(filter(None, (one.number, one.title)))) for one in found[:_OFFERED_DOCUMENTS]]


def document_given(request: AuthenticatedRequest, owner_id: int) -> int | None:
    """The document that was chosen, or a new one that is kept at once; None when neither was given.

    A new one stays in the store when the action after it is refused: nothing has to be sent twice.
    """
    chosen = whole_number(request.POST.get("document"))
    if chosen is not None:
        return chosen
    has_new = bool(request.FILES.get("upload") or request.POST.get("number", "").strip())
    if not has_new and not request.POST.get("title", "").strip():
        return None
    kept = add_document(by=actor(request), at=now(), owner_id=owner_id, **read_particulars(request))
    # Where the page is drawn again, the new document is the chosen one.
    request.__dict__["_kept_document"] = kept.pk
    return kept.pk


def typed(request: HttpRequest, *names: str) -> dict[str, str]:
    """The texts of a form as typed, to draw it again after a refusal."""
    texts = {name: request.POST.get(name, "") for name in names}
    kept = request.__dict__.get("_kept_document")
    if kept is not None:
        texts["document"] = str(kept)
    return texts
