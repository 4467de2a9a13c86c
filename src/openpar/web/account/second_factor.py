"""The second factor: shown when logging in and before grave acts, set up, and taken away."""

from __future__ import annotations

from typing import Any

import segno
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from markupsafe import Markup

from openpar.base.access.actions import factors as actions
from openpar.base.access.actions.proofs import use_passkey
from openpar.base.access.brakes import NOBODY
from openpar.base.access.models import Passkey, Totp
from openpar.base.access.passkeys import NotThatKey, new_key, question_for_known, question_for_new
from openpar.base.access.queries import credentials_of, factors_of
from openpar.base.access.rules import needs_second_factor
from openpar.base.access.totp import address_for_app, new_secret
from openpar.base.accounts.models import User
from openpar.common.errors import Gap, Refused
from openpar.common.sealing import CannotUnseal, keyed_digest, seal, unseal
from openpar.web.account.forms import CodeForm, OwnPasswordForm
from openpar.web.account.signing_in import (
    ask_browser,
    browser_answer,
    check_code,
    check_own_password,
    finish,
    own_page,
    pending_person,
    refused_in_json,
    site_of,
    wanted_page,
)
from openpar.web.account.stamps import (
    SECOND_FACTOR,
    Passed,
    confirm_address,
    confirm_now,
    is_recent,
    requires_recent_proof,
)
from openpar.web.account.views import keep_this_session
from openpar.web.http import (
    AuthenticatedRequest,
    actor,
    form_refused,
    now,
    open_page,
    page,
    refused,
    say,
    today,
)

_PROPOSAL = "openpar.totp-proposal"
_PROPOSAL_LASTS_SECONDS = 30 * 60


