"""One procedure: what holds on a day, how it is offered, its history, postings and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.delivery.procedures.contents import diff
from openpar.delivery.procedures.models import Posting, Procedure, ProcedureVersion
from openpar.delivery.procedures.queries.detail import (
    VersionOfDay,
    VersionStep,
    decision_lines_of,
    history_of,
    offers_of,
    reviews_of,
    version_on,
)
from openpar.delivery.procedures.rules import needs_reason
from openpar.delivery.procedures.words import MANDATORY, PostedAt
from openpar.web.http import AuthenticatedRequest, asked_day, page
from openpar.web.procedures.common import asked_number, frame, names_by_key
from openpar.web.procedures.words import (
    contents_words,
    fee_words,
    levels_words,
    limit_words,
    online_pill,
    part_names,
    range_words,
)

_VIEWS = ("contents", "offers", "history", "postings", "reviews")


@dataclass(frozen=True)
class TermRow:
    """Limit and fee of a channel and case in words."""

    channel: str
    case: str
    limit: str
    limit_note: str
    fee: str
    fee_note: str


@dataclass(frozen=True)
class ShownChange:
    """One part before and after, in words."""

    part: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownStep:
    """A version of the history with what it changed."""

    version: ProcedureVersion
    during: str
    is_current: bool
    changes: tuple[ShownChange, ...]
    is_first: bool


@page("GET")
def procedure(request: AuthenticatedRequest, procedure_id: int) -> HttpResponse:
    found = get_object_or_404(Procedure, pk=procedure_id)
    day, gaps = asked_day(request)
    view = request.GET.get("view", "")
    view = view if view in _VIEWS else "contents"
    of_day = version_on(found, day)
    last = (
        ProcedureVersion.objects.filter(procedure=found)
        .select_related("sector")
        .order_by("valid_from")
        .last()
    )
    context: dict[str, object] = {
        **frame(request, "procedures"),
        "procedure": found,
        "day": day,
        "view": view,
        "of_day": of_day,
        "last": last,
        "title": of_day.version.name if of_day else last.name if last else found.full_code,
        "views": _views(found, view, day),
        "prefix": reverse("procedure", args=[procedure_id]),
    }
    if view == "contents":
        context |= _contents(of_day)
    elif view == "offers":
        context |= _offers(found, day)
    elif view == "history":
        context |= _history(request, found, day)
    elif view == "postings":
        context |= _postings(found, day)
    else:
        context["reviews"] = reviews_of(found)
    if gaps:
        context["refused_gaps"] = gaps
    return render(request, "procedures/procedure.html", context, status=422 if gaps else 200)


def _views(found: Procedure, view: str, day: date) -> list[tuple[str, str, bool, int | None]]:
    labels = {
        "contents": _("Nội dung"),
        "offers": _("Cung cấp"),
        "history": _("Các phiên bản"),
        "postings": _("Công bố, niêm yết"),
        "reviews": _("Rà soát"),
    }
    address = f"{reverse('procedure', args=[found.pk])}?on={day:%d/%m/%Y}&view="
    return [(labels[name], f"{address}{name}", name == view, None) for name in _VIEWS]


def _contents(of_day: VersionOfDay | None) -> dict[str, object]:
    if of_day is None:
        return {"terms": [], "bodies": []}
    contents = of_day.contents
    return {
        "levels": levels_words(contents.levels),
        "terms": [
            TermRow(
                channel=str(term.channel.label) if term.channel else _("Mọi kênh"),
                case=term.case or _("Mọi trường hợp"),
                limit=limit_words(term.limit),
                limit_note=term.limit_note,
                fee=fee_words(term),
                fee_note=term.fee_note,
            )
            for term in contents.terms
        ],
        "bodies": [(body.name, limit_words(body.limit), body.is_lead) for body in contents.bodies],
        "mandatory_count": len(MANDATORY),
        "stated_count": len(MANDATORY) - len(of_day.missing),
    }


def _offers(found: Procedure, day: date) -> dict[str, object]:
    return {
        "offers": [
            (
                line,
                online_pill(line.provision.online_level),
                range_words(line.provision.valid_from, line.provision.valid_until),
                line.is_current
                and needs_reason(line.provision.online_level, day)
                and not (line.provision.partial_reason and line.provision.reason_published),
            )
            for line in offers_of(found, day)
        ]
    }


def _history(request: AuthenticatedRequest, found: Procedure, day: date) -> dict[str, object]:
    steps = history_of(found)
    keys = {agency.key for step in steps for agency in step.contents.agencies if agency.key}
    names = names_by_key(keys, day)
    older = next((one for one in steps if one.version.pk == asked_number(request, "from")), None)
    newer = next((one for one in steps if one.version.pk == asked_number(request, "to")), None)
    return {
        "steps": [_shown_step(step, steps, names, day) for step in reversed(steps)],
        "versions": [
            (str(step.version.pk), range_words(step.version.valid_from, step.version.valid_until))
            for step in steps
        ],
        "older": older,
        "newer": newer,
        "compared": _changes_between(older, newer, names) if older and newer else None,
    }


def _shown_step(
    step: VersionStep, steps: tuple[VersionStep, ...], names: dict[str, str], day: date
) -> ShownStep:
    at = steps.index(step)
    version = step.version
    return ShownStep(
        version=version,
        during=range_words(version.valid_from, version.valid_until),
        is_current=version.valid_from <= day and (version.valid_until is None or day < version.valid_until),
        changes=_changes_between(steps[at - 1], step, names) if at else (),
        is_first=at == 0,
    )


def _changes_between(
    older: VersionStep, newer: VersionStep, names: dict[str, str]
) -> tuple[ShownChange, ...]:
    labels = part_names()
    before, after = contents_words(older.contents, names), contents_words(newer.contents, names)
    return tuple(
        ShownChange(labels[one.part], *_only_different(before[one.part], after[one.part]))
        for one in diff(older.contents, newer.contents)
    )


def _only_different(before: str, after: str) -> tuple[str, str]:
    """Of texts of several lines those that the other one lacks; all when only their order differs."""
    old, new = before.split("\n"), after.split("\n")
    gone, come = [one for one in old if one not in new], [one for one in new if one not in old]
    if not gone and not come:
        gone, come = old, new
    return "\n".join(gone) or "—", "\n".join(come) or "—"


def _postings(found: Procedure, day: date) -> dict[str, object]:
    lines = decision_lines_of(found)
    rows: dict[int, list[Posting]] = {}
    for row in Posting.objects.filter(line__in=lines).order_by("posted_on"):
        rows.setdefault(row.line_id, []).append(row)
    names = names_on({row.organisation_id for of_line in rows.values() for row in of_line}, day)
    return {
        "lines": [
            (
                line,
                [
                    (names.get(row.organisation_id, ""), str(PostedAt(row.place).label), row.posted_on)
                    for row in rows.get(line.pk, [])
                ],
            )
            for line in lines
        ]
    }
