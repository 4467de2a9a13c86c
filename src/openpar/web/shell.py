"""What stands around every page: who has logged in, where they may go, what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import Actor
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import OrganisationVersion
from openpar.common.disk import is_short_of_space
from openpar.web.http import AuthenticatedRequest, actor, said, today
from openpar.web.navigation import NavGroup, entries_for


@dataclass(frozen=True)
class Person:
    """Somebody who has logged in; `place` is the organisation of a role held today, or the position."""

    full_name: str
    place: str


@dataclass(frozen=True)
class Shell:
    """The frame of one page. Nobody has logged in when `person` is None."""

    language: str
    is_demo: bool
    said: tuple[str, ...]
    path: str
    # The disk is nearly full: pages can be read, nothing is written (common.disk).
    is_read_only: bool = False
    person: Person | None = None
    groups: tuple[NavGroup, ...] = ()
    unread: int = 0


def shell_of(request: HttpRequest) -> Shell:
    """Everything that base.html asks for, in three queries at most."""
    user = getattr(request, "user", None)
    language = get_language() or settings.LANGUAGE_CODE
    frame = Shell(
        language, bool(settings.OPENPAR_DEMO), said(request), request.get_full_path(), is_short_of_space()
    )
    if not isinstance(user, User):
        return frame
    who = actor(cast(AuthenticatedRequest, request))
    return Shell(
        language=frame.language,
        is_demo=frame.is_demo,
        said=frame.said,
        path=frame.path,
        is_read_only=frame.is_read_only,
        person=Person(full_name=who.full_name, place=_place_of(who) or user.position),
        groups=entries_for(who, request.path),
        unread=Message.objects.filter(recipient_id=user.pk, read_at__isnull=True).count(),
    )


def _place_of(who: Actor) -> str:
    names = (
        OrganisationVersion.objects.as_of(today())
        .filter(organisation_id__in=who.organisations())
        .order_by("name_sort")
        .values_list("short_name", "name")
        .first()
    )
    return next(filter(None, names or ()), "")