@open_page("GET", "POST")
def at_log_in(request: HttpRequest) -> HttpResponse:
    """After the password: a code of the app, a recovery code, or a passkey."""
    pending = pending_person(request)
    if pending is None:
        return redirect("login")
    user, wanted = pending
    form = CodeForm(request.POST or None)
    context = {"form": form, "factors": factors_of(user.pk)}
    if request.method == "GET":
        return render(request, "account/login_second.html", context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        check_code(request, user.pk, form.cleaned_data["code"])
    except Refused as error:
        return refused(request, error, template="account/login_second.html", context=context)
    return finish(request, user, redirect(wanted))


@open_page("POST")
def log_in_passkey_options(request: HttpRequest) -> HttpResponse:
    """After the password the person's own keys are asked for; without one, any key of this site."""
    pending = pending_person(request)
    known = credentials_of(pending[0].pk) if pending else ()
    return ask_browser(request, question_for_known(site_of(request), known, alone=pending is None))


@open_page("POST")
def log_in_passkey(request: HttpRequest) -> HttpResponse:
    pending = pending_person(request)
    try:
        state, sent = browser_answer(request)
        user_id = use_passkey(
            by=NOBODY,
            at=now(),
            site=site_of(request),
            state=state,
            answer=sent["credential"],
            user_id=pending[0].pk if pending else None,
        )
    except Refused as error:
        return refused_in_json(error)
    wanted = pending[1] if pending else own_page(request, str(sent.get("next", "")))
    return finish(request, User.objects.get(pk=user_id), JsonResponse({"next": wanted}))


@page("GET", "POST")
def confirm(request: AuthenticatedRequest) -> HttpResponse:
    """Once more before a grave act: the second factor, or the password of somebody who has none."""
    factors = factors_of(request.user.pk)
    form = CodeForm(request.POST or None) if factors.are_there else OwnPasswordForm(request.POST or None)
    context = {"form": form, "factors": factors, "next": wanted_page(request)}
    if request.method == "GET":
        return render(request, "account/confirm.html", context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        if factors.are_there:
            check_code(request, request.user.pk, form.cleaned_data["code"])
        else:
            check_own_password(request, request.user, form.cleaned_data["old_password"])
    except Refused as error:
        return refused(request, error, template="account/confirm.html", context=context)
    confirm_now(request, with_factor=factors.are_there)
    return redirect(wanted_page(request))


@page("POST")
def confirm_passkey_options(request: AuthenticatedRequest) -> HttpResponse:
    known = credentials_of(request.user.pk)
    if not known:
        raise Http404
    return ask_browser(request, question_for_known(site_of(request), known, alone=False))


@page("POST")
def confirm_passkey(request: AuthenticatedRequest) -> HttpResponse:
    try:
        state, sent = browser_answer(request)
        use_passkey(
            by=actor(request),
            at=now(),
            site=site_of(request),
            state=state,
            answer=sent["credential"],
            user_id=request.user.pk,
        )
    except Refused as error:
        return refused_in_json(error)
    confirm_now(request, with_factor=True)
    return JsonResponse({"next": own_page(request, str(sent.get("next", "")))})


@page("GET")
def overview(request: AuthenticatedRequest) -> HttpResponse:
    return render(request, "account/second_factor.html", _overview(request))


@page("GET", "POST")
def set_up_app(request: AuthenticatedRequest) -> HttpResponse:
    """The QR code, and the first code of the app as the proof that it was read."""
    if Totp.objects.filter(user_id=request.user.pk).exists():
        return redirect("second-factor")
    if request.method == "GET" and not is_recent(request):
        return redirect(confirm_address(request))
    secret = _proposed(request) or new_secret()
    address = address_for_app(secret, username=request.user.username, site=request.get_host())
    form = CodeForm(request.POST or None)
    context = {
        "form": form,
        "proposal": signing.dumps(seal(secret, purpose=_purpose(request)), salt=_PROPOSAL),
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "address": address,
        "qr": _qr(address),
    }
    if request.method == "GET":
        return render(request, "account/set_up_app.html", context)
    try:
        requires_recent_proof(request)
        if _proposed(request) is None:
            raise Refused(Gap(_("Mã QR"), _("đã cũ"), _("Quét mã QR mới trên trang này")))
        if not form.is_valid():
            raise form_refused(form)
        actions.set_up_totp(by=actor(request), at=now(), secret=secret, code=form.cleaned_data["code"])
    except Refused as error:
        return refused(request, error, template="account/set_up_app.html", context=context)
    confirm_now(request, with_factor=True)
    if factors_of(request.user.pk).codes_left:
        return redirect("second-factor")
    return _new_codes(request)


@page("POST")
def new_passkey_options(request: AuthenticatedRequest) -> HttpResponse:
    try:
        requires_recent_proof(request)
    except Refused as error:
        return refused_in_json(error)
    user = request.user
    question = question_for_new(
        site_of(request),
        # Names the account to the key without telling anything about it.
        handle=bytes.fromhex(keyed_digest(str(user.pk), purpose="passkey-handle")),
        username=user.username,
        full_name=user.full_name,
        known=credentials_of(user.pk),
    )
    return ask_browser(request, question)


@page("POST")
def new_passkey(request: AuthenticatedRequest) -> HttpResponse:
    try:
        requires_recent_proof(request)
        state, sent = browser_answer(request)
        try:
            key = new_key(site_of(request), state, sent["credential"])
        except NotThatKey as error:
            raise Refused(Gap(_("Khóa truy cập"), _("chưa tạo được"), _("Thử lại"))) from error
        actions.add_passkey(by=actor(request), at=now(), key=key, name=str(sent.get("name", "")))
    except Refused as error:
        return refused_in_json(error)
    confirm_now(request, with_factor=True)
    say(request, _("Đã thêm khóa truy cập."))
    return JsonResponse({"next": reverse("second-factor")})


@page("POST")
def recovery_codes(request: AuthenticatedRequest) -> HttpResponse:
    """New codes, shown on this answer only."""
    try:
        requires_recent_proof(request)
        return _new_codes(request)
    except Refused as error:
        return _refused(request, error)


@page("POST")
def remove_app(request: AuthenticatedRequest) -> HttpResponse:
    try:
        requires_recent_proof(request)
        actions.remove_totp(by=actor(request), at=now())
    except Totp.DoesNotExist:
        raise Http404 from None
    except Refused as error:
        return _refused(request, error)
    return _removed(request)


@page("POST")
def remove_passkey(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    try:
        requires_recent_proof(request)
        actions.remove_passkey(by=actor(request), at=now(), passkey_id=pk)
    except Passkey.DoesNotExist:
        raise Http404 from None
    except Refused as error:
        return _refused(request, error)
    return _removed(request)


def _removed(request: AuthenticatedRequest) -> HttpResponse:
    keep_this_session(request)
    say(request, _("Đã gỡ. Các phiên đăng nhập khác của bạn đã đóng."))
    return redirect("second-factor")


def _refused(request: AuthenticatedRequest, error: Refused) -> HttpResponse:
    return refused(request, error, template="account/second_factor.html", context=_overview(request))


def _overview(request: AuthenticatedRequest) -> dict[str, Any]:
    factors = factors_of(request.user.pk)
    is_needed = needs_second_factor(actor(request), today())
    said = request.session.get(SECOND_FACTOR)
    return {
        "factors": factors,
        "is_needed": is_needed,
        "is_due": is_needed and not factors.are_there and said != Passed.DEMO,
        "is_demo": said == Passed.DEMO,
        "last_gaps": [_last_gap()] if is_needed and factors.is_single else [],
    }


def _last_gap() -> Gap:
    what = _("Vai trò của bạn cần xác thực hai lớp, và đây là cách duy nhất còn lại")
    return Gap("", what, _("Thêm cách khác trước, rồi gỡ cách này"))


def _new_codes(request: AuthenticatedRequest) -> HttpResponse:
    codes = actions.renew_recovery_codes(by=actor(request), at=now())
    # Several papers in one drawer: each says whose it is, and where.
    context = {"codes": codes, "day": today(), "account": request.user.username, "site": request.get_host()}
    return render(request, "account/recovery_codes.html", context)


def _proposed(request: AuthenticatedRequest) -> str | None:
    """The secret that this very page showed before, to this very person, within half an hour."""
    try:
        sealed = signing.loads(
            request.POST.get("proposal", ""), salt=_PROPOSAL, max_age=_PROPOSAL_LASTS_SECONDS
        )
        return unseal(str(sealed), purpose=_purpose(request))
    except (signing.BadSignature, CannotUnseal):
        return None


def _purpose(request: AuthenticatedRequest) -> str:
    return f"totp-proposal:{request.user.pk}"


def _qr(text: str) -> Markup:
    """The drawing, with attributes only: the policy forbids styles."""
    # Without a size of its own it has a view box, and is drawn whole at the size of the style sheet.
    drawing = segno.make(text, error="m").svg_inline(
        border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True
    )
    return Markup(drawing)  # noqa: S704  # drawn by segno from figures; the text is not in it
