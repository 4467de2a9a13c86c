"""How many initiatives each agency owes in a year, and how many its council recognised."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.engine.periods import Calendar, PeriodKind, period, period_of
from openpar.reform.initiatives.actions.lapses import find_too_few_initiatives
from openpar.reform.initiatives.actions.targets import set_target
from openpar.reform.initiatives.errors import StaleInitiative
from openpar.reform.initiatives.permissions import agencies_seen_by, may_find_lapses, may_set_targets
from openpar.reform.initiatives.queries.targets import target_lines
from openpar.web.http import AuthenticatedRequest, form_refused, now, only, page, refused, say, today
from openpar.web.initiatives.common import document_choices, only_readers, tabs
from openpar.web.initiatives.forms import TargetForm

HERE = "initiative-targets"
_TEMPLATE = "initiatives/targets.html"
_YEARS_BACK = 5


@page("GET", "POST")
def targets(request: AuthenticatedRequest) -> HttpResponse:
    who = only_readers(request)
    if request.method == "GET":
        return render(request, _TEMPLATE, _context(who, _year(request.GET.get("year", ""))))
    if not may_set_targets(who):
        raise Http404
    year = _year(request.POST.get("year", ""))
    form = TargetForm(request.POST, documents=document_choices(who.organisations()))
    try:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        if given["organisation"] not in {line.organisation_id for line in target_lines(year, today())}:
            raise Http404
        set_target(
            organisation_id=given["organisation"],
            year=year,
            planned=given["planned"],
            document_id=given["document"],
            expected_revision=given["seen"],
            by=who,
            at=now(),
        )
    except Refused as error:
        status = 409 if isinstance(error, StaleInitiative) else 422
        context = {**_context(who, year), "typed": form}
        return refused(request, error, template=_TEMPLATE, context=context, status=status)
    say(request, _("Đã lưu chỉ tiêu."))
    return redirect(f"{reverse(HERE)}?year={year}")


def _year(text: str) -> int:
    """The reform year asked for; the running one for anything else."""
    if text.isascii() and text.isdecimal() and len(text) == 4 and 2011 <= int(text) <= 2100:
        return int(text)
    return period_of(Calendar.REFORM, PeriodKind.YEAR, today()).year


def _context(who: Actor, year: int) -> dict[str, object]:
    during = period(Calendar.REFORM, PeriodKind.YEAR, year)
    lines = target_lines(year, today(), agencies_seen_by(who))
    planned = [line.target.planned for line in lines if line.target is not None]
    running = period_of(Calendar.REFORM, PeriodKind.YEAR, today()).year
    return {
        "tabs": tabs(HERE),
        "address": reverse(HERE),
        "year": year,
        "years": [(str(one), str(one)) for one in range(running + 1, running - _YEARS_BACK, -1)],
        "period": during,
        "lines": lines,
        "planned": sum(planned),
        "recognised": sum(len(line.recognised) for line in lines),
        "short": sum(bool(line.missing) for line in lines),
        "may_set": may_set_targets(who),
        "documents": document_choices(who.organisations()) if may_set_targets(who) else [],
        "may_find": may_find_lapses(who) and today() > during.until_on and any(one.missing for one in lines),
        "typed": None,
    }


@page("POST")
def find(request: AuthenticatedRequest) -> HttpResponse:
    """Too few initiatives of a year that is over become findings."""
    who = only(request, may_find_lapses)
    year = _year(request.POST.get("year", ""))
    try:
        made = find_too_few_initiatives(year=year, by=who, at=now())
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=_context(who, year))
    words = ngettext("Đã lập tồn tại của %d đơn vị.", "Đã lập tồn tại của %d đơn vị.", len(made))
    say(request, words % len(made) if made else _("Không có đơn vị nào cần lập thêm."))
    return redirect(f"{reverse(HERE)}?year={year}")
