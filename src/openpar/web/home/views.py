"""“Việc của tôi”."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from openpar.base.notifications.queries import latest_messages_of
from openpar.web.home.sections import sections_for
from openpar.web.http import AuthenticatedRequest, actor, now, page, today

_LATEST_MESSAGES = 6


@page("GET")
def home(request: AuthenticatedRequest) -> HttpResponse:
    return render(
        request,
        "home/home.html",
        {
            "sections": sections_for(actor(request), now()),
            "latest": latest_messages_of(request.user.pk)[:_LATEST_MESSAGES],
            "today": today(),
        },
    )
