"""One dossier: its life, its due date and why, both verdicts, what was told when, and why it is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from openpar.base.facts.current import Rewritten
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.models import MovedDueDay, QualityHit
from openpar.delivery.dossiers.permissions import may_see_people
from openpar.delivery.dossiers.quality import Rule
from openpar.delivery.dossiers.queries.one import OneDossier, Telling, one_dossier, organisation_of
from openpar.delivery.dossiers.queries.people import people_of_dossier
from openpar.engine.workdays import reasoning
from openpar.web.dossiers.common import frame, seen_agencies
from openpar.web.dossiers.listing import shown_rows
from openpar.web.dossiers.words import COLUMNS, MOMENTS, RULES, status_word
from openpar.web.http import AuthenticatedRequest, actor, page, today


@dataclass(frozen=True)
class Step:
    """One thing that happened; `at` a moment, or a day where the hour is not known."""

    on: date
    hour: str
    what: str


@dataclass(frozen=True)
class ShownTelling:
    """What one list said, and where it is."""

    batch_id: int
    source: str
    name: str
    as_of: datetime
    status: str
    due_on: date | None
    finished_at: datetime | None


@dataclass(frozen=True)
class ShownRewriting:
    """A value that was told differently later, in the order of telling."""

    column: str
    told: tuple[tuple[str, datetime], ...]
    is_backdated: bool


@dataclass(frozen=True)
class ShownHit:
    """Something wrong with the data of this dossier."""

    rule: str
    title: str
    said: str
    why: str
    is_gone: bool


@page("GET")
def dossier(request: AuthenticatedRequest, code: str) -> HttpResponse:
    seen = seen_agencies(request)
    organisation_id = organisation_of(code)
    if organisation_id is None or (seen is not None and organisation_id not in seen):
        raise Http404
    found = one_dossier(code, today())
    if found is None:
        raise Http404
    context = {
        **frame(request, "dossiers"),
        "found": found,
        "row": shown_rows([found.row])[0],
        "steps": [_step(name, at) for name, at in sorted(found.moments, key=lambda one: one[1])],
        "due_differs": _due_differs(found),
        "moved": [_moved(one) for one in found.moved],
        "edition": gettext("phiên bản %d") % found.edition,
        "reasons": reasoning(found.deadline, gettext) if found.deadline else (),
        "tellings": [_telling(one) for one in found.tellings],
        "rewritings": [_rewriting(one) for one in found.rewritten],
        "hits": [_hit(one) for one in found.hits],
        "spans": found.why.spans if found.why else (),
        "people": people_of_dossier(code) if may_see_people(actor(request), organisation_id) else (),
        "longest": max((span.days for span in found.why.spans), default=0) if found.why else 0,
    }
    return render(request, "dossiers/dossier.html", context)


def _due_differs(found: OneDossier) -> str:
    """Which day counts, where the catalogue gives another one than the receipt; "" where they agree."""
    promised = found.row.original_due_on
    if found.deadline is None or promised is None or found.deadline.due_on == found.row.due_on:
        return ""
    said = gettext(
        "Theo danh mục, hạn là %(reckoned)s; giấy tiếp nhận hẹn %(promised)s. "
        "Tính theo ngày đã hẹn với người dân."
    )
    return said % {"reckoned": f"{found.deadline.due_on:%d/%m/%Y}", "promised": f"{promised:%d/%m/%Y}"}


def _moved(one: MovedDueDay) -> str:
    """The due day before a calendar moved it, and which calendar that was."""
    edition = one.edition
    if edition.year_version is not None:
        what = gettext("lịch năm %d") % edition.year_version.year
    else:
        what = gettext("giờ làm việc")
    decided = edition.year_version or edition.hours_version
    number = decided.decision_number if decided is not None else ""
    said = gettext("Hạn cũ %(before)s, tính lại thành %(after)s vì %(what)s thay đổi từ %(day)s%(by)s.")
    return said % {
        "before": f"{one.due_before:%d/%m/%Y}",
        "after": f"{one.due_after:%d/%m/%Y}",
        "what": what,
        "day": f"{edition.in_force_at.astimezone(VIETNAM):%d/%m/%Y}",
        "by": f" ({number})" if number else "",
    }


def _step(name: str, at: datetime) -> Step:
    local = at.astimezone(VIETNAM)
    has_hour = (local.hour, local.minute, local.second) != (0, 0, 0)
    return Step(local.date(), f"{local:%H:%M}" if has_hour else "", str(MOMENTS[name]))


def _telling(one: Telling) -> ShownTelling:
    batch = one.batch
    return ShownTelling(
        batch_id=batch.pk,
        source=batch.source,
        name=batch.source_name,
        as_of=batch.as_of,
        status="" if one.status is None else status_word(one.status),
        due_on=one.due_on,
        finished_at=one.finished_at,
    )


def _rewriting(one: Rewritten) -> ShownRewriting:
    told = tuple((_shown(each.value), each.as_of) for each in one.told)
    return ShownRewriting(str(COLUMNS.get(one.column, one.column)), told, one.is_backdated)


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def _hit(one: QualityHit) -> ShownHit:
    rule = Rule(one.rule)
    return ShownHit(rule.value, str(rule.label), one.said, str(RULES[rule]), one.gone_in_id is not None)
