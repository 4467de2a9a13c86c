"""From request to answer: who asks, which methods are open, how a refusal is shown, what is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Protocol, cast

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import Actor, actor_of
from openpar.common.errors import Gap, Refused
from openpar.common.formats import parse_date
from openpar.web.asking import question_first

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

SAID_COOKIE = "said"
_SAID_FOR_SECONDS = 60
# Browsers drop cookies of more than 4,096 bytes; written out, each of these may become two.
_MOST_SAID = 1600


class AuthenticatedRequest(HttpRequest):
    """A request behind `page`: its user is a person of ours, never anonymous."""

    user: User
    htmx: HtmxDetails


class PageView(Protocol):
    """A view of somebody who has logged in."""

    def __call__(self, request: AuthenticatedRequest, /, *args: Any, **kwargs: Any) -> HttpResponse: ...


class OpenView(Protocol):
    """A view of anybody."""

    def __call__(self, request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse: ...


def now() -> datetime:
    """The moment that a view passes on as `at`: the clock is read here and nowhere deeper."""
    return timezone.now()


def today() -> date:
    """The legal day in Việt Nam."""
    return timezone.localdate(now())


def asked_day(request: HttpRequest) -> tuple[date, tuple[Gap, ...]]:
    """The day in the address, today when there is none or none that can be read (with the reason)."""
    text = request.GET.get("on", "").strip()
    if not text:
        return today(), ()
    try:
        return parse_date(text, where=_("Ngày")), ()
    except Refused as error:
        return today(), error.gaps


def actor(request: AuthenticatedRequest) -> Actor:
    """The person who asks, with the roles held now; loaded once per request."""
    known: Actor | None = getattr(request, "_actor", None)
    if known is None:
        known = actor_of(request.user.pk, at=now())
        request._actor = known  # type: ignore[attr-defined]  # kept on the request on purpose
    return known


def only(request: AuthenticatedRequest, may: Callable[[Actor], bool]) -> Actor:
    """The person who asks, if they `may`; for everybody else there is no such page."""
    who = actor(request)
    if not may(who):
        raise Http404
    return who


def page(*methods: str) -> Callable[[PageView], OpenView]:
    """Makes a view a page for those who have logged in, open to `methods`: `@page("GET", "POST")`.

    Anybody else goes to the log-in page and comes back; another method gets 405.
    """

    def decorate(view: PageView) -> OpenView:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            question = question_first(request)
            if question is not None:
                return question
            return _tell(request, view(cast(AuthenticatedRequest, request), *args, **kwargs))

        return _only(methods, answer)

    return decorate


def open_page(*methods: str) -> Callable[[OpenView], OpenView]:
    """Makes a view a page that needs no log-in."""

    def decorate(view: OpenView) -> OpenView:
        @wraps(view)
        def answer(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
            return _tell(request, view(request, *args, **kwargs))

        return _only(methods, answer)

    return decorate


def say(request: HttpRequest, text: str) -> None:
    """Has `text` shown once, on this page or on the one this answer leads to (“Đã lưu lúc 14:05.”)."""
    request.__dict__.setdefault("_to_say", []).append(text)


def said(request: HttpRequest) -> tuple[str, ...]:
    """What the page being drawn has to say: from the answer that led here, and of its own."""
    request.__dict__["_said_is_shown"] = True
    return (*_carried(request), *request.__dict__.get("_to_say", ()))


def refused(
    request: HttpRequest,
    error: Refused,
    *,
    template: str | None = None,
    context: Mapping[str, Any] | None = None,
    status: int = 422,
) -> HttpResponse:
    """Shows everything that stands in the way, with nothing of what was typed lost.

    htmx puts the summary above the form, which stays as it is. Without JavaScript `template` is drawn again
    with `context`, the bound form in it; without a template, a page that lists the gaps. Give 409 as `status`
    when somebody else was faster.
    """
    if getattr(request, "htmx", False):
        answer = render(request, "components/refusal.html", {"refused_gaps": error.gaps}, status=status)
        answer["HX-Retarget"] = "#refusal"
        answer["HX-Reswap"] = "innerHTML"
        return answer
    return render(
        request, template or "refused.html", {**(context or {}), "refused_gaps": error.gaps}, status=status
    )


def form_refused(form: BaseForm, also: Iterable[Gap] = ()) -> Refused:
    """The errors of a form as gaps, each leading to its field; then what stands in the way whatever is typed,
    as the action tells it: nobody mends a form to learn that it could not have been sent.
    """
    gaps: list[Gap] = []
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        where = str(bound.label) if bound else ""
        link = f"#{bound.id_for_label}" if bound else ""
        gaps += [Gap(where, str(error), link=link) for error in errors]
    if not gaps:
        # Nothing was sent: a form that is not bound has no errors.
        gaps.append(Gap("", _("chưa ghi gì"), _("Điền các ô rồi gửi lại")))
    return Refused([*gaps, *also])


def _only(methods: tuple[str, ...], view: OpenView) -> OpenView:
    allowed = {*methods, "HEAD"} if "GET" in methods else set(methods)

    @wraps(view)
    def answer(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in allowed:
            return HttpResponseNotAllowed(sorted(allowed))
        if request.method == "HEAD":
            # A view that tells a GET from a POST must not take it for a POST; the server leaves the body out.
            request.method = "GET"
        return view(request, *args, **kwargs)

    return answer


def _to_login(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(reverse("login"))
    return redirect_to_login(request.get_full_path())


def _carried(request: HttpRequest) -> list[str]:
    """Texts that came in the cookie; a cookie that is not ours, or old, says nothing."""
    try:
        carried = request.get_signed_cookie(SAID_COOKIE, salt=SAID_COOKIE, max_age=_SAID_FOR_SECONDS)
        texts = json.loads(carried or "[]")
    except (KeyError, signing.BadSignature, ValueError):
        return []
    return [str(text) for text in texts]


def _fitting(texts: list[str]) -> str:
    """The texts for the cookie; what does not fit is cut, the last texts first."""
    kept = list(texts)
    while len(kept) > 1 and len(json.dumps(kept)) > _MOST_SAID:
        kept.pop()
    while len(json.dumps(kept)) > _MOST_SAID:
        kept[0] = f"{kept[0][: len(kept[0]) * 3 // 4]}…"
    return json.dumps(kept)


def _tell(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Carries what was not shown yet to the next page, without writing to the database on a GET."""
    if request.__dict__.get("_said_is_shown"):
        if SAID_COOKIE in request.COOKIES:
            answer.delete_cookie(SAID_COOKIE, samesite="Lax")
        return answer
    texts = request.__dict__.get("_to_say")
    if not texts:
        return answer
    if getattr(request, "htmx", False) and "HX-Redirect" not in answer:
        answer["HX-Trigger"] = json.dumps({"said": {"texts": texts}})
        return answer
    answer.set_signed_cookie(
        SAID_COOKIE,
        _fitting(texts),
        salt=SAID_COOKIE,
        max_age=_SAID_FOR_SECONDS,
        httponly=True,
        samesite="Lax",
    )
    return answer
