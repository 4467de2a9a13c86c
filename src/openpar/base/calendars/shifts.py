"""Office hours as one line of text: “07:00-11:30, 13:30-17:00”, in forms, files and the database alike."""

from __future__ import annotations

import re
from datetime import time

from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.engine.workdays import Shift

_SPAN = re.compile(r"([0-9]{1,2})[:hg.]([0-9]{2})\s*[-–]\s*([0-9]{1,2})[:hg.]([0-9]{2})", re.ASCII)


class ShiftsNotUnderstood(Refused):
    """The text is no list of office hours."""


def shifts_of(text: str, where: str = "") -> tuple[Shift, ...]:
    """The shifts a person or a row says; nothing for an empty text. Raises ShiftsNotUnderstood."""
    found = []
    for part in (piece.strip() for piece in text.split(",") if piece.strip()):
        span = _SPAN.fullmatch(part)
        try:
            if span is None:
                raise ValueError(part)
            opens, to, closes, until = (int(number) for number in span.groups())
            found.append(Shift(time(opens, to), time(closes, until)))
        except ValueError:
            what = _("không hiểu “%(text)s”") % {"text": part}
            remedy = _("Ghi như 07:00-11:30, 13:30-17:00")
            raise ShiftsNotUnderstood.because(where, what, remedy, code="no-shifts") from None
    return tuple(found)


def shifts_text(shifts: tuple[Shift, ...]) -> str:
    """The one way in which shifts are stored."""
    return ", ".join(f"{each.opens:%H:%M}-{each.closes:%H:%M}" for each in shifts)
