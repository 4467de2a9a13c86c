"""New office hours, national or of one organisation."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.calendars.actions import NewHours, set_office_hours
from openpar.base.calendars.permissions import may_manage_calendars
from openpar.base.organisations.queries import organisations_as_of
from openpar.common.errors import Refused
from openpar.web.calendars.forms import HoursForm
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today
from openpar.web.people.forms import choice_of

_TEMPLATE = "calendars/hours.html"


@page("GET", "POST")
def hours(request: AuthenticatedRequest) -> HttpResponse:
    who = actor(request)
    if not may_manage_calendars(who):
        raise Http404
    form = HoursForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "choices": [choice_of(each) for each in organisations_as_of(today())]}
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        edition = set_office_hours(hours=_given(form), by=who, at=now())
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=context)
    say(
        request,
        _("Giờ làm việc đã có hiệu lực, phiên bản chung số %(edition)s.") % {"edition": edition.number},
    )
    return redirect("calendars")


def _given(form: HoursForm) -> NewHours:
    given = form.cleaned_data
    return NewHours(
        organisation_id=given["organisation"],
        valid_from=given["valid_from"],
        valid_until=given["valid_until"],
        shifts=given["shifts"],
        saturday_reception=given["saturday_reception"],
        same_day_until=given["same_day_until"],
        decision_number=given["number"],
        decided_on=given["decided_on"],
        source=given["source"],
        certainty=given["certainty"],
    )
