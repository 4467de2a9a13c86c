"""What a reminder says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from openpar.base.notifications.due import DueThing
from openpar.base.notifications.rules import Counts
from openpar.common.formats import format_date

# So that the day always stands in the message, however long the name of the thing is.
_LONGEST_NAME = 380


def reminder_text(things: Sequence[DueThing], counts: Counts, today: date) -> str:
    """The thing with the days that are left or have passed today, also when the step was missed; several of
    one day that belong together by what they are called together.
    """
    thing = things[0]
    days = (today - thing.due_on).days
    said = {"days": abs(days), "due": format_date(thing.due_on), "what": _short(_name(things))}
    if counts is Counts.SINCE:
        return _("%(what)s: từ ngày %(due)s, đã %(days)d ngày.") % said
    if days < 0:
        return _("Còn %(days)d ngày, hạn %(due)s: %(what)s") % said
    if days == 0:
        return _("Hôm nay là hạn (%(due)s): %(what)s") % said
    return _("Quá hạn %(days)d ngày, hạn %(due)s: %(what)s") % said


def _name(things: Sequence[DueThing]) -> str:
    together = things[0].together
    if len(things) == 1 or together is None:
        return things[0].text
    return _("%(what)s: %(count)d đơn vị") % {"what": together.what, "count": len(things)}


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    if len(one_line) <= _LONGEST_NAME:
        return one_line
    return one_line[: _LONGEST_NAME - 1].rsplit(" ", 1)[0] + "…"
