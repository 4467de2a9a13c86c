"""The lines of a draft decision: adding one, writing its contents, taking it out."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import organisations_as_of
from openpar.common.errors import Refused
from openpar.delivery.procedures.actions.lines import (
    WITH_CONTENTS,
    NewLine,
    add_line,
    change_line,
    contents_in_force,
    contents_of_line,
    remove_line,
)
from openpar.delivery.procedures.columns import AGENCY_WORDS
from openpar.delivery.procedures.contents import Contents, diff
from openpar.delivery.procedures.errors import StaleProcedures
from openpar.delivery.procedures.models import DecisionLine, ProcedureVersion, PublishingDecision, Sector
from openpar.delivery.procedures.rules import missing_parts
from openpar.delivery.procedures.words import Level, LineChange
from openpar.web.http import AuthenticatedRequest, form_refused, now, page, refused, say, today
from openpar.web.people.forms import choice_of
from openpar.web.procedures.common import frame, manager, names_by_key, visible_decision
from openpar.web.procedures.contents_form import Typed, choices, read_contents, typed_in, typed_of
from openpar.web.procedures.decisions import HERE
from openpar.web.procedures.forms import LineForm
from openpar.web.procedures.words import contents_words, part_names

_ADD, _CONTENTS = "procedures/line_new.html", "procedures/line.html"


def _draft(request: AuthenticatedRequest, decision_id: int) -> PublishingDecision:
    found = visible_decision(request, decision_id)
    if found.issued_at is not None:
        raise Http404
    return found


@page("GET", "POST")
def new(request: AuthenticatedRequest, decision_id: int) -> HttpResponse:
    """Which procedure; one that is new begins with its name and goes on to its contents."""
    who = manager(request)
    found = _draft(request, decision_id)
    form = LineForm(request.POST if request.method == "POST" else None)
    codes = ProcedureVersion.objects.filter(valid_until=None).order_by("name_sort")
    context = {
        **frame(request, HERE),
        "decision": found,
        "form": form,
        "codes": list(codes.values_list("procedure__code", "name")),
    }
    if request.method == "GET":
        return render(request, _ADD, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        # A new procedure is empty at first; what it lacks is asked before it is issued.
        first = (
            Contents(name="", sector="", levels=(Level.PROVINCE,))
            if given["change"] == LineChange.NEW
            else None
        )
        line = NewLine(given["code"], given["change"], first, given["successor_code"])
        made = add_line(by=who, at=now(), decision_id=decision_id, line=line)
    except Refused as error:
        return refused(request, error, template=_ADD, context=context)
    if made.change in WITH_CONTENTS:
        return redirect("publishing-line", decision_id, made.pk)
    say(request, _("Đã thêm %s vào quyết định.") % made.code)
    return redirect("publishing-decision", decision_id)


@page("GET", "POST")
def line(request: AuthenticatedRequest, decision_id: int, line_id: int) -> HttpResponse:
    """The contents of a new or amended procedure."""
    who = manager(request)
    found = _draft(request, decision_id)
    row = found.lines.filter(pk=line_id, change__in=WITH_CONTENTS).first()
    stored = contents_of_line(row) if row else None
    if row is None or stored is None:
        raise Http404
    if request.method == "GET":
        return render(request, _CONTENTS, _context(request, found, row, _typed(stored), stored))
    typed = typed_in(request.POST)
    if request.POST.get("step") == "more":
        context = _context(request, found, row, typed.with_spare_rows(), stored)
        return render(request, _CONTENTS, context)
    try:
        meant = read_contents(typed)
        change_line(
            by=who,
            at=now(),
            line_id=line_id,
            contents=meant,
            expected_version=_expected(request),
        )
    except Refused as error:
        conflict = _conflict(stored, typed) if isinstance(error, StaleProcedures) else []
        context = _context(request, found, row, typed.with_spare_rows(), stored)
        if isinstance(error, StaleProcedures):
            context["conflict"] = conflict
            return refused(request, error, template=_CONTENTS, context=context, status=409)
        return refused(request, error, template=_CONTENTS, context=context)
    say(request, _("Đã lưu nội dung %s.") % row.code)
    if request.POST.get("step") == "stay":
        return redirect("publishing-line", decision_id, line_id)
    return redirect("publishing-decision", decision_id)


@page("POST")
def remove(request: AuthenticatedRequest, decision_id: int, line_id: int) -> HttpResponse:
    who = manager(request)
    found = _draft(request, decision_id)
    row = found.lines.filter(pk=line_id).first()
    if row is None:
        raise Http404
    try:
        remove_line(by=who, at=now(), line_id=line_id, expected_version=_expected(request))
    except StaleProcedures as error:
        return refused(request, error, status=409)
    say(request, _("Đã bỏ %s khỏi quyết định.") % row.code)
    return redirect("publishing-decision", decision_id)


def _typed(contents: Contents) -> Typed:
    names = names_by_key((agency.key for agency in contents.agencies if agency.key), today())
    return typed_of(contents, names)


def _expected(request: AuthenticatedRequest) -> int:
    text = request.POST.get("expected_version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _conflict(stored: Contents, typed: Typed) -> list[tuple[str, str, str]]:
    """What differs between what somebody else saved and what was typed: part, theirs, mine."""
    try:
        meant = read_contents(typed)
    except Refused:
        return []
    labels = part_names()
    theirs, mine = contents_words(stored, {}), contents_words(meant, {})
    return [(labels[one.part], theirs[one.part], mine[one.part]) for one in diff(stored, meant)]


def _context(
    request: AuthenticatedRequest,
    found: PublishingDecision,
    row: DecisionLine,
    typed: Typed,
    stored: Contents,
) -> dict[str, object]:
    current = contents_in_force(row.procedure) if row.procedure else None
    labels = part_names()
    suggestions = [*AGENCY_WORDS, *(choice_of(one) for one in organisations_as_of(today()))]
    return {
        **frame(request, HERE),
        "decision": found,
        "line": row,
        "typed": typed,
        "missing": [str(part.label) for part in missing_parts(stored)],
        "changed": [labels[one.part] for one in diff(current, stored)] if current else [],
        "is_amended": current is not None,
        "sectors": list(Sector.objects.order_by("name_sort").values_list("name", flat=True)),
        "agencies": suggestions,
        "conflict": [],
        **choices(),
    }
