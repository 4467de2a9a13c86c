"""One's own messages, by day, and the ways they leave the program."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.notifications.actions import mark_all_read, mark_read
from openpar.base.notifications.actions.channels import choose_channels
from openpar.base.notifications.mail_server import mail_is_set_up
from openpar.base.notifications.models import Channel, Message, Pace, Topic
from openpar.base.notifications.queries import gateways, messages_of, paces_of
from openpar.base.notifications.rules import settings_in_force
from openpar.common.errors import Refused
from openpar.web.components.paging import slice_of
from openpar.web.http import (
    AuthenticatedRequest,
    actor,
    form_refused,
    now,
    page,
    refused,
    say,
    today,
)
from openpar.web.notifications.forms import ChannelForm

_SETTINGS = "notifications/settings.html"
# What the tabs show, by the word in the address.
_SHOWN = ("all", "unread", "reminders")


@page("GET")
def messages(request: AuthenticatedRequest) -> HttpResponse:
    mine = messages_of(request.user.pk).order_by("-sent_at", "-id")
    shown = request.GET.get("show", "all")
    if shown not in _SHOWN:
        shown = "all"
    unread = mine.filter(read_at__isnull=True)
    slice_ = slice_of(request, _filtered(mine, shown))
    context = {
        "slice": slice_,
        "days": _by_day(slice_.items),
        "unread": unread.count(),
        "tabs": _tabs(shown, unread),
    }
    return render(request, "notifications/messages.html", context)


@page("POST")
def mark_messages_read(request: AuthenticatedRequest) -> HttpResponse:
    mark_all_read(user_id=request.user.pk, at=now())
    return redirect("messages")


@page("POST")
def mark_message_read(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """One message; then back to the list it stood in."""
    try:
        mark_read(user_id=request.user.pk, message_id=pk, at=now())
    except Message.DoesNotExist:
        raise Http404 from None
    shown = request.POST.get("show", "")
    return redirect(reverse("messages") + (f"?show={shown}" if shown in _SHOWN else ""))


@page("GET", "POST")
def notification_settings(request: AuthenticatedRequest) -> HttpResponse:
    """By which way one wants one's messages."""
    paces = paces_of(request.user.pk)
    held = {"mail": paces[Channel.MAIL].value, "gateway": paces[Channel.GATEWAY].value}
    form = ChannelForm(request.POST or None, initial=held)
    context = {
        "form": form,
        "email": request.user.email,
        "mail_is_set_up": mail_is_set_up(),
        "has_gateway": gateways().filter(ended_at=None).exists(),
        "digest_at": settings_in_force().digest_at.strftime("%H:%M"),
        "rules": sorted(rule.name for rule in settings_in_force().rules_on(today()).values()),
    }
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form)
            chosen = {
                Channel.MAIL: Pace(form.cleaned_data["mail"]),
                Channel.GATEWAY: Pace(form.cleaned_data["gateway"]),
            }
            choose_channels(by=actor(request), at=now(), user_id=request.user.pk, paces=chosen)
        except Refused as error:
            return refused(request, error, template=_SETTINGS, context=context)
        say(request, _("Đã lưu cách nhận thông báo."))
        return redirect("notification-settings")
    return render(request, _SETTINGS, context)


def _filtered(mine: QuerySet[Message], shown: str) -> QuerySet[Message]:
    if shown == "unread":
        return mine.filter(read_at__isnull=True)
    return mine.filter(topic=Topic.REMINDER) if shown == "reminders" else mine


def _tabs(shown: str, unread: QuerySet[Message]) -> list[tuple[str, str, bool, int | None]]:
    """Label, link, whether it is shown, how many are unread there."""
    reminders = unread.filter(topic=Topic.REMINDER).count()
    return [
        (_("Tất cả"), "?show=all", shown == "all", None),
        (_("Chưa đọc"), "?show=unread", shown == "unread", unread.count()),
        (_("Nhắc việc"), "?show=reminders", shown == "reminders", reminders),
    ]


def _by_day(items: Iterable[Message]) -> list[tuple[date, list[tuple[str, Message]]]]:
    """The messages, each with its time of day, under the day in Việt Nam on which they were sent."""
    return [
        (day, [(f"{timezone.localtime(message.sent_at):%H:%M}", message) for message in those])
        for day, those in groupby(items, key=lambda message: timezone.localdate(message.sent_at))
    ]
