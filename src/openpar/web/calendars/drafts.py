"""The draft of a year: begun, edited, compared with what is in force, put into force, thrown away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.calendars import actions
from openpar.base.calendars.actions import StaleCalendar
from openpar.base.calendars.actions.years import EARLIEST, LATEST
from openpar.base.calendars.models import Stage, YearVersion
from openpar.base.calendars.permissions import may_manage_calendars
from openpar.base.calendars.queries import years_in_force
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.common.formats import parse_date
from openpar.web.calendars.forms import DaysForm, DecisionForm, OriginForm, SwapForm
from openpar.web.calendars.shown import MARKS, differences, shown_year
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today

_TEMPLATE = "calendars/draft.html"
_FORMS: Mapping[str, type[forms.Form]] = {
    "days": DaysForm,
    "swap": SwapForm,
    "origin": OriginForm,
    "decision": DecisionForm,
}


@page("GET", "POST")
def draft(request: AuthenticatedRequest, year: int) -> HttpResponse:
    who = actor(request)
    if not may_manage_calendars(who) or not EARLIEST <= year <= LATEST:
        raise Http404
    step = request.POST.get("step", "") if request.method == "POST" else ""
    found = YearVersion.objects.filter(year=year, stage=Stage.DRAFT).prefetch_related("days").first()
    if not step:
        return render(request, _TEMPLATE, _context(year, found))
    bound = {step: _FORMS[step](request.POST)} if step in _FORMS else {}
    try:
        if step == "begin":
            actions.begin_year(year=year, by=who, at=now())
            say(request, _("Đã lập bản soạn lịch năm %(year)s.") % {"year": year})
        elif found is None:
            raise Http404
        else:
            _carry_out(request, step, found, bound.get(step), who)
    except Refused as error:
        again = YearVersion.objects.filter(year=year, stage=Stage.DRAFT).prefetch_related("days").first()
        status = 409 if isinstance(error, StaleCalendar) else 422
        return refused(
            request, error, template=_TEMPLATE, context=_context(year, again, bound), status=status
        )
    if step in ("discard", "decision"):
        return redirect(f"{reverse('calendars')}?year={year}")
    return redirect("calendar-draft", year)


def _carry_out(
    request: AuthenticatedRequest, step: str, found: YearVersion, form: forms.Form | None, who: Actor
) -> None:
    """One intention of the page. Raises Refused, or Http404 for a step that does not exist."""
    if form is not None and not form.is_valid():
        raise form_refused(form)
    expected = request.POST.get("version", "")
    base = {
        "version_id": found.pk,
        "expected_version": int(expected) if expected.isascii() and expected.isdecimal() else 0,
        "by": who,
        "at": now(),
    }
    given = form.cleaned_data if form is not None else {}
    steps: Mapping[str, Callable[[], str]] = {
        "days": lambda: _add(base, given),
        "swap": lambda: _swap(base, given),
        "remove": lambda: _remove(base, request.POST.get("day", "")),
        "origin": lambda: _describe(base, given),
        "decision": lambda: _put_in_force(base, given),
        "discard": lambda: _discard(base),
    }
    if step not in steps:
        raise Http404
    say(request, steps[step]())


def _add(base: dict[str, Any], given: dict[str, Any]) -> str:
    last = given["last"] or given["first"]
    count = actions.add_days(**base, first=given["first"], last=last, kind=given["kind"], name=given["name"])
    return ngettext("Đã ghi %(count)d ngày.", "Đã ghi %(count)d ngày.", count) % {"count": count}


def _swap(base: dict[str, Any], given: dict[str, Any]) -> str:
    actions.swap_days(**base, off_on=given["off_on"], worked_on=given["worked_on"])
    return _("Đã ghi ngày nghỉ và ngày làm bù.")


def _remove(base: dict[str, Any], text: str) -> str:
    day: date = parse_date(text, where=_("Ngày"))
    actions.remove_day(**base, day=day)
    return _("Đã bỏ ngày khỏi bản soạn.")


def _describe(base: dict[str, Any], given: dict[str, Any]) -> str:
    actions.describe_year(**base, source=given["source"], certainty=given["certainty"])
    return _("Đã lưu nguồn và độ chắc chắn.")


def _put_in_force(base: dict[str, Any], given: dict[str, Any]) -> str:
    edition = actions.put_year_in_force(
        **base, decision_number=given["number"], decided_on=given["decided_on"]
    )
    return _("Lịch đã có hiệu lực, phiên bản chung số %(edition)s.") % {"edition": edition.number}


def _discard(base: dict[str, Any]) -> str:
    actions.discard_year(version_id=base["version_id"], by=base["by"], at=base["at"])
    return _("Đã bỏ bản soạn.")


def _context(
    year: int, found: YearVersion | None, bound: Mapping[str, forms.Form] | None = None
) -> dict[str, object]:
    current = years_in_force().get(year)
    context: dict[str, object] = {"year": year, "draft": found, "current": current}
    if found is None:
        return context
    initial = {"origin": {"source": found.source, "certainty": found.certainty}}
    made = {name: form(initial=initial.get(name)) for name, form in _FORMS.items()}
    return {
        **context,
        "shown": shown_year(found, today()),
        "marks": [(mark.style, mark.letter, mark.word) for mark in MARKS.values()],
        "rows": sorted(found.days.all(), key=lambda row: row.day),
        "differences": differences(current, found),
        "forms_of": {**made, **(bound or {})},
    }
