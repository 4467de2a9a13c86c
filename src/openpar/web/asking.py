"""The question before what weighs, when no script has asked it.

A form with `ui.asked(question)` asks twice over: the script (data-confirm) shows the question and takes the
field away; a form that arrives with the field has not been asked, and gets the question as a page of its own.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

FIELD = "ask"


def question_first(request: HttpRequest) -> HttpResponse | None:
    """The page that asks, its form holding all that was sent; None when there is nothing to ask."""
    question = request.POST.get(FIELD, "") if request.method == "POST" else ""
    if not question:
        return None
    what, *consequences = question.splitlines()
    context = {
        "what": what,
        "consequences": consequences,
        "address": request.get_full_path(),
        "back": _page_before(request),
        "sent": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in (FIELD, "csrfmiddlewaretoken")
        ],
    }
    return render(request, "ask.html", context)


def _page_before(request: HttpRequest) -> str:
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else "/"
