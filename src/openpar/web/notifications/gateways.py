"""The gateways for messages: made by an administrator, tried out, ended; what became of the last messages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.base.notifications.actions.gateways import end_gateway, make_gateway, try_gateway
from openpar.base.notifications.models import Gateway
from openpar.base.notifications.permissions import may_manage_gateways
from openpar.base.notifications.queries import gateways, latest_deliveries
from openpar.common.errors import Refused
from openpar.web.account.stamps import requires_recent_factor
from openpar.web.http import AuthenticatedRequest, form_refused, now, only, page, refused, say
from openpar.web.notifications.forms import GatewayForm
from openpar.web.people.forms import ReasonForm

_TEMPLATE = "notifications/gateways.html"
_LATEST = 5


@page("GET", "POST")
def gateways_page(request: AuthenticatedRequest) -> HttpResponse:
    """All gateways; after a POST a new one, whose secret is shown on this answer only."""
    who = only(request, may_manage_gateways)
    if request.method == "GET":
        return render(request, _TEMPLATE, _context(GatewayForm()))
    form = GatewayForm(request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        requires_recent_factor(request)
        gateway, secret = make_gateway(
            by=who,
            at=now(),
            name=form.cleaned_data["name"],
            address=form.cleaned_data["address"],
            reference=Gateway.Reference(form.cleaned_data["reference"]),
        )
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=_context(form))
    answer = render(request, _TEMPLATE, {**_context(GatewayForm()), "new": gateway, "secret": secret})
    answer["Cache-Control"] = "no-store"
    return answer


@page("POST")
def end_a_gateway(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_manage_gateways)
    gateway = get_object_or_404(Gateway, pk=pk)
    form = ReasonForm(request.POST, prefix=f"gateway-{pk}")
    try:
        if not form.is_valid():
            raise form_refused(form)
        requires_recent_factor(request)
        end_gateway(by=who, at=now(), gateway_id=pk, reason=form.cleaned_data["reason"])
    except Refused as error:
        context = _context(GatewayForm(), end_forms={pk: form})
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, _("Đã ngừng cổng “%s”.") % gateway.name)
    return redirect("gateways")


@page("POST")
def try_a_gateway(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_manage_gateways)
    gateway = get_object_or_404(Gateway, pk=pk)
    try:
        try_gateway(by=who, at=now(), gateway_id=pk)
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=_context(GatewayForm()))
    say(request, _("Tin thử sẽ đi qua cổng “%s” trong ít phút; kết quả hiện ở trang này.") % gateway.name)
    return redirect("gateways")


def _context(form: GatewayForm, end_forms: dict[int, ReasonForm] | None = None) -> dict[str, Any]:
    given = end_forms or {}
    rows = [
        (
            gateway,
            latest_deliveries(gateway.pk, _LATEST),
            given.get(gateway.pk) or ReasonForm(prefix=f"gateway-{gateway.pk}"),
        )
        for gateway in gateways()
    ]
    return {"rows": rows, "form": form, "new": None, "secret": ""}
